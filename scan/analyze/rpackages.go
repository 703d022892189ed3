package analyze

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// RPackage lists the packages of R that are installed: of a file DESCRIPTION
// with the field Built, which R adds when it installs a package, its Package and
// Version, and its License. The packages that are a part of R itself, whose
// Priority is base, are left out: they have R's version. A DESCRIPTION without
// Built is a source's, or no package's, and says nothing.
// https://cran.r-project.org/doc/manuals/r-release/R-exts.html#The-DESCRIPTION-file
var RPackage artifact.Analyzer = rPackage{}

type rPackage struct{}

func (rPackage) Name() string { return "r-package" }
func (rPackage) Version() int { return 1 }

func (rPackage) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "DESCRIPTION"}} }

func (rPackage) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	fields := make(map[string]string)
	for _, line := range lines(text) {
		key, value, ok := bytes.Cut(line, []byte(":"))
		switch string(key) {
		case "Package", "Version", "License", "Priority", "Built":
			if ok && len(value) <= maxValue {
				fields[string(key)] = string(trimBlanks(value))
			}
		}
	}
	if fields["Built"] == "" || fields["Priority"] == "base" {
		return artifact.Facts{}, nil
	}
	switch {
	case fields["Package"] == "":
		err = errNoName
	case fields["Version"] == "":
		err = fmt.Errorf("package %.*q: %w", maxQuote, fields["Package"], errNoVersion)
	}
	if err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	c := library(vuln.TypeCRAN, fields["Package"], fields["Version"])
	if fields["License"] != "" {
		c.Licenses = []string{fields["License"]}
	}
	return artifact.Facts{Components: []artifact.Component{c}}, nil
}

// Renv lists the packages of R's lock file, renv.lock, in its order: the objects
// in Packages, each with its Package, Version, and in Requirements, Depends,
// Imports and LinkingTo what it needs of the others.
// https://rstudio.github.io/renv/articles/lockfile.html
//
// The file does not say which packages are direct, or for development.
var Renv artifact.Analyzer = renv{}

type renv struct{}

func (renv) Name() string { return "renv" }
func (renv) Version() int { return 1 }

func (renv) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "renv.lock"}} }

func (renv) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newJSONPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	found := false
	err = members(p.text, func(key string, value json.RawMessage, _, end int) error {
		if key != "Packages" {
			return nil
		}
		found = true
		offset := end - len(value)
		return members(value, func(key string, value json.RawMessage, first, end int) error {
			p.renvPackage(key, value, offset+first, offset+end)
			return nil
		})
	})
	if err == nil && !found {
		err = errNoPackages
	}
	if err != nil {
		p.fault(1, "", err)
	}
	return p.facts()
}

func (p *pins) renvPackage(key string, value json.RawMessage, first, end int) {
	at := p.lines.span(first, end)
	var in struct {
		Package, Version, License                 string
		Requirements, Depends, Imports, LinkingTo json.RawMessage
	}
	if err := json.Unmarshal(value, &in); err != nil {
		p.fault(at[0].First, key, err)
		return
	}
	if in.Package == "" {
		in.Package = key
	}
	c := library(vuln.TypeCRAN, in.Package, in.Version)
	if in.License != "" {
		c.Licenses = []string{in.License}
	}
	c.Lines = at
	id := p.add(c)
	p.call(in.Package, id)
	for _, list := range []json.RawMessage{in.Requirements, in.Depends, in.Imports, in.LinkingTo} {
		for _, need := range stringOrStrings(list) { // "keel (>= 1.2)"
			name, _, _ := strings.Cut(need, " ")
			p.need(id, name)
		}
	}
}
