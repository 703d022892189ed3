package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest/dockerfile"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// imageConfigFlags say what is asked of the config and history of an image.
type imageConfigFlags struct {
	scanners []string
	rules    []*lint.Rule // those that run; nil: nothing is asked
}

func (f *imageConfigFlags) add(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.scanners, "image-config-scanners", nil, "look at the config and history of the image too: misconfig, what rules say of a Dockerfile")
}

// read makes the rules that the flags ask for: those for Dockerfiles that run by
// default.
func (f *imageConfigFlags) read() error {
	for _, word := range f.scanners {
		switch strings.TrimSpace(word) {
		case "misconfig":
		case "secret":
			return fmt.Errorf("--image-config-scanners secret: values are not searched for secrets; misconfig reports variables that are named like one")
		default:
			return fmt.Errorf("--image-config-scanners %q: want misconfig", word)
		}
	}
	if len(f.scanners) == 0 {
		return nil
	}
	all, templates, err := builtin(false, nil)
	if err != nil {
		return err
	}
	if all, err = new(lint.Config).Rules(all, templates, false); err != nil {
		return err
	}
	f.rules = scan.ImageRules(all)
	return nil
}

// matchers are those that the flags ask for.
func (f *imageConfigFlags) matchers() []scan.Matcher {
	if f.rules == nil {
		return nil
	}
	return []scan.Matcher{scan.LintImage(f.rules, lint.Options{}, dockerfile.Decoder{})}
}

// keepSevere leaves out the diagnostics of other severities; nil is all.
func keepSevere(report *scan.Report, levels []severity.Level) {
	report.Diagnostics = slices.DeleteFunc(report.Diagnostics, func(d lint.Diagnostic) bool {
		return levels != nil && !slices.Contains(levels, d.Severity)
	})
}
