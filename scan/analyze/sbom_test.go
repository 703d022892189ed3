package analyze_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func renderBill(bill analyze.Bill, err error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q\n", bill.Kind, bill.Name)
	if bill.OS != nil {
		fmt.Fprintf(&b, "os %+v\n", *bill.OS)
	}
	for _, c := range bill.Components {
		fmt.Fprintf(&b, "%s %s %s %q from %s %s by %q under %q in %q needs %q\n",
			c.Type, c.Name, c.Version, c.Arch, c.SourceName, c.SourceVersion, c.Maintainer, c.Licenses, c.Inside, c.DependsOn)
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %s\n", err)
	}
	return b.String()
}

func TestReadSBOM(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"app.cdx.json", "app.cdx", "app.spdx.json", "app.spdx"} {
		text, err := os.ReadFile(filepath.Join("testdata", "sbom", name))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("testdata", "sbom", name+".golden"), renderBill(analyze.ReadSBOM(text)))
	}
}

// In an image only what the system's database does not tell counts.
func TestSBOMInImage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "sbom", "app.cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	tree, errs := analyzetest.Run(t.Context(), analyze.SBOM, map[string]string{
		"opt/app.cdx.json": string(text), "opt/bitnami/rig/.spdx-rig.spdx": "no bill", "usr/x.dist-info/sboms/a.cdx.json": string(text), "other.json": "{}",
	})
	if f := tree.File("opt/app.cdx.json"); len(f.Facts.Components) != 3 || f.Facts.OS != nil {
		t.Errorf("Analyze = %+v, want the three packages of languages", f.Facts)
	}
	if f := tree.File("usr/x.dist-info/sboms/a.cdx.json"); f == nil || !f.Facts.Empty() {
		t.Errorf("Analyze of what a wheel was built from = %+v, want nothing", f)
	}
	if !errors.Is(errs["opt/bitnami/rig/.spdx-rig.spdx"], analyze.ErrSBOM) || len(errs) != 2 {
		t.Errorf("errors are %v, want ErrSBOM and that of two packages", errs)
	}
}

func TestReadSBOMRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "{}", "[]", "null", "<html/>", "<bom/>", "SPDXVersion: SPDX-2.3\nPackageName", "SPDXVersion: SPDX-9.9\n", `{"spdxVersion":"SPDX-3.0"}`,
		`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}`, `{"bomFormat":"CycloneDX","components":[{]}`,
		`{"bomFormat":"CycloneDX","components":` + strings.Repeat(`[{"components":`, 20000), `{"spdxVersion":"SPDX-2.3","packages":7}`,
		"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">" + strings.Repeat("<components><component>", 20000),
		`<!DOCTYPE x [<!ENTITY a "b">]><bom xmlns="http://cyclonedx.org/schema/bom/1.5">&a;</bom>`,
	} {
		if bill, err := analyze.ReadSBOM([]byte(text)); !errors.Is(err, analyze.ErrSBOM) {
			t.Errorf("ReadSBOM(%.40q) = %+v, %v, want ErrSBOM", text, bill, err)
		}
	}
	if _, err := analyze.ReadSBOM(make([]byte, 64<<20+1)); !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("ReadSBOM of more than its bound: error is %v, want ErrLimit", err)
	}
}

func FuzzReadSBOM(f *testing.F) {
	seed(f, "testdata/sbom/app.*")
	f.Fuzz(func(t *testing.T, text []byte) {
		bill, err := analyze.ReadSBOM(text)
		for _, c := range bill.Components {
			if c.Type == "" || c.Name == "" || c.SourceName == "" {
				t.Errorf("ReadSBOM(%q) has the component %+v", text, c)
			}
		}
		if bill.Kind == "" && err == nil {
			t.Errorf("ReadSBOM(%q) = nothing, and no error", text)
		}
		if again, err2 := analyze.ReadSBOM(text); renderBill(again, err2) != renderBill(bill, err) {
			t.Errorf("ReadSBOM(%q) differs from time to time", text)
		}
	})
}

func ExampleReadSBOM() {
	bill, err := analyze.ReadSBOM([]byte(`{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
		{"type": "operating-system", "name": "alpine", "version": "3.19.1"},
		{"type": "library", "name": "zlib", "version": "1.3-r2", "purl": "pkg:apk/alpine/zlib@1.3-r2?arch=x86_64"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range bill.Components {
		fmt.Println(bill.OS, c.Type, c.Name, c.Version, c.Arch)
	}
	// Output: alpine 3.19.1 apk zlib 1.3-r2 x86_64
}

func ExampleSBOM() {
	const text = `{"bomFormat": "CycloneDX", "components": [{"type": "library", "name": "rig", "purl": "pkg:npm/%40keel/rig@1.0.0"}]}`
	tree, _ := analyzetest.Run(context.Background(), analyze.SBOM, map[string]string{"opt/rig.cdx.json": text})
	for _, c := range tree.File("opt/rig.cdx.json").Facts.Components {
		fmt.Println(c.Type, c.ID())
	}
	// Output: npm @keel/rig@1.0.0
}
