package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// readJSON reads the values in seg, one behind the other.
func (r *reader) readJSON(seg segment) ([]*Document, error) {
	text := r.file.Text[seg.start:seg.end]
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var docs []*Document
	for {
		j := jsonTree{dec: dec, text: text, base: seg.start, limits: r.limits}
		start := j.pos()
		for start < len(text) && isBlank(text[start]) {
			start++
		}
		if start == len(text) {
			return docs, nil
		}
		j.doc = &Document{File: r.file, Start: seg.start + start, json: true}
		root := new(Node)
		if err := j.value(root, 0); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			if e := (*json.SyntaxError)(nil); asSyntax(err, &e) {
				return docs, syntaxf(seg.start+max(0, int(e.Offset)-1), "%v", err)
			}
			if offsetOf(err, -1) < 0 {
				err = syntaxf(seg.start+j.pos(), "%v", err)
			}
			return docs, err
		}
		j.doc.Root, j.doc.End = root, seg.start+j.pos()
		j.doc.index(root)
		docs = append(docs, j.doc)
	}
}

func asSyntax(err error, e **json.SyntaxError) bool {
	s, ok := err.(*json.SyntaxError)
	*e = s
	return ok
}

// A jsonTree makes nodes of tokens, whose ends the decoder tells.
type jsonTree struct {
	dec    *json.Decoder
	doc    *Document
	text   []byte
	base   int
	limits Limits
	nodes  int
}

func (j *jsonTree) pos() int { return int(j.dec.InputOffset()) }

// value reads the next value into n.
func (j *jsonTree) value(n *Node, depth int) error {
	start := j.pos()
	for start < len(j.text) && (isBlank(j.text[start]) || j.text[start] == ',' || j.text[start] == ':') {
		start++
	}
	token, err := j.dec.Token()
	if err != nil {
		return err
	}
	n.doc, n.start = j.doc, j.base+start
	if j.nodes++; j.nodes > j.limits.Nodes {
		return &syntaxError{n.start, fmt.Errorf("%w: more than %d nodes", ErrLimit, j.limits.Nodes)}
	}
	if depth > j.limits.Depth {
		return &syntaxError{n.start, fmt.Errorf("%w: collections nested more than %d deep", ErrLimit, j.limits.Depth)}
	}
	n.style = Plain
	switch v := token.(type) {
	case nil:
		n.kind, n.text = Null, "null"
	case bool:
		n.kind, n.text = Bool, fmt.Sprint(v)
	case json.Number:
		n.kind, n.text = Int, v.String()
		if strings.ContainsAny(n.text, ".eE") {
			n.kind = Float
		}
	case string:
		n.kind, n.style, n.text = String, DoubleQuoted, v
	case json.Delim:
		n.kind, n.style = Sequence, Flow
		if v == '{' {
			n.kind = Mapping
		}
		for j.dec.More() {
			n.children = append(n.children, Node{})
			if err := j.value(&n.children[len(n.children)-1], depth+1); err != nil {
				return err
			}
			if n.kind == Mapping {
				n.children = append(n.children, Node{})
				if err := j.value(&n.children[len(n.children)-1], depth+1); err != nil {
					return err
				}
			}
		}
		if _, err := j.dec.Token(); err != nil {
			return err
		}
		for i := range n.children { // now that they stay where they are
			n.children[i].parent = n
			for k := range n.children[i].children {
				n.children[i].children[k].parent = &n.children[i]
			}
		}
	}
	n.end = j.base + j.pos()
	return nil
}

// NodeOf is the node that a Go value is as JSON.
func NodeOf(value any) (*Node, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	r := &reader{file: &File{Text: text}, limits: Limits{}.withDefaults()}
	docs, err := r.readJSON(segment{0, len(text)})
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	return docs[0].Root, nil
}
