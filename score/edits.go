package score

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// Apply returns the edits that follow the advice of the built-in rules on an object:
// that of the rules with these ids, or without ids all there is. See [Result.Edits].
func Apply(o *manifest.Object, ids ...string) ([]manifest.Edit, error) {
	return Run([]*manifest.Object{o}, Options{})[0].Edits(ids...)
}

// Edits returns the edits that follow the advice of the rules with these ids, or
// without ids all advice: that of the items in Critical and Advise. They can be applied
// together, see [manifest.Apply], and with those of other objects of the file. There
// are none for what passed.
//
// Where advice cannot be followed an error joins a [*Unfollowed] for each rule: it
// matches [ErrUnsafe] where no change is safe, manifest.ErrEdit where the text cannot
// be changed, and [ErrRule] where there is no such rule. The edits beside it are those
// of the other rules.
func (r *Result) Edits(ids ...string) ([]manifest.Edit, error) {
	items := slices.Concat(r.Critical, r.Advise)
	if len(ids) == 0 {
		for _, item := range items {
			ids = append(ids, item.ID)
		}
	}
	var errs []error
	known := func(id string) bool {
		is := func(i Item) bool { return i.ID == id }
		return slices.ContainsFunc(items, is) || slices.ContainsFunc(r.Passed, is)
	}
	for _, id := range ids {
		if _, err := Select(Rules(), id); err != nil && !known(id) {
			errs = append(errs, &Unfollowed{id, ErrRule})
		}
	}
	items = slices.DeleteFunc(items, func(i Item) bool { return !slices.Contains(ids, i.ID) })
	m := mending{object: r.Object, values: r.values, with: func(id string) bool { return slices.Contains(ids, id) }}
	if r.Object != nil && r.Object.IsWorkload() {
		m.pod = r.Object.Pod()
	}
	var edits []manifest.Edit
	for _, item := range items {
		custom, err := m.follow(item)
		if err != nil {
			errs = append(errs, &Unfollowed{item.ID, err})
		}
		edits = append(edits, custom...)
	}
	own, unmerged := merge(m.changes)
	return append(edits, own...), errors.Join(append(errs, unmerged...)...)
}

// An Unfollowed is an error that says why the advice of a rule cannot be followed.
type Unfollowed struct {
	ID  string // the rule's
	Err error
}

// Error is "id: cause".
func (u *Unfollowed) Error() string { return u.ID + ": " + u.Err.Error() }

// Unwrap returns the cause.
func (u *Unfollowed) Unwrap() error { return u.Err }

// Fix is the fix of one rule's advice, refused where it cannot be followed.
func (r *Result) Fix(id string) lint.Fix {
	edits, err := r.Edits(id)
	if err == nil && len(edits) == 0 {
		err = fmt.Errorf("%w: there is nothing to change", manifest.ErrEdit)
	}
	if err != nil {
		edits = nil
	}
	return lint.Fix{Message: "follow the advice of " + id, Edits: edits, Refused: err}
}

// follow adds the changes of one item. Those of a custom rule are edits already.
func (m *mending) follow(item Item) ([]manifest.Edit, error) {
	m.rule, m.err = item.Rule, nil
	switch {
	case item.Lint != nil:
		var edits []manifest.Edit
		for _, p := range item.Places {
			if p.fix == nil {
				return nil, ErrUnsafe
			}
			edits = append(edits, p.fix.Edits...)
		}
		return edits, nil
	case item.refuse != "":
		return nil, fmt.Errorf("%w: %s", ErrUnsafe, item.refuse)
	case m.object == nil || m.pod == nil && item.scope != bindings:
		return nil, fmt.Errorf("%w: there is nothing that it could be written to", manifest.ErrEdit)
	}
	n := len(m.changes)
	item.mend(m)
	if m.err != nil {
		m.changes = m.changes[:n]
		return nil, fmt.Errorf("%w: %w", ErrUnsafe, m.err)
	}
	return nil, nil
}

// A spot is a key of a mapping that changes are under.
type spot struct {
	mapping *manifest.Node
	key     string
}

// A written is what is to be written at a spot, by one rule or several.
type written struct {
	spot
	depth int // of the mapping
	ids   []string
	value any
}

// isNew is 1 for a key that is not there, 0 for one that is: its value may be null,
// and written where new keys are added.
func (w *written) isNew() int {
	if w.mapping.Get(w.key) == nil {
		return 1
	}
	return 0
}

// merge makes edits of changes that can be applied together: what several write into
// a mapping that is not there yet is written at once, and what they add at the same
// place is added the innermost first.
func merge(changes []change) ([]manifest.Edit, []error) {
	var order []*written
	at := make(map[spot]*written)
	var errs []error
	var edits []manifest.Edit
	for _, c := range changes {
		if len(c.path) == 0 {
			removed, err := c.base.Delete()
			if err != nil {
				errs = append(errs, &Unfollowed{c.rule.ID, err})
			}
			edits = append(edits, removed...)
			continue
		}
		s, rest := find(c.base, c.path)
		w := at[s]
		if w == nil {
			w = &written{spot: s, depth: depth(s.mapping)}
			at[s] = w
			order = append(order, w)
		}
		w.value = put(w.value, rest, c.value)
		if !slices.Contains(w.ids, c.rule.ID) {
			w.ids = append(w.ids, c.rule.ID)
		}
	}
	slices.SortStableFunc(order, func(a, b *written) int {
		return cmp.Or(cmp.Compare(b.depth, a.depth), cmp.Compare(a.isNew(), b.isNew()))
	})
	for _, w := range order {
		set, err := w.mapping.Set(w.value, w.key)
		for _, id := range w.ids {
			if err != nil {
				errs = append(errs, &Unfollowed{id, err})
			}
		}
		edits = append(edits, set...)
	}
	return joinInsertions(edits), errs
}

// find is the innermost mapping on a path that has entries, the next key of the
// path, and what follows it.
func find(base *manifest.Node, path []string) (spot, []string) {
	n := base
	for len(path) > 1 {
		next := n.Get(path[0])
		if next.Kind() != manifest.Mapping || next.Len() == 0 {
			break
		}
		n, path = next, path[1:]
	}
	return spot{n, path[0]}, path[1:]
}

// put is value with v at a path of it; a value that is none yet becomes a mapping.
func put(value any, path []string, v any) any {
	if len(path) == 0 {
		return v
	}
	entries, _ := value.([]manifest.Entry)
	for i := range entries {
		if entries[i].Key == path[0] {
			entries[i].Value = put(entries[i].Value, path[1:], v)
			return entries
		}
	}
	return append(entries, manifest.Entry{Key: path[0], Value: put(nil, path[1:], v)})
}

func depth(n *manifest.Node) int {
	d := 0
	for n = n.Parent(); n != nil; n = n.Parent() {
		d++
	}
	return d
}

// joinInsertions makes one edit of those that insert at the same place.
func joinInsertions(edits []manifest.Edit) []manifest.Edit {
	type place struct {
		file *manifest.File
		at   int
	}
	first := make(map[place]int)
	joined := edits[:0:0]
	for _, e := range edits {
		if e.Start != e.End {
			joined = append(joined, e)
			continue
		}
		p := place{e.File, e.Start}
		if i, ok := first[p]; ok {
			joined[i].Text += e.Text
			continue
		}
		first[p] = len(joined)
		joined = append(joined, e)
	}
	return joined
}
