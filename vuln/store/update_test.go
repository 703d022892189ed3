package store

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/vuln"
)

var (
	bookworm = vuln.OS{Family: vuln.Debian, Version: "12"}
	harbour  = &vuln.Package{Type: vuln.TypeDeb, Name: "harbour", Version: "1.0", SourceName: "harbour", SourceVersion: "1.0"}
	harbours = &vuln.Package{Type: vuln.TypeNPM, Name: "harbour", Version: "1.0.0", SourceName: "harbour", SourceVersion: "1.0.0"}
)

// fixes are the advisories of p on Debian 12 with their fixed versions.
func fixes(t *testing.T, db *DB, p *vuln.Package) string {
	t.Helper()
	var list []string
	err := db.Affected(t.Context(), bookworm, p, func(h vuln.Hit) bool {
		list = append(list, h.Advisory+"="+h.Fixed)
		return true
	})
	if err != nil {
		return err.Error()
	}
	return strings.Join(list, " ")
}

// current opens the database of dir, after verifying it, and closes it.
func current(t *testing.T, dir string, ask func(db *DB)) {
	t.Helper()
	path, err := Current(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(path); err != nil {
		t.Error(err)
	}
	db, err := Default(t.Context(), Options{Dir: dir, SkipUpdate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ask(db)
}

func debianAndNPM(t *testing.T) *mirror {
	m := newMirror(t)
	m.put("Debian", "D-1", 1, about("Debian:12", "D-1", 1, "2"))
	m.put("Debian", "D-2", 2, about("Debian:12", "D-2", 2, "3"))
	m.put("npm", "N-1", 1, about("npm", "N-1", 1, "2.0.0"))
	return m
}

func options(m *mirror, dir string) Options {
	return Options{Dir: dir, Source: m.url, Now: built}
}

// An update takes what has changed, and nothing else.
func TestUpdate(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	check := func(step string, names []string, wantDebian, wantNPM string, wantAsked ...string) Updated {
		t.Helper()
		up, err := Update(t.Context(), options(m, dir), names...)
		if err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		current(t, dir, func(db *DB) {
			if got := fixes(t, db, harbour); got != wantDebian {
				t.Errorf("%s: Debian has %q, want %q", step, got, wantDebian)
			}
			if got := fixes(t, db, harbours); got != wantNPM {
				t.Errorf("%s: npm has %q, want %q", step, got, wantNPM)
			}
			var want int
			for _, s := range db.Info().Sources {
				want += s.Records
			}
			if got := db.Result().Records; got != want {
				t.Errorf("%s: %d records, of sources %d", step, got, want)
			}
		})
		if diff := cmp.Diff(wantAsked, m.takeAsked()); diff != "" {
			t.Errorf("%s: requests (-want +got):\n%s", step, diff)
		}
		return up
	}
	const noNPM = "no advisories for npm in the database"
	check("first", []string{"Debian"}, "D-1=2 D-2=3", noNPM, "Debian/all.zip", "Debian/modified_id.csv")
	up := check("unchanged", nil, "D-1=2 D-2=3", noNPM, "304 Debian/modified_id.csv")
	if up.Changed || !up.Sources[0].Unchanged {
		t.Errorf("unchanged: %+v", up)
	}
	check("another ecosystem", []string{"npm"}, "D-1=2 D-2=3", "N-1=2.0.0", "304 Debian/modified_id.csv", "npm/all.zip", "npm/modified_id.csv")

	m.put("Debian", "D-2", 10, about("Debian:12", "D-2", 10, "4"))
	m.put("Debian", "D-3", 11, about("Debian:12", "D-3", 11, "5"))
	up = check("changed", nil, "D-1=2 D-2=4 D-3=5", "N-1=2.0.0",
		"304 npm/modified_id.csv", "Debian/D-2.json", "Debian/D-3.json", "Debian/modified_id.csv")
	if s := up.Sources[0]; s.Name != "Debian" || s.Fetched != 2 || s.Whole || s.Records != 3 {
		t.Errorf("changed: %+v, want 2 records fetched", s)
	}

	m.put("Debian", "D-1", 20, withdrawnRecord("D-1", 20))
	check("withdrawn", nil, "D-2=4 D-3=5", "N-1=2.0.0", "304 npm/modified_id.csv", "Debian/D-1.json", "Debian/modified_id.csv")
	current(t, dir, func(db *DB) {
		if _, err := db.Details(t.Context(), "D-1"); !errors.Is(err, vuln.ErrNotFound) {
			t.Errorf("withdrawn: Details(D-1) = %v, want ErrNotFound", err)
		}
		if got := db.Result(); got.Withdrawn != 1 || got.Records != 4 || got.Advisories != 3 || got.Rows != 3 {
			t.Errorf("withdrawn: Result = %+v, want 4 records, 3 advisories, 3 rows, 1 withdrawn", got)
		}
	})

	m.remove("Debian", "D-2")
	up = check("deleted", nil, "D-3=5", "N-1=2.0.0", "304 npm/modified_id.csv", "Debian/modified_id.csv")
	if s := up.Sources[0]; s.Deleted != 1 || s.Fetched != 0 {
		t.Errorf("deleted: %+v, want 1 record deleted", s)
	}
	current(t, dir, func(db *DB) {
		if _, err := db.Details(t.Context(), "D-2"); !errors.Is(err, vuln.ErrNotFound) {
			t.Errorf("deleted: Details(D-2) = %v, want ErrNotFound", err)
		}
	})
	if names, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(names) != 3 {
		t.Errorf("the directory holds %q, want current, lock and one database", names)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, ".*")); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

// An update gives what a first update of the same state gives.
func TestUpdateEqualsFirst(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	for i := range 20 {
		id := fmt.Sprintf("D-%d", i)
		switch {
		case i%5 == 4:
			m.put("Debian", id, 30+i, withdrawnRecord(id, 30+i))
		case i%7 == 3:
			m.remove("Debian", id)
		default:
			m.put("Debian", id, 30+i, about("Debian:12", id, 30+i, fmt.Sprint(i)))
		}
		if i%2 == 0 {
			m.put("npm", id, 30+i, about("npm", id, 30+i, "3.0.0")) // in both
		}
		if i%6 == 5 {
			m.remove("npm", "D-0")
		}
		if _, err := Update(t.Context(), options(m, dir), "Debian", "npm"); err != nil {
			t.Fatal(err)
		}
	}
	fresh := t.TempDir()
	if _, err := Update(t.Context(), options(m, fresh), "Debian", "npm"); err != nil {
		t.Fatal(err)
	}
	a, err := Current(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Current(fresh)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(dump(t, b), dump(t, a)); diff != "" {
		t.Errorf("after 20 updates (-first +updated):\n%s", diff)
	}
}

// dump is all that a database says.
func dump(t *testing.T, path string) []string {
	db := open(t, path)
	var lines []string
	err := db.Rows(t.Context(), func(r *Row) bool {
		lines = append(lines, fmt.Sprintf("%s %s %s %v %s", r.Ecosystem, r.Package, r.Advisory, r.IDs, r.Intervals[0].UpperText))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		a, err := db.Details(t.Context(), fmt.Sprintf("D-%d", i))
		lines = append(lines, fmt.Sprint(a.ID, a.Modified, err != nil))
	}
	res := db.Result()
	return append(lines, fmt.Sprintf("%+v", res))
}

// After a failure the database is the old one, and the next update succeeds.
func TestUpdateFails(t *testing.T) {
	t.Parallel()
	zipFile := func(files map[string]string) []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for _, name := range sortedKeys(files) {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(files[name])); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	bomb := make(map[string]string)
	for i := range 9 {
		bomb[fmt.Sprintf("B-%d.json", i)] = strings.Repeat(" ", 8<<20)
	}
	for _, row := range []struct {
		name, file, want string
		answer           func(w http.ResponseWriter)
	}{
		{"server errors", "npm/modified_id.csv", "500 Internal Server Error", func(w http.ResponseWriter) { w.WriteHeader(500) }},
		{"too many requests", "npm/all.zip", "asks to wait 2h0m0s", func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(429)
		}},
		{"no archive", "npm/all.zip", "not found", func(w http.ResponseWriter) { w.WriteHeader(404) }},
		{"a zip bomb", "npm/all.zip", "more JSON than", func(w http.ResponseWriter) { w.Write(zipFile(bomb)) }},
		{"a zip cut short", "npm/all.zip", "not a valid zip file", func(w http.ResponseWriter) {
			whole := zipFile(map[string]string{"N-1.json": about("npm", "N-1", 1, "2.0.0")})
			w.Write(whole[:len(whole)-10])
		}},
		{"an empty zip", "npm/all.zip", "holds no records", func(w http.ResponseWriter) { w.Write(zipFile(nil)) }},
		{"a list that is none", "npm/modified_id.csv", `line 1: "<html>" is not a time and an id`, func(w http.ResponseWriter) { fmt.Fprint(w, "<html>\n") }},
		{"an empty list", "npm/modified_id.csv", "it lists no records", func(w http.ResponseWriter) {}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			m, dir := debianAndNPM(t), t.TempDir()
			if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
				t.Fatal(err)
			}
			m.put("Debian", "D-2", 10, about("Debian:12", "D-2", 10, "4"))
			m.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/"+row.file {
					row.answer(w)
					return true
				}
				return false
			}
			opts := options(m, dir)
			opts.HTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			up, err := Update(t.Context(), opts, "npm")
			if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "npm") {
				t.Errorf("Update = %v, want %q of npm", err, row.want)
			}
			if len(up.Sources) != 2 || up.Sources[1].Err == nil || up.Sources[0].Err != nil {
				t.Errorf("Update's account = %+v, want Debian updated and npm not", up.Sources)
			}
			current(t, dir, func(db *DB) {
				if got := fixes(t, db, harbour) + "; " + fixes(t, db, harbours); got != "D-1=2 D-2=4; no advisories for npm in the database" {
					t.Errorf("the database has %q", got)
				}
			})
			m.intercept = nil
			if _, err := Update(t.Context(), opts, "npm"); err != nil {
				t.Fatal(err)
			}
			current(t, dir, func(db *DB) {
				if got := fixes(t, db, harbours); got != "N-1=2.0.0" {
					t.Errorf("after the next update npm has %q", got)
				}
			})
		})
	}
}

