package scan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A snapshot is the same of a report, of its file, and of the report in JSON.
func TestSnapshotForms(t *testing.T) {
	t.Parallel()
	r := harbour(t)
	r.Target.Config = []byte(`{"created":"2022-05-01T00:00:00Z"}`)
	r.Layers = []scan.LayerInfo{{Size: 3}, {Size: 4}}
	want := scan.SnapshotOf(r)
	if want.Complete || want.Size != 7 || want.Built.IsZero() || want.OS != "debian 9.13" || !want.EndOfLife || len(want.Vulnerabilities) != 3 || len(want.Diagnostics) != 2 {
		t.Errorf("SnapshotOf = %+v", want)
	}
	var file, trivy strings.Builder
	if err := want.Write(&file); err != nil {
		t.Fatal(err)
	}
	got, err := scan.ReadSnapshot("a.json", []byte(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ReadSnapshot of what was written (-want +got):\n%s\n%s", diff, file.String())
	}
	if n := strings.Count(file.String(), "\n"); n != 1+3+1+2+1 {
		t.Errorf("%d lines, want one for each finding:\n%s", n, file.String())
	}
	if err := (report.JSON{}).Report(t.Context(), &trivy, r); err != nil {
		t.Fatal(err)
	}
	got, err = scan.ReadSnapshot("a.json", []byte(trivy.String()))
	if err != nil {
		t.Fatal(err)
	}
	got.Reported, got.Diagnostics = want.Reported, want.Diagnostics // which not every version writes
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ReadSnapshot of the report in JSON (-want +got):\n%s", diff)
	}
}

