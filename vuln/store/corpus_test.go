package store

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	debversion "github.com/knqyf263/go-deb-version"
	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	imagesource "github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// distributions are the directories that the corpus database is built from.
var distributions = []string{"Debian", "Ubuntu", "Alpine"}

func corpusInputs(tb testing.TB) []string {
	tb.Helper()
	dir := corpus.Dir(tb)
	var inputs []string
	for _, d := range distributions {
		inputs = append(inputs, filepath.Join(dir, "osv", d))
	}
	return inputs
}

func corpusDatabase(tb testing.TB) (*DB, Result) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "corpus.db")
	res, err := Build(tb.Context(), path, corpusInputs(tb), BuildOptions{Built: built})
	if err != nil {
		tb.Fatal(err)
	}
	return open(tb, path), res
}

// TestCorpus builds the distributions of the corpus, counts them against the
// JSON itself, and looks up what independent matchers found.
func TestCorpus(t *testing.T) {
	t.Parallel()
	db, res := corpusDatabase(t)

	want := countJSON(t)
	got := Result{Built: built, Records: res.Records, Withdrawn: res.Withdrawn, Advisories: res.Advisories, Rows: res.Rows}
	if diff := cmp.Diff(want.Result, got); diff != "" || len(res.Problems) != 0 || len(res.Skipped) != 0 || res.Duplicates != 0 {
		t.Errorf("Build = %+v (-want +got):\n%s", res, diff)
	}
	if diff := cmp.Diff(want.ecosystems, db.Info().Ecosystems); diff != "" {
		t.Errorf("ecosystems (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.names, namesOf(t, db)); diff != "" {
		t.Errorf("packages of each ecosystem (-want +got):\n%s", diff)
	}

	for _, row := range []struct {
		file                             string
		os                               vuln.OS
		name, version, advisory, fixedAt int // columns; fixedAt -1: not told
	}{
		{"debian12-distroless.oci.osv-findings.tsv", vuln.OS{Family: vuln.Debian, Version: "12.12"}, 1, 2, 3, -1},
		{"alpine3.4.oci.osv-findings.tsv", vuln.OS{Family: vuln.Alpine, Version: "3.4.6"}, 1, 2, 3, -1},
		{"ubuntu1804-reconstructed.docker.matcher.tsv", vuln.OS{Family: vuln.Ubuntu, Version: "18.04"}, 2, 3, 4, 5},
	} {
		text, err := os.ReadFile(filepath.Join(corpus.Dir(t), "images", "expected", row.file))
		if err != nil {
			t.Fatal(err)
		}
		type installed struct{ name, version string }
		expect := make(map[installed][]string)
		for i, l := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
			f := strings.Split(l, "\t")
			if i == 0 && f[0] == "binary" {
				continue
			}
			p := installed{f[row.name], f[row.version]}
			found := f[row.advisory]
			if row.fixedAt >= 0 && f[row.fixedAt] != "" {
				found += " <" + f[row.fixedAt]
			}
			if !slices.Contains(expect[p], found) { // once for each binary package
				expect[p] = append(expect[p], found)
			}
		}
		if len(expect) == 0 {
			t.Errorf("%s: no rows", row.file)
		}
		for p, want := range expect {
			hits, err := lookUp(db, row.os, p.name, p.version)
			if err != nil {
				t.Errorf("%s: %v", row.file, err)
			}
			var got []string
			for _, h := range hits {
				if h.Err != nil {
					t.Errorf("%s: %s %s: %v", row.file, p.name, p.version, h.Err)
				}
				if h.Fixed != "" && row.fixedAt >= 0 {
					h.Advisory += " <" + h.Fixed
				}
				got = append(got, h.Advisory)
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s %s (-want +got):\n%s", row.file, p.name, p.version, diff)
			}
		}
	}
}

type counts struct {
	Result
	ecosystems []vuln.Ecosystem
	names      map[vuln.Ecosystem]int
}

