package rules

import (
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfileOnceRules are about instructions that there is to be one of, or none.
func dockerfileOnceRules() []*lint.Rule {
	once := func(keyword string) func(*lint.Pass) error {
		return ofDockerfile(func(r recipe) { r.once(keyword) })
	}
	return []*lint.Rule{{
		Name:        "dockerfile-several-cmds",
		Aliases:     trivyNames("0016", "DL4003"),
		Title:       "Several CMDs in a stage",
		Doc:         "Reports stages with more than one CMD. The last one counts.",
		Remediation: "Delete all but the last.",
		URL:         "https://docs.docker.com/reference/dockerfile/#cmd",
		Severity:    severity.High,
		Run:         once("CMD"),
	}, {
		Name:        "dockerfile-several-entrypoints",
		Aliases:     trivyNames("0007", "DL4004"),
		Title:       "Several ENTRYPOINTs in a stage",
		Doc:         "Reports stages with more than one ENTRYPOINT. The last one counts.",
		Remediation: "Delete all but the last.",
		URL:         "https://docs.docker.com/reference/dockerfile/#entrypoint",
		Severity:    severity.Critical,
		Run:         once("ENTRYPOINT"),
	}, {
		Name:        "dockerfile-several-healthchecks",
		Aliases:     trivyNames("0023", "DL3012"),
		Title:       "Several HEALTHCHECKs in a stage",
		Doc:         "Reports stages with more than one HEALTHCHECK. The last one counts.",
		Remediation: "Delete all but the last.",
		URL:         "https://docs.docker.com/reference/dockerfile/#healthcheck",
		Severity:    severity.Medium,
		Run:         once("HEALTHCHECK"),
	}, {
		Name:        "dockerfile-no-healthcheck",
		Aliases:     trivyNames("0026", "DL3057"),
		Title:       "No HEALTHCHECK",
		Doc:         "Reports Dockerfiles without a HEALTHCHECK. Docker cannot tell then whether what runs in the container still answers. Kubernetes does not look at it: it has probes.",
		Remediation: "Add a HEALTHCHECK; HEALTHCHECK NONE says that there is to be none.",
		URL:         "https://docs.docker.com/reference/dockerfile/#healthcheck",
		Severity:    severity.Low,
		Run: ofDockerfile(func(r recipe) {
			for range r.All("HEALTHCHECK") {
				return
			}
			r.missing("there is no HEALTHCHECK")
		}),
	}, {
		Name:        "dockerfile-maintainer",
		Aliases:     trivyNames("0022", "DL4000"),
		Title:       "MAINTAINER",
		Doc:         "Reports MAINTAINER instructions, which are deprecated.",
		Remediation: "Write a label: LABEL org.opencontainers.image.authors=\"...\".",
		URL:         "https://docs.docker.com/reference/dockerfile/#maintainer-deprecated",
		Severity:    severity.High,
		Run: ofInstructions("MAINTAINER", func(r recipe, i *manifest.Instruction) {
			r.at(i, i.Keyword, "MAINTAINER is deprecated", fixOf("write a LABEL", r.labelled(i))...)
		}),
	}}
}

// once reports each stage with more than one instruction of a keyword, at the second.
func (r recipe) once(keyword string) {
	for _, s := range r.Stages {
		var all []*manifest.Instruction
		for i := range s.All(keyword) {
			all = append(all, i)
		}
		if len(all) < 2 {
			continue
		}
		var edits []manifest.Edit
		for _, i := range all[:len(all)-1] {
			edits = append(edits, r.withoutLines(i))
		}
		r.at(all[1], all[1].Keyword, fmt.Sprintf("the stage has %d %s instructions, of which the last one counts", len(all), keyword),
			lint.Fix{Message: "delete all but the last", Edits: edits})
	}
}

// labelled are the edits that make a MAINTAINER a LABEL. There are none where it is
// written in more than one line.
func (r recipe) labelled(i *manifest.Instruction) []manifest.Edit {
	if len(i.Args) != 1 {
		return nil
	}
	w := i.Args[0]
	if string(r.File.Text[w.Start:w.End]) != w.Text || strings.ContainsAny(w.Text, "\\`$") {
		return nil
	}
	name := strings.ReplaceAll(strings.Trim(w.Text, `"'`), `"`, string(r.Escape)+`"`)
	label := sameCase("LABEL", i.Keyword.Text) + ` org.opencontainers.image.authors="` + name + `"`
	return []manifest.Edit{r.replaced(i.Start, i.End, label)}
}
