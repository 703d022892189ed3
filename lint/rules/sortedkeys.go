package rules

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// sortedKeys reports mappings whose keys are in another order than the alphabet's.
func sortedKeys() *lint.Rule {
	return made(sortedKeysTemplate(), map[string]any{"recursive": true}, lint.Rule{
		Name:        "sorted-keys",
		Title:       "Keys that are not sorted",
		Doc:         "Reports mappings whose keys are not in the order of their bytes, once each. In sorted manifests a key is found fast, and changes do not hide in moved lines.",
		Remediation: "Sort the keys.",
		Severity:    severity.Low,
	})
}

func sortedKeysDifferences() []Difference {
	return []Difference{{
		Rule:       "sorted-keys",
		KubeLinter: "looks at a whole list again for each of its items",
		Plimsoll:   "looks at the item alone, and at the list itself with its first item",
		Reason:     "each place is reported once, of the object that it is in",
	}, {
		Rule:       "sorted-keys",
		KubeLinter: "says nothing of a document in which a key is written twice",
		Plimsoll:   "looks at it as at any other",
		Reason:     "the order of the other keys can be told",
	}}
}

type sortedKeysParams struct {
	Recursive bool `yaml:"recursive" doc:"look at mappings inside of the object too"`
}

func sortedKeysTemplate() lint.Template {
	const doc = "Reports mappings whose keys are not sorted, as the text has them."
	return lint.NewTemplate("sorted-keys", doc, sortedKeysParams{}, func(params sortedKeysParams) (*lint.Rule, error) {
		run := func(p *lint.Pass) error {
			w := keyWalk{pass: p, recursive: params.Recursive}
			if p.Object.Node == nil {
				return nil // a Dockerfile
			}
			root := p.Object.Node.Document().Root
			list := p.Object.List
			switch {
			case p.Compat():
				if !repeatsKey(root) {
					w.walk(root, nil)
				}
				return nil
			case list != nil && list.Outer == nil && list.Items[0] == p.Object:
				items := root.Get("items")
				w.stop = func(n *manifest.Node) bool { return n.Parent() == items }
				w.walk(root, nil)
				w.stop = nil
			}
			var from *keyStep
			if path := p.Object.Node.Path(); path != "" {
				from = &keyStep{name: path}
			}
			w.walk(p.Object.Node, from)
			return nil
		}
		return &lint.Rule{Run: run, CompatUntyped: true}, nil
	}).For(lint.Any).Titled("Order of keys")
}

// A keyWalk reports what is not sorted at and below a node. Aliases are not
// followed: what they stand for is written elsewhere.
type keyWalk struct {
	pass      *lint.Pass
	recursive bool
	stop      func(*manifest.Node) bool // what not to look at, nil: nothing
}

// A keyStep is one step of a path, which is made of keys as they are written.
type keyStep struct {
	above *keyStep // nil below the root
	name  string   // a key; empty: an item
	index int
}

// maxStep bounds the length of a key in a path.
const maxStep = 512

// String is the path to s; that of the root, nil, is "root".
func (s *keyStep) String() string {
	if s == nil {
		return "root"
	}
	text := s.name
	if len(text) > maxStep {
		text = text[:maxStep] + "…"
	}
	if s.name == "" {
		text = "[" + strconv.Itoa(s.index) + "]"
	}
	switch {
	case s.above == nil:
		return text
	case s.name == "":
		return s.above.String() + text
	}
	return s.above.String() + "." + text
}

// walk looks at n, to which path leads.
func (w keyWalk) walk(n *manifest.Node, path *keyStep) {
	if n.Style() == manifest.Alias || w.pass.Full() || w.stop != nil && w.stop(n) {
		return
	}
	switch n.Kind() {
	case manifest.Mapping:
		w.report(n, path)
		if !w.recursive {
			return
		}
		for key, value := range n.Pairs() {
			if value.Kind() >= manifest.Sequence {
				w.walk(value, &keyStep{above: path, name: key.Text()})
			}
		}
	case manifest.Sequence:
		if !w.recursive {
			return
		}
		i := 0
		for item := range n.Items() {
			if item.Kind() >= manifest.Sequence {
				w.walk(item, &keyStep{above: path, index: i})
			}
			i++
		}
	}
}

// repeatsKey reports whether a mapping at or below n has a key twice.
func repeatsKey(n *manifest.Node) bool {
	if n.Style() == manifest.Alias {
		return false
	}
	for item := range n.Items() {
		if repeatsKey(item) {
			return true
		}
	}
	seen := make(map[string]bool, n.Len())
	for key, value := range n.Pairs() {
		if key.Kind() < manifest.Sequence {
			if seen[key.Text()] {
				return true
			}
			seen[key.Text()] = true
		}
		if repeatsKey(value) {
			return true
		}
	}
	return false
}

// report reports the first key of n that is not where it would be.
func (w keyWalk) report(n *manifest.Node, path *keyStep) {
	last, sorted := "", true
	for key := range sortable(n) {
		text := key.Text()
		sorted = sorted && last <= text
		last = text
	}
	if sorted {
		return
	}
	nodes := slices.AppendSeq(make([]*manifest.Node, 0, n.Len()), sortable(n))
	keys := make([]string, len(nodes))
	for i, key := range nodes {
		keys[i] = key.Text()
	}
	want := slices.Clone(keys)
	slices.Sort(want)
	for i := range keys {
		if keys[i] != want[i] {
			w.pass.Report(nodes[i], "Keys are not sorted at "+path.String()+". Expected order: ["+strings.Join(want, ", ")+"], got: ["+strings.Join(keys, ", ")+"]")
			return
		}
	}
}

// sortable yields the keys of n that have an order.
func sortable(n *manifest.Node) iter.Seq[*manifest.Node] {
	return func(yield func(*manifest.Node) bool) {
		for key := range n.Pairs() {
			if key.Style() != manifest.Alias && key.Kind() < manifest.Sequence && !yield(key) {
				return
			}
		}
	}
}
