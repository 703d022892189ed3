package analyze

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// An xmlElement is one with its text, but for that of elements in it.
type xmlElement struct {
	name       string
	attributes []xml.Attr
	text       string
	depth      int // 1: the document's
	parent     *xmlElement
	first, end int // offsets
}

// attribute is the value of an attribute, whatever the case of its name; "" is
// none, too.
func (e *xmlElement) attribute(name string) string {
	for _, a := range e.attributes {
		if strings.EqualFold(a.Name.Local, name) {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// maxXMLDepth bounds what xmlElements keeps.
const maxXMLDepth = 64

// xmlElements calls visit for each element of a document at its end: inner ones
// first, their parents not yet complete.
func xmlElements(text []byte, visit func(*xmlElement) error) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	var open *xmlElement
	for {
		offset := int(d.InputOffset())
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &xmlElement{name: token.Name.Local, attributes: token.Attr, depth: 1, parent: open, first: offset}
			if open != nil {
				e.depth = open.depth + 1
			}
			if e.depth > maxXMLDepth {
				return fmt.Errorf("%w: more than %d elements in each other", artifact.ErrLimit, maxXMLDepth)
			}
			open = e
		case xml.CharData:
			if open != nil && len(open.text)+len(token) <= maxValue {
				open.text += string(token)
			}
		case xml.EndElement:
			open.end = int(d.InputOffset())
			if err := visit(open); err != nil {
				return err
			}
			open = open.parent
		}
	}
}
