package analyze

import (
	"context"
	"errors"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Rebar lists the packages of Erlang's lock file, rebar.lock, in its order:
// tuples of Erlang, {<<"keel">>, {pkg, <<"keel">>, <<"1.2.0">>}, 0} for a
// package of Hex, and {<<"keel">>, {git, "https://...", {ref, "revision"}}, 1}
// for one of a repository, whose version is the revision.
// https://rebar3.org/docs/workflow/#lock-files
//
// The number is how far from the project the package is: at 0 it is Direct,
// else Indirect. Another kind of entry is left out, and named in the error.
var Rebar artifact.Analyzer = rebar{}

type rebar struct{}

func (rebar) Name() string { return "rebar" }
func (rebar) Version() int { return 1 }

func (rebar) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "rebar.lock"}} }

var (
	errNotRebar = errors.New("neither a package of Hex nor a repository at a revision")
	errNoDot    = errors.New("no dot after a term")
)

func (rebar) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	r := beamReader{text: string(p.text), comment: '%'}
	if !r.space() {
		return artifact.Facts{}, nil
	}
	list, err := r.term()
	if list.kind == beamTuple { // {"1.2.0", List} since rebar 3.1
		list = list.item(1)
	}
	switch {
	case err != nil:
	case list.kind != beamList:
		err = errNoPackages
	case !r.space() || r.text[r.at] != '.': // checksums follow
		err = errNoDot
	}
	if err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: line %d: %w", f.Path, p.lines.line(min(r.at, len(p.text)-1)), err)
	}
	for _, entry := range list.items {
		p.rebarPackage(entry)
	}
	return p.facts()
}

func (p *pins) rebarPackage(entry beamTerm) {
	at := p.lines.span(entry.first, entry.end)
	name, source := entry.item(0).string(), entry.item(1)
	var c artifact.Component
	switch source.item(0).atom() {
	case "pkg":
		c = library(vuln.TypeHex, source.item(1).string(), source.item(2).string())
	case "git", "git_subdir", "hg":
		c = library(vuln.TypeHex, name, source.item(2).item(1).string())
	default:
		p.fault(at[0].First, name, errNotRebar)
		return
	}
	c.Lines = at
	c.Relationship = artifact.Indirect
	if entry.item(2).text == "0" {
		c.Relationship = artifact.Direct
	}
	p.add(c)
}
