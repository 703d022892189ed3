package report_test

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/score"
)

// placeless is r without the texts of manifests, and with scores whose places are not
// known, as they are not once a report is read.
func placeless(r *scan.Report) *scan.Report {
	of := *r
	of.Files = nil
	of.Scores = slices.Clone(r.Scores)
	for i := range of.Scores {
		s := &of.Scores[i]
		for _, list := range []*[]score.Item{&s.Critical, &s.Passed, &s.Advise} {
			*list = slices.Clone(*list)
			for k := range *list {
				item := &(*list)[k]
				item.Places = slices.Clone(item.Places)
				for j := range item.Places {
					item.Places[j].Node = nil
				}
			}
		}
	}
	return &of
}

// Our own report is the same once it was read, in each format that needs no text of
// a manifest.
func TestReadPlimsoll(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*scan.Report{
		"shop": shop(), "voyage": placeless(voyage(t)), "pirates": placeless(pirates(t)), "empty": {},
	} {
		format := report.Plimsoll{Rules: brigRules()}
		text := strings.ReplaceAll(render(t, format, r), `\ufffd`, "\ufffd") // the first is of what is no UTF-8
		read, rules, err := report.Read("saved.json", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(text, render(t, report.Plimsoll{Rules: rules}, read)); diff != "" {
			t.Errorf("%s is another report once it was read (-written +read):\n%s", name, diff)
		}
		if name == "pirates" { // whose texts are escaped once more
			continue
		}
		for format, f := range map[string]scan.Reporter{
			"table": report.Table{Packages: true, Suppressed: true}, "csv": report.CSV{}, "count": report.Count{}, "junit": report.JUnit{},
			"cyclonedx": report.CycloneDX{}, "spdx": report.SPDX{}, "gitlab": report.GitLab{}, "openvex": report.OpenVEX{},
		} {
			if diff := cmp.Diff(render(t, f, r), render(t, f, read)); diff != "" {
				t.Errorf("%s as %s is another once it was read (-written +read):\n%s", name, format, diff)
			}
		}
	}
}

// What Trivy's shape has is the same once it was read.
func TestReadTrivy(t *testing.T) {
	t.Parallel()
	text := render(t, report.JSON{Suppressed: true}, shop())
	read, _, err := report.Read("trivy.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, render(t, report.JSON{Suppressed: true}, read)); diff != "" {
		t.Errorf("the report is another once it was read (-written +read):\n%s", diff)
	}
}

// A report of Trivy's own: no list of packages, findings of other scanners, what
// passed.
func TestReadTrivysOwn(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/trivy-own.json")
	if err != nil {
		t.Fatal(err)
	}
	r, rules, err := report.Read("trivy.json", text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range r.Vulnerabilities {
		got = append(got, strings.Join([]string{v.ID, string(v.Component.Type), v.Component.Name, v.Component.Version, v.Component.Path, v.Severity.String(), v.Status.String()}, " "))
	}
	for _, d := range r.Diagnostics {
		got = append(got, d.Rule+" "+d.Span.Start.String()+" "+d.Message)
	}
	for _, p := range r.Problems {
		got = append(got, p.String())
	}
	want := []string{
		"CVE-2026-0001 deb keel 2:1.0-3  HIGH fixed",
		"CVE-2026-0002 npm hull 1.0.0 app/package-lock.json UNKNOWN unknown",
		"DS-0002 Dockerfile:3 Specify at least 1 USER command",
		"read app/config: findings of another scanner are not read: 1 (hides nothing)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Read has other findings (-want +got):\n%s", diff)
	}
	if r.OS.Family != "rhel" || r.Target.Kind != artifact.KindImage || len(rules) != 1 || rules[0].Title != "Image user should not be root" {
		t.Errorf("Read has %v, %v, %v", r.OS, r.Target, rules)
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                 "unexpected end",
		"[]":                               "cannot unmarshal",
		"{}":                               "not a report",
		`{"SchemaVersion": 1}`:             "schema version 1, want 2",
		`{"version": "2.0", "target": {}}`: `version "2.0", want 1.0`,
		`{"version": "1.0", "target": {}, "vulnerabilities": [{"id": "CVE-1", "package": 3}]}`:                                      `vulnerability "CVE-1" is of package 3, of 0`,
		`{"version": "1.0", "target": {}, "packages": [{"name": "a", "layer": 0}]}`:                                                 "package 0 is of layer 0, of 0",
		`{"version": "1.0", "target": {}, "packages": [{"name": "a", "relationship": "b"}]}`:                                        `relationship "b"`,
		`{"version": "1.0", "target": {}, "problems": [{"hides": "b"}]}`:                                                            `hides "b"`,
		`{"version": "1.0", "target": {}, "os": {"endOfLife": {"date": "b"}}}`:                                                      "cannot parse",
		`{"SchemaVersion": 2, "Results": [{"Vulnerabilities": [{}]}]}`:                                                              "no id, or no package",
		`{"SchemaVersion": 2, "Results": [{"Vulnerabilities": [{"VulnerabilityID": "CVE-1", "PkgName": "a", "Severity": "BAD"}]}]}`: "CVE-1: ",
		`{"SchemaVersion": 2, "Results": [{"Vulnerabilities": [{"VulnerabilityID": "CVE-1", "PkgName": "a", "Status": "bad"}]}]}`:   `unknown status "bad"`,
	} {
		r, _, err := report.Read("saved.json", []byte(text))
		if err == nil || !errors.Is(err, scan.ErrSnapshot) || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "read report saved.json: ") || r != nil {
			t.Errorf("Read(%s) = %v, error %v, want %q and ErrSnapshot", text, r, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, format := range []scan.Reporter{report.Plimsoll{Rules: brigRules()}, report.JSON{Suppressed: true}} {
		var out strings.Builder
		if err := format.Report(context.Background(), &out, voyage(f)); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(out.String()))
	}
	text, err := os.ReadFile("testdata/trivy-own.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		r, rules, err := report.Read("fuzz.json", text)
		if err != nil {
			if !errors.Is(err, scan.ErrSnapshot) {
				t.Errorf("error %v is no ErrSnapshot", err)
			}
			return
		}
		for _, format := range []scan.Reporter{
			report.Plimsoll{Rules: rules}, report.JSON{Rules: rules}, report.Table{}, report.HTML{}, report.SARIF{Rules: rules}, report.CycloneDX{},
		} {
			if err := format.Report(t.Context(), io.Discard, r); err != nil {
				t.Errorf("%T: %v", format, err)
			}
		}
	})
}