// A body that is cut is gone on with.
func TestUpdateCut(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	cuts := 0
	m.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/Debian/all.zip" || r.Header.Get("Range") != "" {
			return false
		}
		cuts++
		body := zipOf(m.records["Debian"])
		w.Header().Set("ETag", `"cut"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		w.Write(body[:len(body)/2])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
		t.Fatal(err)
	}
	if asked := m.takeAsked(); cuts != 1 || !slices.Contains(asked, "Debian/all.zip") {
		t.Errorf("%d cuts, requests %q, want one cut", cuts, asked)
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbour); got != "D-1=2 D-2=3" {
			t.Errorf("Debian has %q", got)
		}
	})
}

// Records that cannot be read are kept out, counted and named; of one that
// could be read before, the old version stays.
func TestUpdateUnread(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	m.put("Debian", "D-9", 3, "this is not JSON")
	up, err := Update(t.Context(), options(m, dir), "Debian")
	if err != nil {
		t.Fatal(err)
	}
	if p := up.Sources[0].Problems; len(p) != 1 || !strings.HasSuffix(p[0].File, "/Debian/D-9.json") || !strings.Contains(p[0].Cause, "invalid character") {
		t.Errorf("problems = %+v, want D-9", p)
	}
	m.takeAsked()
	m.put("Debian", "D-1", 10, `{"id": "D-1", "withdrawn": "soon"}`)
	m.put("Debian", "D-2", 11, about("Debian:12", "D-7", 11, "9"))
	if up, err = Update(t.Context(), options(m, dir)); err != nil {
		t.Fatal(err)
	}
	if p := up.Sources[0].Problems; len(p) != 3 || !strings.Contains(p[0].Cause, "withdrawn") || !strings.Contains(p[1].Cause, `it has the id "D-7"`) {
		t.Errorf("problems = %+v, want D-1, D-2 and D-9", p)
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbour); got != "D-1=2 D-2=3" {
			t.Errorf("Debian has %q, want the old versions", got)
		}
		if got := db.Info().Unread; got != 3 {
			t.Errorf("Info().Unread = %d, want 3", got)
		}
	})
	m.put("Debian", "D-9", 20, about("Debian:12", "D-9", 20, "7"))
	if asked := m.takeAsked(); !slices.Contains(asked, "Debian/D-9.json") {
		t.Errorf("asked for %q, want D-9 again, which could not be read", asked)
	}
	if _, err = Update(t.Context(), options(m, dir)); err != nil {
		t.Fatal(err)
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbour); got != "D-1=2 D-2=3 D-9=7" || db.Info().Unread != 2 {
			t.Errorf("Debian has %q, %d unread, want D-9 too", got, db.Info().Unread)
		}
	})
}

// A mirror that lags takes nothing away.
func TestUpdateBackwards(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	m.put("Debian", "D-3", 10, about("Debian:12", "D-3", 10, "5"))
	if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
		t.Fatal(err)
	}
	m.remove("Debian", "D-3")
	m.put("Debian", "D-2", 1, about("Debian:12", "D-2", 1, "1"))
	up, err := Update(t.Context(), options(m, dir))
	if err != nil || !up.Sources[0].Backwards {
		t.Errorf("Update = %+v, %v, want that the source goes backwards", up, err)
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbour); got != "D-1=2 D-2=3 D-3=5" {
			t.Errorf("Debian has %q, want all as it was", got)
		}
	})
	m.put("Debian", "D-4", 20, about("Debian:12", "D-4", 20, "6"))
	if _, err := Update(t.Context(), options(m, dir)); err != nil {
		t.Fatal(err)
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbour); got != "D-1=2 D-2=3 D-4=6" {
			t.Errorf("Debian has %q, want D-3 gone now that the source has gone on", got)
		}
	})
}

// The archive may be older than the list.
func TestUpdateArchiveLags(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	old := zipOf(m.records["Debian"])
	m.put("Debian", "D-2", 10, about("Debian:12", "D-2", 10, "4"))
	m.put("Debian", "D-3", 11, about("Debian:12", "D-3", 11, "5"))
	m.remove("Debian", "D-1")
	m.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/Debian/all.zip" {
			w.Write(old)
			return true
		}
		return false
	}
	if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
		t.Fatal(err)
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbour); got != "D-2=4 D-3=5" {
			t.Errorf("Debian has %q, want what is listed", got)
		}
	})
}

// A list that lost most of its lines deletes nothing.
func TestUpdateShortList(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	for i := range 6 {
		id := fmt.Sprintf("E-%d", i)
		m.put("Debian", id, 3, about("Debian:12", id, 3, "9"))
	}
	if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
		t.Fatal(err)
	}
	want := ""
	current(t, dir, func(db *DB) { want = fixes(t, db, harbour) })
	m.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/Debian/modified_id.csv" {
			fmt.Fprintf(w, "%s,E-0\n", stamp(3).Format(time.RFC3339))
			return true
		}
		return false
	}
	if _, err := Update(t.Context(), options(m, dir)); err == nil || !strings.Contains(err.Error(), "7 records beside the 1 that are listed") {
		t.Errorf("Update = %v, want that the list is not whole", err)
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbour); got != want {
			t.Errorf("Debian has %q, want %q", got, want)
		}
	})
}

// Many changed records are fetched as a whole.
func TestUpdateMany(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
		t.Fatal(err)
	}
	for i := range maxSingles + 1 {
		id := fmt.Sprintf("E-%04d", i)
		m.put("Debian", id, 10, about("Debian:11", id, 10, "2"))
	}
	m.takeAsked()
	up, err := Update(t.Context(), options(m, dir))
	if err != nil || !up.Sources[0].Whole || up.Sources[0].Records != maxSingles+3 {
		t.Errorf("Update = %+v, %v, want all fetched", up.Sources, err)
	}
	if diff := cmp.Diff([]string{"Debian/all.zip", "Debian/modified_id.csv"}, m.takeAsked()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// What a directory holds is a source like any other, with a list or without.
func TestUpdateFromDirectory(t *testing.T) {
	t.Parallel()
	from, dir := t.TempDir(), t.TempDir()
	writeZip(t, filepath.Join(from, "Debian/all.zip"), map[string]string{"D-1.json": about("Debian:12", "D-1", 1, "2")})
	opts := Options{Dir: dir, Source: from, Now: built}
	if _, err := Update(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	if up, err := Update(t.Context(), opts); err != nil || up.Changed {
		t.Errorf("Update again = %+v, %v, want no change", up, err)
	}
	writeZip(t, filepath.Join(from, "Debian/all.zip"), map[string]string{"D-3.json": about("Debian:12", "D-3", 2, "33")})
	if _, err := Update(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbour); got != "D-3=33" {
			t.Errorf("Debian has %q, want D-3 alone", got)
		}
	})
	for _, source := range []string{"ftp://example.com", filepath.Join(from, "absent"), filepath.Join(from, "Debian/all.zip")} {
		if _, err := Update(t.Context(), Options{Dir: dir, Source: source}); err == nil || !strings.Contains(err.Error(), "source") {
			t.Errorf("Update from %s = %v, want that it is no source", source, err)
		}
	}
	for _, name := range []string{"", "..", "a/b", "Nowhere"} {
		if _, err := Update(t.Context(), opts, name); err == nil {
			t.Errorf("Update of %q: no error", name)
		}
	}
}

// An ecosystem that a record names beside its own is not taken for complete.
func TestUpdateTakesOwnEntries(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	both := strings.Replace(about("Debian:12", "D-5", 5, "6"), `"affected": [`,
		`"affected": [{"package": {"ecosystem": "npm", "name": "harbour"}, "versions": ["1.0.0"]}, `, 1)
	m.put("Debian", "D-5", 5, both)
	if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
		t.Fatal(err)
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbours); got != "no advisories for npm in the database" {
			t.Errorf("npm, which was not fetched, has %q", got)
		}
	})
}

// What a build wrote is not lost when an update follows.
func TestUpdateAfterBuild(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	file := filepath.Join(t.TempDir(), "x.db")
	in := t.TempDir()
	writeFile(t, filepath.Join(in, "Debian/D-8.json"), debian("D-8", "", "8"))
	if _, err := Build(t.Context(), file, []string{in}, BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(t.Context(), dir, file, Verify); err != nil {
		t.Fatal(err)
	}
	// A scan uses what somebody has put there.
	db, err := Default(t.Context(), options(m, dir))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Prepare(t.Context(), []vuln.Ecosystem{"Debian:12", "npm"}); err != nil || len(m.takeAsked()) > 0 {
		t.Errorf("Prepare = %v, want that nothing is fetched", err)
	}
	if _, err := Update(t.Context(), options(m, dir), "npm"); err != nil {
		t.Fatal(err)
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbour) + "; " + fixes(t, db, harbours); got != "D-1=2 D-2=3; N-1=2.0.0" {
			t.Errorf("the database has %q, want the ecosystems of both", got)
		}
	})
}

// A database that was altered is made again.
func TestUpdateRepairs(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string) error{
		"altered": func(path string) error {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteAt([]byte("junk"), 3*pageSize)
			return err
		},
		"cut":     func(path string) error { return os.Truncate(path, 5000) },
		"removed": os.Remove,
		"pointer": func(path string) error {
			return os.WriteFile(filepath.Join(filepath.Dir(path), currentName), []byte("junk"), 0o600)
		},
	} {
		m, dir := debianAndNPM(t), t.TempDir()
		if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
			t.Fatal(err)
		}
		path, err := Current(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := spoil(path); err != nil {
			t.Fatal(err)
		}
		if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
			t.Errorf("%s: Update = %v", name, err)
			continue
		}
		current(t, dir, func(db *DB) {
			if got := fixes(t, db, harbour); got != "D-1=2 D-2=3" {
				t.Errorf("%s: Debian has %q", name, got)
			}
		})
	}
}

func TestUpdateCancelled(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	opts := options(m, dir)
	opts.Progress = func(Progress) { cancel() }
	if _, err := Update(ctx, opts, "Debian", "npm"); !errors.Is(err, context.Canceled) {
		t.Errorf("Update when cancelled = %v, want context.Canceled", err)
	}
	if _, err := Current(dir); !errors.Is(err, ErrNoDatabase) {
		t.Errorf("Current = %v, want ErrNoDatabase", err)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, ".*")); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

// Two at a time do not lose what the other fetched.
func TestUpdateConcurrently(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	errs := make(chan error)
	names := []string{"Debian", "npm", "Debian", "npm", "PyPI"}
	m.put("PyPI", "P-1", 1, about("PyPI", "P-1", 1, "2.0"))
	for _, name := range names {
		go func() {
			_, err := Update(t.Context(), options(m, dir), name)
			errs <- err
		}()
	}
	for range names {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	current(t, dir, func(db *DB) {
		if got := fixes(t, db, harbour) + "; " + fixes(t, db, harbours); got != "D-1=2 D-2=3; N-1=2.0.0" || len(db.Info().Sources) != 3 {
			t.Errorf("the database has %q of %+v, want all three", got, db.Info().Sources)
		}
	})
}

// One that cannot wait says why.
func TestUpdateWaits(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	release, err := lock(t.Context(), dir, func() {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	opts := options(m, dir)
	opts.Logger = slog.New(slog.NewTextHandler(cancelWriter{cancel}, nil))
	if _, err := Update(ctx, opts, "Debian"); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "another process is at work") {
		t.Errorf("Update of a locked directory = %v, want that another is at work", err)
	}
	release()
	if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
		t.Error(err)
	}
}

// A cancelWriter cancels at the first line of a log.
type cancelWriter struct{ cancel func() }

func (w cancelWriter) Write(p []byte) (int, error) { w.cancel(); return len(p), nil }

func TestDefault(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	if _, err := Default(t.Context(), Options{Dir: dir, SkipUpdate: true}); !errors.Is(err, ErrNoDatabase) {
		t.Errorf("Default without a database = %v, want ErrNoDatabase", err)
	}
	db, err := Default(t.Context(), options(m, dir))
	if err != nil {
		t.Fatal(err)
	}
	if got := fixes(t, db, harbour); got != "no advisories in the database: it is empty" {
		t.Errorf("an empty database says %q", got)
	}
	if asked := m.takeAsked(); len(asked) > 0 {
		t.Errorf("Default asked for %q, want nothing before it is prepared", asked)
	}
	prepare := func(db *DB, wantErr string, ecosystems ...vuln.Ecosystem) {
		t.Helper()
		if err := db.Prepare(t.Context(), ecosystems); err == nil != (wantErr == "") || !strings.Contains(fmt.Sprint(err), wantErr) {
			t.Errorf("Prepare(%s) = %v, want %q", ecosystems, err, wantErr)
		}
	}
	prepare(db, "", "Debian:12")
	if got := fixes(t, db, harbour); got != "D-1=2 D-2=3" {
		t.Errorf("prepared, it has %q", got)
	}
	m.takeAsked()
	m.put("Alpine", "A-1", 1, about("Alpine:v3.19", "A-1", 1, "2-r0"))
	prepare(db, "", "Alpine:v3.19")
	if asked, want := m.takeAsked(), []string{"Alpine/all.zip", "Alpine/modified_id.csv"}; !slices.Equal(asked, want) {
		t.Errorf("preparing Alpine asked for %q, want %q", asked, want)
	}
	prepare(db, "", "Debian:11", "Debian:12")
	if asked := m.takeAsked(); len(asked) > 0 {
		t.Errorf("a fresh source was asked for: %q", asked)
	}

	// A later process, after MaxAge, with a server that is down.
	m.intercept = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(403); return true }
	opts := options(m, dir)
	opts.Now = built.Add(25 * time.Hour)
	later, err := Default(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	defer later.Close()
	prepare(later, "", "Debian:12")
	prepare(later, "fetch advisories for npm", "npm")
	if got := fixes(t, later, harbour); got != "D-1=2 D-2=3" {
		t.Errorf("with the server down it has %q, want what is there", got)
	}
	m.intercept = nil
	m.put("Debian", "D-1", 10, about("Debian:12", "D-1", 10, "22"))
	prepare(later, "", "Debian:12", "npm")
	if got := fixes(t, later, harbour) + "; " + fixes(t, later, harbours); got != "D-1=22 D-2=3; N-1=2.0.0" {
		t.Errorf("updated, it has %q", got)
	}
	if asked := m.takeAsked(); slices.Contains(asked, "Alpine/modified_id.csv") {
		t.Errorf("what the scan did not need was asked for: %q", asked)
	}
	if got := fixes(t, db, harbour); got != "D-1=2 D-2=3" {
		t.Errorf("the handle that was open has %q, want what it was opened with", got)
	}
	if s := later.Info().Sources[1]; s.Name != "Debian" || !s.Checked.Equal(opts.Now) {
		t.Errorf("source %s was checked at %s, want Debian at %s", s.Name, s.Checked, opts.Now)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if err := db.Prepare(t.Context(), []vuln.Ecosystem{"npm"}); !errors.Is(err, fs.ErrClosed) && err != nil {
		t.Errorf("Prepare of a closed database = %v", err)
	}
	if got := fixes(t, db, harbour); !strings.Contains(got, "closed") {
		t.Errorf("a closed database says %q", got)
	}
}

func TestEnrich(t *testing.T) {
	t.Parallel()
	m, dir := debianAndNPM(t), t.TempDir()
	files := t.TempDir()
	kev := filepath.Join(files, "kev.json")
	writeFile(t, kev, `{"catalogVersion": "1", "dateReleased": "2024-03-01T00:00:00Z", "vulnerabilities": [{"cveID": "CVE-2024-90001", "dateAdded": "2024-02-03"}]}`)
	vectors := filepath.Join(files, "cvss.csv")
	writeFile(t, vectors, "cve,source,vector\nCVE-2024-90002,nvd,CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n")
	scores := "#model_version:1,score_date:2024-03-01T00:00:00Z\ncve,epss,percentile\nCVE-2024-90001,0.5,0.9\nCVE-2024-90002,0.25,0.8\n"
	m.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/epss.csv" {
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(304)
			} else {
				fmt.Fprint(w, scores)
			}
		}
		return r.URL.Path == "/epss.csv"
	}
	opts := options(m, dir)
	opts.KEV, opts.EPSS, opts.CVSS = kev, m.url+"/epss.csv", vectors
	if _, err := Update(t.Context(), opts, "Debian"); err != nil {
		t.Fatal(err)
	}
	known := func() string {
		var out []string
		current(t, dir, func(db *DB) {
			for _, cve := range []string{"CVE-2024-90001", "CVE-2024-90002", "CVE-2024-90003"} {
				e, err := db.Enrich(t.Context(), cve)
				if err != nil {
					t.Error(err)
				}
				if e.Exploited != nil {
					out = append(out, "exploited "+e.Exploited.Added.Format(time.DateOnly))
				}
				if e.EPSS != nil {
					out = append(out, fmt.Sprint(e.EPSS.Probability, " of ", e.EPSS.Date.Format(time.DateOnly)))
				}
				for _, r := range e.Ratings {
					out = append(out, fmt.Sprint(r.Source, " ", r.Type, " ", r.Score, " ", r.Level))
				}
				out = append(out, ";")
			}
		})
		return strings.Join(out, " ")
	}
	const rest = "0.25 of 2024-03-01 nvd CVSS_V3 9.8 CRITICAL ; ;"
	if got, want := known(), "exploited 2024-02-03 0.5 of 2024-03-01 ; "+rest; got != want {
		t.Errorf("known: %s, want %s", got, want)
	}
	// One source alone changes, then an ecosystem alone.
	writeFile(t, kev, `{"catalogVersion": "2", "dateReleased": "2024-03-02T00:00:00Z", "vulnerabilities": []}`)
	if _, err := Update(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	m.put("Debian", "D-1", 10, about("Debian:12", "D-1", 10, "22"))
	if _, err := Update(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	if got, want := known(), "0.5 of 2024-03-01 ; "+rest; got != want {
		t.Errorf("after CISA took it back: %s, want %s", got, want)
	}
	opts.KEV = vectors
	if _, err := Update(t.Context(), opts); err == nil || !strings.Contains(err.Error(), "it is CVSS") {
		t.Errorf("Update with vectors for a catalogue = %v, want that they are none", err)
	}
	path := filepath.Join(t.TempDir(), "x.db")
	if _, err := Build(t.Context(), path, []string{"testdata/osv"}, BuildOptions{Enrich: []string{vectors}}); err != nil {
		t.Fatal(err)
	}
	if e, err := open(t, path).Enrich(t.Context(), "CVE-2024-90002"); err != nil || len(e.Ratings) != 1 {
		t.Errorf("Enrich of a built database = %+v, %v, want the vector", e, err)
	}
	if !slices.ContainsFunc(open(t, path).Info().Sources, func(s vuln.DatabaseSource) bool { return s.Name == sourceCVSS && s.Records == 1 }) {
		t.Errorf("Info().Sources lacks the vectors: %+v", open(t, path).Info().Sources)
	}
}
