package analyze

import (
	"context"
	"encoding/json"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// NuGet lists the packages of NuGet's lock file, packages.lock.json or
// packages.PROJECT.lock.json, and of its older packages.config.
//
// A lock file has the packages of each target framework, with the version that
// was resolved: https://devblogs.microsoft.com/nuget/enable-repeatable-package-restores-using-a-lock-file/.
// They come in its order. One of the type Direct in any framework is Direct, of
// the types Transitive and CentralTransitive Indirect; what is of the type
// Project is a part of the program, without a version, and left out. Names are
// the same in any case: of what a package needs, the version is that of the
// same framework, or of the one without runtime identifier ("net8.0" for
// "net8.0/linux-x64").
//
// A packages.config, https://learn.microsoft.com/nuget/reference/packages-config,
// lists all packages alike: their relationship is unknown. One with
// developmentDependency="true" is Dev.
var NuGet artifact.Analyzer = nuget{}

type nuget struct{}

func (nuget) Name() string { return "nuget" }
func (nuget) Version() int { return 1 }

func (nuget) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Base: "packages.lock.json"},
		{Prefix: "packages.", Suffix: ".lock.json"},
		{Base: packagesConfig},
	}
}

const packagesConfig = "packages.config"

func (nuget) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if path.Base(f.Path) == packagesConfig {
		return readPackagesConfig(f)
	}
	p, err := newJSONPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	found := false
	err = members(p.text, func(key string, value json.RawMessage, _, end int) error {
		if key != "dependencies" {
			return nil
		}
		found = true
		offset := end - len(value)
		return members(value, func(framework string, value json.RawMessage, _, end int) error {
			return p.nugetFramework(framework, value, offset+end-len(value))
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

func (p *pins) nugetFramework(framework string, object json.RawMessage, offset int) error {
	base, _, _ := strings.Cut(framework, "/")
	return members(object, func(name string, value json.RawMessage, first, end int) error {
		at := p.lines.span(offset+first, offset+end)
		var in struct {
			Type         string          `json:"type"`
			Resolved     string          `json:"resolved"`
			Dependencies json.RawMessage `json:"dependencies"`
		}
		if err := json.Unmarshal(value, &in); err != nil {
			p.fault(at[0].First, name, err)
			return nil
		}
		c := library(vuln.TypeNuGet, name, in.Resolved)
		c.Lines = at
		switch in.Type {
		case "Project":
			return nil
		case "Direct":
			c.Relationship = artifact.Direct
		case "Transitive", "CentralTransitive":
			c.Relationship = artifact.Indirect
		}
		id := p.add(c)
		p.call(nugetKey(framework, name), id)
		for _, need := range jsonKeys(in.Dependencies) {
			p.needOneOf(id, nugetKey(framework, need), nugetKey(base, need))
		}
		return nil
	})
}

func nugetKey(framework, name string) string { return framework + "\x00" + strings.ToLower(name) }

func readPackagesConfig(f *artifact.File) (artifact.Facts, error) {
	p, err := newPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	err = xmlElements(p.text, func(e *xmlElement) error {
		if e.depth != 2 || e.name != "package" {
			return nil
		}
		c := library(vuln.TypeNuGet, e.attribute("id"), e.attribute("version"))
		c.Dev = strings.EqualFold(e.attribute("developmentDependency"), "true")
		c.Lines = p.lines.span(e.first, e.end)
		p.add(c)
		return nil
	})
	if err != nil {
		p.fault(p.lines.line(len(p.text)), "", err)
	}
	return p.facts()
}
