package manifest

import (

	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"
)

// fuzzValues are values to be written, each kind and the strings that are hard.
func fuzzValues() []any {
	return []any{
		nil, true, 42, -1.5, 3.0, "plain", "", "yes", "~", "1e3", "a: b", "a #b", " a", "- a", "-", "a,b]", "é\n\t\x01", "\u2028", "'\"\\",
		"=", "<<", "2024-01-01", "80:80", "a?", "?a", "*a", "[x", "😀", "a:", "---", "...", "%a", "0o7", "0b1", "_1", ".5", "+1", "null", "Null", "NO",
		[]string{"NET_RAW", "on"}, []string{}, []any{[]any{1, 2}, []Entry{{"k", nil}, {"l", 2}}}, []Entry{},
		[]Entry{{"z", 1}, {"a", []Entry{{"yes", "no"}, {"1", []string{"x"}}}}, {"<<", 1}}, map[string]any{"b": 1, "a": []any{}},
	}
}

// A spot is a node that is found again in another text by its place in its
// document.
type spot struct {
	doc   int
	node  *Node
	place []any // keys and indices
}

// spots are the nodes of documents that count: not keys, nor values of keys that
// are written again.
func spots(docs []*Document) []spot {
	var all []spot
	var walk func(s spot)
	walk = func(s spot) {
		all = append(all, s)
		if s.node.style == Alias {
			return
		}
		for i := range s.node.children {
			c := &s.node.children[i]
			switch {
			case s.node.kind == Sequence:
				walk(spot{s.doc, c, append(slices.Clone(s.place), i)})
			case i%2 == 1 && !s.node.children[i-1].isMerge():
				if name := s.node.children[i-1].keyText(); s.node.field(name, maxMerges) == c {
					walk(spot{s.doc, c, append(slices.Clone(s.place), name)})
				}
			}
		}
	}
	for i, doc := range docs {
		walk(spot{doc: i, node: doc.Root})
	}
	return all
}

// find is the node at a place, nil where there is none.
func find(n *Node, place []any) *Node {
	for _, p := range place {
		switch p := p.(type) {
		case string:
			n = n.Get(p)
		case int:
			if n.Kind() != Sequence || p >= n.Len() {
				return nil
			}
			n = &n.value().children[p]
		}
	}
	return n
}

// change is v with what is at place replaced by what do makes of it.
func change(v any, place []any, do func(old any, exists bool) (changed any, keep bool)) any {
	if len(place) == 0 {
		changed, _ := do(v, true)
		return changed
	}
	key := place[0]
	inner := func(old any, exists bool) (any, bool) {
		if len(place) == 1 {
			return do(old, exists)
		}
		return change(old, place[1:], do), true
	}
	switch c := v.(type) {
	case []any:
		i := key.(int)
		changed, keep := inner(c[i], true)
		c = slices.Clone(c)
		if !keep {
			return slices.Delete(c, i, i+1)
		}
		c[i] = changed
		return c
	case map[string]any:
		old, exists := c[key.(string)]
		changed, keep := inner(old, exists)
		c = maps.Clone(c)
		delete(c, key.(string))
		if keep {
			c[key.(string)] = changed
		}
		return c
	case nil:
		if changed, keep := inner(nil, false); keep {
			return map[string]any{key.(string): changed}
		}
	}
	return v
}

// goValue is a value to be written in the terms of [Node.Any].
func goValue(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = goValue(v[i])
		}
		return list
	case []Entry:
		m := make(map[string]any)
		for _, e := range v {
			m[e.Key] = goValue(e.Value)
		}
		return m
	}
	return v
}

// FuzzEdit edits a node of a text: that is refused, or gives a text in which the
// value is what it is to be and all others are what they were.
func FuzzEdit(f *testing.F) {
	addSeeds(f, func(text string) {
		for i := range uint(12) {
			f.Add(text, 3*i+1, i, 7*i)
		}
	})
	f.Fuzz(func(t *testing.T, text string, node, op, value uint) {
		if len(text) > 4096 {
			return
		}
		docs, ok := readAllOf(text)
		if !ok || len(docs) == 0 {
			return
		}
		all := spots(docs)
		values := fuzzValues()
		checkEdit(t, docs, all[node%uint(len(all))], op, values[value%uint(len(values))])
	})
}

