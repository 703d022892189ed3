package rpmdb_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/rpmdb"
)

// check holds whatever is read to what Packages promises.
func check(t *testing.T, db []byte) {
	t.Helper()
	for p, err := range rpmdb.Packages(bytes.NewReader(db), int64(len(db))) {
		if err != nil {
			continue
		}
		if p.Name == "" || p.Version == "" || p.Release == "" {
			t.Errorf("Packages() has %s, want name, version and release", fieldsOf(p))
		}
		if name, version, _ := p.Source(); name == "" || version == "" {
			t.Errorf("Source() of %s = %q, %q", fieldsOf(p), name, version)
		}
		for name, err := range p.Files() {
			if err == nil && (name == "" || name[0] == '/' || strings.HasPrefix(name, "../") || len(name) > 4096) {
				t.Errorf("Files() has %q", name)
			}
		}
	}
	first, errs := read(db)
	again, errs2 := read(db)
	if diff := cmp.Diff(first, again); diff != "" || len(errs) != len(errs2) {
		t.Errorf("Packages() differs: -first +second\n%s", diff)
	}
}

// fuzz alters a sound database at the places that at gives, to the bytes that
// to gives, and then reads it, and the altered bytes themselves.
func fuzz(f *testing.F, db []byte) {
	f.Add([]byte{}, []byte{})
	f.Add([]byte{0, 0, 0, 12}, []byte{0xff, 0xff, 0xff, 0xff})
	for at := uint32(0); int(at) < len(db) && at < 40000; at += 1021 {
		f.Add(binary.BigEndian.AppendUint32(nil, at), []byte{0xff, 0, 0x7f, 1})
	}
	f.Fuzz(func(t *testing.T, at, to []byte) {
		db := bytes.Clone(db)
		for len(at) >= 4 && len(to) > 0 {
			n := min(4, len(to))
			copy(db[int(binary.BigEndian.Uint32(at))%len(db):], to[:n])
			at, to = at[4:], to[n:]
		}
		check(t, db)
		check(t, db[:len(db)-len(at)*97%len(db)])
	})
}

func FuzzSQLite(f *testing.F)      { fuzz(f, gunzip(f, "../../testdata/rpm/rpmdb.sqlite.gz")[:256<<10]) }
func FuzzSQLiteSmall(f *testing.F) { fuzz(f, gunzip(f, "../../testdata/rpm/page512.sqlite.gz")) }
func FuzzNDB(f *testing.F)         { fuzz(f, ndb(fixtureHeaders(f)...)) }
func FuzzBerkeley(f *testing.F) {
	fuzz(f, berkeley(binary.BigEndian, 4096, true, fixtureHeaders(f)...))
}

// FuzzPackages reads anything.
func FuzzPackages(f *testing.F) {
	for _, db := range fixtures(f) {
		f.Add(db[:min(len(db), 16<<10)])
	}
	f.Fuzz(func(t *testing.T, db []byte) { check(t, db) })
}

// FuzzHeader reads any header, from a database that is sound.
func FuzzHeader(f *testing.F) {
	for _, h := range fixtureHeaders(f) {
		f.Add(h)
	}
	f.Add(header(append(nvr("a"), tagged{1027, 8, 2, "/a\x00/b\x00"})...))
	f.Fuzz(func(t *testing.T, h []byte) { check(t, ndb(h)) })
}

func FuzzArchive(f *testing.F) {
	for _, name := range []string{"keel-libs.rpm", "keel.src.rpm"} {
		content, err := os.ReadFile("../../testdata/rpm/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
		f.Add(content[:200])
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := rpmdb.Archive(bytes.NewReader(content), int64(len(content)))
		if err == nil && (p.Name == "" || p.Version == "" || p.Release == "") {
			t.Errorf("Archive() = %s, want name, version and release", fieldsOf(p))
		}
	})
}

func FuzzPending(f *testing.F) {
	f.Add([]byte("\x37\x7f\x06\x82"))
	f.Fuzz(func(_ *testing.T, log []byte) {
		_, _ = rpmdb.Pending(bytes.NewReader(log), int64(len(log)))
	})
}
