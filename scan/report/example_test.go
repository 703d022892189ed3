package report_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// boat is a report as scan.Image returns one.
func boat() *scan.Report {
	r := &scan.Report{
		Target: scan.Target{Kind: "image", Name: "boat:1"},
		OS:     &vuln.OS{Family: vuln.Debian, Version: "12.15"},
		Components: []scan.Component{{Package: vuln.Package{
			Type: vuln.TypeDeb, Name: "hull", Version: "1.0-1", SourceName: "hull", SourceVersion: "1.0-1",
		}}},
		Database: &vuln.DatabaseInfo{},
	}
	r.Vulnerabilities = []scan.Vulnerability{{
		Component: &r.Components[0], ID: "TEST-2024-0001", Status: vuln.StatusFixed, Fixed: "1.0-2", Severity: severity.High,
		Advisory: &vuln.Advisory{Title: "hull: leaks"},
	}}
	return r
}

func ExampleTable() {
	if err := (report.Table{}).Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Report Summary
	//
	// ┌───────────────────────┬────────┬─────────────────┐
	// │         Target        │  Type  │ Vulnerabilities │
	// ├───────────────────────┼────────┼─────────────────┤
	// │ boat:1 (debian 12.15) │ debian │ 1               │
	// └───────────────────────┴────────┴─────────────────┘
	// '-' was not compared with advisories, '0' has no findings.
	//
	// boat:1 (debian 12.15)
	// =====================
	// Total: 1 (UNKNOWN: 0, LOW: 0, MEDIUM: 0, HIGH: 1, CRITICAL: 0)
	//
	// ┌─────────┬────────────────┬──────────┬────────┬───────────────────┬───────────────┬─────────────┐
	// │ Library │  Vulnerability │ Severity │ Status │ Installed Version │ Fixed Version │    Title    │
	// ├─────────┼────────────────┼──────────┼────────┼───────────────────┼───────────────┼─────────────┤
	// │ hull    │ TEST-2024-0001 │ HIGH     │ fixed  │ 1.0-1             │ 1.0-2         │ hull: leaks │
	// └─────────┴────────────────┴──────────┴────────┴───────────────────┴───────────────┴─────────────┘
}

func ExampleTable_packages() {
	r := boat()
	r.Vulnerabilities = nil
	if err := (report.Table{Packages: true}).Report(context.Background(), os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Report Summary
	//
	// ┌───────────────────────┬────────┬─────────────────┐
	// │         Target        │  Type  │ Vulnerabilities │
	// ├───────────────────────┼────────┼─────────────────┤
	// │ boat:1 (debian 12.15) │ debian │ 0               │
	// └───────────────────────┴────────┴─────────────────┘
	// '-' was not compared with advisories, '0' has no findings.
	//
	// boat:1 (debian 12.15): packages
	// ===============================
	// ┌─────────┬─────────┐
	// │ Package │ Version │
	// ├─────────┼─────────┤
	// │ hull    │ 1.0-1   │
	// └─────────┴─────────┘
}

func ExampleJSON() {
	r := boat()
	r.Vulnerabilities = nil
	if err := (report.JSON{}).Report(context.Background(), os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "SchemaVersion": 2,
	//   "ArtifactName": "boat:1",
	//   "ArtifactType": "container_image",
	//   "Metadata": {
	//     "OS": {
	//       "Family": "debian",
	//       "Name": "12.15"
	//     }
	//   },
	//   "Results": [
	//     {
	//       "Target": "boat:1 (debian 12.15)",
	//       "Class": "os-pkgs",
	//       "Type": "debian",
	//       "Packages": [
	//         {
	//           "ID": "hull@1.0-1",
	//           "Name": "hull",
	//           "Identifier": {
	//             "PURL": "pkg:deb/debian/hull@1.0-1?distro=debian-12.15"
	//           },
	//           "Version": "1.0",
	//           "Release": "1",
	//           "SrcName": "hull",
	//           "SrcVersion": "1.0",
	//           "SrcRelease": "1",
	//           "Layer": {}
	//         }
	//       ]
	//     }
	//   ],
	//   "Database": {
	//     "Schema": 0,
	//     "Advisories": 0
	//   }
	// }
}

func ExampleCount() {
	var number strings.Builder
	for _, err := range []error{
		report.Count{}.Report(context.Background(), os.Stdout, boat()),
		report.Count{Quiet: true}.Report(context.Background(), &number, boat()),
	} {
		if err != nil {
			fmt.Println(err)
		}
	}
	fmt.Print(number.String())
	// Output:
	// boat:1 (debian 12.15): UNKNOWN 0, LOW 0, MEDIUM 0, HIGH 1, CRITICAL 0, total 1
	// 1
}

func ExamplePlimsoll() {
	r := boat()
	r.Components, r.Vulnerabilities, r.Database = nil, nil, nil
	if err := (report.Plimsoll{}).Report(context.Background(), os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "version": "1.0",
	//   "complete": true,
	//   "target": {
	//     "kind": "image",
	//     "name": "boat:1"
	//   },
	//   "os": {
	//     "family": "debian",
	//     "version": "12.15"
	//   },
	//   "summary": {
	//     "vulnerabilities": {
	//       "CRITICAL": 0,
	//       "HIGH": 0,
	//       "LOW": 0,
	//       "MEDIUM": 0,
	//       "UNKNOWN": 0
	//     },
	//     "diagnostics": {
	//       "CRITICAL": 0,
	//       "HIGH": 0,
	//       "LOW": 0,
	//       "MEDIUM": 0,
	//       "UNKNOWN": 0
	//     },
	//     "fixable": 0,
	//     "suppressed": 0
	//   },
	//   "packages": [],
	//   "vulnerabilities": [],
	//   "diagnostics": [],
	//   "problems": []
	// }
}

func ExamplePlimsollSchema() {
	var schema struct{ Title string }
	fmt.Println(json.Unmarshal([]byte(report.PlimsollSchema()), &schema), schema.Title)
	// Output: <nil> A report of Plimsoll, version 1
}

func ExampleRead() {
	var saved strings.Builder
	if err := (report.Plimsoll{}).Report(context.Background(), &saved, boat()); err != nil {
		fmt.Println(err)
		return
	}
	r, _, err := report.Read("boat.json", []byte(saved.String()))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Vulnerabilities[0].ID, r.Vulnerabilities[0].Component.Name)
	// Output: TEST-2024-0001 hull
}
