package store

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/enrich"
)

// BuildOptions are the options of [Build] and [OpenDir]. The zero value is
// right for both.
type BuildOptions struct {
	// Built is the build time to write down; zero: now. The same records and
	// the same time give the same bytes.
	Built time.Time
	// Workers is the number of records read at a time; 0: GOMAXPROCS.
	Workers int
	// Enrich lists files about CVEs, or directories of them, as package enrich
	// reads them: CISA's catalogue, FIRST's scores, CVSS vectors.
	Enrich []string
	// MaxBytes bounds the JSON read in all; 0: 16 GiB.
	MaxBytes int64
	// Progress, if set, is called now and then with the number of records that
	// are done and that there are. Calls do not overlap, and done rises.
	Progress func(done, total int)
}

// A Result is the account of a build: where every record went.
type Result struct {
	Built      time.Time `json:"built"`
	Records    int       `json:"records"`    // files read, bad ones included
	Duplicates int       `json:"duplicates"` // older or equal copies of a record
	Withdrawn  int       `json:"withdrawn"`  // records taken back by their publisher
	Advisories int       `json:"advisories"` // records kept
	Rows       int       `json:"rows"`       // affected entries kept
	Unjudged   int       `json:"unjudged"`   // of Rows, those that cannot be evaluated in full
	// Skipped counts the affected entries left out, by ecosystem without its
	// release: those of an ecosystem whose version order is not known here,
	// and, under "", those that name no package. A record of nothing else is
	// left out as a whole.
	Skipped map[string]int `json:"skipped,omitempty"`
	// Problems are the records that could not be read, in the order of the
	// inputs. They are left out.
	Problems []Problem `json:"problems,omitempty"`
}

// A Problem is a record that a build could not read.
type Problem struct {
	// File is the path of the input as it was given, and below it that of the
	// record, through its zip: "osv/Debian/all.zip/DSA-1-1.json".
	File  string `json:"file"`
	Cause string `json:"cause"`
}

// Build compiles the OSV records of inputs to a database file at out. An input
// is a zip of records, or a directory that holds records and zips at any
// depth, as the public export does: <Ecosystem>/all.zip. Records are files
// named *.json; other files are passed over.
//
// Of several copies of a record the one modified last counts, and of equal
// ones the first. A withdrawn record is dropped. A record that cannot be read
// is a problem in the result and does not stop the build.
//
// The file is written beside out, synced, and renamed: out is the old file or
// the new one at any moment, and after an error the old one. Records are held
// in memory in packed form, about a kilobyte each.
func Build(ctx context.Context, out string, inputs []string, opts BuildOptions) (Result, error) {
	if info, err := os.Stat(out); err == nil && info.IsDir() {
		return Result{}, fmt.Errorf("build database %s: it is a directory", out)
	}
	recs, sources, res, err := compileAll(ctx, inputs, opts)
	if err != nil {
		return Result{}, fmt.Errorf("build database %s: %w", out, err)
	}
	var failed error
	c := &content{
		ecosystems: make(map[vuln.Ecosystem]pair),
		details:    detailsOf(recs),
		meta:       func() (Result, []source) { return res, sources },
		fail:       func() error { return failed },
	}
	if len(opts.Enrich) > 0 {
		// Read when the records are written, and no longer in memory.
		c.enrich = func(yield func(k, v []byte) bool) {
			var known enrich.Set
			for _, path := range opts.Enrich {
				if failed = known.ReadPath(path); failed != nil {
					return
				}
			}
			for _, s := range known.Sources() {
				sources = append(sources, source{Name: s.Name, Stamp: s.Stamp, Records: s.Records})
			}
			slices.SortStableFunc(sources, func(a, b source) int { return cmp.Compare(a.Name, b.Name) })
			enrichmentsOf(&known)(yield)
		}
	}
	for eco, rows := range rowsOf(recs) {
		c.ecosystems[eco] = packagesOf(rows)
	}
	if err := replace(out, func(tmp string) error { return write(ctx, tmp, c) }); err != nil {
		return Result{}, fmt.Errorf("build database %s: %w", out, err)
	}
	return res, nil
}

// sourcesOf are the directories and zips that recs are from, sorted.
func sourcesOf(recs []*record) []source {
	byName := make(map[string]*source)
	newest := make(map[string]time.Time)
	for _, r := range recs {
		s := byName[r.source]
		if s == nil {
			s = &source{Name: r.source}
			byName[r.source] = s
		}
		s.Records++
		if r.modified.After(newest[r.source]) {
			newest[r.source] = r.modified
			s.Stamp = r.modified.Format(time.RFC3339)
		}
	}
	var list []source
	for _, name := range sortedKeys(byName) {
		list = append(list, *byName[name])
	}
	return list
}

// replace has fill write a temporary file beside out and renames it to out.
func replace(out string, fill func(tmp string) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(out), "."+filepath.Base(out)+".*.tmp")
	if err != nil {
		return err
	}
	tmp := f.Name()
	defer func() {
		if err != nil {
			os.Remove(tmp)
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	if err := fill(tmp); err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o644); err != nil { // CreateTemp makes 0600
		return err
	}
	if err := os.Rename(tmp, out); err != nil {
		return err
	}
	// The rename is on disk once the directory is. Not every system can sync
	// one; the file is whole either way.
	if dir, err := os.Open(filepath.Dir(out)); err == nil {
		dir.Sync()
		dir.Close()
	}
	return nil
}
