package analyze

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// CondaEnvironment lists the packages that an environment.yml or
// environment.yaml pins, in the order of the file:
// https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html.
//
// A Conda package is an entry of dependencies such as conda env export writes:
// name=version or name=version=build; also name==version, a channel before
// either (channel::name=version), spaces for the =, and [version='...'] after
// the name. What is in the pip list below dependencies is read as
// [Requirements] reads a line, and is of PyPI.
//
// As there, what does not say which version is installed is left out without an
// error: a name alone, a range, and a version with a *. A list or a mapping in
// the place of a name, and an entry that has no name, are named in the error. So
// is a list that an alias stands for.
var CondaEnvironment artifact.Analyzer = condaEnvironment{}

type condaEnvironment struct{}

func (condaEnvironment) Name() string { return "conda-environment" }
func (condaEnvironment) Version() int { return 1 }

func (condaEnvironment) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "environment.yml"}, {Base: "environment.yaml"}}
}

func (condaEnvironment) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	e := condaEntries{pip: newPyPILock()}
	e.wrong.note(e.read(text))
	facts := artifact.Facts{Components: append(e.list.components, e.pip.components()...)}
	return facts, e.wrong.in(f.Path)
}

// condaEntries is what an environment asks for.
type condaEntries struct {
	list  componentList // Conda's
	pip   *pypiLock
	wrong faults
}

var (
	errNotCondaSpec = errors.New("an entry that is not a package")
	errNotList      = errors.New("no list where one belongs")
)

func (e *condaEntries) read(text []byte) error {
	documents, err := parseYAML(text)
	if len(documents) == 0 {
		return err
	}
	if documents[0].Kind != yaml.MappingNode {
		return errNotMapping
	}
	for key, list := range yamlMembers(documents[0]) {
		if key.Value != "dependencies" {
			continue
		}
		for _, entry := range e.entries(list) {
			e.dependency(entry)
		}
	}
	return err
}

// entries are those of a list. Null is an empty one.
func (e *condaEntries) entries(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode && !isYAMLEmpty(n) {
		e.wrong.add(n.Line, nil, errNotList)
	}
	return yamlElements(n)
}

// dependency reads one entry: a package, or the list of pip's.
func (e *condaEntries) dependency(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		e.scalar(n, e.conda)
		return
	}
	for key, list := range yamlMembers(n) {
		if key.Value != "pip" {
			e.wrong.add(n.Line, []byte(key.Value), errNotCondaSpec)
			continue
		}
		for _, entry := range e.entries(list) {
			e.scalar(entry, func(text string, at artifact.LineRange) error {
				return e.pip.require(withoutComment(text), at)
			})
		}
	}
}

// scalar hands the text of n to read, with its line.
func (e *condaEntries) scalar(n *yaml.Node, read func(text string, at artifact.LineRange) error) {
	value := n
	if n.Kind == yaml.AliasNode {
		value = n.Alias
	}
	if value.Kind != yaml.ScalarNode || isYAMLEmpty(value) {
		e.wrong.add(n.Line, nil, errNotCondaSpec)
		return
	}
	if err := read(value.Value, artifact.LineRange{First: n.Line, Last: n.Line}); err != nil {
		e.wrong.add(n.Line, nil, err)
	}
}

// conda adds the package that a match specification pins, if it does:
// https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html#package-match-specifications.
func (e *condaEntries) conda(spec string, at artifact.LineRange) error {
	name, version, err := condaPin(spec)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %.*q", err, maxQuote, spec)
	case version == "":
		return nil
	case len(name) > maxValue || len(version) > maxValue:
		return fmt.Errorf("%w: a name or version of more than %d bytes", artifact.ErrLimit, maxValue)
	}
	c := library(vuln.TypeConda, name, version)
	c.Lines = []artifact.LineRange{at}
	_, err = e.list.lock(c)
	return err
}

// condaPin is the name of a specification, and the version where it admits one
// only.
func condaPin(spec string) (name, version string, err error) {
	spec, _, _ = strings.Cut(spec, "#")
	spec, bracket, _ := strings.Cut(spec, "[")
	if i := strings.LastIndex(spec, "::"); i >= 0 {
		spec = spec[i+len("::"):]
	}
	spec = strings.TrimSpace(spec)
	n := 0
	for n < len(spec) && isNameByte(spec[n]) {
		n++
	}
	name, rest := spec[:n], strings.TrimSpace(spec[n:])
	if name == "" || n < len(spec) && strings.IndexByte(" \t=<>!~*,", spec[n]) < 0 {
		return "", "", errNotCondaSpec
	}
	if rest == "" {
		return name, condaBracket(bracket), nil
	}
	// "=1.2=build", "==1.2", "1.2 build"; what else starts with one of <>!~ is
	// a range.
	rest = strings.TrimSpace(strings.TrimLeft(rest, "="))
	if i := strings.IndexAny(rest, "= \t"); i > 0 && strings.IndexByte("<>!~", rest[i-1]) < 0 {
		rest = rest[:i]
	}
	return name, onlyVersion(rest), nil
}

// condaBracket is the version in what follows a name: version='1.2',build=x].
func condaBracket(bracket string) string {
	bracket, ok := strings.CutSuffix(strings.TrimSpace(bracket), "]")
	if !ok {
		return ""
	}
	for field := range strings.SplitSeq(bracket, ",") {
		key, value, _ := strings.Cut(field, "=")
		if strings.TrimSpace(key) != "version" {
			continue
		}
		value = strings.TrimSpace(value)
		if text, ok := markerString(value); ok {
			value = text
		}
		return onlyVersion(strings.TrimLeft(value, "="))
	}
	return ""
}

// onlyVersion is s, if it is one version and not a range.
func onlyVersion(s string) string {
	if strings.ContainsAny(s, "<>=~*,|^$ \t") || !isVersion(s) {
		return ""
	}
	return s
}
