package corpus

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// A Package is a package as an established tool lists it, with its file.
type Package struct {
	Type string // the tool's word: "gobinary"
	vuln.Package
	Path string
}

// Fields reads a tab-separated file of the corpus.
func Fields(tb testing.TB, elem ...string) [][]string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		tb.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
	}
	return rows
}

// LanguagePackages are those that Trivy found in an image, but for the system's.
func LanguagePackages(tb testing.TB, image string) []Package {
	tb.Helper()
	var list []Package
	for _, row := range Fields(tb, Dir(tb), "images", "expected", image+".packages.tsv") {
		types := map[string]vuln.PackageType{
			"gobinary": vuln.TypeGo, "node-pkg": vuln.TypeNPM, "python-pkg": vuln.TypePyPI, "cargo": vuln.TypeCargo,
			"julia": vuln.TypeJulia, "packages-props": vuln.TypeNuGet,
		}
		p := Package{Type: row[0], Package: vuln.Package{Type: types[row[0]], Name: row[1], Version: row[2], SourceName: row[1], SourceVersion: row[2]}, Path: row[3]}
		if p.Package.Type != "" && p.Version != "" {
			list = append(list, p)
		}
	}
	return list
}

// RPMPackages are those that the rpm command lists in a database of the corpus.
// Where there is no rpm the test is skipped, but with CI=true it fails.
func RPMPackages(tb testing.TB, database string) []Package {
	tb.Helper()
	dir := tb.TempDir() // rpm writes beside a database that it reads
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(Dir(tb), "rpmdb", database))); err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command("rpm", "--dbpath", dir, "--query", "--all", "--queryformat", `%{NAME}\t%{EVR}\t%{SOURCERPM}\t%{ARCH}\n`)
	out, err := cmd.Output()
	if err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("rpm: %v", err)
		}
		tb.Skipf("rpm: %v", err)
	}
	var list []Package
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if f[0] == "gpg-pubkey" { // a key, not a package
			continue
		}
		p := Package{Type: "rpm", Package: vuln.Package{Type: vuln.TypeRPM, Name: f[0], Version: f[1], Arch: f[3]}}
		source := strings.TrimSuffix(f[2], ".src.rpm")
		release := strings.LastIndexByte(source, '-')
		version := strings.LastIndexByte(source[:release], '-')
		p.SourceName, p.SourceVersion = source[:version], source[version+1:]
		list = append(list, p)
	}
	return list
}
