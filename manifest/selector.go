package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/internal/label"
)

// A Selector chooses objects by their labels.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
type Selector struct {
	Node        *Node // nil where there is none
	Labels      Strings
	Expressions []Requirement
}

// A Requirement is one of a selector's matchExpressions.
type Requirement struct {
	Node          *Node
	Key, Operator string
	Values        []string
}

// NewSelector reads a selector with matchLabels and matchExpressions.
func NewSelector(n *Node) Selector {
	s := Selector{Node: n, Labels: newStrings(n.Get("matchLabels"))}
	for item := range n.Get("matchExpressions").Items() {
		r := Requirement{Node: item, Key: item.StringAt("key").Value, Operator: item.StringAt("operator").Value}
		for _, v := range item.StringsAt("values") {
			r.Values = append(r.Values, v.Value)
		}
		s.Expressions = append(s.Expressions, r)
	}
	return s
}

// NewMapSelector reads a selector that is a mapping of labels itself.
func NewMapSelector(n *Node) Selector { return Selector{Node: n, Labels: newStrings(n)} }

// Empty reports whether s has no condition. An empty selector that is there
// matches all objects; one that is left out matches none.
func (s Selector) Empty() bool { return len(s.Labels.Entries) == 0 && len(s.Expressions) == 0 }

// Check returns an error for a selector that the API server refuses.
func (s Selector) Check() error {
	for _, e := range s.Labels.Entries {
		if err := cmp.Or(checkKey(e.Key), checkValue(e.Key, e.Value)); err != nil {
			return err
		}
	}
	for _, r := range s.Expressions {
		if err := checkKey(r.Key); err != nil {
			return err
		}
		for _, v := range r.Values {
			if err := checkValue(r.Key, v); err != nil {
				return err
			}
		}
		switch r.Operator {
		case "In", "NotIn":
			if len(r.Values) == 0 {
				return fmt.Errorf("selector: operator %s of key %q needs values", r.Operator, r.Key)
			}
		case "Exists", "DoesNotExist":
			if len(r.Values) > 0 {
				return fmt.Errorf("selector: operator %s of key %q takes no values", r.Operator, r.Key)
			}
		default:
			return fmt.Errorf("selector: %q of key %q is no operator", r.Operator, r.Key)
		}
	}
	return nil
}

// checkKey returns an error for what is no key of a label.
func checkKey(key string) error {
	prefix, name, prefixed := label.Cut(key)
	if len(name) > label.MaxName || !label.IsName(name) || prefixed && (len(prefix) > label.MaxPrefix || !label.IsPrefix(prefix)) {
		return fmt.Errorf("selector: %q is no key of a label", key)
	}
	return nil
}

// checkValue returns an error for a value that no label of that key can have.
func checkValue(key, value string) error {
	if value != "" && (len(value) > label.MaxName || !label.IsName(value)) {
		return fmt.Errorf("selector: %q of key %q is no value of a label", value, key)
	}
	return nil
}

// Matches reports whether labels fulfil each condition of s. A selector without
// conditions matches all labels: see [Selector.Empty].
func (s Selector) Matches(labels Strings) bool {
	for _, e := range s.Labels.Entries {
		if v, ok := labels.Get(e.Key); !ok || v != e.Value {
			return false
		}
	}
	for _, r := range s.Expressions {
		v, ok := labels.Get(r.Key)
		switch r.Operator {
		case "In":
			if !ok || !slices.Contains(r.Values, v) {
				return false
			}
		case "NotIn":
			if ok && slices.Contains(r.Values, v) {
				return false
			}
		case "Exists":
			if !ok {
				return false
			}
		case "DoesNotExist":
			if ok {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// String is s as kubectl takes it: "app=web,tier in (a,b)", conditions sorted by
// key.
func (s Selector) String() string {
	type part struct{ key, text string }
	parts := make([]part, 0, len(s.Labels.Entries)+len(s.Expressions))
	for _, e := range s.Labels.Entries {
		parts = append(parts, part{e.Key, e.Key + "=" + e.Value})
	}
	for _, r := range s.Expressions {
		values := slices.Sorted(slices.Values(r.Values))
		text := r.Key
		switch r.Operator {
		case "In":
			text += " in (" + strings.Join(values, ",") + ")"
		case "NotIn":
			text += " notin (" + strings.Join(values, ",") + ")"
		case "DoesNotExist":
			text = "!" + r.Key
		}
		parts = append(parts, part{r.Key, text})
	}
	slices.SortStableFunc(parts, func(a, b part) int { return strings.Compare(a.key, b.key) })
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.text
	}
	return strings.Join(texts, ",")
}
