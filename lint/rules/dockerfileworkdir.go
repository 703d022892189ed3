package rules

import (
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfileWorkdirRules are about WORKDIR.
func dockerfileWorkdirRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "dockerfile-relative-workdir",
		Aliases:     trivyNames("0009", "DL3000"),
		Title:       "WORKDIR that is not absolute",
		Doc:         "Reports WORKDIR instructions with a relative path. Where it leads depends on the WORKDIR in front of it, which may be the base image's.",
		Remediation: "Write the path from the root on.",
		URL:         "https://docs.docker.com/build/building/best-practices/#workdir",
		Severity:    severity.High,
		Run: ofInstructions("WORKDIR", func(r recipe, i *manifest.Instruction) {
			for _, w := range i.Args {
				if !isAbsolute(w) {
					r.at(i, w, "the path "+w.Text+" is not absolute")
				}
			}
		}),
	}, {
		Name:        "dockerfile-system-workdir",
		Aliases:     trivyNames("0030"),
		Title:       "WORKDIR in a directory of the system",
		Doc:         "Reports WORKDIR instructions below /boot, /dev, /initrd, /lost+found and /proc. What is written there is lost, or hides what the system needs.",
		Remediation: "Use a directory of your own, such as /app.",
		Severity:    severity.High,
		Run: ofInstructions("WORKDIR", func(r recipe, i *manifest.Instruction) {
			for _, w := range i.Args {
				switch dir, _, _ := strings.Cut(strings.TrimPrefix(path.Clean(w.Value), "/"), "/"); dir {
				case "boot", "dev", "initrd", "lost+found", "proc":
					if strings.HasPrefix(w.Value, "/") {
						r.at(i, w, "the working directory "+w.Value+" is one of the system")
					}
				}
			}
		}),
	}}
}

// isAbsolute reports whether a path starts at a root, of Windows too, or may do so:
// it starts with a variable whose value is not known.
func isAbsolute(w manifest.Word) bool {
	p := w.Value
	if w.Unknown && strings.HasPrefix(strings.TrimLeft(w.Text, `"'`), "$") {
		return true
	}
	return strings.HasPrefix(p, "/") || strings.HasPrefix(p, `\`) || len(p) > 1 && p[1] == ':'
}
