package store

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/plimsoll-go/plimsoll/internal/boltfile"
)

// A shard is what an update makes of one source: the old rows, but for those to
// drop, and new records.
type shard struct {
	source  source
	records []*record        // with rows; sorted by id once it is done
	states  map[string]state // of all records of the source
	drop    map[string]bool  // ids of the old database that count no longer
}

// Above maxSingles changed records an archive is cheaper than single requests.
const maxSingles = 1000

// shard finds what has changed in the source called name; nil: nothing.
func (u *updater) shard(ctx context.Context, name string) (*shard, UpdatedSource, error) {
	account := UpdatedSource{Name: name}
	prev := u.source(name)
	if prev != nil && prev.Account == nil {
		prev = nil
	}
	var known tag
	if prev != nil {
		account.Records = prev.Records
		known = prev.tag()
	}
	list, now, err := u.export.list(ctx, name, known)
	switch {
	case errors.Is(err, errUnchanged):
		account.Unchanged = true
		return nil, account, nil
	case errors.Is(err, fs.ErrNotExist):
		list = nil // then the archive says what has changed
	case err != nil:
		return nil, account, err
	}

	sh := &shard{
		source: source{Name: name, URL: u.export.name(name, ""), Checked: u.now, ETag: now.etag, LastModified: now.lastModified},
		drop:   make(map[string]bool),
	}
	if sh.states, err = u.states(name); err != nil {
		return nil, account, err
	}
	var singles, gone []string
	if prev != nil && list != nil {
		singles, gone = compare(sh.states, list)
		account.Backwards = backwards(prev, now, list)
		if account.Backwards {
			gone = nil
			sh.source.ETag, sh.source.LastModified = "", "" // to look again
		}
	}
	// An older archive would take records away, too.
	many := (len(singles) > maxSingles || len(gone) > len(list)) && !account.Backwards
	if prev == nil || list == nil || many {
		if err := u.archive(ctx, sh, known, list != nil); err != nil {
			if errors.Is(err, errUnchanged) {
				account.Unchanged = true
				return nil, account, nil
			}
			return nil, account, err
		}
		account.Whole = true
		if singles, gone = nil, nil; list != nil {
			// The archive may be older than the list.
			singles, gone = compare(sh.states, list)
			at := u.export.name(name, "all.zip")
			if len(singles) > maxSingles {
				return nil, account, fmt.Errorf("%s lacks %d of the %d records that are listed", at, len(singles), len(list))
			}
			if len(gone) > len(list) {
				return nil, account, fmt.Errorf("%s has %d records beside the %d that are listed: one of the two is not whole", at, len(gone), len(list))
			}
		}
	}
	sh.remove(gone)
	account.Deleted = len(gone)
	if account.Fetched, err = u.fetch(ctx, sh, singles, list); err != nil {
		return nil, account, err
	}
	if account.Backwards && !account.Whole && account.Fetched == 0 {
		account.Unchanged = true
		return nil, account, nil
	}
	sh.finish()
	account.Records, account.Problems = sh.source.Records, sh.source.Account.Problems
	return sh, account, nil
}

// compare finds what is new or modified in list against states, and what is
// gone from it, sorted.
func compare(states map[string]state, list map[string]time.Time) (changed, gone []string) {
	for id, at := range list {
		if s, ok := states[id]; !ok || at.Truncate(time.Microsecond).After(s.modified) {
			changed = append(changed, id)
		}
	}
	for id := range states {
		if _, ok := list[id]; !ok {
			gone = append(gone, id)
		}
	}
	slices.Sort(changed)
	slices.Sort(gone)
	return changed, gone
}

// backwards reports whether list is older than the state prev: what it lacks was
// not deleted, it is not there yet.
func backwards(prev *source, now tag, list map[string]time.Time) bool {
	before, err := httpTime(prev.LastModified)
	after, err2 := httpTime(now.lastModified)
	if err == nil && err2 == nil {
		return after.Before(before)
	}
	stamp, err := time.Parse(time.RFC3339, prev.Stamp)
	if err != nil {
		return false
	}
	for _, at := range list {
		if !at.Before(stamp) {
			return false
		}
	}
	return true
}

// httpTime reads the time of a Last-Modified, or of a file.
func httpTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC1123, s)
}

// states are those of a source in the old database.
func (u *updater) states(name string) (map[string]state, error) {
	states := make(map[string]state)
	if u.old == nil {
		return states, nil
	}
	err := boltfile.Guard(func() error {
		b := u.old.records(name)
		if b == nil {
			return nil
		}
		return b.ForEach(func(id, data []byte) error {
			s, err := decodeState(data)
			states[string(id)] = s
			return err
		})
	})
	return states, err
}

