package rpmdb_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/internal/rpmdb"
)

// fields are what TestRPM compares, as rpm spells them, and fieldsOf.
const fields = `%{NAME}|%{EVR}|%{ARCH}|%{SOURCERPM}|%{VENDOR}|%{LICENSE}|%{MODULARITYLABEL}`

func fieldsOf(p *rpmdb.Package) string {
	list := []string{p.Name, p.EVR(), p.Arch, p.SourceRPM, p.Vendor, p.License, p.ModularityLabel}
	for i, s := range list[2:] {
		if s == "" {
			list[2+i] = "(none)"
		}
	}
	return strings.Join(list, "|")
}

// describe reads a database: a line for each package and one for each of its
// files, all sorted.
func describe(t *testing.T, path string) (packages, files []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	for p, err := range rpmdb.Packages(file, info.Size()) {
		if err != nil {
			t.Errorf("Packages(%s) = %v", path, err)
			continue
		}
		packages = append(packages, fieldsOf(p))
		for name, err := range p.Files() {
			if err != nil {
				t.Errorf("Packages(%s): %s: Files() = %v", path, p.Name, err)
			}
			files = append(files, p.Name+" /"+name)
		}
	}
	slices.Sort(packages)
	slices.Sort(files)
	return packages, files
}

// needTool skips the test where the tool is missing.
func needTool(t *testing.T, tool string) {
	t.Helper()
	_, err := exec.LookPath(tool)
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatal(err)
	case err != nil:
		t.Skip(err)
	}
}

// copyForRPM puts a database where rpm may change it, and returns the options to
// read it with. Debian's rpm cannot read ndb: it is given the blobs of one, found
// by their magic, to import.
func copyForRPM(t *testing.T, path string) []string {
	t.Helper()
	dir := t.TempDir()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Base(path)
	options := []string{"--dbpath", dir, "--define", "_db_backend sqlite"}
	switch base {
	case "Packages":
		options[3] = "_db_backend bdb_ro"
	case "Packages.db":
		importHeaders(t, options, content)
		return options
	}
	if err := os.WriteFile(filepath.Join(dir, base), content, 0o644); err != nil {
		t.Fatal(err)
	}
	return options
}

// importHeaders makes a database of the headers in an ndb one.
func importHeaders(t *testing.T, options []string, content []byte) {
	t.Helper()
	needTool(t, "rpmdb")
	var headers bytes.Buffer
	for at := 4096; at+16 <= len(content); at += 16 {
		if string(content[at:at+4]) == "BlbS" {
			size := int(binary.LittleEndian.Uint32(content[at+12:]))
			headers.WriteString(headerMagic)
			headers.Write(content[at+16 : at+16+size])
		}
	}
	cmd := exec.Command("rpmdb", append(options, "--importdb")...)
	cmd.Stdin = &headers
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("run %v: %v: %s", cmd.Args, err, out)
	}
}

// query asks rpm of a copy of a database for the packages and their files.
func query(t *testing.T, path string) (packages, files []string) {
	t.Helper()
	options := copyForRPM(t, path)
	run := func(format string) []string {
		cmd := exec.Command("rpm", append(options, "--query", "--all", "--queryformat", format)...)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("run %v: %v", cmd.Args, err)
		}
		list := slices.Sorted(strings.SplitSeq(strings.TrimSuffix(string(out), "\n"), "\n"))
		return slices.DeleteFunc(list, func(s string) bool { return s == "" })
	}
	for _, row := range run(fields + `\n`) { // an empty field is as good as none
		packages = append(packages, strings.ReplaceAll(row, "||", "|(none)|"))
	}
	slices.Sort(packages)
	for _, row := range run(`[%{=NAME} %{FILENAMES}|%{FILEFLAGS}|%{FILEMODES}\n]`) {
		name, rest, _ := strings.Cut(row, "|")
		var flags, mode int
		if _, err := fmt.Sscanf(rest, "%d|%d", &flags, &mode); err != nil {
			t.Fatalf("rpm: %q: %v", row, err)
		}
		if flags&(1<<6) == 0 && mode&0o170000 != 0o040000 {
			files = append(files, name)
		}
	}
	slices.Sort(files)
	return packages, files
}

// TestCorpus holds what is read of each database of the corpus to what rpm
// says, and to the numbers that its origin lists. rpm reads a Berkeley database
// only where its indexes are beside it, which they are not in the corpus, but
// for a query of everything it does without.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpus.Dir(t), "rpmdb")
	needTool(t, "rpm")
	for _, row := range []struct {
		path     string
		packages int
	}{
		{"amazonlinux-2023/rpmdb.sqlite", 103}, {"cbl-mariner-2.0/rpmdb.sqlite", 129}, {"htop-el9-sqlite/rpmdb.sqlite", 1},
		{"sle15-bci-a/Packages.db", 35}, {"sle15-bci-b/Packages.db", 35}, {"sle15-bci-c/Packages.db", 36},
		{"rhel8-libuuid/Packages", 1}, {"htop-el8-bdb/Packages", 1}, {"hello-epoch-bdb/Packages", 1}, {"dive-bdb/Packages", 1},
	} {
		name, path := row.path, filepath.Join(dir, row.path)
		packages, files := describe(t, path)
		if len(packages) != row.packages {
			t.Errorf("%s: Packages() = %d, want %d", name, len(packages), row.packages)
		}
		wantPackages, wantFiles := query(t, path)
		if diff := cmp.Diff(wantPackages, packages); diff != "" {
			t.Errorf("%s: Packages(): -rpm +got\n%s", name, diff)
		}
		if diff := cmp.Diff(wantFiles, files); diff != "" {
			t.Errorf("%s: Files(): -rpm +got\n%s", name, diff)
		}
		t.Logf("%s: %d packages, %d files", name, len(packages), len(files))
	}
}

// BenchmarkPackages reads the two large databases of the corpus, with the files
// of all packages and without.
func BenchmarkPackages(b *testing.B) {
	for _, name := range []string{"amazonlinux-2023", "cbl-mariner-2.0"} {
		path := filepath.Join(corpus.Dir(b), "rpmdb", name, "rpmdb.sqlite")
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		for _, files := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/files=%t", name, files), func(b *testing.B) {
				file, err := os.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				defer file.Close()
				b.SetBytes(info.Size())
				b.ReportAllocs()
				for b.Loop() {
					for p, err := range rpmdb.Packages(file, info.Size()) {
						if err != nil {
							b.Fatal(err)
						}
						if !files {
							continue
						}
						for _, err := range p.Files() {
							if err != nil {
								b.Fatal(err)
							}
						}
					}
				}
			})
		}
	}
}
