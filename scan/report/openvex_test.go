package report_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/scan/suppress"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

func TestOpenVEX(t *testing.T) {
	t.Parallel()
	golden(t, "suppressed.openvex.json", render(t, report.OpenVEX{Author: "Jo"}, suppressed()))
	golden(t, "languages.openvex.json", render(t, report.OpenVEX{}, languages()))
	golden(t, "clean.openvex.json", render(t, report.OpenVEX{}, clean()))
}

// What is written is read without a problem and suppresses nothing; what a person
// says of a statement holds for all that it is about.
func TestOpenVEXRoundTrip(t *testing.T) {
	t.Parallel()
	for name, r := range samples() {
		text := render(t, report.OpenVEX{}, r)
		apply := func(text string) *scan.Report {
			d, err := vex.Read(name, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Problems) > 0 {
				t.Errorf("%s: problems %v, want none in:\n%s", name, d.Problems, text)
			}
			out, err := scan.Suppress(t.Context(), r, suppress.VEX(d))
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if out := apply(text); len(out.SuppressedVulnerabilities) > 0 {
			t.Errorf("%s: %d vulnerabilities are suppressed before a person has said so", name, len(out.SuppressedVulnerabilities))
		}
		done := strings.ReplaceAll(text, `"status": "under_investigation"`, `"status": "not_affected", "justification": "component_not_present"`)
		named := 0 // those of packages that have a URL
		for _, res := range read(t, render(t, report.JSON{}, r)).Results {
			for _, v := range res.Vulnerabilities {
				if v.PkgIdentifier.PURL != "" {
					named++
				}
			}
		}
		if out := apply(done); len(out.SuppressedVulnerabilities) != named {
			t.Errorf("%s: %d of %d vulnerabilities are suppressed, want %d", name, len(out.SuppressedVulnerabilities), len(r.Vulnerabilities), named)
		}
	}
}

func ExampleOpenVEX() {
	mast := scan.Component{Package: vuln.Package{Type: vuln.TypeNPM, Name: "mast", Version: "1.2.0"}}
	r := &scan.Report{
		Target:          scan.Target{Name: "app"},
		Created:         time.Date(2024, 5, 1, 10, 0, 0, 0, time.UTC),
		Vulnerabilities: []scan.Vulnerability{{ID: "CVE-2024-0001", Component: &mast, Fixed: "1.2.1"}},
	}
	if err := (report.OpenVEX{Author: "Jo"}).Report(context.Background(), os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "@context": "https://openvex.dev/ns/v0.2.0",
	//   "@id": "https://openvex.dev/docs/public/vex-17b0cc36291b5ecd9a6ce9c3bed39187544db1ae42292fff9c699141ccb087e7",
	//   "author": "Jo",
	//   "timestamp": "2024-05-01T10:00:00Z",
	//   "version": 1,
	//   "tooling": "plimsoll",
	//   "statements": [
	//     {
	//       "vulnerability": {
	//         "@id": "https://avd.aquasec.com/nvd/cve-2024-0001",
	//         "name": "CVE-2024-0001"
	//       },
	//       "products": [
	//         {
	//           "@id": "pkg:npm/mast@1.2.0"
	//         }
	//       ],
	//       "status": "under_investigation",
	//       "status_notes": "fixed in mast 1.2.1"
	//     }
	//   ]
	// }
}
