package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/internal/boltfile"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// Options are the options of [Default] and [Update]. The zero value is right
// for most.
type Options struct {
	// Dir is the directory of databases; empty: [DefaultDir].
	Dir string
	// SkipUpdate makes Default use what is there. Nothing is fetched.
	SkipUpdate bool
	// MaxAge is how long a source counts as fresh after it was looked at: a
	// database that Default opened does not look again before. 0: 24 hours.
	MaxAge time.Duration

	// Source is where records come from: the address of an export laid out as
	// OSV's, or a directory laid out so. Empty: [PublicExport].
	Source string
	// KEV, EPSS and CVSS are addresses or paths of CISA's catalogue, FIRST's
	// scores and a list of CVSS vectors, in the formats that package enrich
	// reads. Empty: [PublicKEV], [PublicEPSS], and no list of vectors; where
	// Source is not the public export, none of them. "none" is none.
	KEV, EPSS, CVSS string

	// HTTP fetches; nil: a client of its own.
	HTTP *http.Client
	// MaxBytes bounds an archive that is fetched; 0: 4 GiB.
	MaxBytes int64
	// Workers is the number of records read, and fetched, at a time; 0:
	// GOMAXPROCS, and 8.
	Workers int
	// Progress, if set, is called now and then. Calls do not overlap.
	Progress func(Progress)
	// Logger receives what a person who waits may want to know; nil is silent.
	Logger *slog.Logger
	// Now is the time to write down and to tell ages by; zero: the clock's.
	Now time.Time
}

func (o *Options) maxBytes() int64 {
	if o.MaxBytes <= 0 {
		return 4 << 30
	}
	return o.MaxBytes
}

func (o *Options) maxAge() time.Duration {
	if o.MaxAge <= 0 {
		return 24 * time.Hour
	}
	return o.MaxAge
}

func (o *Options) now() time.Time {
	now := o.Now
	if now.IsZero() {
		now = time.Now()
	}
	return now.UTC().Truncate(time.Second)
}

func (o *Options) log() *slog.Logger {
	if o.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Logger
}

// Progress tells how far an update is.
type Progress struct {
	Source string // "Debian", "EPSS"; empty while the database is written
	Step   string // "fetch" (of bytes), "read" (of records), "write"
	Done   int64
	Total  int64 // -1: not known
}

// An Updated is the account of an update.
type Updated struct {
	Path    string // of the database to use now
	Changed bool   // it is a new one
	Sources []UpdatedSource
}

// An UpdatedSource is what an update did about one source.
type UpdatedSource struct {
	Name      string
	Unchanged bool // nothing of it was fetched
	Whole     bool // all of it was fetched
	Fetched   int  // records fetched one by one
	Deleted   int  // records that are no longer there
	// Backwards is set when the source is older than the database, as a mirror
	// that lags may be: records that it lacks were kept.
	Backwards bool
	Records   int
	Problems  []Problem // records that could not be read
	Err       error     // why it could not be updated; its old state was kept
}

// Update brings the database in opts.Dir up to date: the ecosystems named, as
// OSV's directories are ("Debian", "npm"), and those that it holds already.
// Without names and without a database, all are fetched that the source lists
// and whose versions have an order. A source that is there for the first time
// is fetched as a whole, later only the records that have changed.
//
// The new database takes the place of the old one at once, for who opens it
// from then on. One process updates at a time; another waits. Of an ecosystem
// that cannot be updated the old state stays, the others are updated, and the
// error, which is then beside an account, says which. After any error the
// directory holds the old database or the new one.
func Update(ctx context.Context, opts Options, ecosystems ...string) (Updated, error) {
	dir, err := directory(opts.Dir)
	if err != nil {
		return Updated{}, err
	}
	up, err := update(ctx, dir, opts, ecosystems, false)
	if err != nil {
		return up, fmt.Errorf("update database in %s: %w", dir, err)
	}
	return up, nil
}

// update does it. With lazy, the ecosystems named alone are looked at, and only if
// they were not within Options.MaxAge.
func update(ctx context.Context, dir string, opts Options, names []string, lazy bool) (Updated, error) {
	for _, name := range names {
		if err := checkName(name); err != nil {
			return Updated{}, err
		}
	}
	export, err := newExport(&opts)
	if err != nil {
		return Updated{}, err
	}
	release, err := lock(ctx, dir, func() {
		opts.log().InfoContext(ctx, "waiting for another process that updates the database", "dir", dir)
	})
	if err != nil {
		return Updated{}, err
	}
	defer release()
	u := &updater{opts: &opts, dir: dir, export: export, now: opts.now(), lazy: lazy}
	if err := u.begin(ctx); err != nil {
		return Updated{}, err
	}
	defer u.end()
	if err := u.choose(ctx, names); err != nil {
		return Updated{}, err
	}
	return u.run(ctx)
}

