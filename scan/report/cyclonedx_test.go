package report_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/report"
)

func TestCycloneDXSchema(t *testing.T) {
	t.Parallel()
	const module, base = "github.com/CycloneDX/cyclonedx-go", "http://cyclonedx.org/schema/"
	s := schemas(t,
		schemaFile{base + "bom-1.6.schema.json", moduleFile(t, module, "schema/bom-1.6.schema.json")},
		schemaFile{base + "spdx.schema.json", moduleFile(t, module, "schema/spdx.schema.json")},
		schemaFile{base + "jsf-0.82.schema.json", moduleFile(t, module, "schema/jsf-0.82.schemax.json")})
	reports := samples()
	reports["voyage"], reports["pirates"], reports["systems"] = voyage(t), pirates(t), systems()
	for name, r := range reports {
		validate(t, s, name, render(t, report.CycloneDX{Version: "1.2.3"}, r))
	}
}

// A cycloneDX is the part of a document that tests look at.
type cycloneDX struct {
	Metadata struct {
		Component struct {
			BOMRef string `json:"bom-ref"`
		}
	}
	Components []struct {
		BOMRef     string `json:"bom-ref"`
		Type, Name string
	}
	Dependencies []struct {
		Ref       string
		DependsOn []string
	}
	Vulnerabilities []struct {
		ID, Recommendation string
		Affects            []struct{ Ref string }
	}
	Compositions []struct{ Aggregate string }
}

