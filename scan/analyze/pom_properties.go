package analyze

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Bounds of what one text is made of.
const (
	pomExpansions = 100 // variables replaced
	pomNesting    = 32  // variables in the values of variables
)

// errVariable is matched where a variable has no value.
var errVariable = errors.New("no value")

// expand replaces each ${name} in text by what lookup says of it, and so on in
// that. A name that lookup does not know is an error, as is one whose value
// needs itself.
func expand(text string, lookup func(name string) (string, bool)) (string, error) {
	if !strings.Contains(text, "${") {
		return text, nil
	}
	e := expansion{lookup: lookup}
	err := e.expand(text)
	return e.text.String(), err
}

type expansion struct {
	lookup func(string) (string, bool)
	text   strings.Builder
	count  int
	open   []string // the variables whose value is being expanded
}

func (e *expansion) expand(text string) error {
	for {
		before, after, ok := strings.Cut(text, "${")
		name, rest, closed := strings.Cut(after, "}")
		if !ok || !closed {
			e.text.WriteString(text)
			return e.bounded()
		}
		e.text.WriteString(before)
		if err := e.variable(name); err != nil {
			return err
		}
		if err := e.bounded(); err != nil {
			return err
		}
		text = rest
	}
}

func (e *expansion) bounded() error {
	if e.text.Len() > pomText {
		return fmt.Errorf("%w: more than %d bytes", artifact.ErrLimit, pomText)
	}
	return nil
}

func (e *expansion) variable(name string) error {
	for _, open := range e.open {
		if open == name {
			return fmt.Errorf("${%.*s} needs itself", maxQuote, name)
		}
	}
	value, ok := e.lookup(name)
	e.count++
	switch {
	case !ok:
		return fmt.Errorf("%w of ${%.*s}", errVariable, maxQuote, name)
	case e.count > pomExpansions || len(e.open) == pomNesting:
		return fmt.Errorf("%w: more than %d variables", artifact.ErrLimit, pomExpansions)
	}
	e.open = append(e.open, name)
	err := e.expand(value)
	e.open = e.open[:len(e.open)-1]
	return err
}

// builtin is the value of a variable that a pom has without saying so:
// project.version, project.parent.groupId. Older poms write pom.version, or
// version alone.
// https://maven.apache.org/pom.html#Properties
func (m *pomModel) builtin(name string) (string, bool) {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "project."), "pom.")
	parent := pomParent{}
	if m.Parent != nil {
		parent = *m.Parent
	}
	var value string
	switch name {
	case "groupId":
		value = m.group()
	case "artifactId":
		value = m.Artifact
	case "version":
		value = m.version()
	case "parent.groupId":
		value = parent.Group
	case "parent.artifactId":
		value = parent.Artifact
	case "parent.version":
		value = parent.Version
	}
	return value, value != ""
}

// group is that of the project, which its parent's may be.
func (m *pomModel) group() string {
	if m.Group == "" && m.Parent != nil {
		return m.Parent.Group
	}
	return m.Group
}

// version is that of the project, which its parent's may be.
func (m *pomModel) version() string {
	if m.Version == "" && m.Parent != nil {
		return m.Parent.Version
	}
	return m.Version
}

// packedCoordinates are those in a pom.xml that lies at
// META-INF/maven/GROUP/ARTIFACT/pom.xml. Group and artifact are as the
// directories are called where the pom has a variable that only its parent
// knows.
func packedCoordinates(text []byte, name string) (coordinates, error) {
	m, err := parsePOM(text)
	if err != nil {
		return coordinates{}, err
	}
	lookup := func(name string) (string, bool) {
		if value, ok := m.Properties[name]; ok {
			return value, true
		}
		return m.builtin(name)
	}
	c := coordinates{group: m.group(), artifact: m.Artifact, version: m.version()}
	if c.group, err = expand(c.group, lookup); err != nil || c.group == "" {
		c.group = path.Base(path.Dir(path.Dir(name)))
	}
	if c.artifact, err = expand(c.artifact, lookup); err != nil || c.artifact == "" {
		c.artifact = path.Base(path.Dir(name))
	}
	if c.version, err = expand(c.version, lookup); err != nil {
		return c, fmt.Errorf("version: %w", err)
	}
	return c, c.check()
}
