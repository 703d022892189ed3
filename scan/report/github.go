package report

import (
	"cmp"
	"context"
	"io"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// GitHub writes the packages of a report as a snapshot for GitHub's dependency
// graph, version 0, which looks for vulnerabilities of its own accord: a manifest
// for each target, as [Table] has them, with its packages by name, or by name and
// version where the name is taken.
//
// Packages without a package URL have no place in the format and are left out,
// as are findings.
//
// https://docs.github.com/en/rest/dependency-graph/dependency-submission
type GitHub struct {
	// Version is what the output names as that of the program.
	Version string
	// Commit and Ref are what the snapshot is of: a hash, and "refs/heads/main".
	// Empty: those of the target, if it is a repository.
	Commit, Ref string
	// Job names what makes snapshots of this sort, of which GitHub keeps the last
	// one: the workflow and its job. JobID is the run.
	Job, JobID string
	// Dir is the root of the repository, an absolute path: files are named from
	// there. Empty: as the report names them.
	Dir string
}

// Report implements [scan.Reporter].
func (g GitHub) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	doc := githubSnapshot{
		Detector:  githubDetector{"plimsoll", cmp.Or(g.Version, "unknown"), "https://github.com/plimsoll-go/plimsoll"},
		Metadata:  make(map[string]string),
		Ref:       g.Ref,
		SHA:       cmp.Or(g.Commit, r.Target.Commit),
		Job:       githubJob{g.Job, g.JobID},
		Scanned:   r.Created.UTC().Format(time.RFC3339),
		Manifests: make(map[string]githubManifest),
	}
	if r.Created.IsZero() {
		doc.Scanned = time.Unix(0, 0).UTC().Format(time.RFC3339)
	}
	if doc.Ref == "" && r.Target.Branch != "" {
		doc.Ref = "refs/heads/" + r.Target.Branch
	}
	if len(r.Target.RepoTags) > 0 {
		doc.Metadata["plimsoll:RepoTag"] = strings.Join(r.Target.RepoTags, ", ")
	}
	if len(r.Target.RepoDigests) > 0 {
		doc.Metadata["plimsoll:RepoDigest"] = strings.Join(r.Target.RepoDigests, ", ")
	}
	for _, e := range results(r) {
		if m, ok := g.manifest(r, e); ok {
			doc.Manifests[e.target] = m
		}
	}
	return writeJSON(ctx, w, r.Target.Name, doc)
}

type githubSnapshot struct {
	Version   int                       `json:"version"`
	Detector  githubDetector            `json:"detector"`
	Metadata  map[string]string         `json:"metadata,omitempty"`
	Ref       string                    `json:"ref"`
	SHA       string                    `json:"sha"`
	Job       githubJob                 `json:"job"`
	Scanned   string                    `json:"scanned"`
	Manifests map[string]githubManifest `json:"manifests"`
}

type githubDetector struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	URL     string `json:"url"`
}

type githubJob struct {
	Correlator string `json:"correlator"`
	ID         string `json:"id"`
}

type githubManifest struct {
	Name     string                   `json:"name"`
	File     *githubFile              `json:"file,omitempty"`
	Resolved map[string]githubPackage `json:"resolved"`
}

type githubFile struct {
	SourceLocation string `json:"source_location"`
}

type githubPackage struct {
	PackageURL   string            `json:"package_url"`
	Relationship string            `json:"relationship"`           // "direct" or "indirect"
	Scope        string            `json:"scope"`                  // "runtime" or "development"
	Dependencies []string          `json:"dependencies,omitempty"` // package URLs
	Metadata     map[string]string `json:"metadata,omitempty"`
}

// manifest is false where e has no package that has a place in it.
func (g GitHub) manifest(r *scan.Report, e result) (githubManifest, bool) {
	m := githubManifest{Name: e.kind, Resolved: make(map[string]githubPackage)}
	if e.class != "os-pkgs" {
		m.File = &githubFile{g.file(r, e)}
	}
	urls := make(map[string]string) // by path and id
	for _, c := range e.components {
		urls[c.Path+"\x00"+c.ID()] = packageURL(r.OS, c)
	}
	for _, c := range e.components {
		p := githubPackage{PackageURL: urls[c.Path+"\x00"+c.ID()], Relationship: "direct", Scope: "runtime"}
		if p.PackageURL == "" {
			continue
		}
		if c.Relationship == artifact.Indirect {
			p.Relationship = "indirect"
		}
		if c.Dev {
			p.Scope = "development"
		}
		for _, id := range c.DependsOn {
			if u := urls[c.Path+"\x00"+id]; u != "" {
				p.Dependencies = append(p.Dependencies, u)
			}
		}
		if file := pathOf(e, c); file != "" {
			p.Metadata = map[string]string{"source_location": file}
		}
		key := c.Name
		if _, taken := m.Resolved[key]; taken {
			key = packageID(c)
		}
		if _, taken := m.Resolved[key]; taken {
			key += " " + componentFile(c)
		}
		m.Resolved[key] = p
	}
	return m, len(m.Resolved) > 0
}

// file is where GitHub says that the packages of e are from.
func (g GitHub) file(r *scan.Report, e result) string {
	switch {
	case r.Target.Kind != artifact.KindImage && len(e.components) > 0 && e.components[0].Path == e.target:
		return pathFrom(g.Dir, placeOf(r, e.components[0]).path)
	case r.Target.Kind != artifact.KindImage:
		return e.target
	}
	name := r.Target.Name
	if len(r.Target.RepoTags) > 0 {
		name = strings.Join(r.Target.RepoTags, ", ")
	}
	if len(r.Target.RepoDigests) > 0 {
		if _, digest, ok := strings.Cut(r.Target.RepoDigests[0], "@"); ok && !strings.Contains(name, "@") {
			name += "@" + digest
		}
	}
	return name
}
