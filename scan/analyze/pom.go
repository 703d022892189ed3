package analyze

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Pom lists what the Maven projects of a source tree ask for: files called
// pom.xml. It reads nothing but these files, and never the network, so that
// packages that only other packages ask for are not known, and neither is what
// a parent says that is published elsewhere.
//
// The first component of a file is the project itself, Root. The others are its
// dependencies and those it inherits, each Direct, or Workspace where it is
// another project of the tree. They come in the order of the file, its own first,
// with their lines; those of its parent have none. Names are "group:artifact".
// Root depends on all of them. Dependencies of the scopes test, provided and
// system are Dev: they are not shipped with the project. Optional ones are, and
// are listed as any other.
//
// Inherited are, of parents in the tree (at relativePath, or of that name and
// version anywhere): group and version, properties, dependencies,
// dependencyManagement, and in that the imports that are in the tree. A profile
// counts if it is active by default.
//
// A version that cannot be told, because it comes from a parent or an import
// that is not in the tree, or because it is a range, is empty, and an
// error names the dependency, its line, and what is not there. A range of one
// version, [1.2], is that version. An entry is left out that has no group or
// artifact that can be told.
//
// https://maven.apache.org/pom.html
var Pom artifact.Analyzer = pom{}

// pomCustom is what Analyze hands to Resolve.
const pomCustom = "pom"

type pom struct{}

func (pom) Name() string { return "pom" }
func (pom) Version() int { return 1 }

func (pom) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "pom.xml"}} }

func (pom) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	m, wrong := parsePOM(text)
	if wrong != nil {
		wrong = fmt.Errorf("read %s: %w", f.Path, wrong)
	}
	if m.Artifact == "" {
		if wrong == nil {
			wrong = fmt.Errorf("read %s: line 1: %w", f.Path, partialError("artifactId"))
		}
		return artifact.Facts{}, wrong
	}
	facts, err := customFacts(pomCustom, m)
	if err != nil {
		return facts, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return facts, wrong
}

// Resolve makes components of the projects of the tree.
func (pom) Resolve(t *artifact.Tree) error {
	pt := newPOMTree(t)
	var wrong faults
	left := maxPackages
	for _, p := range pt.list {
		facts := &t.File(p.path).Facts
		list, err := pt.components(p, left)
		facts.Components = append(facts.Components, list...)
		left -= len(list)
		if err == nil {
			continue
		}
		wrong.note(fmt.Errorf("read %s: %w", p.path, err))
	}
	return wrong.err()
}

// components are p and its dependencies, at most limit.
func (pt *pomTree) components(p *pomProject, limit int) ([]artifact.Component, error) {
	if limit <= 0 {
		return nil, fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxPackages)
	}
	var wrong faults
	root := library(vuln.TypeMaven, p.effective(p.group())+":"+p.effective(p.Artifact), "")
	root.Relationship = artifact.Root
	root.Licenses = p.Licenses
	version, err := pt.plainVersion(p, p.version())
	if err != nil {
		wrong.add(1, []byte(root.Name), err)
	}
	root.Version, root.SourceVersion = version, version
	list := []artifact.Component{root}
	seen := make(map[string]bool) // keys of dependencies: the nearest counts
	byID := make(map[string]int)
	for q := range p.ancestors {
		for i := range q.Dependencies {
			d := &q.Dependencies[i]
			key := p.key(d)
			if q != p && seen[key] {
				continue
			}
			seen[key] = true
			if len(list) == limit || pt.work <= 0 {
				over := fmt.Errorf("line %d: %w: more than %d packages, or parents and imports that cost as much", d.First, artifact.ErrLimit, maxPackages)
				wrong.end(over)
				return list, wrong.err()
			}
			c, err := pt.dependency(p, d, key)
			if err != nil {
				line := d.First
				if q != p { // its line is in another file
					line = 1
				}
				wrong.add(line, []byte(strings.TrimPrefix(d.Group+":"+d.Artifact, ":")), err)
			}
			if c.Name == "" {
				continue
			}
			if q == p {
				c.Lines = []artifact.LineRange{{First: d.First, Last: d.Last}}
			}
			if at, ok := byID[c.ID()]; ok {
				list[at].Dev = list[at].Dev && c.Dev
				list[at].Lines = append(list[at].Lines, c.Lines...)
				continue
			}
			byID[c.ID()] = len(list)
			list = append(list, c)
		}
	}
	for _, c := range list[1:] {
		list[0].DependsOn = append(list[0].DependsOn, c.ID())
	}
	slices.Sort(list[0].DependsOn)
	return list, wrong.err()
}

// dependency is d as a component of p, of which its version may be missing. Its
// name is empty where that cannot be told.
func (pt *pomTree) dependency(p *pomProject, d *pomDependency, key string) (artifact.Component, error) {
	var none artifact.Component
	group, err := expand(d.Group, p.lookup)
	if err != nil {
		return none, err
	}
	name, err := expand(d.Artifact, p.lookup)
	if err != nil {
		return none, err
	}
	if err := (coordinates{group, name, "0"}).check(); err != nil {
		return none, err
	}
	managed, absent := pt.manage(p, key, nil)
	scope, from := d.Scope, p
	raw := d.Version
	if m := managed.pomDependency; m != nil {
		scope = cmp.Or(scope, m.Scope)
		if raw == "" {
			raw, from = m.Version, managed.in
		}
	}
	c := library(vuln.TypeMaven, group+":"+name, "")
	switch p.effective(scope) {
	case "test", "provided", "system":
		c.Dev = true
	}
	c.Relationship = artifact.Direct
	if raw == "" {
		return c, p.missing("version", absent)
	}
	version, err := pt.plainVersion(from, raw)
	if err != nil {
		return c, err
	}
	c.Version, c.SourceVersion = version, version
	if pt.byName[c.Name+":"+version] != nil {
		c.Relationship = artifact.Workspace
	}
	return c, nil
}

// plainVersion is the version that raw means in p.
func (pt *pomTree) plainVersion(p *pomProject, raw string) (string, error) {
	version, err := expand(raw, p.lookup)
	switch {
	case errors.Is(err, errVariable):
		return "", fmt.Errorf("%w", p.missing("version "+raw, ""))
	case err != nil:
		return "", err
	case version == "":
		return "", errNoVersion
	}
	if inner, ok := strings.CutPrefix(version, "["); ok {
		if exact, ok := strings.CutSuffix(inner, "]"); ok && !strings.Contains(exact, ",") {
			version = strings.TrimSpace(exact)
		}
	}
	if strings.ContainsAny(version, "[](),") || version == "LATEST" || version == "RELEASE" {
		return "", fmt.Errorf("version %.*q, which is decided elsewhere", maxQuote, version)
	}
	return version, checkCoordinate(version)
}

// missing is the error for what p leaves to a parent or an import that is not in
// the tree.
func (p *pomProject) missing(what, absentImport string) error {
	for q := range p.ancestors {
		if q.absent != "" {
			return fmt.Errorf("%.*s from parent %.*s, which is not in the tree", maxQuote, what, 4*maxQuote, q.absent)
		}
	}
	switch {
	case absentImport != "":
		return fmt.Errorf("%s from import %s, which is not in the tree", what, absentImport)
	case what != "version":
		return fmt.Errorf("%.*s, which has no value", maxQuote, what)
	}
	return errNoVersion
}
