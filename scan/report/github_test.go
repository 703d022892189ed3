package report_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// A githubSnapshot is what GitHub takes; those without a pointer are required.
type githubSnapshot struct {
	Version  *int
	Job      struct{ ID, Correlator string }
	SHA, Ref string
	Detector struct{ Name, Version, URL string }
	Scanned  string
	Metadata map[string]string

	Manifests map[string]struct {
		Name string
		File *struct {
			SourceLocation string `json:"source_location"`
		}
		Resolved map[string]struct {
			PackageURL          string `json:"package_url"`
			Relationship, Scope string
			Dependencies        []string
			Metadata            map[string]string
		}
	}
}

func TestGitHubSnapshot(t *testing.T) {
	t.Parallel()
	instant := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	reports := samples()
	reports["voyage"], reports["pirates"], reports["systems"] = voyage(t), pirates(t), systems()
	for name, r := range reports {
		var doc githubSnapshot
		strict(t, name, render(t, report.GitHub{}, r), &doc)
		if doc.Version == nil || *doc.Version != 0 || !instant.MatchString(doc.Scanned) || doc.Detector.Version == "" || doc.Manifests == nil {
			t.Errorf("%s: snapshot %+v", name, doc)
		}
		urls := make(map[string]bool)
		for _, m := range doc.Manifests {
			for _, p := range m.Resolved {
				urls[p.PackageURL] = true
			}
		}
		for target, m := range doc.Manifests {
			for key, p := range m.Resolved {
				if !strings.HasPrefix(p.PackageURL, "pkg:") || p.Relationship != "direct" && p.Relationship != "indirect" || p.Scope != "runtime" && p.Scope != "development" {
					t.Errorf("%s: package %s of %s is %+v", name, key, target, p)
				}
				for _, on := range p.Dependencies {
					if !urls[on] {
						t.Errorf("%s: package %s of %s needs %s, which is not there", name, key, target, on)
					}
				}
			}
		}
	}
}

// Two versions of a package are both there, and a checkout names its commit.
func TestGitHubSnapshotPackages(t *testing.T) {
	t.Parallel()
	r := repository()
	r.Target.Branch = "main"
	twice := r.Components[len(r.Components)-1]
	twice.Version = "9.9.9"
	r.Components = append(r.Components, twice)
	var doc githubSnapshot
	strict(t, "repository", render(t, report.GitHub{}, r), &doc)
	n := 0
	for _, m := range doc.Manifests {
		n += len(m.Resolved)
	}
	if n != len(r.Components) || doc.SHA != r.Target.Commit || doc.Ref != "refs/heads/main" {
		t.Errorf("a snapshot of %d packages of %s has %d, of %s at %s", len(r.Components), r.Target.Commit, n, doc.SHA, doc.Ref)
	}
}

// Each line is a command of ours: no text of the report starts one.
func TestGitHubActionsCommands(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile(`^::(error|warning|notice) (file=[^:,]*,)?(line=\d+,)?(endLine=\d+,)?(col=\d+,)?(endColumn=\d+,)?title=[^:,]*::.*$`)
	reports := samples()
	reports["voyage"], reports["pirates"], reports["brig"] = voyage(t), pirates(t), brig(t)
	for name, r := range reports {
		out := render(t, report.GitHubActions{}, r)
		if got, want := strings.Count(out, "\n"), len(r.Vulnerabilities)+len(r.Diagnostics)+len(r.Problems); got != want {
			t.Errorf("%s has %d lines, want %d:\n%s", name, got, want, out)
		}
		for line := range strings.Lines(out) {
			if line = strings.TrimSuffix(line, "\n"); !command.MatchString(line) {
				t.Errorf("%s has the line %q", name, line)
			}
		}
	}
}

// Of a checkout, findings stand in its files.
func TestGitHubActionsFiles(t *testing.T) {
	t.Parallel()
	oar := found("npm", vuln.TypeNPM, "oar", "1.0.0", "a,b/package-lock.json")
	oar.Lines = []artifact.LineRange{{First: 3, Last: 5}}
	r := &scan.Report{
		Target: scan.Target{Kind: artifact.KindRepository, Name: "/work/src"}, Components: []scan.Component{oar},
	}
	r.Vulnerabilities = []scan.Vulnerability{{Component: &r.Components[0], ID: "CVE-2024-0001", Fixed: "1.0.1"}}
	const want = "::notice file=src/a%2Cb/package-lock.json,line=3,endLine=5,title=UNKNOWN CVE-2024-0001::" +
		"oar 1.0.0 has CVE-2024-0001: CVE-2024-0001%0AUpgrade oar to version 1.0.1%0Ahttps://avd.aquasec.com/nvd/cve-2024-0001\n"
	if got := render(t, report.GitHubActions{Dir: "/work"}, r); got != want {
		t.Errorf("the annotation is\n%swant\n%s", got, want)
	}
}

func ExampleGitHub() {
	f := report.GitHub{Version: "1.0", Commit: "0123456789abcdef0123456789abcdef01234567", Ref: "refs/heads/main", Job: "ci_scan", JobID: "7"}
	if err := f.Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "version": 0,
	//   "detector": {
	//     "name": "plimsoll",
	//     "version": "1.0",
	//     "url": "https://github.com/plimsoll-go/plimsoll"
	//   },
	//   "ref": "refs/heads/main",
	//   "sha": "0123456789abcdef0123456789abcdef01234567",
	//   "job": {
	//     "correlator": "ci_scan",
	//     "id": "7"
	//   },
	//   "scanned": "1970-01-01T00:00:00Z",
	//   "manifests": {
	//     "boat:1 (debian 12.15)": {
	//       "name": "debian",
	//       "resolved": {
	//         "hull": {
	//           "package_url": "pkg:deb/debian/hull@1.0-1?distro=debian-12.15",
	//           "relationship": "direct",
	//           "scope": "runtime"
	//         }
	//       }
	//     }
	//   }
	// }
}

func ExampleGitHubActions() {
	if err := (report.GitHubActions{}).Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ::error title=HIGH TEST-2024-0001::hull 1.0-1 has TEST-2024-0001: hull: leaks%0AUpgrade hull to version 1.0-2
}
