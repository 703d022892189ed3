// Package dockerfile decodes Dockerfiles, so that rules can look at them as at any
// other object.
//
// It is a module of its own, since it brings along two parsers: that of BuildKit,
// which says what an instruction is, and that of mvdan.cc/sh, which says what a RUN
// starts. Positions, which neither knows as bytes of the file, are found here; tests
// and a fuzz target hold them against what the parsers say.
package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"mvdan.cc/sh/v3/syntax"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Decoder decodes Dockerfiles. The zero value is ready to use.
type Decoder struct{}

var _ manifest.Decoder = Decoder{}

// Name is "dockerfile".
func (Decoder) Name() string { return "dockerfile" }

// Claims reports whether the base name is Dockerfile or Containerfile, or has
// .dockerfile or .containerfile at its end, whatever their case. Behind the first
// two, with a capital letter then, there may be any extension, "Dockerfile.dev", but
// for those of YAML and JSON, and .dockerignore: dockerfile.go is no Dockerfile.
func (Decoder) Claims(name string) bool {
	base := path.Base(name)
	if isExact(strings.ToLower(base)) {
		return true
	}
	ext := path.Ext(base)
	switch strings.ToLower(ext) {
	case ".yaml", ".yml", ".json", ".dockerignore":
		return false
	}
	stem := strings.TrimSuffix(base, ext)
	return stem == "Dockerfile" || stem == "Containerfile"
}

// isExact reports whether a base name in small letters can be nothing else.
func isExact(base string) bool {
	switch path.Ext(base) {
	case ".dockerfile", ".containerfile":
		return true
	}
	return base == "dockerfile" || base == "containerfile"
}

// What bounds a file: more is a Problem that matches manifest.ErrLimit.
const (
	maxLines        = 200_000
	maxInstructions = 20_000
	maxInstruction  = 256 << 10 // bytes, lines that are continued together, heredocs excluded
	maxScript       = 1 << 20   // bytes, of one RUN
	maxNesting      = 10_000    // places in a script, or an instruction, that may open something
	maxValue        = 64 << 10  // bytes, of a variable or word with its variables replaced
	maxExpanded     = 16 << 20  // bytes, of all of these
	maxScripts      = 4         // scripts that are an argument of one in another
)

// Decode reads a Dockerfile, within bounds of its own. A file that BuildKit cannot parse is one Problem and no
// object; what it would refuse later is a Problem beside it.
//
// Instructions in front of the first FROM, but for ARG, are in a stage without one:
// the file may be a part of another.
//
// A file that starts with what is no instruction, and whose name may be that of
// something else, "dockerfile.go", is a Problem that matches manifest.ErrNotObject.
func (Decoder) Decode(file *manifest.File, _ manifest.Limits) manifest.Bundle {
	d := &decoder{
		file:   file,
		out:    &manifest.Dockerfile{File: file, Escape: '\\'},
		global: newScope(nil),
	}
	if err := d.decode(); err != nil {
		at := 0
		if p := (*placed)(nil); errors.As(err, &p) {
			at = p.offset
		}
		d.problem(at, err)
		return manifest.Bundle{Problems: d.problems}
	}
	o := manifest.NewDockerfile(d.out)
	for i := range d.problems {
		d.problems[i].Object = o
	}
	return manifest.Bundle{Objects: []*manifest.Object{o}, Problems: d.problems}
}

// A placed error is one at an offset of the file.
type placed struct {
	offset int
	err    error
}

func (p *placed) Error() string { return p.err.Error() }
func (p *placed) Unwrap() error { return p.err }

func syntaxf(offset int, format string, args ...any) error {
	return &placed{offset, fmt.Errorf("%w: %s", manifest.ErrSyntax, fmt.Sprintf(format, args...))}
}

func limitf(offset int, format string, args ...any) error {
	return &placed{offset, fmt.Errorf("%w: %s", manifest.ErrLimit, fmt.Sprintf(format, args...))}
}

// A decoder decodes one file.
type decoder struct {
	file     *manifest.File
	out      *manifest.Dockerfile
	lines    []line
	problems []manifest.Problem

	global   *scope         // of ARG in front of the first FROM
	scripts  *syntax.Parser // nil until there is one
	expanded int            // bytes
	byName   map[string]*manifest.Stage
	states   map[*manifest.Stage]*state
	state    *state     // of the last stage
	lex      *shell.Lex // nil until there is one
}

// A state is what the instructions of a stage start from.
type state struct {
	scope   *scope
	shell   []string // what SHELL says
	windows bool     // the image is one
}

// maxProblems bounds how many problems of one file are reported.
const maxProblems = 1000

func (d *decoder) problem(offset int, err error) {
	if p := (*placed)(nil); errors.As(err, &p) {
		offset, err = p.offset, p.err
	}
	if len(d.problems) < maxProblems {
		d.problems = append(d.problems, manifest.Problem{Position: d.file.Position(offset), Err: err})
	}
}

func (d *decoder) decode() error {
	if i := bytes.IndexByte(d.file.Text, 0); i >= 0 {
		return syntaxf(i, "a zero byte, which is not text")
	}
	var err error
	if d.lines, err = splitLines(d.file.Text); err != nil {
		return err
	}
	if err := d.checkLines(); err != nil {
		return err
	}
	parsed, err := parser.Parse(bytes.NewReader(d.file.Text))
	if err != nil {
		return d.parserError(err)
	}
	d.out.Escape = byte(parsed.EscapeToken)
	if first := parsed.AST.Children[0]; !isKeyword(first.Value) && !isExact(strings.ToLower(path.Base(d.file.Path))) {
		return &placed{d.lines[first.StartLine-1].start, fmt.Errorf("%w, nor a Dockerfile: it starts with %.20q", manifest.ErrNotObject, first.Value)}
	}
	for _, node := range parsed.AST.Children {
		if err := d.instruction(node); err != nil {
			return err
		}
	}
	if d.byName == nil {
		d.problem(0, syntaxf(0, "no FROM"))
	}
	d.comments()
	return nil
}

// parserError gives an error of BuildKit's its place.
func (d *decoder) parserError(err error) error {
	at := 0
	if located := (*parser.LocationError)(nil); errors.As(err, &located) && len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
		n := located.Locations[0][0].Start.Line
		at = d.lines[max(0, min(n, len(d.lines))-1)].start
	}
	return syntaxf(at, "%s", err)
}
