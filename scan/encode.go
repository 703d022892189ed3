package scan

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// What is kept of a layer is lists, each with its length before it:
//
//	entries  kind, path, and the link of a link; paths by what they share with
//	         the one before
//	facts    entry, analyzer, path, the error's text, the facts as JSON without
//	         Owned and Custom, Owned as a list of paths, and Custom as one of
//	         names and values, which are the caller's and stay what they are
//
// Numbers are unsigned varints, strings have their length before them. Modes and
// sizes are left out: nobody asks for them after a layer was read.

var (
	errEncoding = errors.New("not an encoded layer")
	errNotText  = errors.New("bytes that are not UTF-8, which JSON would not give back")
)

// encode is the form of c that a cache keeps. An error is that facts are
// no text.
func (c *layerContent) encode() ([]byte, error) {
	var w encoder
	w.number(len(c.entries))
	previous := ""
	for i := range c.entries {
		e := &c.entries[i]
		w.number(int(e.Kind))
		w.path(previous, e.Path)
		previous = e.Path
		if isLink(e.Kind) {
			w.text(e.Link)
		}
	}
	w.number(len(c.facts))
	for i := range c.facts {
		w.fact(&c.facts[i])
	}
	return w.b, w.err
}

// decode sets c, but for its info, to what was encoded for the same analyzers.
// What it is made of shares no memory with b.
func (c *layerContent) decode(b []byte, d *dispatch) error {
	r := decoder{rest: string(b)} // all strings are part of it
	c.entries = make([]entry, r.count())
	previous := ""
	for i := range c.entries {
		e := &c.entries[i]
		e.Kind = artifact.Kind(r.number())
		e.Path = r.path(previous)
		previous = e.Path
		if isLink(e.Kind) {
			e.Link = r.text()
			if chosen := d.chooseLink(e.Path); len(chosen) > 0 {
				c.wanted = append(c.wanted, wantedLink{i, chosen})
			}
		}
	}
	c.facts = make([]fact, r.count())
	for i := range c.facts {
		f := r.fact()
		if r.err == nil && (f.analyzer >= len(d.analyzers) || len(c.entries) > 0 && f.entry >= len(c.entries)) {
			r.err = errEncoding
		}
		c.facts[i] = f
	}
	if r.rest != "" && r.err == nil {
		r.err = errEncoding
	}
	return r.err
}

func isLink(k artifact.Kind) bool {
	return k == artifact.KindSymlink || k == artifact.KindHardlink
}

// An encoder appends values to b.
type encoder struct {
	b   []byte
	err error
}

func (w *encoder) number(n int) { w.b = binary.AppendUvarint(w.b, uint64(n)) }

func (w *encoder) text(s string) {
	w.number(len(s))
	w.b = append(w.b, s...)
}

func (w *encoder) path(previous, path string) {
	n := 0
	for n < len(path) && n < len(previous) && path[n] == previous[n] {
		n++
	}
	w.number(n)
	w.text(path[n:])
}

func (w *encoder) fact(f *fact) {
	w.number(f.entry)
	w.number(f.analyzer)
	w.text(f.path)
	via := 0
	if f.via {
		via = 1
	}
	w.number(via)
	text := ""
	if f.err != nil {
		text = f.err.Error()
	}
	w.text(text)

	owned := slices.Clone(f.Owned)
	slices.Sort(owned)
	facts := f.Facts
	facts.Owned, facts.Custom = nil, nil
	if facts.Empty() {
		w.text("")
	} else {
		b, err := json.Marshal(facts)
		if err == nil && bytes.Contains(b, []byte(`\ufffd`)) {
			err = errNotText
		}
		if err != nil {
			w.err = fmt.Errorf("facts of %s: %w", f.path, err)
		}
		w.text(string(b))
	}
	w.number(len(owned))
	previous := ""
	for _, name := range owned {
		w.path(previous, name)
		previous = name
	}
	w.number(len(f.Custom))
	for _, name := range slices.Sorted(maps.Keys(f.Custom)) {
		w.text(name)
		w.text(string(f.Custom[name]))
	}
}

// A decoder takes values off the start of rest, until there is an error.
type decoder struct {
	rest string
	err  error
}

func (r *decoder) number() int {
	n, shift := uint64(0), 0
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen32; i++ {
		n |= uint64(r.rest[i]&0x7f) << shift
		shift += 7
		if r.rest[i] < 0x80 {
			r.rest = r.rest[i+1:]
			return int(n)
		}
	}
	r.rest, r.err = "", errEncoding
	return 0
}

// count is a number of values, each of which takes a byte at least.
func (r *decoder) count() int {
	n := r.number()
	if n > len(r.rest) {
		r.rest, r.err = "", errEncoding
		return 0
	}
	return n
}

func (r *decoder) text() string {
	n := r.count()
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *decoder) path(previous string) string {
	n, tail := r.number(), r.text()
	if n > len(previous) {
		r.rest, r.err = "", errEncoding
		return ""
	}
	if n == 0 {
		return tail
	}
	return previous[:n] + tail
}

func (r *decoder) fact() fact {
	f := fact{entry: r.number(), analyzer: r.number(), path: r.text(), via: r.number() == 1}
	if text := r.text(); text != "" {
		f.err = errors.New(text)
	}
	if text := r.text(); text != "" && r.err == nil {
		if err := json.NewDecoder(strings.NewReader(text)).Decode(&f.Facts); err != nil {
			r.err = fmt.Errorf("%w: %w", errEncoding, err)
		}
	}
	if n := r.count(); n > 0 {
		f.Owned = make([]string, n)
		previous := ""
		for i := range f.Owned {
			f.Owned[i] = r.path(previous)
			previous = f.Owned[i]
		}
	}
	if n := r.count(); n > 0 {
		f.Custom = make(map[string]json.RawMessage)
		for range n {
			name := r.text()
			f.Custom[name] = json.RawMessage(r.text())
		}
	}
	return f
}
