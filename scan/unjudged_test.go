package scan_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// One problem says of a package in several places that it cannot be judged, and
// one names those that the distribution did not build.
func TestUnjudged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	record := `{"id": "TEST-1", "affected": [{"package": {"ecosystem": "npm", "name": "keel"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]},
		{"package": {"ecosystem": "Debian:12", "name": "keel"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}`
	records := filepath.Join(dir, "records")
	if err := errors.Join(os.Mkdir(records, 0o755), os.WriteFile(filepath.Join(records, "1.json"), []byte(record), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Build(t.Context(), filepath.Join(dir, "db"), []string{records}, store.BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(filepath.Join(dir, "db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	library := func(name, version, path string) artifact.Component {
		return artifact.Component{Package: vuln.Package{Type: vuln.TypeNPM, Name: name, Version: version, SourceName: name, SourceVersion: version}, Path: path}
	}
	foreign := func(name string) artifact.Component {
		return artifact.Component{Package: vuln.Package{Type: vuln.TypeDeb, Name: name, Version: "1", SourceName: name, SourceVersion: "1", ThirdParty: true}}
	}
	inv := &scan.Inventory{OS: &vuln.OS{Family: vuln.Debian, Version: "12"}, Components: []artifact.Component{
		foreign("docker-ce"), library("keel", "", "a"), library("keel", "", "b"), library("keel", "odd", "c"), library("mast", "", "d"), foreign("nodejs"),
	}}
	rep, err := scan.Judge(t.Context(), inv, scan.Options{Database: db})
	if err != nil {
		t.Fatal(err)
	}
	const want = `match: 2 packages not matched (docker-ce, nodejs): no advisories for what the distribution did not build (hides some)
match keel@: the version is unknown, and 1 advisory names the package, in 2 places (hides some)
match keel@odd: invalid npm version "odd": no number at byte 0 (hides some)`
	if got := problems(rep.Problems); got != want {
		t.Errorf("Judge has the problems\n%s\nwant\n%s", got, want)
	}
}
