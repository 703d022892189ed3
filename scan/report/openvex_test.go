package report_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/scan/suppress"
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
