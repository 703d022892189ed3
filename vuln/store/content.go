package store

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// content is the new database: the old one with shards in the place of sources,
// and what is known of CVEs. It reads the old database as it is written.
func (u *updater) content(shards map[string]*shard, known enrichments) *content {
	m := &merger{shards: shards}
	c := &content{
		ecosystems: make(map[vuln.Ecosystem]pair),
		records:    make(map[string]pair),
		fail:       func() error { return m.err },
	}
	var fresh []*record
	for _, name := range sortedKeys(shards) {
		sh := shards[name]
		fresh = append(fresh, sh.records...)
		c.records[name] = statesOf(sh.states)
		for eco, rows := range rowsOf(sh.records) {
			c.ecosystems[eco] = m.packages(sh, nil, rows)
		}
	}
	slices.SortStableFunc(fresh, func(a, b *record) int {
		return cmp.Or(cmp.Compare(a.id, b.id), b.modified.Compare(a.modified))
	})
	fresh = slices.CompactFunc(fresh, func(a, b *record) bool { return a.id == b.id })

	c.details = detailsOf(fresh)
	if u.old != nil {
		for _, eco := range u.old.names {
			b := u.old.ecosystems[eco]
			if sh := shards[eco.Base()]; sh != nil {
				c.ecosystems[eco] = m.packages(sh, b, rowsOf(sh.records)[eco])
			} else {
				c.ecosystems[eco] = all(b)
			}
		}
		for _, name := range u.old.updated() {
			if shards[name] == nil {
				c.records[name] = all(u.old.records(name))
			}
		}
		c.details = m.details(u.old, fresh)
	}
	c.enrich = u.enrich(m, known)
	c.meta = func() (Result, []source) { return u.account(shards, known) }
	return c
}

// account adds up what the sources of the new database hold.
func (u *updater) account(shards map[string]*shard, known enrichments) (Result, []source) {
	byName := make(map[string]source)
	if u.old != nil {
		for _, s := range u.old.sources {
			if later := u.pointer.Checked[s.Name]; later.After(s.Checked) {
				s.Checked = later
			}
			byName[s.Name] = s
		}
	}
	for name, sh := range shards {
		byName[name] = sh.source
	}
	for _, s := range known.sources() {
		byName[s.Name] = s
	}
	res := Result{Built: u.now}
	var list []source
	for _, name := range sortedKeys(byName) {
		s := byName[name]
		list = append(list, s)
		if a := s.Account; a != nil {
			res.Records += a.Records
			res.Withdrawn += a.Withdrawn
			res.Advisories += a.Advisories
			res.Rows += a.Rows
			res.Unjudged += a.Unjudged
			res.Problems = append(res.Problems, a.Problems...)
		}
	}
	return res, list
}

// A merger joins old rows with new ones.
type merger struct {
	shards map[string]*shard
	err    error
}

// packages yields the packages of an ecosystem of sh: those of old, which may be
// nil, without the rows to drop, and with rows, which are sorted by name.
func (m *merger) packages(sh *shard, old *bbolt.Bucket, rows []packedRow) pair {
	return func(yield func(k, v []byte) bool) {
		rest := rows
		put := func(name, value []byte) bool {
			if len(value) == 0 {
				return true
			}
			sh.countRows(value)
			return yield(name, value)
		}
		// before yields the new packages whose names come before that.
		before := func(name []byte) bool {
			for len(rest) > 0 && (name == nil || rest[0].name < string(name)) {
				n := sameName(rest)
				if !put([]byte(rest[0].name), join(rest[:n])) {
					return false
				}
				rest = rest[n:]
			}
			return true
		}
		if old != nil {
			c := old.Cursor()
			for k, v := c.First(); k != nil; k, v = c.Next() {
				if !before(k) {
					return
				}
				n := 0
				if len(rest) > 0 && rest[0].name == string(k) {
					n = sameName(rest)
				}
				value, err := mergeRows(v, sh.drop, rest[:n])
				if err != nil {
					m.err = fmt.Errorf("%s: %w", k, err)
					return
				}
				rest = rest[n:]
				if !put(k, value) {
					return
				}
			}
		}
		before(nil)
	}
}

