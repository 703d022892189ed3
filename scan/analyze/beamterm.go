package analyze

import (
	"errors"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A beamTerm is a literal of Elixir or Erlang: what their lock files are made
// of. https://hexdocs.pm/elixir/syntax-reference.html,
// https://www.erlang.org/doc/system/data_types.html
type beamTerm struct {
	kind       beamKind
	text       string     // of an atom, a string, a number
	items      []beamTerm // of a list, tuple or map; a map's are keys and values
	first, end int        // offsets
}

type beamKind byte

const (
	beamAtom   beamKind = 'a' // :hex, hex: and pkg
	beamString beamKind = 's' // "x" and <<"x">>
	beamNumber beamKind = '0'
	beamList   beamKind = '['
	beamTuple  beamKind = '{'
	beamMap    beamKind = '%'
)

// item is an element, or one of no kind.
func (t beamTerm) item(i int) beamTerm {
	if i < len(t.items) {
		return t.items[i]
	}
	return beamTerm{}
}

// string is the text of a string, "" of something else.
func (t beamTerm) string() string {
	if t.kind == beamString {
		return t.text
	}
	return ""
}

// atom is the text of an atom, "" of something else.
func (t beamTerm) atom() string {
	if t.kind == beamAtom {
		return t.text
	}
	return ""
}

// Bounds of the terms of one file.
const (
	maxTermDepth = 100 // in each other
	maxTerms     = 1 << 18
)

// A beamReader reads terms of text.
type beamReader struct {
	text    string
	at      int
	comment byte // begins a comment: '#' in Elixir, '%' in Erlang
	depth   int
	terms   int
}

var errTermEnd = errors.New("unexpected end")

// space passes over what lies between terms, and reports whether there is more.
func (r *beamReader) space() bool {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c <= ' ':
			r.at++
		case c == r.comment && (c != '%' || !strings.HasPrefix(r.text[r.at:], "%{")):
			if i := strings.IndexByte(r.text[r.at:], '\n'); i >= 0 {
				r.at += i
			} else {
				r.at = len(r.text)
			}
		default:
			return true
		}
	}
	return false
}

// term reads the next term. A keyword of Elixir, "a: b", is a tuple of two.
func (r *beamReader) term() (beamTerm, error) {
	if r.depth++; r.depth > maxTermDepth {
		return beamTerm{}, fmt.Errorf("%w: more than %d terms in each other", artifact.ErrLimit, maxTermDepth)
	}
	defer func() { r.depth-- }()
	if r.terms++; r.terms > maxTerms {
		return beamTerm{}, fmt.Errorf("%w: more than %d terms", artifact.ErrLimit, maxTerms)
	}
	if !r.space() {
		return beamTerm{}, errTermEnd
	}
	first := r.at
	t, err := r.bare()
	if err != nil {
		return t, err
	}
	t.first, t.end = first, r.at
	if r.comment == '#' && r.at < len(r.text) && r.text[r.at] == ':' && (t.kind == beamAtom || t.kind == beamString) {
		r.at++
		value, err := r.term()
		if err != nil {
			return t, err
		}
		return beamTerm{kind: beamTuple, items: []beamTerm{t, value}, first: first, end: r.at}, nil
	}
	return t, nil
}

func (r *beamReader) bare() (beamTerm, error) {
	rest := r.text[r.at:]
	switch {
	case strings.HasPrefix(rest, "%{"):
		r.at += 2
		return r.items(beamMap, '}')
	case strings.HasPrefix(rest, "#{") && r.comment != '#':
		r.at += 2
		return r.items(beamMap, '}')
	case strings.HasPrefix(rest, "<<"):
		return r.binary()
	case rest[0] == '{':
		r.at++
		return r.items(beamTuple, '}')
	case rest[0] == '[':
		r.at++
		return r.items(beamList, ']')
	case rest[0] == '"':
		return r.quoted(beamString)
	case rest[0] == '\'':
		return r.quoted(beamAtom)
	case strings.HasPrefix(rest, ":\""):
		r.at++
		return r.quoted(beamAtom)
	}
	if rest[0] == ':' {
		r.at++
	}
	first := r.at
	for r.at < len(r.text) && isWordByte(r.text[r.at]) {
		r.at++
	}
	word := r.text[first:r.at]
	switch {
	case word == "":
		return beamTerm{}, fmt.Errorf("%.1q where a term belongs", rest)
	case '0' <= word[0] && word[0] <= '9', word[0] == '-':
		return beamTerm{kind: beamNumber, text: word}, nil
	}
	return beamTerm{kind: beamAtom, text: word}, nil
}

func isWordByte(c byte) bool {
	return c == '_' || c == '@' || c == '?' || c == '!' || c == '-' || c == '.' ||
		'0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c >= 0x80
}

// items reads terms up to the bracket end. Between a map's key and its value
// lies an arrow, or a colon.
func (r *beamReader) items(kind beamKind, end byte) (beamTerm, error) {
	t := beamTerm{kind: kind}
	for {
		if !r.space() {
			return t, errTermEnd
		}
		if r.text[r.at] == end {
			r.at++
			return t, nil
		}
		if len(t.items) > 0 && !r.separator(kind) {
			return t, fmt.Errorf("%.1q where a comma belongs", r.text[r.at:])
		}
		if !r.space() {
			return t, errTermEnd
		}
		if r.text[r.at] == end { // after a last comma
			continue
		}
		item, err := r.term()
		if err != nil {
			return t, err
		}
		if kind == beamMap && item.kind == beamTuple && r.isPair(item) {
			t.items = append(t.items, item.items...)
			continue
		}
		t.items = append(t.items, item)
	}
}

// isPair reports whether t was written as a keyword.
func (r *beamReader) isPair(t beamTerm) bool { return r.text[t.first] != '{' }

func (r *beamReader) separator(kind beamKind) bool {
	switch rest := r.text[r.at:]; {
	case rest[0] == ',':
		r.at++
	case kind == beamMap && strings.HasPrefix(rest, "=>"):
		r.at += 2
	default:
		return false
	}
	return true
}

// binary reads <<"x">>, also as <<"x"/utf8>>.
func (r *beamReader) binary() (beamTerm, error) {
	r.at += 2
	if !r.space() {
		return beamTerm{}, errTermEnd
	}
	t := beamTerm{kind: beamString}
	if r.text[r.at] == '"' {
		var err error
		if t, err = r.quoted(beamString); err != nil {
			return t, err
		}
	}
	i := strings.Index(r.text[r.at:], ">>")
	if i < 0 {
		return t, errTermEnd
	}
	r.at += i + 2
	return t, nil
}

// quoted reads up to the same quote again. Of escapes, the character stands for
// itself: names and versions have none.
func (r *beamReader) quoted(kind beamKind) (beamTerm, error) {
	quote := r.text[r.at]
	var b strings.Builder
	for r.at++; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case quote:
			r.at++
			return beamTerm{kind: kind, text: b.String()}, nil
		case '\\':
			if r.at++; r.at < len(r.text) {
				b.WriteByte(r.text[r.at])
			}
		default:
			b.WriteByte(c)
		}
	}
	return beamTerm{}, errTermEnd
}
