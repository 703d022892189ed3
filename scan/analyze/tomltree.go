package analyze

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A tomlTable is a table of a TOML document, https://toml.io/en/v1.0.0. Its
// values are string, bool, []any, *tomlTable, or tomlOther for what is none of
// these.
type tomlTable struct {
	values      map[string]any
	first, last int  // its lines, counted from 1
	inline      bool // nothing may be added to it
	opened      bool // by a header of its own
}

// A tomlOther is a number or a date as it is spelled.
type tomlOther string

// Bounds of a document. The parser bounds the nesting of values.
const (
	maxTOMLParts  = 32      // of a dotted key
	maxTOMLValues = 1 << 20 // separators that may divide values
)

// parseTOML reads a document. Beside an error, which names the line, the table
// holds all that is before it. Strings in the table are copies.
func parseTOML(text []byte) (*tomlTable, error) {
	d := tomlDocument{text: text, index: newLineIndex(text), root: newTOMLTable(1)}
	if n := bytes.Count(text, []byte(",")) + bytes.Count(text, []byte("=")); n > maxTOMLValues {
		return d.root, fmt.Errorf("%w: more than %d values", artifact.ErrLimit, maxTOMLValues)
	}
	d.current = d.root
	d.parser.Reset(text)
	for d.parser.NextExpression() {
		if err := d.expression(d.parser.Expression()); err != nil {
			return d.root, err
		}
	}
	err := d.parser.Error()
	var at *unstable.ParserError
	if errors.As(err, &at) {
		offset := int(d.parser.Range(at.Highlight).Offset)
		return d.root, fmt.Errorf("line %d: %w", d.index.line(offset), err)
	}
	return d.root, err
}

func newTOMLTable(line int) *tomlTable {
	return &tomlTable{values: make(map[string]any), first: line, last: line}
}

type tomlDocument struct {
	parser  unstable.Parser
	text    []byte
	index   lineIndex
	root    *tomlTable
	current *tomlTable   // that key-value pairs go to
	path    []*tomlTable // from the root to current, but for the root
}

func (d *tomlDocument) line(n *unstable.Node) int { return d.index.line(int(n.Raw.Offset)) }

// expression adds a header or a key with its value.
func (d *tomlDocument) expression(n *unstable.Node) error {
	switch n.Kind {
	case unstable.Table, unstable.ArrayTable:
		return d.header(n)
	case unstable.KeyValue:
		if err := d.pair(d.current, n); err != nil {
			return err
		}
		last := d.index.line(int(n.Raw.Offset + n.Raw.Length - 1))
		for _, t := range d.path {
			t.last = last
		}
	}
	return nil
}

// header makes the table that n opens the current one.
func (d *tomlDocument) header(n *unstable.Node) error {
	keys, line, err := d.keys(n.Key())
	if err != nil {
		return err
	}
	t := d.root
	d.path = d.path[:0]
	for _, key := range keys[:len(keys)-1] {
		if t, err = t.step(key, line); err != nil {
			return err
		}
		d.path = append(d.path, t)
	}
	key := keys[len(keys)-1]
	var next *tomlTable
	if n.Kind == unstable.ArrayTable {
		next = newTOMLTable(line)
		list, ok := t.values[key].([]any)
		if (t.values[key] != nil && !ok) || (len(list) > 0 && isInline(list[0])) {
			return tomlTwice(key, line)
		}
		t.values[key] = append(list, next)
	} else {
		next, _ = t.values[key].(*tomlTable)
		switch {
		case t.values[key] == nil:
			next = newTOMLTable(line)
			t.values[key] = next
		case next == nil || next.inline || next.opened:
			return tomlTwice(key, line)
		}
		next.opened = true
	}
	d.current = next
	d.path = append(d.path, next)
	for _, t := range d.path {
		t.last = line
	}
	return nil
}

// isInline holds for a value that was written in an array, not by a header.
func isInline(value any) bool {
	t, ok := value.(*tomlTable)
	return !ok || t.inline
}