// archive makes sh of the archive of its source. Known is the tag of the list
// or, where there is none, of the archive.
func (u *updater) archive(ctx context.Context, sh *shard, known tag, listed bool) error {
	name := sh.source.Name
	f, err := os.CreateTemp(u.dir, tempPrefix+"*.zip")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if listed {
		known = tag{}
	}
	now, err := u.export.archive(ctx, name, known, f, func(done, total int64) {
		u.progress(Progress{Source: name, Step: "fetch", Done: done, Total: total})
	})
	if err != nil {
		return err
	}
	if !listed {
		sh.source.ETag, sh.source.LastModified = now.etag, now.lastModified
	}
	at := u.export.name(name, "all.zip")
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		return fmt.Errorf("read %s: %w", at, err)
	}
	var files []recordFile
	for _, e := range z.File {
		if isRecord(e.Name) {
			files = append(files, recordFile{name: at + "/" + e.Name, source: name, open: e.Open})
		}
	}
	if len(files) == 0 {
		return fmt.Errorf("read %s: it holds no records", at)
	}
	slots, err := readAll(ctx, files, BuildOptions{
		Workers: u.opts.Workers, MaxBytes: inflated(size),
		Progress: func(done, total int) {
			u.progress(Progress{Source: name, Step: "read", Done: int64(done), Total: int64(total)})
		},
	}, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", at, err)
	}
	for id := range sh.states {
		sh.drop[id] = true
	}
	sh.states = make(map[string]state)
	for i, slot := range slots {
		id := strings.TrimSuffix(path.Base(files[i].name), ".json")
		if slot.err == nil {
			id = slot.rec.id
		}
		sh.add(id, files[i].name, slot, time.Time{})
	}
	return nil
}

// inflated bounds what the records of an archive of that size may hold. Those of
// OSV inflate to some ten times their size.
func inflated(size int64) int64 {
	const most, least, ratio = 16 << 30, 64 << 20, 100
	return min(most, max(least, size*ratio))
}

// fetch fetches records one by one, and returns how many.
func (u *updater) fetch(ctx context.Context, sh *shard, ids []string, list map[string]time.Time) (int, error) {
	workers := u.opts.Workers
	if workers <= 0 {
		workers = 8
	}
	texts := make([][]byte, len(ids))
	failures := make([]error, len(ids))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i, id := range ids {
		g.Go(func() error {
			text, err := u.export.record(gctx, sh.source.Name, id)
			if errors.Is(err, fs.ErrNotExist) { // one of the lot, not a failure of the server
				failures[i] = errors.New("it is listed, but is not there")
				return nil
			}
			texts[i] = text
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	files := make([]recordFile, len(ids))
	for i, id := range ids {
		files[i] = recordFile{
			name: u.export.name(sh.source.Name, id+".json"), source: sh.source.Name,
			open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(texts[i])), failures[i] },
		}
	}
	slots, err := readAll(ctx, files, BuildOptions{Workers: u.opts.Workers}, sh.source.Name)
	if err != nil {
		return 0, err
	}
	for i, s := range slots {
		if s.err == nil && s.rec.id != ids[i] {
			s = slot{err: fmt.Errorf("it has the id %q", s.rec.id)}
		}
		sh.add(ids[i], files[i].name, s, list[ids[i]])
	}
	return len(ids), nil
}

// add takes the record with that id into sh. Listed is when the list says it was
// modified; zero: it is not known. A record that cannot be read leaves what
// there is of it in place.
func (sh *shard) add(id, file string, slot slot, listed time.Time) {
	if slot.err != nil {
		// Without a time it is asked for at each update.
		sh.states[id] = state{fate: unread, cause: file + "\n" + slot.err.Error()}
		delete(sh.drop, id)
		return
	}
	rec := slot.rec
	sh.drop[id] = true
	// The list may round times, so the later of the two counts, if they are of
	// one second. Otherwise the server has sent an older record than it lists,
	// which is asked for again.
	s := state{fate: kept, modified: rec.modified.Truncate(time.Microsecond)}
	if listed.Sub(s.modified).Abs() < time.Second {
		s.modified = maxTime(s.modified, listed)
	}
	switch {
	case rec.withdrawn:
		s.fate = withdrawn
	case len(rec.rows) == 0:
		s.fate = useless
	}
	sh.states[id] = s
	sh.records = append(sh.records, rec)
}

func maxTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// remove drops what is gone from the source.
func (sh *shard) remove(gone []string) {
	lost := make(map[string]bool, len(gone))
	for _, id := range gone {
		sh.drop[id], lost[id] = true, true
		delete(sh.states, id)
	}
	sh.records = slices.DeleteFunc(sh.records, func(r *record) bool { return lost[r.id] })
}

// finish sorts the records and keeps, of each id, the one modified last. It makes
// the account of the source from the states, but for rows, which are counted
// when they are written.
func (sh *shard) finish() {
	slices.SortStableFunc(sh.records, func(a, b *record) int {
		return cmp.Or(cmp.Compare(a.id, b.id), b.modified.Compare(a.modified))
	})
	sh.records = slices.CompactFunc(sh.records, func(a, b *record) bool { return a.id == b.id })
	sh.records = slices.DeleteFunc(sh.records, func(r *record) bool { return r.withdrawn || len(r.rows) == 0 })
	newest := time.Time{}
	res := &Result{Records: len(sh.states)}
	for _, id := range sortedKeys(sh.states) {
		s := sh.states[id]
		newest = maxTime(newest, s.modified)
		switch s.fate {
		case kept:
			res.Advisories++
		case withdrawn:
			res.Withdrawn++
		case unread:
			file, cause, _ := strings.Cut(s.cause, "\n")
			res.Problems = append(res.Problems, Problem{File: file, Cause: cause})
		}
	}
	sh.source.Records, sh.source.Account = len(sh.states), res
	if !newest.IsZero() {
		sh.source.Stamp = newest.Format(time.RFC3339Nano)
	}
}
