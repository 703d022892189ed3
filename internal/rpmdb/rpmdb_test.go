package rpmdb_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/rpmdb"
)

// read is the packages and the errors of a database, in its order.
func read(db []byte) (packages []string, errs []error) {
	for p, err := range rpmdb.Packages(bytes.NewReader(db), int64(len(db))) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		line := fieldsOf(p)
		n := 0
		for name, err := range p.Files() {
			switch {
			case err != nil:
				line += " error: " + err.Error()
			case n < 8:
				line += " " + name
			}
			n++
		}
		packages = append(packages, fmt.Sprintf("%s (%d files)", line, n))
	}
	return packages, errs
}

func fixturePackages() []string {
	return []string{
		"capstan-tools|0.9-1|noarch|capstan-tools-0.9-1.src.rpm|Harbour Works|Apache-2.0|(none)" +
			" opt/capstan/part-1 opt/capstan/part-10 opt/capstan/part-100 opt/capstan/part-101" +
			" opt/capstan/part-102 opt/capstan/part-103 opt/capstan/part-104 opt/capstan/part-105 (300 files)",
		"gpg-pubkey|0123abcd-4567cdef|noarch|gpg-pubkey-0123abcd-4567cdef.src.rpm|(none)|pubkey|(none) (0 files)",
		"keel-libs|2:1.4~rc1-2.fc40|noarch|keel-1.4~rc1-2.fc40.src.rpm|Fedora Project|Zlib|hull:1.4:20240101:abcdef12" +
			" usr/lib/keel/libkeel.so usr/lib/keel/libkeel.so.1 (2 files)",
		"keel|2:1.4~rc1-2.fc40|noarch|keel-1.4~rc1-2.fc40.src.rpm|Fedora Project|MIT AND (GPL-2.0-or-later OR Zlib)|hull:1.4:20240101:abcdef12" +
			" etc/keel.conf usr/bin/keel usr/share/keel/deep/mód usr/share/keel/deep/package.json (4 files)",
	}
}

// fixtures are databases that hold the fixture's packages, in every format.
func fixtures(tb testing.TB) map[string][]byte {
	headers := fixtureHeaders(tb)
	return map[string][]byte{
		"sqlite by rpm":         gunzip(tb, "../../testdata/rpm/rpmdb.sqlite.gz"),
		"ndb":                   ndb(headers...),
		"berkeley, little":      berkeley(binary.LittleEndian, 4096, false, headers...),
		"berkeley, big":         berkeley(binary.BigEndian, 4096, false, headers...),
		"berkeley, big, inline": berkeley(binary.BigEndian, 32768, true, headers...),
		"berkeley, small pages": berkeley(binary.LittleEndian, 512, false, headers...),
		"berkeley, large pages": berkeley(binary.LittleEndian, 65536>>1, true, headers...),
	}
}

func TestPackages(t *testing.T) {
	t.Parallel()
	for name, db := range fixtures(t) {
		got, errs := read(db)
		slices.Sort(got)
		if diff := cmp.Diff(slices.Sorted(slices.Values(fixturePackages())), got); diff != "" || len(errs) > 0 {
			t.Errorf("%s: Packages() = %v: -want +got\n%s", name, errs, diff)
		}
	}
}

// TestRPM holds what is read of the fixture to what rpm says.
func TestRPM(t *testing.T) {
	t.Parallel()
	needTool(t, "rpm")
	path := t.TempDir() + "/rpmdb.sqlite"
	if err := os.WriteFile(path, gunzip(t, "../../testdata/rpm/rpmdb.sqlite.gz"), 0o644); err != nil {
		t.Fatal(err)
	}
	packages, files := describe(t, path)
	wantPackages, wantFiles := query(t, path)
	if diff := cmp.Diff(wantPackages, packages); diff != "" {
		t.Errorf("Packages(): -rpm +got\n%s", diff)
	}
	if diff := cmp.Diff(wantFiles, files); diff != "" {
		t.Errorf("Files(): -rpm +got\n%s", diff)
	}
}

