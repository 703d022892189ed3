// Package report writes the report of a scan, one format a file: [Table] for
// people, [JSON] for programs that read Trivy's reports, [Plimsoll] for those that
// want all there is, [Count] for scripts; [CycloneDX] and [SPDX] are bills of
// materials; [SARIF], [JUnit], [GitLab], [GitLabCodeQuality], [GitHub] and
// [GitHubActions] are for code hosts and build servers, [Markdown] and [CSV] for
// what people write in; [ParseTemplate] makes any other.
//
// What an image, a manifest or an advisory chooses is text in every format: it
// steers no terminal, and is no markup, no formula and no command.
//
// Every format implements [scan.Reporter]. A report is written in the order it
// has, so the same report gives the same bytes, and a report is never changed.
// An error is that of the writer, or of the context before anything is written.
package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A result is the part of a report that has one heading: the packages of the
// operating system, or those of one other type.
type result struct {
	target          string // "debian:12 (debian 12.15)"
	class           string // "os-pkgs" or "lang-pkgs", Trivy's words
	kind            string // Trivy's Type: the family, else the packages' type
	components      []*scan.Component
	vulnerabilities []*scan.Vulnerability
}

// results splits r as Trivy does: the operating system first, where there is one
// or a package of one, then languages by Trivy's type and target. Packages that
// are installed, each in a file of its own, are one result for each language; a
// lock file or a program is a result for itself. Those of a bill of materials are
// taken for installed.
func results(r *scan.Report) []result {
	system := result{target: r.Target.Name, class: "os-pkgs", kind: "none"}
	if r.OS != nil {
		system.target = fmt.Sprintf("%s (%s)", r.Target.Name, systemName(r.OS))
		system.kind = familyWord(r.OS.Family)
	}
	all := []*result{&system}
	byTarget := make(map[[2]string]*result)
	of := func(c *scan.Component) *result {
		if c.Type.System() {
			return &system
		}
		kind, target := groupOf(c)
		e, ok := byTarget[[2]string{kind, target}]
		if !ok {
			e = &result{target: target, class: "lang-pkgs", kind: kind}
			byTarget[[2]string{kind, target}] = e
			all = append(all, e)
		}
		return e
	}
	for i := range r.Components {
		e := of(&r.Components[i])
		e.components = append(e.components, &r.Components[i])
	}
	for i := range r.Vulnerabilities {
		e := of(r.Vulnerabilities[i].Component)
		e.vulnerabilities = append(e.vulnerabilities, &r.Vulnerabilities[i])
	}
	slices.SortFunc(all[1:], func(a, b *result) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.target, b.target))
	})
	if r.OS == nil && len(system.components) == 0 && len(system.vulnerabilities) == 0 {
		all = all[1:]
	}
	list := make([]result, len(all))
	for i, e := range all {
		list[i] = *e
	}
	return list
}

// groupOf is Trivy's type and target of a package that is not the system's.
func groupOf(c *scan.Component) (kind, target string) {
	kind = c.Analyzer
	switch kind {
	case "python-egg":
		kind = "python-pkg"
	case "sbom": // which says not how it was found
		kind = installedKind(c.Type)
	case "":
		return string(c.Type), string(c.Type)
	}
	switch kind {
	case "python-pkg":
		return kind, "Python"
	case "node-pkg":
		return kind, "Node.js"
	case "gemspec":
		return kind, "Ruby"
	case "jar":
		return kind, "Java"
	case "conda-pkg":
		return kind, "Conda"
	}
	if c.Analyzer == "sbom" {
		return kind, kind
	}
	return kind, c.Path
}

// installedKind is what Trivy takes the packages of a bill of materials for.
func installedKind(t vuln.PackageType) string {
	switch t {
	case vuln.TypePyPI:
		return "python-pkg"
	case vuln.TypeNPM:
		return "node-pkg"
	case vuln.TypeGem:
		return "gemspec"
	case vuln.TypeMaven:
		return "jar"
	case vuln.TypeConda:
		return "conda-pkg"
	case vuln.TypeGo:
		return "gobinary"
	}
	return string(t)
}

// judged reports whether the packages of r were compared with advisories, or
// found vulnerable without.
func judged(r *scan.Report) bool {
	all := slices.ContainsFunc(r.Problems, func(p scan.Problem) bool { return p.Hides == artifact.HidesAll })
	return len(r.Vulnerabilities) > 0 || r.Database != nil && !all
}

// incomplete reports whether a problem of r hides anything.
func incomplete(r *scan.Report) bool {
	return slices.ContainsFunc(r.Problems, hidesSomething)
}

func hidesSomething(p scan.Problem) bool { return p.Hides != artifact.HidesNothing }

// counts is how many of list there are of each severity, as
// "UNKNOWN: 0, LOW: 1, ..." with sep in place of ": ".
func counts(list []*scan.Vulnerability, sep string) string {
	per := make(map[severity.Level]int)
	for _, v := range list {
		per[v.Severity]++
	}
	return levels(per, sep)
}

// levels are numbers of findings, the least severe first.
func levels(per map[severity.Level]int, sep string) string {
	var words []string
	for _, l := range severity.Levels() {
		words = append(words, fmt.Sprintf("%s%s%d", l, sep, per[l]))
	}
	return strings.Join(words, ", ")
}

// write ends a report: text goes out in one piece.
func write(ctx context.Context, w io.Writer, text []byte) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