// checkEdit reports whether an edit was made, or was unsafe: refused by Apply alone.
func checkEdit(t *testing.T, docs []*Document, s spot, op uint, value any) (made, unsafe bool) {
	t.Helper()
	paths := [][]string{{}, {"new"}, {"new", "yes"}, {"a"}, {"b", "c"}}
	path := paths[op/3%uint(len(paths))]
	place := slices.Clone(s.place)
	for _, key := range path {
		place = append(place, key)
	}
	v, err := valueOf(value, 0)
	if err != nil {
		t.Fatal(err)
	}
	var edits []Edit
	do := func(any, bool) (any, bool) { return goValue(v), true }
	switch op % 3 {
	case 0:
		edits, err = s.node.Set(value, path...)
	case 1:
		edits, err = s.node.Append(value, path...)
		do = func(old any, _ bool) (any, bool) {
			list, _ := old.([]any)
			return append(slices.Clone(list), goValue(v)), true
		}
	case 2:
		edits, err = s.node.Delete(path...)
		do = func(any, bool) (any, bool) { return nil, false }
	}
	file := s.node.doc.File
	var after []byte
	if err == nil {
		after, err = Apply(file, edits)
		unsafe = err != nil
	}
	if err != nil {
		if !errors.Is(err, ErrEdit) {
			t.Fatalf("edit %q: %v does not match ErrEdit", file.Text, err)
		}
		return false, unsafe
	}
	if len(edits) > 0 {
		first, last := slices.MinFunc(edits, func(a, b Edit) int { return a.Start - b.Start }), slices.MaxFunc(edits, func(a, b Edit) int { return a.End - b.End })
		if !bytes.HasPrefix(after, file.Text[:first.Start]) || !bytes.HasSuffix(after, file.Text[last.End:]) {
			t.Fatalf("edit %q: got %q, which differs outside of %v", file.Text, after, edits)
		}
	}
	got, ok := readAllOf(string(after))
	if !ok || len(got) != len(docs) {
		t.Fatalf("edit %q: got %q, which cannot be read or has %d documents", file.Text, after, len(got))
	}
	for i := range docs {
		want := docs[i].Root.Any()
		if i == s.doc {
			if len(edits) > 0 || op%3 != 2 {
				want = change(want, place, do)
			}
		}
		if g, w := show(got[i].Root.Any()), show(want); g != w {
			t.Fatalf("op %d of %v at %v %v of\n%q: got\n%q, which is\n%s, not\n%s\n%+v", op%3, value, s.place, path, file.Text, after, g, w, edits)
		}
	}
	if op%3 == 0 {
		again, err := find(got[s.doc].Root, s.place).Set(value, path...)
		if err != nil || len(again) > 0 {
			t.Fatalf("Set again in %q: got %v, %v, want no edits", after, again, err)
		}
	}
	return len(edits) > 0, false
}

// TestEditEverywhere edits each node of the seeds in each way.
func TestEditEverywhere(t *testing.T) {
	t.Parallel()
	made, refused := 0, 0
	for _, text := range fuzzSeeds() {
		docs, ok := readAllOf(text)
		if !ok {
			t.Errorf("cannot read seed %q", text)
		}
		for _, s := range spots(docs) {
			for op := range uint(15) {
				for _, value := range fuzzValues() {
					edited, unsafe := checkEdit(t, docs, s, op, value)
					if edited {
						made++
					}
					if unsafe {
						refused++
					}
				}
			}
		}
	}
	if made < 25_000 || refused > made/500 { // refused: one JSON value of several becomes a scalar
		t.Errorf("%d edits were made and %d found unsafe, want more and fewer", made, refused)
	}
}

// TestCorpusEdits sets a field of each container of real manifests.
func TestCorpusEdits(t *testing.T) {
	t.Parallel()
	made, same := 0, 0
	corpusManifests(t, func(name, text string) {
		b := ReadFile(name, []byte(text), Options{})
		for _, o := range b.Objects {
			pod := o.Pod()
			if pod == nil {
				continue
			}
			for c := range pod.AllContainers() {
				path := []string{"securityContext", "readOnlyRootFilesystem"}
				edits, err := c.Node.Set(true, path...)
				if err != nil {
					t.Errorf("%s: %s: %v", name, c.Node.Path(), err)
					continue
				}
				after, err := Apply(o.File(), edits)
				if err != nil {
					t.Errorf("%s: %s: %v", name, c.Node.Path(), err)
					continue
				}
				if len(edits) == 0 {
					same++
					continue
				}
				made++
				docs, _ := readAllOf(string(after))
				old, _ := readAllOf(text)
				if len(docs) != len(old) {
					t.Errorf("%s: %d documents, want %d", name, len(docs), len(old))
					continue
				}
				differ := 0
				for i := range docs {
					if show(docs[i].Root.Any()) != show(old[i].Root.Any()) {
						differ++
					}
				}
				if differ != 1 {
					t.Errorf("%s: %d documents differ, want 1", name, differ)
				}
			}
		}
	})
	t.Logf("%d edits, %d as they were", made, same)
	if made == 0 {
		t.Error("no container was edited")
	}
}