// checkName refuses what is no name of a directory.
func checkName(name string) error {
	if name == "" || len(name) > maxName || name == "." || name == ".." || strings.ContainsAny(name, "/\\") {
		return fmt.Errorf("%q is no ecosystem", name)
	}
	if _, err := version.ForEcosystem(name); err != nil {
		return err
	}
	return nil
}

// An updater makes one database of another. The lock is held while it works.
type updater struct {
	opts   *Options
	dir    string
	export export
	now    time.Time
	lazy   bool

	path    string
	pointer pointer
	old     *snapshot // nil: there is none, or none that can be gone on from
	names   []string  // ecosystems to update, sorted
}

// begin opens the database there is, if it is whole.
func (u *updater) begin(ctx context.Context) error {
	sweepTo := ""
	path, file, p, err := openCurrent(u.dir)
	if err == nil {
		u.path, u.pointer, u.old, sweepTo = path, p, file, p.File
		if err = Verify(path); err != nil {
			u.end()
		}
	}
	switch {
	case err == nil, errors.Is(err, ErrNoDatabase):
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrNotDatabase), errors.Is(err, ErrSchema), errors.Is(err, ErrDamaged):
		u.opts.log().WarnContext(ctx, "the database is made again", "cause", err)
		u.names = sortedKeys(p.Checked)
	default:
		return err
	}
	sweep(u.dir, sweepTo)
	return nil
}

func (u *updater) end() {
	if u.old != nil {
		u.old.close()
		u.old = nil
	}
}

// choose says which ecosystems to update.
func (u *updater) choose(ctx context.Context, asked []string) error {
	names := append(slices.Clone(asked), u.names...)
	if u.old != nil {
		// What no update wrote cannot be gone on from, but is not lost either:
		// its ecosystems are fetched.
		from := u.old.updated()
		if len(from) == 0 {
			for _, eco := range u.old.names {
				from = append(from, eco.Base())
			}
			u.end()
		}
		if !u.lazy || u.old == nil {
			names = append(names, from...)
		}
	}
	if len(names) == 0 {
		all, err := u.export.ecosystems(ctx)
		if err != nil {
			return fmt.Errorf("list the ecosystems of the source: %w", err)
		}
		names = all
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if err := checkName(name); err != nil {
			u.opts.log().InfoContext(ctx, "an ecosystem is left out", "ecosystem", name, "cause", err)
			continue
		}
		u.names = append(u.names, name)
	}
	slices.Sort(u.names)
	u.names = slices.Compact(u.names)
	return nil
}

// updated are the names of the sources that updates keep, sorted.
func (s *snapshot) updated() []string {
	var names []string
	for i := range s.sources {
		if s.sources[i].Account != nil {
			names = append(names, s.sources[i].Name)
		}
	}
	return names
}

// source is the state in which the old database has that source; nil: it has
// none.
func (u *updater) source(name string) *source {
	if u.old == nil {
		return nil
	}
	for i := range u.old.sources {
		if s := &u.old.sources[i]; s.Name == name {
			return s
		}
	}
	return nil
}

// fresh reports whether a source need not be looked at.
func (u *updater) fresh(name string) bool {
	s := u.source(name)
	if s == nil || !u.lazy {
		return false
	}
	checked := s.Checked
	if later := u.pointer.Checked[name]; later.After(checked) {
		checked = later
	}
	return u.now.Sub(checked) < u.opts.maxAge()
}

// run updates the sources and writes what has changed.
func (u *updater) run(ctx context.Context) (Updated, error) {
	up := Updated{Path: u.path}
	shards := make(map[string]*shard)
	checked := make(map[string]time.Time)
	for name, at := range u.pointer.Checked {
		checked[name] = at
	}
	var errs []error
	for _, name := range u.names {
		if u.fresh(name) {
			continue
		}
		sh, account, err := u.shard(ctx, name)
		account.Err = err
		up.Sources = append(up.Sources, account)
		switch {
		case ctx.Err() != nil:
			return up, ctx.Err()
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		case sh != nil:
			shards[name] = sh
			checked[name] = u.now
		default:
			checked[name] = u.now
		}
	}
	known, accounts, err := u.enrichments(ctx)
	up.Sources = append(up.Sources, accounts...)
	if ctx.Err() != nil {
		return up, ctx.Err()
	}
	if err != nil {
		errs = append(errs, err)
	}
	for _, a := range accounts {
		if a.Err == nil {
			checked[a.Name] = u.now
		}
	}
	if len(shards) == 0 && len(known) == 0 {
		if u.old != nil && len(checked) > 0 {
			u.pointer.Checked = checked
			if err := writePointer(u.dir, u.pointer); err != nil {
				errs = append(errs, err)
			}
		}
		if u.old == nil && len(errs) == 0 {
			errs = append(errs, errors.New("the source has no ecosystem whose versions have an order"))
		}
		return up, joined(errs)
	}
	path, err := u.write(ctx, shards, known, checked)
	if err != nil {
		return up, joined(append(errs, err))
	}
	up.Path, up.Changed = path, true
	return up, joined(errs)
}

