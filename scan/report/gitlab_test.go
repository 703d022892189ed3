package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

// strict decodes a document that has no field that v has not.
func strict(t *testing.T, what, document string, v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewBufferString(document))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Errorf("%s has more than one value", what)
	}
}

// A gitlabTool and the types below are the fields of GitLab's schema that we use,
// as the schema names them; those without a pointer are required.
type gitlabTool struct {
	ID, Name, Version string
	URL               *string
	Vendor            struct{ Name string }
}

type gitlabReport struct {
	Version string
	Scan    struct {
		Analyzer, Scanner gitlabTool
		Type, Status      string
		StartTime         string                           `json:"start_time"`
		EndTime           string                           `json:"end_time"`
		Messages          *[]struct{ Level, Value string } `json:"messages"`
	}
	Vulnerabilities []struct {
		ID                          string
		Name, Description, Solution *string
		Severity                    string
		Location                    struct {
			Dependency struct {
				Package struct{ Name string }
				Version string
			}
			OperatingSystem string `json:"operating_system"`
			Image           string
		}
		Identifiers []struct {
			Type, Name, Value string
			URL               *string
		}
		Links *[]struct{ URL string }
	}
}

// The rules of GitLab's schema, version 15, which are not copied here: required
// fields, words, patterns and lengths.
func TestGitLabSchema(t *testing.T) {
	t.Parallel()
	instant := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`)
	address := regexp.MustCompile(`^(https?|ftp)://.+`)
	image := regexp.MustCompile(`^[^:]+(:\d+[^:]*)?:[^:]+(:[^:]+)?$`)
	severity := regexp.MustCompile(`^(Info|Unknown|Low|Medium|High|Critical)$`)
	reports := samples()
	reports["voyage"], reports["pirates"], reports["systems"] = voyage(t), pirates(t), systems()
	for name, r := range reports {
		var doc gitlabReport
		strict(t, name, render(t, report.GitLab{}, r), &doc)
		s := doc.Scan
		if s.Analyzer.ID == "" || s.Analyzer.Version == "" || s.Scanner.Vendor.Name == "" || s.Type != "container_scanning" ||
			s.Status != "success" && s.Status != "failure" || !instant.MatchString(s.StartTime) || !instant.MatchString(s.EndTime) {
			t.Errorf("%s: scan is %+v", name, s)
		}
		if doc.Vulnerabilities == nil || len(doc.Vulnerabilities) != len(r.Vulnerabilities) {
			t.Errorf("%s has %d vulnerabilities, want %d", name, len(doc.Vulnerabilities), len(r.Vulnerabilities))
		}
		seen := make(map[string]bool)
		for _, v := range doc.Vulnerabilities {
			if v.ID == "" || seen[v.ID] {
				t.Errorf("%s: the id %q is empty or there twice", name, v.ID)
			}
			seen[v.ID] = true
			l := v.Location
			for _, text := range []string{l.OperatingSystem, l.Image, l.Dependency.Package.Name, l.Dependency.Version, *v.Name} {
				if text == "" || len([]rune(text)) > 255 {
					t.Errorf("%s: a text of %d bytes: %q", name, len(text), text)
				}
			}
			if !severity.MatchString(v.Severity) || r.Target.Kind == artifact.KindImage && name != "pirates" && !image.MatchString(l.Image) {
				t.Errorf("%s: %s in %s is %q", name, v.ID, l.Image, v.Severity)
			}
			if len(v.Identifiers) == 0 {
				t.Errorf("%s: %s has no identifier", name, v.ID)
			}
			for _, i := range v.Identifiers {
				if i.Type == "" || i.Name == "" || i.Value == "" || i.URL != nil && !address.MatchString(*i.URL) {
					t.Errorf("%s: identifier %+v", name, i)
				}
			}
			if v.Links != nil {
				for _, l := range *v.Links {
					if !address.MatchString(l.URL) {
						t.Errorf("%s: link %q", name, l.URL)
					}
				}
			}
		}
	}
}

