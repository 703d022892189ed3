package report_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func TestSARIFSchema(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/schemas/sarif-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	s := schemas(t, schemaFile{"https://json.schemastore.org/sarif-2.1.0.json", string(text)})
	reports := samples()
	reports["voyage"], reports["pirates"], reports["brig"] = voyage(t), pirates(t), brig(t)
	for name, r := range reports {
		validate(t, s, name, render(t, report.SARIF{Version: "1.2.3", Rules: brigRules(), Dir: "/work"}, r))
		validate(t, s, name+" without rules", render(t, report.SARIF{}, r))
	}
	for _, format := range []string{"kubelinter.sarif", "kubelinter.clean.sarif", "kubesec.sarif"} {
		out, err := os.ReadFile("testdata/" + format)
		if err != nil {
			t.Fatal(err)
		}
		validate(t, s, format, string(out))
	}
}

// A sarifLog is the part of SARIF that tests look at.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID         string
					Properties map[string]any
				}
			}
		}
		Invocations []struct{ ExecutionSuccessful bool }
		Results     []struct {
			RuleID              string
			RuleIndex           int
			Level               string
			PartialFingerprints map[string]string
			Suppressions        []struct{ Kind, Justification string }
			Locations           []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
				}
			}
		}
	}
}

func sarifOf(t *testing.T, f report.SARIF, r *scan.Report) sarifLog {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal([]byte(render(t, f, r)), &log); err != nil {
		t.Fatal(err)
	}
	return log
}

func TestSARIFPlaces(t *testing.T) {
	t.Parallel()
	run := sarifOf(t, report.SARIF{Rules: brigRules()}, voyage(t)).Runs[0]
	if run.Invocations[0].ExecutionSuccessful {
		t.Error("a report that is not complete is of a successful invocation")
	}
	want := map[string]string{
		"TEST-2024-0002": "var/lib/dpkg/status:1:0-0:0", "CVE-2024-0003": "app/package-lock.json:10:0-18:0",
		"CVE-2024-0007": "app/package-lock.json:25:0-30:0", "no-privileged": "deploy/brig.yaml:13:25-13:29",
		"tidy": "deploy/brig.yaml:13:25-13:29",
	}
	for _, res := range run.Results {
		if id := run.Tool.Driver.Rules[res.RuleIndex].ID; id != res.RuleID {
			t.Errorf("result of rule %s has the index of %s", res.RuleID, id)
		}
		at := res.Locations[0].PhysicalLocation
		got := fmt.Sprintf("%s:%d:%d-%d:%d", at.ArtifactLocation.URI, at.Region.StartLine, at.Region.StartColumn, at.Region.EndLine, at.Region.EndColumn)
		if place, ok := want[res.RuleID]; ok && got != place {
			t.Errorf("%s is at %s, want %s", res.RuleID, got, place)
		}
		delete(want, res.RuleID)
		if len(res.Suppressions) > 0 != (res.RuleID == "tidy" || res.RuleID == "CVE-2024-0004") {
			t.Errorf("%s has suppressions %v", res.RuleID, res.Suppressions)
		}
	}
	for id := range want {
		t.Errorf("there is no result for %s", id)
	}
}

// Files of a directory are named from where the program runs.
func TestSARIFDirectory(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, dir, want string }{
		{".", "", "a b/package-lock.json"},
		{"src", "", "src/a%20b/package-lock.json"},
		{"/work/src", "/work", "src/a%20b/package-lock.json"},
		{"/elsewhere", "/work", "../elsewhere/a%20b/package-lock.json"},
		{"https://git.example.com/fleet", "", "a%20b/package-lock.json"},
		{"src/a b/package-lock.json", "", "src/a%20b/package-lock.json"},
	} {
		r := repository()
		r.Target.Name = test.name
		for i := range r.Components {
			r.Components[i].Path = "a b/package-lock.json"
			if strings.HasSuffix(test.name, "json") {
				r.Components[i].Path = "package-lock.json"
			}
		}
		got := sarifOf(t, report.SARIF{Dir: test.dir}, r).Runs[0].Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI
		if want := strings.ReplaceAll(test.want, "a b", "a%20b"); got != want {
			t.Errorf("a file of %s from %q is %s, want %s", test.name, test.dir, got, want)
		}
	}
}