// countJSON counts without any code of the build.
func countJSON(t *testing.T) counts {
	t.Helper()
	c := counts{Result: Result{Built: built}, names: make(map[vuln.Ecosystem]int)}
	seen := make(map[[2]string]bool)
	for _, dir := range corpusInputs(t) {
		z, err := zip.OpenReader(filepath.Join(dir, "all.zip"))
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			var rec struct {
				Withdrawn string
				Affected  []struct {
					Package struct{ Ecosystem, Name string }
				}
			}
			if err := json.NewDecoder(r).Decode(&rec); err != nil {
				t.Fatal(err)
			}
			c.Records++
			if rec.Withdrawn != "" {
				c.Withdrawn++
				continue
			}
			c.Advisories++
			for _, a := range rec.Affected {
				c.Rows++
				id := [2]string{a.Package.Ecosystem, a.Package.Name}
				if !seen[id] {
					seen[id] = true
					c.names[vuln.Ecosystem(id[0])]++
				}
			}
		}
	}
	for e := range c.names {
		c.ecosystems = append(c.ecosystems, e)
	}
	slices.Sort(c.ecosystems)
	return c
}

func namesOf(t *testing.T, db *DB) map[vuln.Ecosystem]int {
	t.Helper()
	names := make(map[vuln.Ecosystem]int)
	for eco, b := range db.file.ecosystems {
		if err := b.ForEach(func(_, _ []byte) error { names[eco]++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// BenchmarkAffected looks up the packages of an image that the corpus database
// has advisories for, as they are installed, and those that it has none for;
// then some that Debian 12 has, at a version below nearly all fixes and at one
// above all.
func BenchmarkAffected(b *testing.B) {
	db, _ := corpusDatabase(b)
	known, unknown := installed(b, db)
	b.Run("hit", func(b *testing.B) { benchmarkAffected(b, db, known) })
	b.Run("miss", func(b *testing.B) { benchmarkAffected(b, db, unknown) })
	names := sample(b, db, 131)
	for _, row := range []struct{ name, suffix, version string }{
		{"old", "", "0.1-1"}, {"new", "", "99:1.0-1"},
	} {
		b.Run(row.name, func(b *testing.B) {
			var packages []*vuln.Package
			for _, n := range names {
				packages = append(packages, pkg(bookworm, n+row.suffix, row.version))
			}
			benchmarkAffected(b, db, packages)
		})
	}
}

func benchmarkAffected(b *testing.B, db vuln.Database, packages []*vuln.Package) {
	hits, i := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		err := db.Affected(b.Context(), bookworm, packages[i%len(packages)], func(vuln.Hit) bool { hits++; return true })
		if err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(hits)/float64(i), "hits/op")
}

// installed are the packages of debian12-web that the database has advisories
// for, and those that it has none for.
func installed(b *testing.B, db *DB) (known, unknown []*vuln.Package) {
	b.Helper()
	src, err := imagesource.Parse(filepath.Join(corpus.Dir(b), "images", "debian12-web.oci.tar"), imagesource.Options{})
	if err != nil {
		b.Fatal(err)
	}
	inv, err := scan.Inspect(b.Context(), src, scan.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range inv.Components {
		p := &inv.Components[i].Package
		if db.file.ecosystems["Debian:12"].Get([]byte(p.SourceName)) != nil {
			known = append(known, p)
		} else {
			unknown = append(unknown, p)
		}
	}
	return known, unknown
}

// BenchmarkTrivyLayout does the lookups of BenchmarkAffected/hit with a bucket
// for each package and a JSON value for each advisory in it, which is decoded,
// and its version parsed, at each lookup, as Trivy does; it prints how many times
// longer that takes.
func BenchmarkTrivyLayout(b *testing.B) {
	db, _ := corpusDatabase(b)
	known, _ := installed(b, db)
	bolt, err := bbolt.Open(filepath.Join(b.TempDir(), "trivy.db"), 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer bolt.Close()
	type advisory struct{ FixedVersion string }
	err = bolt.Update(func(tx *bbolt.Tx) error {
		root, err := tx.CreateBucket([]byte("debian 12"))
		if err != nil {
			return err
		}
		return errors.Join(db.Rows(b.Context(), func(r *Row) bool {
			if r.Ecosystem != "Debian:12" || len(r.Intervals) == 0 {
				return true
			}
			var p *bbolt.Bucket
			if p, err = root.CreateBucketIfNotExists([]byte(r.Package)); err != nil {
				return false
			}
			text, _ := json.Marshal(advisory{r.Intervals[0].Fixed})
			err = p.Put([]byte(r.Advisory), text)
			return err == nil
		}), err)
	})
	if err != nil {
		b.Fatal(err)
	}
	lookup := func(p *vuln.Package) (hits int) {
		err := bolt.View(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("debian 12")).Bucket([]byte(p.SourceName)).ForEach(func(_, text []byte) error {
				var a advisory
				if err := json.Unmarshal(text, &a); err != nil {
					return err
				}
				have, err := debversion.NewVersion(p.SourceVersion)
				if err != nil {
					return err
				}
				fixed, err := debversion.NewVersion(a.FixedVersion)
				if a.FixedVersion == "" || err == nil && have.LessThan(fixed) {
					hits++
				}
				return nil
			})
		})
		if err != nil {
			b.Fatal(err)
		}
		return hits
	}
	var theirs, ours time.Duration
	hits, n := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		p := known[n%len(known)]
		begin := time.Now()
		hits += lookup(p)
		theirs += time.Since(begin)
		begin = time.Now()
		if err := db.Affected(b.Context(), bookworm, p, func(vuln.Hit) bool { return true }); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(begin)
		n++
	}
	b.ReportMetric(float64(theirs)/float64(ours), "x-ours")
	b.ReportMetric(float64(hits)/float64(n), "hits/op")
}

// BenchmarkMatch matches as many packages as a small Debian image has.
func BenchmarkMatch(b *testing.B) {
	db, _ := corpusDatabase(b)
	var packages []*vuln.Package
	for i, n := range sample(b, db, 131) {
		packages = append(packages, pkg(bookworm, n, []string{"0.1-1", "99:1.0-1"}[min(i%8, 1)])) // one in eight is vulnerable
	}
	b.ReportAllocs()
	for b.Loop() {
		res, err := vuln.Match(b.Context(), db, bookworm, packages)
		if err != nil || len(res.Affected) < 100 {
			b.Fatal(len(res.Affected), err)
		}
	}
}

func BenchmarkDetails(b *testing.B) {
	db, _ := corpusDatabase(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := db.Details(b.Context(), "UBUNTU-CVE-2019-18276"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	db, _ := corpusDatabase(b)
	for b.Loop() {
		again, err := Open(db.path)
		if err != nil {
			b.Fatal(err)
		}
		if err := again.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	dir := filepath.Join(corpus.Dir(b), "osv")
	out := filepath.Join(b.TempDir(), "x.db")
	for b.Loop() {
		res, err := Build(b.Context(), out, []string{dir}, BuildOptions{})
		if err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(out)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(res.Records), "records")
		b.ReportMetric(float64(info.Size())/1e6, "MB")
	}
}

// sample takes n package names of Debian 12, evenly spread.
func sample(b *testing.B, db *DB, n int) []string {
	b.Helper()
	var all, some []string
	err := db.file.ecosystems["Debian:12"].ForEach(func(name, _ []byte) error {
		all = append(all, string(name))
		return nil
	})
	if err != nil || len(all) < n {
		b.Fatalf("%d names, %v", len(all), err)
	}
	for i := range n {
		some = append(some, all[i*len(all)/n])
	}
	return some
}