func cycloneDXOf(t *testing.T, text string) cycloneDX {
	t.Helper()
	var d cycloneDX
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// Every reference leads to one component, and every component is reached from the
// target.
func TestCycloneDXGraph(t *testing.T) {
	t.Parallel()
	reports := samples()
	reports["voyage"], reports["pirates"], reports["systems"] = voyage(t), pirates(t), systems()
	for name, r := range reports {
		d := cycloneDXOf(t, render(t, report.CycloneDX{}, r))
		root := d.Metadata.Component.BOMRef
		known := map[string]int{root: 1}
		for _, c := range d.Components {
			known[c.BOMRef]++
		}
		for ref, n := range known {
			if n != 1 || ref == "" {
				t.Errorf("%s: %d components are called %q", name, n, ref)
			}
		}
		next := make(map[string][]string)
		for _, e := range d.Dependencies {
			next[e.Ref] = e.DependsOn
			for _, ref := range append(e.DependsOn, e.Ref) {
				if known[ref] == 0 {
					t.Errorf("%s: a dependency on %q, which is no component", name, ref)
				}
			}
		}
		reached := map[string]bool{root: true}
		for queue := []string{root}; len(queue) > 0; queue = queue[1:] {
			for _, ref := range next[queue[0]] {
				if !reached[ref] {
					reached[ref] = true
					queue = append(queue, ref)
				}
			}
		}
		if len(reached) != len(known) {
			t.Errorf("%s: %d of %d components are reached from the target", name, len(reached), len(known))
		}
		for _, v := range d.Vulnerabilities {
			for _, a := range v.Affects {
				if known[a.Ref] == 0 {
					t.Errorf("%s: %s affects %q, which is no component", name, v.ID, a.Ref)
				}
			}
		}
	}
}

func TestCycloneDXVulnerabilities(t *testing.T) {
	t.Parallel()
	d := cycloneDXOf(t, render(t, report.CycloneDX{}, voyage(t)))
	if v := d.Vulnerabilities[0]; v.ID != "CVE-2024-0001" || len(v.Affects) != 2 ||
		v.Recommendation != "Upgrade libboats2 to version 1:2.4-1+deb12u1; Upgrade org.example:keel to version 2.1.0" {
		t.Errorf("vulnerability %+v, want CVE-2024-0001 of two packages", v)
	}
	if diff := gocmp.Diff([]struct{ Aggregate string }{{"incomplete"}}, d.Compositions); diff != "" {
		t.Errorf("compositions of a report that is not complete (-want +got):\n%s", diff)
	}
	if d := cycloneDXOf(t, render(t, report.CycloneDX{NoVulnerabilities: true}, voyage(t))); len(d.Vulnerabilities) > 0 || len(d.Components) == 0 {
		t.Errorf("without vulnerabilities there are %d, and %d components", len(d.Vulnerabilities), len(d.Components))
	}
}

func ExampleCycloneDX() {
	if err := (report.CycloneDX{Version: "1.0"}).Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
	//   "bomFormat": "CycloneDX",
	//   "specVersion": "1.6",
	//   "serialNumber": "urn:uuid:e5576444-ca92-5111-a888-a2cd13da023d",
	//   "version": 1,
	//   "metadata": {
	//     "tools": {
	//       "components": [
	//         {
	//           "type": "application",
	//           "group": "plimsoll-go",
	//           "name": "plimsoll",
	//           "version": "1.0"
	//         }
	//       ]
	//     },
	//     "component": {
	//       "bom-ref": "79d6124d-de19-5afa-87c6-a1894d7ecd62",
	//       "type": "container",
	//       "name": "boat:1"
	//     }
	//   },
	//   "components": [
	//     {
	//       "bom-ref": "ee12e8d5-a29d-5c6b-9e09-1d5fedbc13c6",
	//       "type": "operating-system",
	//       "name": "debian",
	//       "version": "12.15",
	//       "properties": [
	//         {
	//           "name": "aquasecurity:trivy:Type",
	//           "value": "debian"
	//         },
	//         {
	//           "name": "aquasecurity:trivy:Class",
	//           "value": "os-pkgs"
	//         }
	//       ]
	//     },
	//     {
	//       "bom-ref": "pkg:deb/debian/hull@1.0-1?distro=debian-12.15",
	//       "type": "library",
	//       "name": "hull",
	//       "version": "1.0-1",
	//       "purl": "pkg:deb/debian/hull@1.0-1?distro=debian-12.15",
	//       "properties": [
	//         {
	//           "name": "aquasecurity:trivy:PkgID",
	//           "value": "hull@1.0-1"
	//         },
	//         {
	//           "name": "aquasecurity:trivy:PkgType",
	//           "value": "debian"
	//         },
	//         {
	//           "name": "aquasecurity:trivy:SrcName",
	//           "value": "hull"
	//         },
	//         {
	//           "name": "aquasecurity:trivy:SrcVersion",
	//           "value": "1.0"
	//         },
	//         {
	//           "name": "aquasecurity:trivy:SrcRelease",
	//           "value": "1"
	//         }
	//       ]
	//     }
	//   ],
	//   "dependencies": [
	//     {
	//       "ref": "ee12e8d5-a29d-5c6b-9e09-1d5fedbc13c6",
	//       "dependsOn": [
	//         "pkg:deb/debian/hull@1.0-1?distro=debian-12.15"
	//       ]
	//     },
	//     {
	//       "ref": "pkg:deb/debian/hull@1.0-1?distro=debian-12.15",
	//       "dependsOn": []
	//     },
	//     {
	//       "ref": "79d6124d-de19-5afa-87c6-a1894d7ecd62",
	//       "dependsOn": [
	//         "ee12e8d5-a29d-5c6b-9e09-1d5fedbc13c6"
	//       ]
	//     }
	//   ],
	//   "vulnerabilities": [
	//     {
	//       "bom-ref": "b5616f5d-d7f4-5795-87c6-17f2328f19cf",
	//       "id": "TEST-2024-0001",
	//       "ratings": [
	//         {
	//           "severity": "high"
	//         }
	//       ],
	//       "description": "hull: leaks",
	//       "recommendation": "Upgrade hull to version 1.0-2",
	//       "affects": [
	//         {
	//           "ref": "pkg:deb/debian/hull@1.0-1?distro=debian-12.15",
	//           "versions": [
	//             {
	//               "version": "1.0-1",
	//               "status": "affected"
	//             }
	//           ]
	//         }
	//       ]
	//     }
	//   ]
	// }
}
