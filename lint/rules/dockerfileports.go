package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfilePortRules are about EXPOSE.
func dockerfilePortRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "dockerfile-ssh-port",
		Aliases:     trivyNames("0004"),
		Title:       "Port of SSH exposed",
		Doc:         "Reports EXPOSE instructions with port 22. A container that is logged into has a server with keys or passwords that nobody updates.",
		Remediation: "Leave the server out: docker exec and kubectl exec need none.",
		Severity:    severity.Medium,
		Run: ofInstructions("EXPOSE", func(r recipe, i *manifest.Instruction) {
			for _, w := range i.Args {
				if from, to, ok := portRange(w.Value); ok && from <= 22 && 22 <= to {
					r.at(i, w, "port 22, which is that of SSH, is exposed")
					return
				}
			}
		}),
	}, {
		Name:        "dockerfile-port-out-of-range",
		Aliases:     trivyNames("0008", "DL3011"),
		Title:       "Port that there cannot be",
		Doc:         "Reports EXPOSE instructions with a port above 65535.",
		Remediation: "Name a port from 1 to 65535.",
		URL:         "https://docs.docker.com/reference/dockerfile/#expose",
		Severity:    severity.Critical,
		Run: ofInstructions("EXPOSE", func(r recipe, i *manifest.Instruction) {
			for _, w := range i.Args {
				if _, to, ok := portRange(w.Value); ok && to > 65535 {
					r.at(i, w, fmt.Sprintf("port %d is above 65535", to))
				}
			}
		}),
	}}
}

// portRange reads "80", "80/tcp" and "8000-8010/udp".
func portRange(text string) (from, to int, ok bool) {
	text, _, _ = strings.Cut(text, "/")
	low, high, isRange := strings.Cut(text, "-")
	from, err := strconv.Atoi(low)
	if err != nil {
		return 0, 0, false
	}
	if !isRange {
		return from, from, true
	}
	to, err = strconv.Atoi(high)
	return from, to, err == nil
}
