package manifest

import (
	"maps"
	"math"
	"slices"
	"unicode/utf8"
)

// maxValueDepth bounds how deep a value to be written is nested.
const maxValueDepth = 100

// valueOf brings a value for [Node.Set] into one form: nil, bool, int64, float64,
// string, []any or []Entry.
func valueOf(value any, depth int) (any, error) {
	if depth > maxValueDepth {
		return nil, refuse("value nested more than %d deep", maxValueDepth)
	}
	switch v := value.(type) {
	case nil, bool, int64, float64:
		return v, nil
	case int:
		return int64(v), nil
	case string:
		if !utf8.ValidString(v) {
			return nil, refuse("value is not UTF-8")
		}
		return v, nil
	case []string:
		items := make([]any, len(v))
		for i := range v {
			items[i] = v[i]
		}
		return valueOf(items, depth)
	case []any:
		items := make([]any, len(v))
		for i := range v {
			item, err := valueOf(v[i], depth+1)
			if err != nil {
				return nil, err
			}
			items[i] = item
		}
		return items, nil
	case []Entry:
		entries := make([]Entry, len(v))
		seen := make(map[string]bool, len(v))
		for i, e := range v {
			if e.Key == "" || !utf8.ValidString(e.Key) || seen[e.Key] {
				return nil, refuse("key %q is empty, there twice or not UTF-8", e.Key)
			}
			seen[e.Key] = true
			item, err := valueOf(e.Value, depth+1)
			if err != nil {
				return nil, err
			}
			entries[i] = Entry{e.Key, item}
		}
		return entries, nil
	case map[string]any:
		entries := make([]Entry, 0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			entries = append(entries, Entry{key, v[key]})
		}
		return valueOf(entries, depth)
	}
	return nil, refuse("value of type %T", value)
}

// holds reports whether n is v, whatever the order of keys.
func holds(n *Node, v any) bool {
	n = n.value()
	switch v := v.(type) {
	case nil:
		return n.kind == Null
	case bool:
		b, ok := n.Bool()
		return ok && b == v
	case int64:
		i, ok := n.Int()
		return ok && n.kind == Int && i == v
	case float64:
		f, ok := n.Float()
		return ok && n.kind == Float && (f == v || math.IsNaN(f) && math.IsNaN(v))
	case string:
		s, ok := n.Str()
		return ok && s == v
	case []any:
		if n.kind != Sequence || len(n.children) != len(v) {
			return false
		}
		for i := range v {
			if !holds(&n.children[i], v[i]) {
				return false
			}
		}
		return true
	case []Entry:
		if n.kind != Mapping {
			return false
		}
		count := 0
		for range n.Entries() {
			count++
		}
		if count != len(v) {
			return false
		}
		for _, e := range v {
			if c := n.Get(e.Key); c == nil || !holds(c, e.Value) {
				return false
			}
		}
		return true
	}
	return false
}

// isInline reports whether v is written on the line of its key in block style too.
func isInline(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) == 0
	case []Entry:
		return len(v) == 0
	}
	return true
}
