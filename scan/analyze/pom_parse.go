package analyze

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A pomModel is a pom.xml as it is written: nothing is inherited or replaced.
// It goes through Facts.Custom, as JSON, to where all poms are known.
// https://maven.apache.org/ref/current/maven-model/maven.html
type pomModel struct {
	Group, Artifact, Version string
	Parent                   *pomParent `json:",omitempty"`
	Licenses                 []string   `json:",omitempty"`
	pomSection
}

// A pomSection is what a project, or a profile in it, may have.
type pomSection struct {
	Properties   map[string]string `json:",omitempty"`
	Dependencies []pomDependency   `json:",omitempty"`
	Managed      []pomDependency   `json:",omitempty"`
}

// A pomParent names the project another inherits from. Path is the relativePath
// to its file; "" says that it has none in the tree.
type pomParent struct{ Group, Artifact, Version, Path string }

// A pomDependency is an element of dependencies, or of dependencyManagement.
type pomDependency struct {
	Group, Artifact, Version string
	Scope                    string `json:",omitempty"`
	Type                     string `json:",omitempty"`
	Classifier               string `json:",omitempty"`
	First, Last              int    // lines
}

// Bounds of one pom.xml.
const (
	pomDepth   = 64      // elements around an element; those that count have 6
	pomEntries = 1 << 16 // dependencies and properties
	pomText    = 1 << 10 // bytes of a text that is kept
)

// parsePOM reads a pom.xml. What it could read is returned beside an error.
func parsePOM(text []byte) (*pomModel, error) {
	// The names that count are ASCII, whatever the rest is written in.
	text = bytes.ToValidUTF8(text, []byte("?"))
	p := pomParser{index: newLineIndex(text), decoder: xml.NewDecoder(bytes.NewReader(text))}
	p.decoder.CharsetReader = pomCharset
	for {
		token, err := p.decoder.RawToken()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = p.token(token)
		}
		if err != nil {
			return &p.model, p.at(err)
		}
	}
	switch {
	case !p.opened:
		return &p.model, errors.New("line 1: no project")
	case len(p.path) > 0:
		return &p.model, p.at(io.ErrUnexpectedEOF)
	}
	return &p.model, nil
}

// pomCharset hands on text in any encoding that has ASCII in it.
func pomCharset(label string, input io.Reader) (io.Reader, error) {
	if strings.HasPrefix(strings.ToLower(label), "utf-16") {
		return nil, fmt.Errorf("encoding %q", label)
	}
	return input, nil
}

// A pomParser keeps what counts of the elements it is given.
type pomParser struct {
	decoder *xml.Decoder
	index   lineIndex
	model   pomModel

	path    []string // local names of the open elements
	opened  bool     // there was a project
	text    []byte   // of the innermost element, since its start
	entries int

	profile    *pomSection // the open one
	active     bool        // it is active by default
	dependency *pomDependency
}

// at is err with the line the parser is at.
func (p *pomParser) at(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("line %d: %s", syntax.Line, syntax.Msg)
	}
	return fmt.Errorf("line %d: %w", p.index.line(max(0, int(p.decoder.InputOffset())-1)), err)
}

func (p *pomParser) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return p.start(t.Name.Local)
	case xml.EndElement:
		if len(p.path) == 0 || p.path[len(p.path)-1] != t.Name.Local {
			return fmt.Errorf("</%.*s> without its start", maxQuote, t.Name.Local)
		}
		err := p.end()
		p.path, p.text = p.path[:len(p.path)-1], p.text[:0]
		return err
	case xml.CharData:
		if room := pomText + 1 - len(p.text); room > 0 && len(p.path) > 0 {
			p.text = append(p.text, t[:min(len(t), room)]...)
		}
	}
	return nil
}

func (p *pomParser) start(name string) error {
	switch {
	case len(p.path) == pomDepth:
		return fmt.Errorf("%w: more than %d elements around one", artifact.ErrLimit, pomDepth)
	case len(p.path) > 0:
	case p.opened:
		return errors.New("a second project")
	case name != "project":
		return fmt.Errorf("%.*q where a project belongs", maxQuote, name)
	}
	p.opened = true
	p.path, p.text = append(p.path, name), p.text[:0]
	switch p.here() {
	case "parent":
		if p.profile == nil {
			p.model.Parent = &pomParent{Path: "../pom.xml"}
		}
	case "profiles/profile":
		p.profile, p.active = &pomSection{}, false
	case "dependencies/dependency", "dependencyManagement/dependencies/dependency":
		p.dependency = &pomDependency{First: p.index.line(max(0, int(p.decoder.InputOffset())-1))}
		return p.count()
	}
	return nil
}

