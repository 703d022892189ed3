package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/sync/errgroup"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/osv"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A record is an OSV record, packed.
type record struct {
	id        string
	source    string
	modified  time.Time
	withdrawn bool
	rows      []packedRow
	details   []byte
	unjudged  int
	skipped   []string // the ecosystem of each entry left out, without its release
}

type packedRow struct {
	ecosystem vuln.Ecosystem
	name      string
	data      []byte
}

// compileAll reads all records and returns those to keep, by id.
func compileAll(ctx context.Context, names []string, opts BuildOptions) ([]*record, []source, Result, error) {
	var in inputs
	defer in.close()
	for _, name := range names {
		if err := in.add(name); err != nil {
			return nil, nil, Result{}, err
		}
	}
	if len(in.files) == 0 {
		return nil, nil, Result{}, fmt.Errorf("no OSV records in %q", names)
	}
	res := Result{Built: opts.Built, Records: len(in.files)}
	if res.Built.IsZero() {
		res.Built = time.Now()
	}
	res.Built = res.Built.UTC().Truncate(time.Second)

	slots, err := readAll(ctx, in.files, opts, "")
	if err != nil {
		return nil, nil, Result{}, err
	}
	recs := make([]*record, 0, len(slots))
	for i, s := range slots {
		if s.err != nil {
			res.Problems = append(res.Problems, Problem{File: in.files[i].name, Cause: s.err.Error()})
			continue
		}
		recs = append(recs, s.rec)
	}
	sources := sourcesOf(recs)
	return res.choose(recs), sources, res, nil
}

// A slot is what became of one file.
type slot struct {
	rec *record
	err error
}

// readAll compiles the files, each into the slot of its index, so that the
// number of workers does not show.
//
// Where base is not empty, only the entries of that ecosystem count, with any
// release.
func readAll(ctx context.Context, files []recordFile, opts BuildOptions, base string) ([]slot, error) {
	slots := make([]slot, len(files))
	left := &atomic.Int64{}
	left.Store(opts.MaxBytes)
	if opts.MaxBytes <= 0 {
		left.Store(16 << 30)
	}
	workers := opts.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var done progress
	g, ctx := errgroup.WithContext(ctx)
	for range min(workers, len(files)) {
		g.Go(func() error {
			c, err := newCompiler(left, base)
			if err != nil {
				return err
			}
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				if err := ctx.Err(); err != nil {
					return err
				}
				slots[i].rec, slots[i].err = c.compile(&files[i])
				if errors.Is(slots[i].err, errTooMuch) {
					return slots[i].err
				}
				done.add(len(files), opts.Progress)
			}
			return nil
		})
	}
	return slots, g.Wait()
}

// progress counts finished records and reports every 1000th and the last.
type progress struct {
	mu sync.Mutex
	n  int
}

func (p *progress) add(total int, report func(done, total int)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	if report != nil && (p.n%1000 == 0 || p.n == total) {
		report(p.n, total)
	}
}

// choose sorts the records by id and keeps, of each id, the one modified last;
// then it drops what is withdrawn or of no use, and counts all that.
func (res *Result) choose(recs []*record) []*record {
	slices.SortStableFunc(recs, func(a, b *record) int {
		return cmp.Or(cmp.Compare(a.id, b.id), b.modified.Compare(a.modified))
	})
	kept := recs[:0]
	last := ""
	for _, r := range recs {
		if r.id == last {
			res.Duplicates++
			continue
		}
		last = r.id
		if r.withdrawn {
			res.Withdrawn++
			continue
		}
		for _, eco := range r.skipped {
			if res.Skipped == nil {
				res.Skipped = make(map[string]int)
			}
			res.Skipped[eco]++
		}
		if len(r.rows) == 0 {
			continue
		}
		res.Advisories++
		res.Rows += len(r.rows)
		res.Unjudged += r.unjudged
		kept = append(kept, r)
	}
	return kept
}

var errTooMuch = errors.New("the records hold more JSON than BuildOptions.MaxBytes")

// A compiler compiles one file after the other.
type compiler struct {
	left    *atomic.Int64 // of MaxBytes, shared
	base    string        // the ecosystem whose entries count; empty: all
	buf     bytes.Buffer
	details *detailsPacker
}

func newCompiler(left *atomic.Int64, base string) (*compiler, error) {
	p, err := newDetailsPacker()
	if err != nil {
		return nil, err
	}
	return &compiler{left: left, base: base, details: p}, nil
}

func (c *compiler) compile(f *recordFile) (*record, error) {
	if err := c.read(f); err != nil {
		return nil, err
	}
	e, err := osv.Decode(c.buf.Bytes())
	if err != nil {
		return nil, err
	}
	if len(e.ID) > maxName {
		return nil, fmt.Errorf("the id has %d bytes, more than %d", len(e.ID), maxName)
	}
	advisory := e.Advisory(f.source)
	rec := &record{id: e.ID, source: f.source, modified: advisory.Modified, withdrawn: e.Withdrawn != ""}
	if rec.withdrawn {
		return rec, nil
	}
	ids := e.Vulnerabilities()
	for i := range e.Affected {
		if c.base != "" && e.Affected[i].Package.Ecosystem.Base() != c.base {
			continue
		}
		if err := rec.add(e, &e.Affected[i], ids); err != nil {
			return nil, err
		}
	}
	if len(rec.rows) > 0 {
		rec.details, err = c.details.pack(&advisory)
	}
	return rec, err
}

// read fills the buffer with the file, at most one byte more than a record may
// have.
func (c *compiler) read(f *recordFile) error {
	r, err := f.open()
	if err != nil {
		return err
	}
	defer r.Close()
	c.buf.Reset()
	n, err := c.buf.ReadFrom(io.LimitReader(r, osv.MaxSize+1))
	if c.left.Add(-n) < 0 {
		return errTooMuch
	}
	return err
}

// maxName bounds ids, ecosystems and package names, which become keys.
const maxName = bbolt.MaxKeySize / 8

// add packs the affected entry a of e.
func (r *record) add(e *osv.Entry, a *osv.Affected, ids []string) error {
	eco, name := a.Package.Ecosystem, a.Package.Name
	if len(eco) > maxName || len(name) > maxName {
		return fmt.Errorf("a package name has more than %d bytes", maxName)
	}
	scheme, err := version.ForEcosystem(string(eco))
	if err != nil || name == "" {
		r.skipped = append(r.skipped, eco.Base())
		return nil
	}
	packed := row{
		id: e.ID, vulnerabilities: ids,
		status: a.Status(), compiled: osv.Compile(a, scheme),
	}
	packed.severity, packed.source = e.Label(a)
	packed.modules, packed.modular = e.Modules(a)
	if packed.compiled.Unjudged != "" {
		r.unjudged++
	} else if len(packed.compiled.Intervals)+len(packed.compiled.SemVer) == 0 {
		return nil // the events cancel each other: no version is affected
	}
	data := appendRow(nil, &packed)
	r.rows = append(r.rows, packedRow{ecosystem: eco, name: vuln.NormalizeName(eco, name), data: data})
	return nil
}
