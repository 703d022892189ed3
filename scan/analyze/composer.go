package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// ComposerLock lists the packages of Composer's lock file, composer.lock. One
// below a directory vendor is a part of a package, and is not asked.
// https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control
//
// They come in the order of the file: those of packages, then those of
// packages-dev, which are Dev. Each has its licences, and of what it requires
// those that are in the file: not PHP, its extensions, and what another package
// provides or replaces.
//
// With the composer.json beside it, a package that its require or require-dev
// names is Direct, any other Indirect. One that cannot be read is an error of
// Resolve; where there is no lock file it does not matter.
var ComposerLock artifact.Resolver = composerLock{}

type composerLock struct{}

func (composerLock) Name() string { return "composer" }
func (composerLock) Version() int { return 1 }

func (composerLock) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "composer.lock"}, {Base: "composer.json"}}
}

func (composerLock) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if slices.Contains(strings.Split(path.Dir(f.Path), "/"), "vendor") {
		return artifact.Facts{}, nil
	}
	if path.Base(f.Path) == composerManifest {
		return readComposerManifest(f)
	}
	p, err := newJSONPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	found := false
	err = members(p.text, func(key string, value json.RawMessage, _, end int) error {
		switch key {
		case "packages":
			found = true
			return p.composerPackages(key, value, end-len(value), nil)
		case "packages-dev":
			return p.composerPackages(key, value, end-len(value), func(string) bool { return true })
		}
		return nil
	})
	if err == nil && !found {
		err = errNoPackages
	}
	if err != nil {
		p.fault(1, "", err)
	}
	return p.facts()
}

// A composerPackage is what is read of a package, in composer.lock and
// installed.json alike.
type composerPackage struct {
	Name    string          `json:"name"`
	Version string          `json:"version"`
	License json.RawMessage `json:"license"`
	Require json.RawMessage `json:"require"`
}

// composerPackages adds the packages of the array list, which begins at offset;
// dev says which are for development, nil that none is.
func (p *pins) composerPackages(key string, list json.RawMessage, offset int, dev func(name string) bool) error {
	if string(list) == "null" { // older versions, where there was nothing to lock
		return nil
	}
	err := elements(list, func(value json.RawMessage, first, end int) error {
		at := p.lines.span(offset+first, offset+end)
		var in composerPackage
		if err := json.Unmarshal(value, &in); err != nil {
			p.fault(at[0].First, in.Name, err)
			return nil
		}
		c := library(vuln.TypeComposer, in.Name, in.Version)
		c.Licenses = stringOrStrings(in.License)
		c.Dev = dev != nil && dev(in.Name)
		c.Lines = at
		id := p.add(c)
		p.call(strings.ToLower(in.Name), id)
		for _, name := range jsonKeys(in.Require) {
			p.need(id, strings.ToLower(name))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

const composerManifest = "composer.json"

// A composerNote is what is kept of a composer.json: the names it requires, in
// lower case, or why it cannot be read, which matters beside a lock file only.
type composerNote struct {
	Names []string
	Error string
}

func readComposerManifest(f *artifact.File) (artifact.Facts, error) {
	p, err := newPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	var in struct {
		Require    json.RawMessage `json:"require"`
		RequireDev json.RawMessage `json:"require-dev"`
	}
	var note composerNote
	if err = p.checkJSON(); err == nil {
		err = json.Unmarshal(p.text, &in)
	}
	if err != nil {
		note.Error = err.Error()
	}
	for _, name := range append(jsonKeys(in.Require), jsonKeys(in.RequireDev)...) {
		note.Names = append(note.Names, strings.ToLower(name))
	}
	return customFacts(composerManifest, note)
}

func (composerLock) Resolve(t *artifact.Tree) error {
	var wrong faults
	for _, f := range t.Files() {
		manifest := t.Beside(f, composerManifest)
		if path.Base(f.Path) != "composer.lock" || manifest == nil || manifest.Facts.Custom[composerManifest] == nil {
			continue
		}
		var note composerNote
		err := json.Unmarshal(manifest.Facts.Custom[composerManifest], &note)
		if err == nil && note.Error != "" {
			err = errors.New(note.Error)
		}
		if err != nil {
			wrong.note(fmt.Errorf("resolve %s: %w", f.Path, err))
			continue
		}
		direct := make(map[string]bool, len(note.Names))
		for _, name := range note.Names {
			direct[name] = true
		}
		for i := range f.Facts.Components {
			c := &f.Facts.Components[i]
			c.Relationship = artifact.Indirect
			if direct[strings.ToLower(c.Name)] {
				c.Relationship = artifact.Direct
			}
		}
	}
	for _, f := range t.Files() {
		delete(f.Facts.Custom, composerManifest)
	}
	return wrong.err()
}