func TestReadSnapshot(t *testing.T) {
	t.Parallel()
	own := `{"version": "1.0", "created": "2024-03-04T13:00:00Z", "complete": true, "target": {"kind": "image", "name": "shop", "config": {"created": "2024-01-01T00:00:00Z"}},
		"os": {"family": "debian", "version": "9", "endOfLife": {"passed": true}}, "layers": [{"size": 7}],
		"packages": [{"type": "npm", "name": "mast", "version": "1", "path": "a", "inside": "b"}, {"type": "deb", "name": "keel", "version": "2", "path": "var/lib/dpkg/status"}],
		"vulnerabilities": [{"id": "CVE-1", "package": 0, "severity": "HIGH", "fixed": "2"}, {"id": "CVE-2", "package": 1, "severity": "LOW", "exploited": {}}],
		"diagnostics": [{"rule": "host-pid", "severity": "HIGH", "message": "m", "span": {"path": "web.yaml"}}]}`
	trivy := `{"SchemaVersion": 2, "CreatedAt": "2024-03-04T13:00:00Z", "ArtifactName": "shop", "Metadata": {"Size": 7, "OS": {"Family": "debian", "Name": "9", "EOSL": true},
		"ImageConfig": {"created": "2024-01-01T00:00:00Z"}}, "Results": [
		{"Target": "a/b", "Class": "lang-pkgs", "Vulnerabilities": [{"VulnerabilityID": "CVE-1", "PkgName": "mast", "InstalledVersion": "1", "FixedVersion": "2", "Severity": "HIGH"}]},
		{"Target": "shop (debian 9)", "Class": "os-pkgs", "Vulnerabilities": [{"VulnerabilityID": "CVE-2", "PkgName": "keel", "InstalledVersion": "2", "Severity": "LOW", "KEV": {}}]},
		{"Target": "web.yaml", "Class": "config", "Misconfigurations": [{"ID": "KSV-1", "Rule": "host-pid", "Message": "m", "Severity": "HIGH", "Status": "FAIL"}, {"ID": "x", "Status": "PASS", "Severity": "LOW"}]}]}`
	want := &scan.Snapshot{
		Name: "shop", Reported: time.Date(2024, 3, 4, 13, 0, 0, 0, time.UTC), Built: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		OS: "debian 9", EndOfLife: true, Size: 7, Complete: true,
		Vulnerabilities: []scan.KnownVulnerability{
			{ID: "CVE-2", System: true, Package: "keel", Version: "2", Severity: severity.Low, Exploited: true},
			{ID: "CVE-1", Package: "mast", Version: "1", Path: "a/b", Fixed: "2", Severity: severity.High},
		},
		Diagnostics: []scan.KnownDiagnostic{{Rule: "host-pid", Path: "web.yaml", Message: "m", Severity: severity.High}},
	}
	for name, text := range map[string]string{"own": own, "trivy": trivy} {
		got, err := scan.ReadSnapshot(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for text, want := range map[string]string{
		"":                        "unexpected end",
		"{}":                      "not a report",
		"[]":                      "cannot unmarshal array",
		`{"SchemaVersion": 1}`:    "schema version 1, want 2",
		`{"SchemaVersion": 2} {}`: "after top-level value",
		`{"snapshotVersion": 2}`:  "version 2, want 1",
		`{"snapshotVersion": 1, "vulnerabilities": [{"id": "CVE-1"}]}`:                                              "has no id, or no package",
		`{"SchemaVersion": 2, "Results": [{"Vulnerabilities": [{"PkgName": "a", "Severity": "LOW"}]}]}`:             "has no id, or no package",
		`{"SchemaVersion": 2, "Results": [{"Vulnerabilities": [{"PkgName": "a", "Severity": "BAD"}]}]}`:             "BAD",
		`{"version": "1.2", "target": {}, "vulnerabilities": [{"id": "CVE-1", "package": 1, "severity": "LOW"}]}`:   "of package 1, of 0",
		`{"version": "1.2", "target": {}, "vulnerabilities": [{"id": "CVE-1", "package": "a", "severity": "LOW"}]}`: "cannot unmarshal",
	} {
		s, err := scan.ReadSnapshot("x.json", []byte(text))
		if !errors.Is(err, scan.ErrSnapshot) || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "read report x.json: ") {
			t.Errorf("ReadSnapshot(%s) = %v, %v, want an error with %q", text, s, err, want)
		}
	}
}

// snapshot is one of vulnerabilities "CVE-1 keel 1 HIGH [fixed]".
func snapshot(name string, list ...string) *scan.Snapshot {
	s := &scan.Snapshot{Name: name, Complete: true}
	for _, line := range list {
		words := strings.Fields(line)
		level, err := severity.Parse(words[3])
		if err != nil {
			panic(err)
		}
		v := scan.KnownVulnerability{ID: words[0], Package: words[1], Version: words[2], Severity: level}
		if len(words) > 4 {
			v.Fixed = words[4]
		}
		s.Vulnerabilities = append(s.Vulnerabilities, v)
	}
	return s
}

func ids(list []scan.KnownVulnerability) string {
	var words []string
	for _, v := range list {
		words = append(words, v.ID+" "+v.Package+" "+v.Version)
	}
	return strings.Join(words, ", ")
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		old, new       *scan.Snapshot
		appeared, gone string
	}{
		"equal":         {snapshot("a", "CVE-1 keel 1 HIGH"), snapshot("b", "CVE-1 keel 1 HIGH"), "", ""},
		"other version": {snapshot("a", "CVE-1 keel 1 HIGH"), snapshot("b", "CVE-1 keel 2 HIGH"), "", ""},
		"other package": {snapshot("a", "CVE-1 keel 1 HIGH"), snapshot("b", "CVE-1 mast 1 HIGH"), "CVE-1 mast 1", "CVE-1 keel 1"},
		"other id":      {snapshot("a", "CVE-1 keel 1 HIGH"), snapshot("b", "CVE-2 keel 1 HIGH"), "CVE-2 keel 1", "CVE-1 keel 1"},
		"one more":      {snapshot("a", "CVE-1 keel 2 HIGH"), snapshot("b", "CVE-1 keel 1 HIGH", "CVE-1 keel 2 HIGH"), "CVE-1 keel 1", ""},
		"one less":      {snapshot("a", "CVE-1 keel 1 HIGH", "CVE-1 keel 2 HIGH", "CVE-1 keel 3 HIGH"), snapshot("b", "CVE-1 keel 2 HIGH", "CVE-1 keel 4 HIGH"), "", "CVE-1 keel 3"},
		"from nothing":  {snapshot("a"), snapshot("b", "CVE-1 keel 1 HIGH"), "CVE-1 keel 1", ""},
		"to nothing":    {snapshot("a", "CVE-1 keel 1 HIGH"), snapshot("b"), "", "CVE-1 keel 1"},
	} {
		d := scan.Diff(row.old, row.new)
		if ids(d.Appeared) != row.appeared || ids(d.Gone) != row.gone {
			t.Errorf("%s: appeared %q, gone %q, want %q, %q", name, ids(d.Appeared), ids(d.Gone), row.appeared, row.gone)
		}
	}
	known := []scan.KnownDiagnostic{{Rule: "host-pid", Path: "a", Message: "one"}, {Rule: "host-pid", Path: "a", Message: "two"}}
	d := scan.Diff(&scan.Snapshot{Diagnostics: known}, &scan.Snapshot{Diagnostics: []scan.KnownDiagnostic{{Rule: "host-pid", Path: "a", Message: "two"}, {Rule: "x", Path: "a"}}})
	if fmt.Sprint(d.AppearedDiagnostics, d.GoneDiagnostics) != "[{x a  UNKNOWN}] [{host-pid a one UNKNOWN}]" {
		t.Errorf("diagnostics: appeared %v, gone %v", d.AppearedDiagnostics, d.GoneDiagnostics)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	many := snapshot("many", "CVE-1 keel 1 LOW", "CVE-2 keel 1 LOW 2", "CVE-3 keel 1 MEDIUM 2")
	worst := snapshot("worst", "CVE-1 keel 2 LOW", "CVE-4 keel 2 CRITICAL")
	two := snapshot("two", "CVE-1 keel 3 LOW", "CVE-5 mast 1 CRITICAL", "CVE-5 mast 2 CRITICAL")
	exploited := snapshot("exploited", "CVE-1 keel 3 LOW")
	exploited.Vulnerabilities[0].Exploited = true
	cut := snapshot("cut", "CVE-1 keel 1 LOW")
	cut.Complete = false
	small, large := snapshot("small", "CVE-1 keel 1 LOW", "CVE-2 keel 1 LOW"), snapshot("large", "CVE-1 keel 1 LOW", "CVE-2 keel 1 LOW")
	small.Size, large.Size = 1, 2
	c := scan.Compare(two, cut, exploited, large, worst, small, many)
	names := func(list []scan.Compared) string {
		var words []string
		for _, c := range list {
			words = append(words, c.Name)
		}
		return strings.Join(words, " ")
	}
	if got, want := names(c.Targets), "small large many worst two exploited cut"; got != want {
		t.Errorf("by risk: %s, want %s", got, want)
	}
	if got, want := names(c.Critical()), "two worst"; got != want {
		t.Errorf("Critical = %s, want %s", got, want)
	}
	if got, want := names(c.Fewest()), "exploited"; got != want { // cut has as few, but may have more
		t.Errorf("Fewest = %s, want %s", got, want)
	}
	if got, want := ids(c.Shared), "CVE-1 keel 1"; got != want {
		t.Errorf("Shared = %s, want %s", got, want)
	}
	for name, want := range map[string]string{"two": "CVE-5 mast 1, CVE-5 mast 2", "worst": "CVE-4 keel 2", "many": "CVE-3 keel 1", "small": ""} {
		for _, x := range c.Targets {
			if x.Name == name && ids(x.Own) != want {
				t.Errorf("%s has %s for itself, want %s", name, ids(x.Own), want)
			}
		}
	}
	x := c.Targets[2]
	if x.Fixable != 2 || x.Unfixed != 1 || x.Counts[severity.Low] != 2 || x.Counts[severity.Medium] != 1 || len(x.Counts) != 5 {
		t.Errorf("many: %+v", x)
	}
	if one := scan.Compare(many); len(one.Shared) != 0 || len(one.Targets[0].Own) != 3 {
		t.Errorf("Compare of one: %+v", one)
	}
	if none := scan.Compare(); len(none.Targets)+len(none.Fewest())+len(none.Critical()) != 0 {
		t.Errorf("Compare of none: %+v", none)
	}
}

func FuzzReadSnapshot(f *testing.F) {
	f.Add(`{"snapshotVersion": 1, "vulnerabilities": [{"id": "CVE-1", "package": "a", "severity": "LOW"}]}`)
	f.Add(`{"SchemaVersion": 2, "Results": [{"Class": "os-pkgs", "Vulnerabilities": [{"VulnerabilityID": "CVE-1", "PkgName": "a", "Severity": "LOW"}]}]}`)
	f.Add(`{"version": "1.0", "target": {}, "packages": [{"type": "deb", "name": "a"}], "vulnerabilities": [{"id": "CVE-1", "package": 0, "severity": "LOW"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := scan.ReadSnapshot("x", []byte(text))
		if (s == nil) == (err == nil) {
			t.Fatalf("ReadSnapshot = %v, %v", s, err)
		}
		if err != nil {
			return
		}
		if d := scan.Diff(s, s); len(d.Appeared)+len(d.Gone)+len(d.AppearedDiagnostics)+len(d.GoneDiagnostics) > 0 {
			t.Fatalf("%q differs from itself: %+v", text, d)
		}
		var out strings.Builder
		if err := s.Write(&out); err != nil {
			return // a time that JSON has no form of
		}
		if _, err := scan.ReadSnapshot("x", []byte(out.String())); err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, out.String())
		}
	})
}

func ExampleGate_Judge_baseline() {
	rep := &scan.Report{Target: scan.Target{Kind: artifact.KindImage, Name: "shop:2"}}
	gate := scan.Gate{Baseline: scan.SnapshotOf(rep)}
	keel := scan.Component{}
	keel.Name = "keel"
	rep.Vulnerabilities = []scan.Vulnerability{{ID: "CVE-2024-0001", Component: &keel, Severity: severity.High}}
	fmt.Println(gate.Judge(rep).Reasons)
	// Output: [1 vulnerability of severity HIGH that the baseline has not]
}

func ExampleDiff() {
	before := &scan.Snapshot{Vulnerabilities: []scan.KnownVulnerability{{ID: "CVE-2024-0001", Package: "keel"}}}
	after := &scan.Snapshot{Vulnerabilities: []scan.KnownVulnerability{{ID: "CVE-2024-0002", Package: "keel"}}}
	d := scan.Diff(before, after)
	fmt.Println("appeared:", d.Appeared[0].ID)
	fmt.Println("gone:", d.Gone[0].ID)
	// Output:
	// appeared: CVE-2024-0002
	// gone: CVE-2024-0001
}

func ExampleReadSnapshot() {
	s, err := scan.ReadSnapshot("old.json", []byte(`{
  "SchemaVersion": 2, "ArtifactName": "shop:1",
  "Results": [{"Class": "os-pkgs", "Vulnerabilities": [
    {"VulnerabilityID": "CVE-2024-0001", "PkgName": "keel", "InstalledVersion": "1", "Severity": "HIGH"}]}]
}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Name, len(s.Vulnerabilities), s.Vulnerabilities[0].ID, s.Vulnerabilities[0].Severity)
	// Output: shop:1 1 CVE-2024-0001 HIGH
}

func ExampleCompare() {
	c := scan.Compare(
		snapshot("shop:1", "CVE-2024-0001 keel 1 CRITICAL 2"),
		snapshot("shop:2", "CVE-2024-0002 keel 2 LOW"),
	)
	fmt.Println("a critical one:", c.Critical()[0].Name)
	fmt.Println("least risk:", c.Targets[0].Name)
	// Output:
	// a critical one: shop:1
	// least risk: shop:2
}
