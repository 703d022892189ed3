package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func noReadOnlyRootFS() *lint.Rule {
	return made(readOnlyRootFSTemplate(), nil, lint.Rule{
		Name:        "no-read-only-root-fs",
		Aliases:     []string{"KSV-0014"},
		Title:       "Container with a writable root file system",
		Doc:         "Reports containers that can write to their root file system. Who breaks into one can leave programs there and change those of the image.",
		Remediation: "Set readOnlyRootFilesystem to true, and mount an emptyDir volume where the container has to write.",
		Severity:    severity.Medium,
		Default:     true,
	})
}

func readOnlyRootFSDifferences() []Difference {
	return []Difference{{
		Rule:       "read-only-root-fs",
		KubeLinter: "reports containers of pods for Windows",
		Plimsoll:   "does not",
		Reason:     "the API server refuses the field there",
	}}
}

func readOnlyRootFSTemplate() lint.Template {
	const doc = "Reports containers that can write to their root file system."
	return lint.NewTemplate("read-only-root-fs", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(runReadOnlyRootFS, serviceReadOnly)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Read-only root file systems")
}

func runReadOnlyRootFS(p *lint.Pass) error {
	for c := range p.Containers() {
		if manifest.IsTrue(c.Security.ReadOnlyRootFilesystem) || !p.Compat() && isWindows(c.Pod) {
			continue
		}
		p.Report(securityAt(c, "readOnlyRootFilesystem"), "container "+quoted(c)+" does not have a read-only root file system",
			lint.SetFix(c.Node, true, "securityContext", "readOnlyRootFilesystem"))
	}
	return nil
}
