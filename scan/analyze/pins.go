package analyze

import (
	"encoding/json"
	"errors"
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// pins are the packages of one file as they are read: each name and version
// once, in the order of the file.
type pins struct {
	file  *artifact.File
	text  []byte // the document
	lines lineIndex

	componentList
	named   map[string]string // ID, by what other packages of the file call it
	wants   []want
	wrong   faults
	full    bool // more packages than maxLocked
	tooMany bool // more wants than maxNeeds
}

// A want is what a package of the file needs.
type want struct {
	place    int
	name, or string // as in named; or is asked where there is no name
}

// newPins reads f, whose packages are to be added. An error is complete.
func newPins(f *artifact.File) (*pins, error) {
	text, err := document(f)
	if err != nil {
		return nil, err
	}
	return &pins{
		file: f, text: text, lines: newLineIndex(text),
		named: make(map[string]string),
	}, nil
}

// newJSONPins is newPins for a file that is JSON.
func newJSONPins(f *artifact.File) (*pins, error) {
	p, err := newPins(f)
	if err != nil {
		return nil, err
	}
	if err := p.checkJSON(); err != nil {
		return nil, err
	}
	return p, nil
}

// checkJSON is nil if the document is one JSON value. An error is complete.
func (p *pins) checkJSON() error {
	if err := checkJSON(p.text); err != nil {
		return fmt.Errorf("read %s: %w", p.file.Path, err)
	}
	return nil
}

// newYAMLPins is newPins for a file that is YAML; it returns the document's
// value, nil where there is none. What follows the first document is not read.
func newYAMLPins(f *artifact.File) (*pins, *yaml.Node, error) {
	p, err := newPins(f)
	if err != nil {
		return nil, nil, err
	}
	documents, err := parseYAML(p.text)
	if len(documents) == 0 {
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", f.Path, err)
		}
		return p, nil, nil
	}
	p.wrong.note(err) // of a document behind it
	return p, documents[0], nil
}

// add takes in c, and returns its ID. If it is there already the two become
// one: needed to run if either is, and as close to the project as the closer.
// A component that cannot be taken is a fault, and has no ID.
func (p *pins) add(c artifact.Component) string {
	line := 0
	if len(c.Lines) > 0 {
		line = c.Lines[0].First
	}
	switch {
	case c.Name == "":
		p.fault(line, "", errNoName)
		return ""
	case c.Version == "":
		p.fault(line, c.Name, errNoVersion)
		return ""
	case len(c.Name) > maxValue, len(c.Version) > maxValue:
		p.fault(line, c.Name, fmt.Errorf("%w: more than %d bytes in a name or version", artifact.ErrLimit, maxValue))
		return ""
	}
	if _, err := p.lock(c); err != nil {
		if !p.full {
			p.fault(line, "", err)
		}
		p.full = true
		return ""
	}
	return c.ID()
}

// call makes name what others in the file call the package id. The first
// package of a name keeps it.
func (p *pins) call(name, id string) {
	if _, ok := p.named[name]; !ok && id != "" {
		p.named[name] = id
	}
}

// need notes that the package id needs the one that is called name, which may
// be added later, or never.
func (p *pins) need(id, name string) { p.needOneOf(id, name, "") }

// needOneOf is need for the first of two names that there is.
func (p *pins) needOneOf(id, name, or string) {
	i, ok := p.index[id]
	if !ok {
		return
	}
	if len(p.wants) == maxNeeds {
		if !p.tooMany {
			p.fault(p.components[i].Lines[0].First, "", fmt.Errorf("%w: more than %d that packages need", artifact.ErrLimit, maxNeeds))
		}
		p.tooMany = true
		return
	}
	p.wants = append(p.wants, want{i, name, or})
}

// fault notes err at a line, of a package if it has a name.
func (p *pins) fault(line int, name string, err error) {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong): // it speaks of Go
	case wrong.Field == "":
		err = fmt.Errorf("JSON %s where it does not belong", wrong.Value)
	default:
		err = fmt.Errorf("JSON %s where it does not belong, in %s", wrong.Value, wrong.Field)
	}
	p.wrong.add(line, []byte(name), err)
}

// facts is what was read. Its error is complete.
func (p *pins) facts() (artifact.Facts, error) {
	for _, w := range p.wants {
		c := &p.components[w.place]
		id, ok := p.named[w.name]
		if !ok {
			id, ok = p.named[w.or]
		}
		if ok && id != c.ID() {
			c.DependsOn = append(c.DependsOn, id)
		}
	}
	facts := artifact.Facts{Components: p.sorted()}
	return facts, p.wrong.in(p.file.Path)
}

// errNoPackages is that of a file without what holds the packages.
var errNoPackages = errors.New("no packages")
