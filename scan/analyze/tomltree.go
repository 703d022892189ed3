package analyze

import (
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

// Bounds of a document. The largest lock files have some 200,000 values, in
// 50,000 tables.
const (
	maxTOMLParts  = 32      // of a dotted key
	maxTOMLDepth  = 100     // brackets that are open at once
	maxTOMLValues = 1 << 19 // separators that may divide values
	maxTOMLTables = 1 << 17
)

// A tomlError says why a document was not read further, and where.
type tomlError struct {
	line int
	err  error
}

func (e *tomlError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *tomlError) Unwrap() error { return e.err }

// parseTOML reads a document. Beside an error, which is a *tomlError, the table
// holds all that is before it. Both hold copies.
func parseTOML(text []byte) (*tomlTable, error) {
	d := tomlDocument{text: text, root: newTOMLTable(1)}
	if err := checkTOML(text); err != nil {
		return d.root, err
	}
	d.index = newLineIndex(text)
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
		line := 1
		if offset := cap(text) - cap(at.Highlight); 0 <= offset && offset <= len(text) {
			line = d.index.line(offset)
		}
		return d.root, &tomlError{line, errors.New(at.Message)} // at shares memory with text
	}
	if err != nil {
		return d.root, &tomlError{1, err}
	}
	return d.root, nil
}

// checkTOML holds text to bounds that must be kept before it is parsed: the
// parser builds a whole value before it hands it on. What is in strings and
// comments counts too, which does no harm; that brackets in them need not be in
// pairs does none since the count starts anew at each header.
func checkTOML(text []byte) error {
	line, depth, values := 1, 0, 0
	for i, c := range text {
		switch c {
		case '\n':
			line++
		case '[', '{':
			if c == '[' && (i == 0 || text[i-1] == '\n') {
				depth = 0
			}
			if depth++; depth > maxTOMLDepth {
				return &tomlError{line, fmt.Errorf("%w: nested deeper than %d", artifact.ErrLimit, maxTOMLDepth)}
			}
		case ']', '}':
			depth = max(0, depth-1)
		case ',', '=':
			if values++; values > maxTOMLValues {
				return &tomlError{line, fmt.Errorf("%w: more than %d values", artifact.ErrLimit, maxTOMLValues)}
			}
		}
	}
	return nil
}

func newTOMLTable(line int) *tomlTable {
	return &tomlTable{values: make(map[string]any), first: line, last: line}
}

// newTable counts a table, and makes it.
func (d *tomlDocument) newTable(line int) (*tomlTable, error) {
	if d.tables++; d.tables > maxTOMLTables {
		return nil, &tomlError{line, fmt.Errorf("%w: more than %d tables", artifact.ErrLimit, maxTOMLTables)}
	}
	return newTOMLTable(line), nil
}

type tomlDocument struct {
	parser  unstable.Parser
	text    []byte
	index   lineIndex
	root    *tomlTable
	current *tomlTable   // that key-value pairs go to
	path    []*tomlTable // from the root to current, but for the root
	tables  int
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
		if t, err = d.step(t, key, line); err != nil {
			return err
		}
		d.path = append(d.path, t)
	}
	key := keys[len(keys)-1]
	var next *tomlTable
	if n.Kind == unstable.ArrayTable {
		if next, err = d.newTable(line); err != nil {
			return err
		}
		list, ok := t.values[key].([]any)
		if (t.values[key] != nil && !ok) || (len(list) > 0 && isInline(list[0])) {
			return tomlTwice(key, line)
		}
		t.values[key] = append(list, next)
	} else {
		next, _ = t.values[key].(*tomlTable)
		switch {
		case t.values[key] == nil:
			if next, err = d.newTable(line); err != nil {
				return err
			}
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
func (d *tomlDocument) step(t *tomlTable, key string, line int) (*tomlTable, error) {
	switch v := t.values[key].(type) {
	case nil:
		next, err := d.newTable(line)
		if err == nil {
			t.values[key] = next
		}
		return next, err
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
	return &tomlError{line, fmt.Errorf("a second %.*q", maxQuote, key)}
}

// keys returns the parts of a key, and the line of the first.
func (d *tomlDocument) keys(it unstable.Iterator) (keys []string, line int, err error) {
	for it.Next() {
		part := it.Node()
		if line == 0 {
			line = d.line(part)
		}
		if len(keys) == maxTOMLParts {
			return nil, 0, &tomlError{line, fmt.Errorf("%w: a key of more than %d parts", artifact.ErrLimit, maxTOMLParts)}
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
		if t, err = d.step(t, key, line); err != nil {
			return err
		}
	}
	key := keys[len(keys)-1]
	if t.values[key] != nil {
		return tomlTwice(key, line)
	}
	value, err := d.value(n.Value(), line)
	if value != nil {
		t.values[key] = value
	}
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
		t, err := d.newTable(d.line(n))
		if err != nil {
			return nil, err
		}
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

// text is the string at key; "" where there is none, or something else.
func (t *tomlTable) text(key string) string {
	s, _ := t.value(key).(string)
	return s
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
