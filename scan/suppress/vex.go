// Package suppress decides which findings of a report are not to be shown: by VEX
// documents ([VEX]), and by ignore files, Trivy's and our own ([Ignore]).
//
// What cannot be read, and what does not hold any more, suppresses nothing, and is a
// problem of the report that hides nothing.
package suppress

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/internal/packageurl"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

// maxProblems is how many problems of one file a report has; a last one counts
// the others.
const maxProblems = 20

// VEX suppresses the vulnerabilities of which one of documents says that the package
// is not affected, or that they are fixed; see [vex.Index.Find] for which statement
// counts.
//
// A vulnerability has its id and those of its advisories as names. A package is named
// by its package URL, and by that of its source package. What it is in is the image,
// named by the URLs of its repositories, its tags and digests, and the name it was
// scanned by. It is also in what depends on it, in a lock file or a program: a
// statement about that holds where every way from the package to the project that the
// file is for leads through such a statement.
func VEX(documents ...*vex.Document) scan.Suppressor {
	return &statements{vex.NewIndex(documents...), documents}
}

type statements struct {
	index     *vex.Index
	documents []*vex.Document
}

func (s *statements) Suppress(ctx context.Context, r *scan.Report) (scan.Decisions, error) {
	made := scan.Decisions{Vulnerabilities: make(map[int]scan.Decision)}
	for _, d := range s.documents {
		var list []scan.Problem
		for _, p := range d.Problems {
			list = append(list, problem(strings.TrimSuffix(d.Name+": "+p.Path, ": "), p.Err))
		}
		made.Problems = append(made.Problems, bounded(d.Name, list)...)
	}
	image := imageNames(&r.Target)
	projects := newProjects(r)
	for i := range r.Vulnerabilities {
		if err := ctx.Err(); err != nil {
			return made, err
		}
		v := &r.Vulnerabilities[i]
		names := identifiers(v)
		if !s.index.Mentions(names) {
			continue
		}
		subject := vex.Subject{Vulnerabilities: names, Packages: urls(r, v.Component), Products: image}
		m, found := s.index.Find(subject)
		if !found || !m.Suppresses() {
			m, found = projects.find(v.Component, func(url string) (vex.Match, bool) {
				subject.Products = []string{url}
				m, found := s.index.Find(subject)
				return m, found && m.Suppresses()
			})
		}
		if !found {
			continue
		}
		made.Vulnerabilities[i] = scan.Decision{
			By: string(m.Document.Format), Outcome: m.Statement.Status.String(), Reason: reason(m.Statement),
			Source: strings.TrimPrefix(m.Document.Name+": "+m.Statement.Path, ": "),
		}
	}
	return made, nil
}

// reason is the word, and what it means in words.
func reason(s *vex.Statement) string {
	if s.Justification == "" || s.Detail == "" {
		return s.Justification + s.Detail
	}
	return s.Justification + ": " + s.Detail
}

func problem(path string, err error) scan.Problem {
	return scan.Problem{Stage: artifact.StageMatch, Path: path, Err: err, Hides: artifact.HidesNothing}
}

// bounded is list, if it is long its first problems and how many more there are.
func bounded(name string, list []scan.Problem) []scan.Problem {
	if n := len(list) - maxProblems; n > 0 {
		list = append(list[:maxProblems:maxProblems], problem(name, fmt.Errorf("%d more problems", n)))
	}
	return list
}

// identifiers are the names of the vulnerability that v is. A CVE id among those of
// its advisories is another vulnerability: an advisory can be about many.
func identifiers(v *scan.Vulnerability) []string {
	list := slices.Clone(v.Advisories)
	if v.Advisory != nil {
		list = append(list, v.Advisory.Aliases...)
	}
	list = slices.DeleteFunc(list, func(id string) bool { return strings.HasPrefix(id, "CVE-") })
	return append([]string{v.ID}, list...)
}

// urls are the package URLs of c, its source's last.
func urls(r *scan.Report, c *scan.Component) []string {
	list := []string{packageurl.Of(r.OS, c), packageurl.Source(r.OS, c)}
	return slices.DeleteFunc(list, func(url string) bool { return url == "" })
}

// imageNames are what the target can be called as a product.
func imageNames(t *scan.Target) []string {
	list := append(packageurl.Images(*t), t.RepoTags...)
	list = append(append(list, t.RepoDigests...), t.Name, t.Reference, string(t.Digest), string(t.ImageID))
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(s string) bool { return s == "" })
}

// file is where c was found, inside an archive too.
func file(c *scan.Component) string { return cmp.Or(strings.Trim(c.Path+"/"+c.Inside, "/"), c.Path) }
