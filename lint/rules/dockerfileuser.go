package rules

import (
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfileUserRules are about who runs what.
func dockerfileUserRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "dockerfile-root-user",
		Aliases:     trivyNames("0002", "DL3002"),
		Title:       "Image that runs as root",
		Doc:         "Reports Dockerfiles whose last stage, with the stages that it is made from, has no USER, or has root in the last one. What runs as root in a container is root for the kernel too, and a flaw that lets it out of the container makes it so on the host. A USER of another stage says nothing of the image.",
		Remediation: "Add a user, and name it in a USER of the last stage.",
		URL:         "https://docs.docker.com/build/building/best-practices/#user",
		Severity:    severity.High,
		Run: ofDockerfile(func(r recipe) {
			if r.Final() == nil {
				return
			}
			user := lastOf(r.Final(), "USER")
			switch {
			case user == nil:
				r.missing("the image has no USER: it runs as root, or as its base says")
			case len(user.Args) > 0 && isRoot(user.Args[0].Value):
				r.at(user, user.Args[0], "the last USER is root")
			}
		}),
	}, {
		Name:        "dockerfile-sudo",
		Aliases:     trivyNames("0010", "DL3004"),
		Title:       "sudo in a RUN",
		Doc:         "Reports RUN instructions that start sudo. It changes how signals and the environment reach a program, and an image that has it lets its user become root.",
		Remediation: "Have USER root in front of what needs it, and the other user behind it.",
		URL:         "https://docs.docker.com/build/building/best-practices/#user",
		Severity:    severity.Critical,
		Run: ofInstructions("RUN", func(r recipe, run *manifest.Instruction) {
			for _, c := range run.Commands {
				if name := baseName(c.Words[0].Value); name == "sudo" {
					r.at(run, c.Words[0], "sudo is started in a RUN")
					return
				}
			}
		}),
	}}
}

// lastOf is the last instruction of a keyword in a stage or in those that it is made
// from, nil where there is none.
func lastOf(s *manifest.Stage, keyword string) *manifest.Instruction {
	for s := range s.Lineage() {
		var last *manifest.Instruction
		for i := range s.All(keyword) {
			last = i
		}
		if last != nil {
			return last
		}
	}
	return nil
}

// isRoot reports whether a user, with or without a group, is root. An id is a number
// for what starts the container: 00 is 0.
func isRoot(user string) bool {
	user, _, _ = strings.Cut(user, ":")
	id, err := strconv.Atoi(user)
	return user == "root" || err == nil && id == 0
}