// Fingerprints stay when lines move and versions change, and differ within a
// report.
func TestSARIFFingerprints(t *testing.T) {
	t.Parallel()
	list := func(r *scan.Report) []string {
		var prints []string
		for _, res := range sarifOf(t, report.SARIF{}, r).Runs[0].Results {
			prints = append(prints, res.PartialFingerprints["plimsoll/v1"])
		}
		return prints
	}
	first, moved := voyage(t), voyage(t)
	for i := range moved.Components {
		c := &moved.Components[i]
		c.Version += ".1"
		for n := range c.Lines {
			c.Lines[n].First, c.Lines[n].Last = c.Lines[n].First+7, c.Lines[n].Last+7
		}
	}
	for i := range moved.Diagnostics {
		moved.Diagnostics[i].Span.Start.Line += 3
		moved.Diagnostics[i].Span.End.Line += 3
	}
	a, b := list(first), list(moved)
	seen := make(map[string]bool)
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("result %d has the fingerprint %s, and %s when lines move", i, a[i], b[i])
		}
		if seen[a[i]] || len(a[i]) != 32 {
			t.Errorf("result %d has the fingerprint %q, as another one", i, a[i])
		}
		seen[a[i]] = true
	}
	twice := repository()
	twice.Components[3].Name = "plank"
	v := twice.Vulnerabilities[0]
	v.Component = &twice.Components[3]
	twice.Vulnerabilities = append(twice.Vulnerabilities, v)
	if p := list(twice); p[0] == p[1] {
		t.Errorf("two versions of a package in a file have one fingerprint")
	}
}

func TestSARIFSecuritySeverity(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		level  severity.Level
		scores []float64
		want   string
	}{
		{severity.Critical, []float64{9.8, 9.1, 5}, "9.8"},
		{severity.High, []float64{9.8, 7.2}, "7.2"},
		{severity.Low, []float64{9.8}, "2.0"},
		{severity.Critical, nil, "9.5"},
		{severity.Unknown, []float64{0, 4}, "0.0"},
	} {
		r := findings()
		r.Vulnerabilities = r.Vulnerabilities[1:2]
		v := &r.Vulnerabilities[0]
		v.Severity, v.Advisory = test.level, nil
		for _, s := range test.scores {
			v.Ratings = append(v.Ratings, vuln.Rating{Type: "CVSS_V3", Score: s, Source: "nvd"})
		}
		if got := sarifOf(t, report.SARIF{}, r).Runs[0].Tool.Driver.Rules[0].Properties["security-severity"]; got != test.want {
			t.Errorf("security-severity of %s with scores %v = %v, want %s", test.level, test.scores, got, test.want)
		}
	}
}

func ExampleSARIF() {
	r := boat()
	r.Target.Kind = artifact.KindImage
	if err := (report.SARIF{Version: "1.0"}).Report(context.Background(), os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "version": "2.1.0",
	//   "$schema": "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json",
	//   "runs": [
	//     {
	//       "tool": {
	//         "driver": {
	//           "informationUri": "https://github.com/plimsoll-go/plimsoll",
	//           "name": "plimsoll",
	//           "rules": [
	//             {
	//               "id": "TEST-2024-0001",
	//               "name": "OsPackageVulnerability",
	//               "shortDescription": {
	//                 "text": "hull: leaks"
	//               },
	//               "fullDescription": {
	//                 "text": "hull: leaks"
	//               },
	//               "defaultConfiguration": {
	//                 "level": "error"
	//               },
	//               "help": {
	//                 "text": "Vulnerability: TEST-2024-0001\nSeverity: HIGH\nhull: leaks"
	//               },
	//               "properties": {
	//                 "precision": "very-high",
	//                 "security-severity": "8.0",
	//                 "tags": [
	//                   "vulnerability",
	//                   "security",
	//                   "HIGH"
	//                 ]
	//               }
	//             }
	//           ],
	//           "version": "1.0"
	//         }
	//       },
	//       "invocations": [
	//         {
	//           "executionSuccessful": true
	//         }
	//       ],
	//       "results": [
	//         {
	//           "properties": {
	//             "fixedVersion": "1.0-2",
	//             "installedVersion": "1.0-1",
	//             "package": "hull",
	//             "purl": "pkg:deb/debian/hull@1.0-1?distro=debian-12.15",
	//             "status": "fixed"
	//           },
	//           "ruleId": "TEST-2024-0001",
	//           "ruleIndex": 0,
	//           "level": "error",
	//           "message": {
	//             "text": "hull 1.0-1 has TEST-2024-0001: hull: leaks\nSeverity: HIGH\nStatus: fixed\nFixed version: 1.0-2"
	//           },
	//           "locations": [
	//             {
	//               "physicalLocation": {
	//                 "artifactLocation": {
	//                   "uri": "./boat:1"
	//                 },
	//                 "region": {
	//                   "startLine": 1
	//                 }
	//               },
	//               "logicalLocations": [
	//                 {
	//                   "name": "hull",
	//                   "fullyQualifiedName": "hull@1.0-1",
	//                   "kind": "package"
	//                 }
	//               ]
	//             }
	//           ],
	//           "partialFingerprints": {
	//             "plimsoll/v1": "127d30d21e14beaa5b7b36f4abc026f0"
	//           }
	//         }
	//       ],
	//       "columnKind": "unicodeCodePoints"
	//     }
	//   ]
	// }
}
