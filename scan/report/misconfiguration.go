package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
)

// misconfigurationsOf is what was found in one manifest, as Trivy writes it.
func misconfigurationsOf(r *scan.Report, e *manifestResult, rules map[string]*lint.Rule) jsonResult {
	res := jsonResult{Target: r.Target.Below(e.path), Class: "config", Type: e.kind}
	passed := checksFor(e.kind, rules)
	for _, d := range e.diagnostics {
		m := misconfigurationOf(e, d, rules[d.Rule])
		m.Layer = layerNamed(r, d.Layer)
		ids := trivyIDs(d, rules[d.Rule])
		if len(ids) == 0 {
			delete(passed, d.Rule)
			res.Misconfigurations = append(res.Misconfigurations, m)
		}
		for _, id := range ids {
			delete(passed, id)
			res.Misconfigurations = append(res.Misconfigurations, m.named(id))
		}
	}
	res.MisconfSummary = &jsonMisconfSummary{Successes: len(passed), Failures: len(res.Misconfigurations)}
	return res
}

// checksFor are the checks that rules are of a sort of file: Trivy's ids, and the
// names of the rules that it does not have.
func checksFor(kind string, rules map[string]*lint.Rule) map[string]bool {
	checks := make(map[string]bool)
	for name, rule := range rules {
		if !looksAt(rule, kind) {
			continue
		}
		ids := trivyIDs(new(lint.Diagnostic), rule)
		if len(ids) == 0 {
			ids = []string{name}
		}
		for _, id := range ids {
			checks[id] = true
		}
	}
	return checks
}

// looksAt reports whether a rule is for a sort of file.
func looksAt(rule *lint.Rule, kind string) bool {
	switch kind {
	case "dockerfile":
		return slices.Contains(rule.Kinds, lint.Dockerfile)
	case "compose":
		return slices.Contains(rule.Kinds, lint.Compose)
	}
	return rule.Kinds == nil || slices.ContainsFunc(rule.Kinds, func(k lint.Kind) bool { return k != lint.Dockerfile && k != lint.Compose })
}

func misconfigurationOf(e *manifestResult, d *lint.Diagnostic, rule *lint.Rule) jsonMisconfiguration {
	j := jsonMisconfiguration{
		Type: checkType(e.kind), ID: d.Rule, Title: ruleTitle(rule, d.Rule), Message: d.Message,
		Severity: d.Severity.String(), Status: "FAIL", CauseMetadata: causeOf(e, d), Rule: d.Rule, Field: d.Field,
	}
	if rule == nil {
		return j
	}
	j.Description, j.Resolution, j.PrimaryURL = rule.Doc, rule.Remediation, rule.URL
	if j.PrimaryURL != "" {
		j.References = []string{j.PrimaryURL}
	}
	return j
}

// layerNamed is the layer with a diff ID; empty when the report has none.
func layerNamed(r *scan.Report, id string) jsonLayer {
	for _, l := range r.Layers {
		if id != "" && string(l.DiffID) == id {
			return jsonLayer{Digest: string(l.Digest), DiffID: id}
		}
	}
	return jsonLayer{}
}

// named is j as the finding of Trivy's check with this id.
func (j jsonMisconfiguration) named(id string) jsonMisconfiguration {
	j.ID = id
	j.PrimaryURL = cmp.Or(j.PrimaryURL, "https://avd.aquasec.com/misconfig/"+strings.ToLower(id))
	j.References = []string{j.PrimaryURL}
	return j
}

// checkType is Trivy's name for the checks of a sort of file.
func checkType(kind string) string {
	switch kind {
	case "dockerfile":
		return "Dockerfile Security Check"
	case "helm":
		return "Helm Security Check"
	case "compose":
		return "Compose Security Check"
	}
	return "Kubernetes Security Check"
}

// causeOf is where d is, with the text. Of more lines than are shown, the last
// one only says that there are more.
func causeOf(e *manifestResult, d *lint.Diagnostic) jsonCause {
	span := extent(d)
	c := jsonCause{
		Resource: d.Object.String(), Provider: "Kubernetes", Service: "general",
		StartLine: span.Start.Line, EndLine: max(span.Start.Line, span.End.Line),
	}
	if e.kind == "dockerfile" {
		c.Resource, c.Provider = "", "Dockerfile"
	}
	lines, more := e.snippet(span)
	for i, l := range lines {
		c.Code.Lines = append(c.Code.Lines, jsonCodeLine{
			Number: l.number, Content: l.text, IsCause: true, FirstCause: i == 0, LastCause: i == len(lines)-1,
		})
	}
	if more {
		c.Code.Lines = append(c.Code.Lines, jsonCodeLine{Number: lines[len(lines)-1].number + 1, Truncated: true})
	}
	return c
}