// An archive is named by its tag, and an image without one is of the latest.
func TestGitLabImage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		target scan.Target
		want   string
	}{
		{scan.Target{Kind: artifact.KindImage, Name: "nginx", Reference: "nginx"}, "nginx:latest"},
		{scan.Target{Kind: artifact.KindImage, Name: "localhost:5000/nginx", Reference: "localhost:5000/nginx"}, "localhost:5000/nginx:latest"},
		{scan.Target{Kind: artifact.KindImage, Name: "nginx:1", Reference: "nginx:1"}, "nginx:1"},
		{scan.Target{Kind: artifact.KindImage, Name: "app.tar", RepoTags: []string{"app:2"}}, "app:2"},
		{scan.Target{Kind: artifact.KindFilesystem, Name: "src"}, "src"},
	} {
		r := findings()
		r.Target = row.target
		var doc gitlabReport
		strict(t, row.want, render(t, report.GitLab{}, r), &doc)
		if got := doc.Vulnerabilities[0].Location.Image; got != row.want {
			t.Errorf("the image of %+v is %q, want %q", row.target, got, row.want)
		}
	}
}

// GitLab wants paths from the root of the repository, lines from 1 and
// fingerprints that differ.
func TestGitLabCodeQualityIssues(t *testing.T) {
	t.Parallel()
	reports := samples()
	reports["voyage"], reports["pirates"], reports["brig"] = voyage(t), pirates(t), brig(t)
	for name, r := range reports {
		var issues []struct {
			Type, Description, Content, Fingerprint, Severity string
			CheckName                                         string `json:"check_name"`
			Categories                                        []string
			Location                                          struct {
				Path  string
				Lines struct{ Begin, End int }
			}
		}
		out := render(t, report.GitLabCodeQuality{Dir: "/work"}, r)
		strict(t, name, out, &issues)
		if issues == nil {
			t.Errorf("%s is no list: %s", name, out)
		}
		seen := make(map[string]bool)
		for _, i := range issues {
			if i.Description == "" || i.CheckName == "" || i.Location.Path == "" || strings.HasPrefix(i.Location.Path, "/") ||
				i.Location.Lines.Begin < 1 || !strings.Contains(" info minor major critical blocker ", " "+i.Severity+" ") || seen[i.Fingerprint] {
				t.Errorf("%s: issue %+v", name, i)
			}
			seen[i.Fingerprint] = true
		}
	}
}

func ExampleGitLab() {
	if err := (report.GitLab{Version: "1.0"}).Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "version": "15.0.7",
	//   "scan": {
	//     "analyzer": {
	//       "id": "plimsoll",
	//       "name": "Plimsoll",
	//       "version": "1.0",
	//       "url": "https://github.com/plimsoll-go/plimsoll",
	//       "vendor": {
	//         "name": "Plimsoll"
	//       }
	//     },
	//     "scanner": {
	//       "id": "plimsoll",
	//       "name": "Plimsoll",
	//       "version": "1.0",
	//       "url": "https://github.com/plimsoll-go/plimsoll",
	//       "vendor": {
	//         "name": "Plimsoll"
	//       }
	//     },
	//     "type": "container_scanning",
	//     "start_time": "1970-01-01T00:00:00",
	//     "end_time": "1970-01-01T00:00:00",
	//     "status": "success"
	//   },
	//   "vulnerabilities": [
	//     {
	//       "id": "208dbc16-684c-5d26-93f3-4a6f9d2d2ae1",
	//       "name": "hull: leaks",
	//       "description": "hull: leaks",
	//       "severity": "High",
	//       "solution": "Upgrade hull to version 1.0-2",
	//       "location": {
	//         "dependency": {
	//           "package": {
	//             "name": "hull"
	//           },
	//           "version": "1.0-1"
	//         },
	//         "operating_system": "debian 12.15",
	//         "image": "boat:1"
	//       },
	//       "identifiers": [
	//         {
	//           "type": "test",
	//           "name": "TEST-2024-0001",
	//           "value": "TEST-2024-0001"
	//         }
	//       ]
	//     }
	//   ]
	// }
}

func ExampleGitLabCodeQuality() {
	if err := (report.GitLabCodeQuality{Dir: "/src"}).Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// [
	//   {
	//     "type": "issue",
	//     "check_name": "TEST-2024-0001",
	//     "categories": [
	//       "Security"
	//     ],
	//     "description": "TEST-2024-0001 - hull - 1.0-1 - hull: leaks",
	//     "content": "hull: leaks",
	//     "fingerprint": "127d30d21e14beaa5b7b36f4abc026f0",
	//     "severity": "major",
	//     "location": {
	//       "path": "boat:1",
	//       "lines": {
	//         "begin": 1
	//       }
	//     }
	//   }
	// ]
}
