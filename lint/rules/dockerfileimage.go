package rules

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfileImageRules are about what stages are made from, and their names.
func dockerfileImageRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "dockerfile-latest-tag",
		Aliases:     trivyNames("0001", "DL3006", "DL3007"),
		Title:       "Base image that floats",
		Doc:         "Reports base images that are named without a tag and digest, or with the tag latest. What they are changes from one build to the next. Variables have the values that ARG gives them in the file. Stages of the file and scratch are left out.",
		Remediation: "Name a tag of a version, or better a digest.",
		URL:         "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
		Severity:    severity.Medium,
		Run: ofDockerfile(func(r recipe) {
			for _, s := range r.Stages {
				if image := s.Image.Value; s.Base == nil && floats(s.Image) {
					r.at(s.From, s.Image, "the base image "+image+" has no tag but latest")
				}
			}
		}),
	}, {
		Name:        "dockerfile-duplicate-stage",
		Aliases:     trivyNames("0012", "DL3024"),
		Title:       "Two stages of one name",
		Doc:         "Reports stages whose name a later stage has too. What copies from that name gets another stage than it did.",
		Remediation: "Give each stage a name of its own.",
		URL:         "https://docs.docker.com/build/building/multi-stage/#name-your-build-stages",
		Severity:    severity.Critical,
		Run: ofDockerfile(func(r recipe) {
			last := make(map[string]*manifest.Stage)
			for _, s := range r.Stages {
				last[s.Name.Value] = s
			}
			for _, s := range r.Stages {
				if later := last[s.Name.Value]; s.Name.Value != "" && later != s {
					r.ReportDiagnosticAt(r.Span(s.Name.Start, s.Name.End), lint.Diagnostic{
						Message: "a later stage is called " + s.Name.Value + " too",
						Cause:   r.Span(s.From.Start, s.From.End),
						Related: []lint.Related{{Span: r.Span(later.Name.Start, later.Name.End), Message: "the later stage"}},
					})
				}
			}
		}),
	}}
}

// floats reports whether an image is another one from time to time: it has no
// digest, and no tag but latest. It does not of an image that nothing is known of, or
// whose tag is not known.
func floats(image manifest.Word) bool {
	name, tag, tagged := cutTag(image.Value)
	switch {
	case name == "" || name == "scratch" || strings.Contains(image.Value, "@"):
		return false
	case tagged:
		return tag == "latest"
	}
	return true
}

// cutTag cuts an image at the colon in front of its tag, which the port of a registry
// has too.
func cutTag(image string) (name, tag string, ok bool) {
	i := strings.LastIndexByte(image, ':')
	if i < 0 || strings.Contains(image[i:], "/") {
		return image, "", false
	}
	return image[:i], image[i+1:], true
}
