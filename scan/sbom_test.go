package scan_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

const bill = `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
	{"type": "operating-system", "name": "debian", "version": "12.15"},
	{"type": "library", "name": "keel", "purl": "pkg:deb/debian/keel@1.0-1?arch=amd64&distro=debian-12.15",
	 "properties": [{"name": "syft:location:0:path", "value": "/var/lib/dpkg/status"}]},
	{"type": "library", "name": "odd", "purl": "pkg:deb/debian/odd@not%20a%20version?arch=amd64"},
	{"type": "library", "name": "nameless"}]}`

func TestSBOM(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	record := `{"id": "TEST-2026-0001", "modified": "2026-01-01T00:00:00Z", "upstream": ["CVE-2026-0001"], "affected": [
		{"package": {"ecosystem": "Debian:12", "name": "keel"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0-2"}]}]}]}`
	records := filepath.Join(dir, "records")
	if err := errors.Join(os.Mkdir(records, 0o755), os.WriteFile(filepath.Join(records, "record.json"), []byte(record), 0o644), os.WriteFile(filepath.Join(dir, "bill"), []byte(bill), 0o644)); err != nil {
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
	rep, err := scan.SBOM(t.Context(), filepath.Join(dir, "bill"), scan.Options{Database: db})
	if err != nil {
		t.Fatal(err)
	}
	if rep.Target.Kind != artifact.KindCycloneDX || rep.OS.String() != "debian 12.15" || len(rep.Components) != 2 {
		t.Errorf("SBOM reports %+v, %v, %v", rep.Target, rep.OS, rep.Components)
	}
	other := &vuln.OS{Family: "debian", Version: "11.4"}
	if rep, err := scan.SBOM(t.Context(), filepath.Join(dir, "bill"), scan.Options{Database: db, OS: other}); err != nil || rep.OS.String() != "debian 11.4" || len(rep.Vulnerabilities) != 0 {
		t.Errorf("SBOM taken for debian 11.4 reports %v, %v; %v", rep.OS, rep.Vulnerabilities, err)
	}
	if len(rep.Vulnerabilities) != 1 || rep.Vulnerabilities[0].ID != "CVE-2026-0001" || rep.Vulnerabilities[0].Component.Path != "var/lib/dpkg/status" {
		t.Errorf("SBOM finds %+v, want CVE-2026-0001 of keel", rep.Vulnerabilities)
	}
	got := problems(rep.Problems)
	if len(rep.Problems) != 2 || !strings.Contains(got, `package "nameless": no package URL (hides some)`) || !strings.Contains(got, "match odd@not a version") {
		t.Errorf("SBOM has the problems\n%s", got)
	}

	for _, tt := range []struct {
		name, text string
		opts       scan.Options
		is         error
	}{
		{"nothing", "{}", scan.Options{}, analyze.ErrSBOM},
		{"large", bill, scan.Options{Limits: scan.Limits{FileBytes: 10}}, scan.ErrLimit},
	} {
		if _, err := scan.InspectSBOM(t.Context(), "x", strings.NewReader(tt.text), tt.opts); !errors.Is(err, tt.is) || !strings.Contains(err.Error(), "bill of materials x") {
			t.Errorf("%s: InspectSBOM = %v, want %v", tt.name, err, tt.is)
		}
	}
	if _, err := scan.SBOM(t.Context(), filepath.Join(dir, "absent"), scan.Options{Database: db}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("SBOM of nothing: error is %v", err)
	}
	if _, err := scan.SBOM(t.Context(), "x", scan.Options{}); !errors.Is(err, scan.ErrNoMatcher) {
		t.Errorf("SBOM without a database: error is %v", err)
	}
}

func ExampleInspectSBOM() {
	const text = `{"bomFormat": "CycloneDX", "components": [{"type": "library", "name": "rig", "purl": "pkg:npm/%40keel/rig@1.0.0"}]}`
	inv, err := scan.InspectSBOM(context.Background(), "rig.cdx.json", strings.NewReader(text), scan.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range inv.Components {
		fmt.Println(inv.Target.Kind, c.Type, c.Name, c.Version)
	}
	// Output: cyclonedx npm @keel/rig 1.0.0
}