// TestSQLitePages reads trees of several levels, with pages of each extreme.
// Row 4 and 5 are of the largest package, and every seventh row was deleted.
func TestSQLitePages(t *testing.T) {
	t.Parallel()
	for _, size := range []int{512, 1024, 65536} {
		got, errs := read(gunzip(t, fmt.Sprintf("../../testdata/rpm/page%d.sqlite.gz", size)))
		if len(errs) > 0 {
			t.Errorf("page size %d: Packages() = %v", size, errs)
		}
		count := map[string]int{}
		for _, p := range got {
			name, _, _ := strings.Cut(p, "|")
			count[name]++
		}
		// 40 times three rows, then four, less every seventh.
		total := 0
		for row := 1; row <= 124; row++ {
			if row%7 != 3 {
				total++
			}
		}
		if len(got) != total || count["capstan-tools"] != 1 || count["keel"]+count["keel-libs"]+count["gpg-pubkey"] != total-1 {
			t.Errorf("page size %d: Packages() = %d packages, %v, want %d", size, len(got), count, total)
		}
		if row := slices.IndexFunc(got, func(s string) bool { return strings.HasPrefix(s, "capstan") }); row >= 0 && !slices.Contains(fixturePackages(), got[row]) {
			t.Errorf("page size %d: Packages() has %s", size, got[row])
		}
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		file          string
		epoch         uint32
		name, version string
		ok            bool
	}{
		{"keel-1.4-2.src.rpm", 0, "keel", "1.4-2", true},
		{"keel-1.4-2.src.rpm", 7, "keel", "7:1.4-2", true},
		{"keel-hull-utils-1.4~rc1-2.el9_4.1.src.rpm", 0, "keel-hull-utils", "1.4~rc1-2.el9_4.1", true},
		{"keel-1.4-2.nosrc.rpm", 0, "keel", "1.4-2", true},
		{"", 0, "libs", "1-1", true},
		{"(none)", 1, "libs", "1:1-1", true},
		{"keel", 1, "libs", "1:1-1", false},
		{"keel.src.rpm", 0, "libs", "1-1", false},
		{"keel-1.src.rpm", 0, "libs", "1-1", false},
		{"-1-1.src.rpm", 0, "libs", "1-1", false},
		{"keel-1-.src.rpm", 0, "libs", "1-1", false},
		{"keel--1.src.rpm", 0, "libs", "1-1", false},
		{"keel-1-1.rpm", 0, "libs", "1-1", false},
		{"keel-1-1.src.deb", 0, "libs", "1-1", false},
	} {
		p := rpmdb.Package{Name: "libs", Version: "1", Release: "1", Epoch: row.epoch, SourceRPM: row.file}
		if name, version, ok := p.Source(); name != row.name || version != row.version || ok != row.ok {
			t.Errorf("Source() of %q = %q, %q, %t, want %q, %q, %t", row.file, name, version, ok, row.name, row.version, row.ok)
		}
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ file, want string }{
		{"keel-libs.rpm", "keel-libs|2:1.4~rc1-2.fc40|noarch|keel-1.4~rc1-2.fc40.src.rpm|Fedora Project|Zlib|hull:1.4:20240101:abcdef12"},
		{"keel.src.rpm", "keel|2:1.4~rc1-2.fc40|noarch|(none)|Fedora Project|MIT AND (GPL-2.0-or-later OR Zlib)|hull:1.4:20240101:abcdef12"},
	} {
		content, err := os.ReadFile("../../testdata/rpm/" + row.file)
		if err != nil {
			t.Fatal(err)
		}
		// Nothing after the header may be asked for.
		r := &watched{Reader: bytes.NewReader(content)}
		p, err := rpmdb.Archive(r, int64(len(content)))
		if err != nil || fieldsOf(p) != row.want {
			t.Errorf("Archive(%s) = %s, %v, want %s", row.file, fieldsOf(p), err, row.want)
		}
		if r.end >= int64(len(content)-100) {
			t.Errorf("Archive(%s) reads %d bytes of %d: the files, too", row.file, r.end, len(content))
		}
		for n := range r.end {
			if p, err := rpmdb.Archive(bytes.NewReader(content[:n]), n); err == nil {
				t.Errorf("Archive(%s cut at %d) = %s, want an error", row.file, n, fieldsOf(p))
			}
		}
	}
}

// watched keeps how far it was read.
type watched struct {
	*bytes.Reader
	end int64
}

func (w *watched) ReadAt(b []byte, at int64) (int, error) {
	w.end = max(w.end, at+int64(len(b)))
	return w.Reader.ReadAt(b, at)
}

// TestCutShort holds a database that lies about its size to an unexpected end.
func TestCutShort(t *testing.T) {
	t.Parallel()
	for name, db := range fixtures(t) {
		for n, cut := range []int{0, 4, 99, 5000, len(db) - 1} {
			last := error(nil)
			for _, err := range rpmdb.Packages(bytes.NewReader(db[:cut]), int64(len(db))) {
				last = err
				if err != nil {
					break
				}
			}
			if !errors.Is(last, io.ErrUnexpectedEOF) && cut != len(db)-1 {
				t.Errorf("%s: Packages(first %d bytes) = %v, want an unexpected EOF (%d)", name, cut, last, n)
			}
		}
		// A file that really is shorter says so, too, and keeps what it can.
		got, errs := read(db[:len(db)/2])
		if len(errs) == 0 {
			t.Errorf("%s: Packages(half of it) = %d packages and no error", name, len(got))
		}
	}
}

// TestStop holds Packages to ending when it is told to.
func TestStop(t *testing.T) {
	t.Parallel()
	for name, db := range fixtures(t) {
		n := 0
		for range rpmdb.Packages(bytes.NewReader(db), int64(len(db))) {
			if n++; n == 2 {
				break
			}
		}
		if n != 2 {
			t.Errorf("%s: Packages() yields %d times", name, n)
		}
	}
}
