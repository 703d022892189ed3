package report

import (
	"cmp"
	"context"
	"io"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// GitLab writes the vulnerabilities of a report as GitLab's security report of
// the type container_scanning, version 15: a job keeps it with
// artifacts:reports:container_scanning.
//
// The id of a vulnerability stays the same when the package is updated, but not
// fixed. An image is named with a tag, which GitLab wants: "latest" if it has
// none. Problems are messages of the scan, and with one that hides something its
// status is "failure". Diagnostics have no place in the format and are left out;
// see [GitLabCodeQuality].
//
// https://docs.gitlab.com/user/application_security/container_scanning/
type GitLab struct {
	// Version is what the output names as that of the program.
	Version string
}

// Report implements [scan.Reporter].
func (g GitLab) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	tool := gitlabTool{
		ID: "plimsoll", Name: "Plimsoll", Version: cmp.Or(g.Version, "unknown"),
		URL: "https://github.com/plimsoll-go/plimsoll", Vendor: gitlabName{"Plimsoll"},
	}
	created := r.Created
	if created.IsZero() {
		created = time.Unix(0, 0)
	}
	at := created.UTC().Format("2006-01-02T15:04:05")
	doc := gitlabReport{
		Version:         "15.0.7",
		Scan:            gitlabScan{Analyzer: tool, Scanner: tool, Type: "container_scanning", Start: at, End: at, Status: "success"},
		Vulnerabilities: make([]gitlabVulnerability, 0, len(r.Vulnerabilities)),
	}
	if incomplete(r) {
		doc.Scan.Status = "failure"
	}
	for _, p := range r.Problems {
		level := "warn"
		if p.Hides == artifact.HidesNothing {
			level = "info"
		}
		doc.Scan.Messages = append(doc.Scan.Messages, gitlabMessage{level, printable(p.String())})
	}
	prints := make(prints)
	for i := range r.Vulnerabilities {
		doc.Vulnerabilities = append(doc.Vulnerabilities, gitlabVulnerabilityOf(r, &r.Vulnerabilities[i], prints))
	}
	return writeJSON(ctx, w, r.Target.Name, doc)
}

type gitlabReport struct {
	Version         string                `json:"version"` // of the schema
	Scan            gitlabScan            `json:"scan"`
	Vulnerabilities []gitlabVulnerability `json:"vulnerabilities"`
}

// gitlabScan has times in UTC, without a zone.
type gitlabScan struct {
	Analyzer gitlabTool      `json:"analyzer"`
	Scanner  gitlabTool      `json:"scanner"`
	Type     string          `json:"type"`
	Start    string          `json:"start_time"`
	End      string          `json:"end_time"`
	Status   string          `json:"status"`
	Messages []gitlabMessage `json:"messages,omitempty"`
}

type gitlabTool struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Version string     `json:"version"`
	URL     string     `json:"url"`
	Vendor  gitlabName `json:"vendor"`
}

type gitlabName struct {
	Name string `json:"name"`
}

type gitlabMessage struct {
	Level string `json:"level"`
	Value string `json:"value"`
}

type gitlabVulnerability struct {
	ID          string             `json:"id"` // a UUID
	Name        string             `json:"name"`
	Description string             `json:"description"`
	Severity    string             `json:"severity"`
	Solution    string             `json:"solution,omitempty"`
	Location    gitlabLocation     `json:"location"`
	Identifiers []gitlabIdentifier `json:"identifiers"`
	Links       []gitlabLink       `json:"links,omitempty"`
}

type gitlabLocation struct {
	Dependency struct {
		Package gitlabName `json:"package"`
		Version string     `json:"version"`
	} `json:"dependency"`
	OperatingSystem string `json:"operating_system"`
	Image           string `json:"image"`
}

type gitlabIdentifier struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
	URL   string `json:"url,omitempty"`
}

type gitlabLink struct {
	URL string `json:"url"`
}

// Bounds of GitLab's: of the bytes of a name, of identifiers and of links.
const (
	gitlabNameBytes   = 250
	gitlabIdentifiers = 20
	gitlabLinks       = 100
)

func gitlabVulnerabilityOf(r *scan.Report, v *scan.Vulnerability, prints prints) gitlabVulnerability {
	j := gitlabVulnerability{
		ID:          uuid("gitlab", prints.distinct(vulnerabilityPrint(v))),
		Name:        shortened(headline(v), gitlabNameBytes),
		Description: printableLines(description(v)),
		Severity:    gitlabSeverity(v.Severity),
		Solution:    printable(solution(v)),
	}
	j.Location.Dependency.Package.Name = cmp.Or(shortened(v.Component.Name, gitlabNameBytes), "unnamed")
	j.Location.Dependency.Version = cmp.Or(shortened(v.Component.Version, gitlabNameBytes), "unknown")
	j.Location.OperatingSystem = "unknown"
	if r.OS != nil {
		j.Location.OperatingSystem = shortened(systemName(r.OS), gitlabNameBytes)
	}
	j.Location.Image = shortened(gitlabImage(r.Target), gitlabNameBytes)
	seen := make(map[string]bool)
	for i, id := range append([]string{v.ID}, v.Advisories...) {
		id = shortened(id, gitlabNameBytes)
		if id == "" || seen[id] || len(j.Identifiers) == gitlabIdentifiers {
			continue
		}
		seen[id] = true
		identifier := gitlabIdentifier{Type: gitlabIdentifierType(id), Name: id, Value: id}
		if i == 0 {
			identifier.URL = webURL(primaryURL(v))
		}
		j.Identifiers = append(j.Identifiers, identifier)
	}
	if j.Identifiers == nil {
		j.Identifiers = []gitlabIdentifier{{Type: "plimsoll", Name: "unnamed", Value: "unnamed"}}
	}
	for _, u := range references(v) {
		if len(j.Links) < gitlabLinks {
			j.Links = append(j.Links, gitlabLink{u})
		}
	}
	return j
}

// gitlabImage is the name of the image, with a tag.
func gitlabImage(t scan.Target) string {
	name := t.Name
	if t.Kind != artifact.KindImage {
		return cmp.Or(name, "unnamed")
	}
	if t.Reference == "" && len(t.RepoTags) > 0 { // an archive
		name = t.RepoTags[0]
	}
	if !strings.Contains(name[strings.LastIndex(name, "/")+1:], ":") {
		name = cmp.Or(name, "unnamed") + ":latest"
	}
	return name
}

// gitlabIdentifierType is the word before the number of an id, in lower case: who
// gives such ids.
func gitlabIdentifierType(id string) string {
	prefix, _, ok := strings.Cut(id, "-")
	prefix = strings.ToLower(prefix)
	if !ok || prefix == "" || strings.Trim(prefix, "abcdefghijklmnopqrstuvwxyz") != "" {
		return "plimsoll"
	}
	return prefix
}

func gitlabSeverity(l severity.Level) string {
	switch l {
	case severity.Critical:
		return "Critical"
	case severity.High:
		return "High"
	case severity.Medium:
		return "Medium"
	case severity.Low:
		return "Low"
	}
	return "Unknown"
}
