package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Bottlerocket lists the packages that a Bottlerocket was built from: the
// elements of Content in usr/share/bottlerocket/application-inventory.json, in
// the order of the file, where the host sees the file and in the sys-root of its
// images, which is x86_64-bottlerocket-linux-gnu/sys-root or aarch64-... .
//
//	{"Content": [{"Name": "keel", "Publisher": "Bottlerocket", "Version": "1.4.2",
//	  "Release": "1700000000.abcdef0.br1", "Epoch": "0", "Architecture": "x86_64"}]}
//
// A version is that of rpm, [epoch:]version[-release], with an epoch only if it
// is not 0; advisories have it so. Releases of 2023 and before give every package
// the version of the system. There are no source packages.
//
// An element without a Name or Version, or of another form, is left out, and
// named in the error. The same package twice is once.
//
// https://bottlerocket.dev/en/os/latest/
var Bottlerocket artifact.Analyzer = bottlerocket{}

type bottlerocket struct{}

func (bottlerocket) Name() string { return "bottlerocket-inventory" }
func (bottlerocket) Version() int { return 1 }

func (bottlerocket) Patterns() []artifact.Pattern {
	const file = "usr/share/bottlerocket/application-inventory.json"
	return []artifact.Pattern{
		{Path: file},
		{Path: "aarch64-bottlerocket-linux-gnu/sys-root/" + file},
		{Path: "x86_64-bottlerocket-linux-gnu/sys-root/" + file},
	}
}

func (bottlerocket) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	inv := inventory{lines: newLineIndex(text), text: text, seen: make(map[string]bool)}
	if err := inv.read(); err != nil {
		return inv.facts, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return inv.facts, nil
}

// An inventory is one as it is read.
type inventory struct {
	text  []byte
	lines lineIndex
	facts artifact.Facts
	seen  map[string]bool
	wrong faults
}

func (inv *inventory) read() error {
	found := false
	err := members(inv.text, func(key string, value json.RawMessage, _, end int) error {
		if key != "Content" {
			return nil
		}
		found = true
		start := end - len(value)
		return elements(value, func(element json.RawMessage, first, _ int) error {
			return inv.add(element, inv.lines.line(start+first))
		})
	})
	switch {
	case err != nil:
		inv.wrong.add(inv.lines.line(len(inv.text)), nil, err)
	case !found:
		inv.wrong.add(1, nil, errors.New("no Content"))
	}
	return inv.wrong.err()
}

// add reads the element at a line. An error ends the reading.
func (inv *inventory) add(element json.RawMessage, line int) error {
	var app struct{ Name, Version, Release, Epoch, Architecture, Publisher string }
	if err := json.Unmarshal(element, &app); err != nil {
		inv.wrong.add(line, []byte(app.Name), err)
		return nil
	}
	switch {
	case app.Name == "":
		inv.wrong.add(line, nil, errNoName)
		return nil
	case app.Version == "":
		inv.wrong.add(line, []byte(app.Name), errNoVersion)
		return nil
	case len(inv.facts.Components) == maxPackages:
		return fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxPackages)
	}
	version := app.Version
	if app.Release != "" {
		version += "-" + app.Release
	}
	if strings.Trim(app.Epoch, "0") != "" {
		version = app.Epoch + ":" + version
	}
	c := library(vuln.TypeBottlerocket, app.Name, version)
	c.Arch, c.Maintainer = app.Architecture, app.Publisher
	if id := c.ID() + " " + c.Arch; !inv.seen[id] {
		inv.seen[id] = true
		inv.facts.Components = append(inv.facts.Components, c)
	}
	return nil
}
