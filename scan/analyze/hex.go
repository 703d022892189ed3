package analyze

import (
	"context"
	"errors"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Hex lists the packages of Elixir's lock file, mix.lock: a map of Elixir from
// what the project calls a package to where it is from, in the order of the
// file. https://hexdocs.pm/mix/Mix.Tasks.Deps.html
//
// A package of Hex, {:hex, :keel, "1.2.0", ...}, goes by its name there, and
// needs those of its dependencies that are in the file. One of a repository,
// {:git, "https://...", "revision", [tag: "v1.2.0"]}, goes by what the project
// calls it, and its version is the tag, else the revision.
//
// The file does not say which packages are direct, or for development. Another
// kind of entry is left out, and named in the error.
var Hex artifact.Analyzer = hex{}

type hex struct{}

func (hex) Name() string { return "hex" }
func (hex) Version() int { return 1 }

func (hex) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "mix.lock"}} }

var (
	errNotMap  = errors.New("no map")
	errNotMix  = errors.New("neither a package of Hex nor a repository")
	errTrailer = errors.New("something after the end")
)

func (hex) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	r := beamReader{text: string(p.text), comment: '#'}
	if !r.space() {
		return artifact.Facts{}, nil
	}
	root, err := r.term()
	switch {
	case err != nil:
	case root.kind != beamMap:
		err = errNotMap
	case r.space():
		err = errTrailer
	}
	if err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: line %d: %w", f.Path, p.lines.line(min(r.at, len(p.text)-1)), err)
	}
	for i := 0; i+1 < len(root.items); i += 2 {
		p.mixPackage(root.items[i], root.items[i+1])
	}
	return p.facts()
}

func (p *pins) mixPackage(key, value beamTerm) {
	at := p.lines.span(key.first, value.end)
	var c artifact.Component
	switch value.item(0).atom() {
	case "hex":
		c = library(vuln.TypeHex, value.item(1).atom(), value.item(2).string())
	case "git":
		c = library(vuln.TypeHex, key.text, gitVersion(value))
	default:
		p.fault(at[0].First, key.text, errNotMix)
		return
	}
	c.Lines = at
	id := p.add(c)
	p.call(key.text, id)
	if value.item(0).atom() == "hex" {
		for _, need := range value.item(5).items {
			p.need(id, need.item(0).atom())
		}
	}
}

// gitVersion is the version of {:git, url, revision, options}.
func gitVersion(t beamTerm) string {
	for _, option := range t.item(3).items {
		if tag := option.item(1).string(); option.item(0).atom() == "tag" && tag != "" {
			return tag
		}
	}
	return t.item(2).string()
}