// failures are several errors on one line.
type failures []error

// Error joins them by semicolons.
func (f failures) Error() string {
	var words []string
	for _, err := range f {
		words = append(words, err.Error())
	}
	return strings.Join(words, "; ")
}

// Unwrap returns them all.
func (f failures) Unwrap() []error { return f }

// joined is nil without errors.
func joined(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return failures(errs)
}

func (u *updater) write(ctx context.Context, shards map[string]*shard, known enrichments, checked map[string]time.Time) (string, error) {
	u.progress(Progress{Step: "write", Total: -1})
	return install(u.dir, func(tmp string) error {
		// The old database is read all the while.
		return boltfile.Guard(func() error { return write(ctx, tmp, u.content(shards, known)) })
	}, checked)
}

func (u *updater) progress(p Progress) {
	if u.opts.Progress != nil {
		u.opts.Progress(p)
	}
}

// Default opens the database in opts.Dir. It also fetches what it lacks: a
// scan asks it for the ecosystems that an image has, by [DB.Prepare]. Without a
// database it opens an empty one, to be filled in that way; with SkipUpdate the
// error then matches [ErrNoDatabase].
func Default(ctx context.Context, opts Options) (*DB, error) {
	dir, err := directory(opts.Dir)
	if err != nil {
		return nil, err
	}
	opts.Dir = dir
	db := &DB{update: &opts}
	if opts.SkipUpdate {
		db.update = nil
	} else if _, err := newExport(&opts); err != nil {
		return nil, fmt.Errorf("open the database in %s: %w", dir, err)
	}
	path, file, p, err := openCurrent(dir)
	switch {
	case err == nil:
		db.use(path, file)
		db.look(p)
		return db, nil
	case opts.SkipUpdate:
	case errors.Is(err, ErrNoDatabase), errors.Is(err, ErrSchema), errors.Is(err, ErrDamaged), errors.Is(err, fs.ErrNotExist):
		opts.log().InfoContext(ctx, "there is no database to begin with", "cause", err)
		return db, nil
	}
	return nil, fmt.Errorf("open the database in %s: %w", dir, err)
}

// look takes over when sources were looked at after the file was written.
func (db *DB) look(p pointer) {
	for i := range db.info.Sources {
		s := &db.info.Sources[i]
		if at := p.Checked[s.Name]; at.After(s.Checked) {
			s.Checked = at
		}
	}
}

// Prepare implements [vuln.Preparer]: it updates the sources of ecosystems that
// the database lacks, or that were not looked at for longer than Options.MaxAge.
// A source that is there but cannot be updated is used as it is, with a warning
// to Options.Logger. A database that is but a file is left alone, and so is one
// that no update wrote: somebody chose it.
func (db *DB) Prepare(ctx context.Context, ecosystems []vuln.Ecosystem) error {
	if db.update == nil {
		return nil
	}
	now := db.update.now()
	var names, lacking []string
	db.mu.RLock()
	chosen := db.file != nil && len(db.file.updated()) == 0
	db.mu.RUnlock()
	if chosen {
		return nil
	}
	checked := make(map[string]time.Time)
	for _, s := range db.Info().Sources {
		checked[s.Name] = s.Checked
	}
	for _, eco := range ecosystems {
		name := eco.Base()
		at, ok := checked[name]
		if slices.Contains(names, name) || ok && now.Sub(at) < db.update.maxAge() {
			continue
		}
		names = append(names, name)
		if !ok {
			lacking = append(lacking, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	_, err := update(ctx, db.update.Dir, *db.update, names, true)
	if openErr := db.reopen(); openErr != nil {
		return errors.Join(err, openErr)
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	for _, s := range db.Info().Sources {
		lacking = slices.DeleteFunc(lacking, func(name string) bool { return name == s.Name })
	}
	if len(lacking) > 0 {
		return fmt.Errorf("fetch advisories for %s: %w", strings.Join(lacking, ", "), err)
	}
	db.update.log().WarnContext(ctx, "the database could not be updated", "dir", filepath.Clean(db.update.Dir), "cause", err)
	return nil
}

// reopen goes on with the database that is current now.
func (db *DB) reopen() error {
	path, file, p, err := openCurrent(db.update.Dir)
	if errors.Is(err, ErrNoDatabase) {
		return nil
	}
	if err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		file.close()
		return fmt.Errorf("read database %s: %w", db.path, fs.ErrClosed)
	}
	old := db.file
	db.use(path, file)
	db.look(p)
	if old != nil {
		return old.close()
	}
	return nil
}