// sameName counts the rows at the front that have one name.
func sameName(rows []packedRow) int {
	n := 1
	for n < len(rows) && rows[n].name == rows[0].name {
		n++
	}
	return n
}

// mergeRows joins the rows of value, but for those of the advisories to drop,
// with rows. Both are sorted by advisory.
func mergeRows(value []byte, drop map[string]bool, rows []packedRow) ([]byte, error) {
	type part struct {
		id   []byte
		data []byte // with its length
	}
	var parts []part
	changed := len(rows) > 0
	for list := (unpacker{rest: value}); len(list.rest) > 0; {
		begin := list.rest
		body := unpacker{rest: list.bytes()}
		id := body.advisory()
		if list.bad || body.bad {
			return nil, fmt.Errorf("%w: a row is malformed", ErrDamaged)
		}
		if drop[string(id)] {
			changed = true
			continue
		}
		parts = append(parts, part{id, begin[:len(begin)-len(list.rest)]})
	}
	if !changed {
		return value, nil
	}
	for i := range rows {
		body := unpacker{rest: rows[i].data}
		body = unpacker{rest: body.bytes()}
		parts = append(parts, part{body.advisory(), rows[i].data})
	}
	slices.SortStableFunc(parts, func(a, b part) int { return bytes.Compare(a.id, b.id) })
	var merged []byte
	for i, p := range parts {
		if i == 0 || !bytes.Equal(p.data, parts[i-1].data) {
			merged = append(merged, p.data...)
		}
	}
	return merged, nil
}

// advisory skips what is before the advisory's id in a row, and reads that.
func (u *unpacker) advisory() []byte {
	u.head()
	for n := u.length(); n > 0; n-- {
		u.interval()
	}
	return u.bytes()
}

// countRows adds the rows of value to the account of the source.
func (sh *shard) countRows(value []byte) {
	for list := (unpacker{rest: value}); len(list.rest) > 0; {
		body := list.bytes()
		sh.source.Account.Rows++
		if len(body) > 0 && body[0]&isUnjudged != 0 {
			sh.source.Account.Unjudged++
		}
	}
}

// details yields those of old and of fresh, which is sorted by id and prevails.
// What a shard drops is kept for another source that has the record too.
func (m *merger) details(old *snapshot, fresh []*record) pair {
	return func(yield func(k, v []byte) bool) {
		rest := fresh
		c := old.details.Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			for len(rest) > 0 && rest[0].id < string(k) {
				if !yield([]byte(rest[0].id), rest[0].details) {
					return
				}
				rest = rest[1:]
			}
			if len(rest) > 0 && rest[0].id == string(k) {
				continue // it comes in its turn
			}
			if m.wanted(old, k) && !yield(k, v) {
				return
			}
		}
		detailsOf(rest)(yield)
	}
}

// wanted reports whether a source still has the record with that id.
func (m *merger) wanted(old *snapshot, id []byte) bool {
	dropped := false
	for _, sh := range m.shards {
		dropped = dropped || sh.drop[string(id)]
	}
	if !dropped {
		return true
	}
	for _, name := range old.updated() {
		if sh := m.shards[name]; sh != nil && sh.drop[string(id)] {
			continue
		}
		if b := old.records(name); b != nil && b.Get(id) != nil {
			return true
		}
	}
	return false
}

// all yields the content of b, which may be nil.
func all(b *bbolt.Bucket) pair {
	if b == nil {
		return none
	}
	return func(yield func(k, v []byte) bool) {
		c := b.Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if !yield(k, v) {
				return
			}
		}
	}
}

// statesOf yields states by id.
func statesOf(states map[string]state) pair {
	return func(yield func(k, v []byte) bool) {
		for _, id := range sortedKeys(states) {
			s := states[id]
			if !yield([]byte(id), s.append(nil)) {
				return
			}
		}
	}
}

// records are the states of the records of a source; nil: there are none.
func (s *snapshot) records(source string) *bbolt.Bucket {
	b := s.tx.Bucket([]byte(bucketRecords))
	if b == nil {
		return nil
	}
	return b.Bucket([]byte(source))
}