// step is the table below t that a header names before its last part: of an
// array of tables, the last.
func (t *tomlTable) step(key string, line int) (*tomlTable, error) {
	switch v := t.values[key].(type) {
	case nil:
		next := newTOMLTable(line)
		t.values[key] = next
		return next, nil
	case *tomlTable:
		if !v.inline {
			return v, nil
		}
	case []any:
		if len(v) > 0 && !isInline(v[len(v)-1]) {
			return v[len(v)-1].(*tomlTable), nil
		}
	}
	return nil, tomlTwice(key, line)
}

func tomlTwice(key string, line int) error {
	return fmt.Errorf("line %d: a second %.*q", line, maxQuote, key)
}

// keys returns the parts of a key, and the line of the first.
func (d *tomlDocument) keys(it unstable.Iterator) (keys []string, line int, err error) {
	for it.Next() {
		part := it.Node()
		if line == 0 {
			line = d.line(part)
		}
		if len(keys) == maxTOMLParts {
			return nil, 0, fmt.Errorf("line %d: %w: a key of more than %d parts", line, artifact.ErrLimit, maxTOMLParts)
		}
		keys = append(keys, string(part.Data))
	}
	return keys, line, nil
}

// pair adds a key with its value to t.
func (d *tomlDocument) pair(t *tomlTable, n *unstable.Node) error {
	keys, line, err := d.keys(n.Key())
	if err != nil {
		return err
	}
	for _, key := range keys[:len(keys)-1] {
		if _, ok := t.values[key].([]any); ok {
			return tomlTwice(key, line)
		}
		if t, err = t.step(key, line); err != nil {
			return err
		}
	}
	key := keys[len(keys)-1]
	if t.values[key] != nil {
		return tomlTwice(key, line)
	}
	value, err := d.value(n.Value(), line)
	t.values[key] = value
	return err
}

// value is that of n, which starts on that line, or after it.
func (d *tomlDocument) value(n *unstable.Node, line int) (any, error) {
	switch n.Kind {
	case unstable.String:
		return string(n.Data), nil
	case unstable.Bool:
		return len(n.Data) == len("true"), nil
	case unstable.Array:
		list := []any{}
		for it := n.Children(); it.Next(); {
			v, err := d.value(it.Node(), line)
			if err != nil {
				return list, err
			}
			list = append(list, v)
		}
		return list, nil
	case unstable.InlineTable:
		t := newTOMLTable(d.line(n))
		for it := n.Children(); it.Next(); {
			pair := it.Node()
			if err := d.pair(t, pair); err != nil {
				return t, err
			}
			t.last = d.index.line(int(pair.Raw.Offset + pair.Raw.Length - 1))
		}
		t.inline = true
		return t, nil
	}
	return tomlOther(n.Data), nil
}

// errTOMLType says that a value is not what the format has there.
func errTOMLType(key string) error { return fmt.Errorf("%.*s is of the wrong type", maxQuote, key) }

// value is that at key, or nil. A nil table has none.
func (t *tomlTable) value(key string) any {
	if t == nil {
		return nil
	}
	return t.values[key]
}

// keys are those of t, sorted.
func (t *tomlTable) keys() []string {
	if t == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(t.values))
}

// str is the string at key; "" where there is none.
func (t *tomlTable) str(key string) (string, error) {
	switch v := t.value(key).(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	return "", errTOMLType(key)
}

// table is the table at key; nil, which has no values, where there is none.
func (t *tomlTable) table(key string) (*tomlTable, error) {
	switch v := t.value(key).(type) {
	case nil:
		return nil, nil
	case *tomlTable:
		return v, nil
	}
	return nil, errTOMLType(key)
}

// list is the array at key.
func (t *tomlTable) list(key string) ([]any, error) {
	switch v := t.value(key).(type) {
	case nil:
		return nil, nil
	case []any:
		return v, nil
	}
	return nil, errTOMLType(key)
}

// strings is the array of strings at key.
func (t *tomlTable) strings(key string) ([]string, error) {
	list, err := t.list(key)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, v := range list {
		s, ok := v.(string)
		if !ok {
			return all, errTOMLType(key)
		}
		all = append(all, s)
	}
	return all, nil
}

// lines are those of t.
func (t *tomlTable) lines() []artifact.LineRange {
	return []artifact.LineRange{{First: t.first, Last: max(t.first, t.last)}}
}
