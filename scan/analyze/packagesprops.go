package analyze

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// PackagesProps lists the packages whose versions a .NET source tree manages
// centrally: files called Directory.Packages.props, and others whose names end
// in packages.props, in any case.
// https://learn.microsoft.com/nuget/consume-packages/central-package-management
//
// They are the elements PackageVersion and PackageReference, in the order of
// the file, with the name in Include or Update and the version in the attribute
// or element Version; GlobalPackageReference is Dev, since NuGet asks for those
// while building only. The file says which version a package has if it is
// needed, not whether, so the relationship is unknown. A list of names, "a;b",
// is several packages.
//
// A version is taken without the brackets of "[1.2.3]". A property in one,
// $(KeelVersion), is put in if the file sets it once, without a condition, to
// text. What is left of properties, ranges and "1.*" names no version: such a
// package is left out, and named in the error. One without any version is left
// out too, without an error: it is given elsewhere.
var PackagesProps artifact.Analyzer = packagesProps{}

type packagesProps struct{}

func (packagesProps) Name() string { return "packages-props" }
func (packagesProps) Version() int { return 1 }

func (packagesProps) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Suffix: "packages.props"}}
}

var errNotOneVersion = errors.New("a version that is a property or a range")

func (packagesProps) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	r := propsFile{properties: make(map[string]string)}
	if err := xmlElements(p.text, r.element); err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	for _, item := range r.items {
		if item.version == "" {
			continue
		}
		at := p.lines.span(item.element.first, item.element.end)
		version, ok := oneVersion(r.expand(item.version))
		for name := range strings.SplitSeq(item.name, ";") {
			name = strings.TrimSpace(name)
			if !ok {
				p.fault(at[0].First, name, fmt.Errorf("%w: %.*q", errNotOneVersion, maxQuote, item.version))
				continue
			}
			c := library(vuln.TypeNuGet, name, version)
			c.Dev = item.element.name == "GlobalPackageReference"
			c.Lines = slices.Clone(at)
			p.add(c)
		}
	}
	return p.facts()
}

// A propsFile is what such a file sets.
type propsFile struct {
	items      []propsItem
	properties map[string]string // by name in lower case; "": not to be known
	pending    string            // the Version element of the item that is open
}

type propsItem struct {
	element       *xmlElement
	name, version string
}

func (r *propsFile) element(e *xmlElement) error {
	switch {
	case e.parent == nil:
	case e.parent.name == "PropertyGroup":
		r.property(e)
	case e.name == "Version" && isPackageItem(e.parent.name):
		r.pending = strings.TrimSpace(e.text)
	case isPackageItem(e.name):
		item := propsItem{e, e.attribute("Include"), e.attribute("Version")}
		if item.name == "" {
			item.name = e.attribute("Update")
		}
		if item.version == "" {
			item.version = r.pending
		}
		r.pending = ""
		if len(r.items) == maxLocked {
			return fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxLocked)
		}
		if item.name != "" { // else it removes one
			r.items = append(r.items, item)
		}
	}
	return nil
}

func isPackageItem(name string) bool {
	switch name {
	case "PackageVersion", "PackageReference", "GlobalPackageReference":
		return true
	}
	return false
}

// property notes the value of one, unless it depends on anything.
func (r *propsFile) property(e *xmlElement) {
	name, value := strings.ToLower(e.name), strings.TrimSpace(e.text)
	if _, again := r.properties[name]; again || e.attribute("Condition") != "" || strings.Contains(value, "$(") {
		value = ""
	}
	for p := e.parent; p != nil; p = p.parent {
		if p.attribute("Condition") != "" {
			value = ""
		}
	}
	r.properties[name] = value
}

// expand puts the properties that are known into version. They hold none
// themselves.
func (r *propsFile) expand(version string) string {
	before, rest, ok := strings.Cut(version, "$(")
	name, after, closed := strings.Cut(rest, ")")
	if !ok || !closed || strings.Contains(after, "$(") {
		return version
	}
	value := r.properties[strings.ToLower(strings.TrimSpace(name))]
	if value == "" {
		return version
	}
	return before + value + after
}

// oneVersion takes the brackets off a version; false for what is none, or many.
func oneVersion(s string) (string, bool) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); ok {
			s = strings.TrimSpace(inner)
		}
	}
	return s, s != "" && !strings.ContainsAny(s, "[]() ,*$;")
}