// count bounds what is kept.
func (p *pomParser) count() error {
	if p.entries++; p.entries > pomEntries {
		return fmt.Errorf("%w: more than %d dependencies and properties", artifact.ErrLimit, pomEntries)
	}
	return nil
}

// here is the path of the innermost element in the project, or in the profile
// that is open; "" where it is too deep to count.
func (p *pomParser) here() string {
	path := p.path[1:]
	if p.profile != nil && len(path) > 2 {
		path = path[2:]
	}
	if len(path) > 5 {
		return ""
	}
	return strings.Join(path, "/")
}

// section is where the innermost element belongs.
func (p *pomParser) section() *pomSection {
	if p.profile != nil {
		return p.profile
	}
	return &p.model.pomSection
}

// end keeps the innermost element, which is complete.
func (p *pomParser) end() error {
	here := p.here()
	if here == "" { // the project itself, or too deep
		return nil
	}
	name := p.path[len(p.path)-1]
	value := string(bytes.TrimSpace(p.text))
	if p.dependency != nil {
		if here == "dependencies/dependency" || here == "dependencyManagement/dependencies/dependency" {
			p.endDependency(here)
			return nil
		}
		if strings.HasSuffix(here, "dependencies/dependency/"+name) {
			return p.keep(p.dependency.field(name), value)
		}
		return nil
	}
	switch parent := strings.TrimSuffix(strings.TrimSuffix(here, name), "/"); {
	case here == "profiles/profile":
		p.endProfile()
	case parent == "properties":
		return p.property(name, value)
	case p.profile != nil:
		if here == "activation/activeByDefault" {
			p.active = value == "true"
		}
	case parent == "":
		return p.keep(p.model.field(name), value)
	case parent == "parent":
		return p.keep(p.model.Parent.field(name), value)
	case here == "licenses/license/name":
		if len(value) <= maxLicense && value != "" && len(p.model.Licenses) < 16 {
			p.model.Licenses = append(p.model.Licenses, value)
		}
	}
	return nil
}

// keep sets a field, unless it is nil.
func (p *pomParser) keep(field *string, value string) error {
	switch {
	case field == nil:
		return nil
	case len(value) > pomText:
		return fmt.Errorf("%w: more than %d bytes in <%s>", artifact.ErrLimit, pomText, p.path[len(p.path)-1])
	}
	*field = value
	return nil
}

func (p *pomParser) property(name, value string) error {
	if err := p.count(); err != nil {
		return err
	}
	if len(value) > pomText || len(name) > pomText {
		return nil // the text of a licence, say; nothing that names a version
	}
	s := p.section()
	if s.Properties == nil {
		s.Properties = make(map[string]string)
	}
	s.Properties[name] = value
	return nil
}

func (p *pomParser) endDependency(here string) {
	d := *p.dependency
	p.dependency = nil
	d.Last = p.index.line(max(0, int(p.decoder.InputOffset())-1))
	s := p.section()
	if here == "dependencies/dependency" {
		s.Dependencies = append(s.Dependencies, d)
	} else {
		s.Managed = append(s.Managed, d)
	}
}

// endProfile takes over what a profile adds that is active unless somebody asks
// for another.
func (p *pomParser) endProfile() {
	profile := p.profile
	p.profile = nil
	if !p.active {
		return
	}
	m := &p.model
	if m.Properties == nil {
		m.Properties = make(map[string]string)
	}
	for name, value := range profile.Properties {
		m.Properties[name] = value
	}
	m.Dependencies = append(m.Dependencies, profile.Dependencies...)
	m.Managed = append(m.Managed, profile.Managed...)
}

// field is where an element of the project is kept, or nil.
func (m *pomModel) field(name string) *string {
	switch name {
	case "groupId":
		return &m.Group
	case "artifactId":
		return &m.Artifact
	case "version":
		return &m.Version
	}
	return nil
}

func (p *pomParent) field(name string) *string {
	switch name {
	case "groupId":
		return &p.Group
	case "artifactId":
		return &p.Artifact
	case "version":
		return &p.Version
	case "relativePath":
		return &p.Path
	}
	return nil
}

func (d *pomDependency) field(name string) *string {
	switch name {
	case "groupId":
		return &d.Group
	case "artifactId":
		return &d.Artifact
	case "version":
		return &d.Version
	case "scope":
		return &d.Scope
	case "type":
		return &d.Type
	case "classifier":
		return &d.Classifier
	}
	return nil
}
