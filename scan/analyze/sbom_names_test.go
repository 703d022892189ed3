package analyze_test

import (
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
)

// An epoch that a package URL has twice, in the version and as a qualifier, is
// one.
func TestReadSBOMEpoch(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"pkg:deb/debian/keel@1.0-1?epoch=2":                           "2:1.0-1 2:1.0-1",
		"pkg:deb/debian/keel@2%3A1.0-1?epoch=2":                       "2:1.0-1 2:1.0-1",
		"pkg:deb/debian/keel@2:1.0-1":                                 "2:1.0-1 2:1.0-1",
		"pkg:deb/debian/keel@1.0-1?epoch=0":                           "1.0-1 1.0-1",
		"pkg:rpm/fedora/keel@1.0-1.fc40?epoch=2":                      "2:1.0-1.fc40 2:1.0-1.fc40",
		"pkg:deb/debian/keel@2%3A1.0-1?epoch=2&upstream=mast%403.0-1": "2:1.0-1 3.0-1",
	} {
		text := fmt.Sprintf(`{"bomFormat": "CycloneDX", "components": [{"type": "library", "name": "keel", "purl": %q}]}`, url)
		bill, err := analyze.ReadSBOM([]byte(text))
		if err != nil || len(bill.Components) != 1 {
			t.Errorf("%s: ReadSBOM = %+v, %v", url, bill, err)
			continue
		}
		if c := bill.Components[0]; c.Version+" "+c.SourceVersion != want {
			t.Errorf("%s: ReadSBOM has the versions %s and %s, want %s", url, c.Version, c.SourceVersion, want)
		}
	}
}

// A package that a bill has under two names of its own is one, and is needed, and
// needs others, under either.
func TestReadSBOMTwoRefs(t *testing.T) {
	t.Parallel()
	const text = `{"bomFormat": "CycloneDX", "components": [
		{"bom-ref": "a", "type": "library", "name": "keel", "purl": "pkg:npm/keel@1.0.0"},
		{"bom-ref": "b", "type": "library", "name": "keel", "purl": "pkg:npm/keel@1.0.0"},
		{"bom-ref": "c", "type": "library", "name": "mast", "purl": "pkg:npm/mast@2.0.0"},
		{"type": "library", "name": "rig", "purl": "pkg:npm/rig@3.0.0"}],
		"dependencies": [{"ref": "b", "dependsOn": ["c"]}, {"ref": "c", "dependsOn": ["b", ""]}, {"ref": "", "dependsOn": ["c"]}]}`
	bill, err := analyze.ReadSBOM([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range bill.Components {
		got += fmt.Sprintf("%s %v\n", c.ID(), c.DependsOn)
	}
	if want := "keel@1.0.0 [mast@2.0.0]\nmast@2.0.0 [keel@1.0.0]\nrig@3.0.0 []\n"; got != want {
		t.Errorf("ReadSBOM has\n%swant\n%s", got, want)
	}
}
