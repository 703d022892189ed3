package analyze

import (
	"context"
	"errors"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Bundler lists the gems of a lock file of Bundler's: Gemfile.lock or
// gems.locked. https://bundler.io/guides/rationale.html
//
// Gems come in the order of the file, from the specs of the sections GEM, GIT,
// PATH and PLUGIN SOURCE, each on a line "name (version)" or
// "name (version-platform)". A version of RubyGems holds no "-": what follows
// the first is the platform, and one version for several platforms is one
// component. The gems that a gem needs are on the lines below it.
//
// A gem that DEPENDENCIES names is Direct, any other Indirect. The groups of
// the Gemfile are not in the lock file: no gem is known to be for development.
// Other sections say nothing of gems, and are passed over as Bundler does.
//
// A line of specs that is neither, and the mark of a merge that was not
// finished, is an error.
var Bundler artifact.Analyzer = bundler{}

type bundler struct{}

func (bundler) Name() string { return "bundler" }
func (bundler) Version() int { return 1 }

func (bundler) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "Gemfile.lock"}, {Base: "gems.locked"}}
}

var (
	errNotSpec = errors.New("a line that is neither a gem nor what one needs")
	errMerge   = errors.New("a merge that was not finished")
)

func (bundler) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	r := gemLock{pins: p, direct: make(map[string]bool)}
	for n, line := range lines(p.text) {
		r.line(n, strings.TrimRight(string(line), " \t"))
	}
	for i := range p.components {
		c := &p.components[i]
		c.Relationship = artifact.Indirect
		if r.direct[c.Name] {
			c.Relationship = artifact.Direct
		}
	}
	return p.facts()
}

// A gemLock is a lock file as it is read.
type gemLock struct {
	*pins
	section string
	specs   bool   // the lines of a section's specs have begun
	gem     string // ID of the gem that what it needs is read of
	direct  map[string]bool
}

func (r *gemLock) line(n int, line string) {
	switch depth := len(line) - len(strings.TrimLeft(line, " ")); {
	case line == "":
	case depth == 0:
		r.section, r.specs, r.gem = line, false, ""
		if isMergeMark(line) {
			r.fault(n, "", errMerge)
		}
	case r.section == "DEPENDENCIES" && depth == 2:
		name, _, _ := strings.Cut(line[2:], " ")
		r.direct[strings.TrimSuffix(name, "!")] = true
	case !hasSpecs(r.section):
	case depth == 2:
		r.specs = line == "  specs:"
	case !r.specs:
	case depth == 4:
		r.spec(n, line[4:])
	case depth == 6:
		name, _, _ := strings.Cut(line[6:], " ")
		r.need(r.gem, strings.TrimSuffix(name, "!"))
	default:
		r.fault(n, "", errNotSpec)
	}
}

// spec reads "name (version-platform)".
func (r *gemLock) spec(n int, text string) {
	name, rest, _ := strings.Cut(strings.TrimSuffix(text, "!"), " (")
	version, ok := strings.CutSuffix(rest, ")")
	version, _, _ = strings.Cut(version, "-")
	r.gem = ""
	if !ok {
		r.fault(n, name, errNotSpec)
		return
	}
	c := library(vuln.TypeGem, name, version)
	c.Lines = []artifact.LineRange{{First: n, Last: n}}
	r.gem = r.add(c)
	r.call(name, r.gem)
}

func hasSpecs(section string) bool {
	switch section {
	case "GEM", "GIT", "PATH", "PLUGIN SOURCE":
		return true
	}
	return false
}

func isMergeMark(line string) bool {
	return strings.HasPrefix(line, "<<<<<<<") || strings.HasPrefix(line, "=======") || strings.HasPrefix(line, ">>>>>>>")
}
