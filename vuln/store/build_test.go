package store

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/osv"
)

// writeZip writes files in the order of their names, deflated where it pays.
func writeZip(tb testing.TB, path string, files map[string]string) {
	tb.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &zip.FileHeader{Name: name, Method: zip.Store}
		if len(files[name]) > 1<<16 {
			h.Method = zip.Deflate
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := f.Write([]byte(files[name])); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	writeFile(tb, path, buf.String())
}

func writeFile(tb testing.TB, path, content string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		tb.Fatal(err)
	}
}

// debian is a record about one package of Debian 12, fixed in that version.
func debian(id, modified, fixed string) string {
	return fmt.Sprintf(`{"id": %q, "modified": %q, "affected": [{"package": {"ecosystem": "Debian:12", "name": "harbour"},
		"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": %q}]}]}]}`, id, modified, fixed)
}

func TestBuildResult(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	got, err := Build(t.Context(), path, []string{"testdata/osv"}, BuildOptions{Built: built})
	if err != nil {
		t.Fatal(err)
	}
	want := Result{
		Built: built, Records: 8, Withdrawn: 1, Advisories: 7, Rows: 15, Unjudged: 1,
		Skipped: map[string]int{"": 1, "Nowhere": 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Build (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, open(t, path).Result()); diff != "" {
		t.Errorf("Result of the opened database (-want +got):\n%s", diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode of the file = %v, %v, want 0644", info.Mode(), err)
	}
}

// The shapes of the public export: <Ecosystem>/all.zip, <Ecosystem>/<ID>.json,
// and other files beside them.
func TestBuildInputs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeZip(t, filepath.Join(dir, "in/Debian/all.zip"), map[string]string{"A.json": debian("A", "", "1"), "README.txt": "no record"})
	writeFile(t, filepath.Join(dir, "in/Debian/B.json"), debian("B", "", "1"))
	writeFile(t, filepath.Join(dir, "in/Debian/modified_id.csv"), "2024-01-01T00:00:00Z,A\n")
	writeFile(t, filepath.Join(dir, "in/ecosystems.txt"), "Debian\n")
	writeFile(t, filepath.Join(dir, "in/a/b/C.json"), debian("C", "", "1"))
	writeZip(t, filepath.Join(dir, "more/Own.zip"), map[string]string{"D.json": debian("D", "", "1"), "Sub/E.json": debian("E", "", "1")})
	writeFile(t, filepath.Join(dir, "F.json"), debian("F", "", "1"))
	if err := os.Symlink(filepath.Join(dir, "F.json"), filepath.Join(dir, "in/a/F.json")); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "x.db")
	res, err := Build(t.Context(), out, []string{filepath.Join(dir, "in"), filepath.Join(dir, "more/Own.zip")}, BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, out)
	got := make(map[string]string)
	for _, id := range []string{"A", "B", "C", "D", "E", "F"} {
		a, err := db.Details(t.Context(), id)
		if err != nil {
			t.Errorf("Details(%s): %v", id, err)
		}
		got[id] = a.Source
	}
	want := map[string]string{"A": "Debian", "B": "Debian", "C": "b", "D": "Own", "E": "Sub", "F": "a"}
	if diff := cmp.Diff(want, got); diff != "" || res.Records != 6 {
		t.Errorf("%d records, sources (-want +got):\n%s", res.Records, diff)
	}
}

// All of many packages and records are there.
func TestBuildMany(t *testing.T) {
	t.Parallel()
	const n = 5_000
	files := make(map[string]string)
	for i := range n {
		id := fmt.Sprintf("M-%05d", i)
		files[id+".json"] = fmt.Sprintf(`{"id": %q, "affected": [{"package": {"ecosystem": "npm", "name": "p%05d"}, "versions": ["1.0.0"]}]}`, id, i)
	}
	dir := t.TempDir()
	writeZip(t, filepath.Join(dir, "npm.zip"), files)
	out := filepath.Join(dir, "x.db")
	if _, err := Build(t.Context(), out, []string{dir}, BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	db := open(t, out)
	for i := range n {
		p := &vuln.Package{Type: vuln.TypeNPM, Name: fmt.Sprintf("p%05d", i), Version: "1.0.0"}
		hits := 0
		err := db.Affected(t.Context(), vuln.OS{}, p, func(vuln.Hit) bool { hits++; return true })
		if _, detailsErr := db.Details(t.Context(), fmt.Sprintf("M-%05d", i)); err != nil || detailsErr != nil || hits != 1 {
			t.Fatalf("package %d: %d hits, %v, %v, want one with details", i, hits, err, detailsErr)
		}
	}
}

func TestBuildProblems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	writeFile(t, filepath.Join(in, "bad.json"), `{"id": `)
	writeFile(t, filepath.Join(in, "good.json"), debian("GOOD", "", "1"))
	writeFile(t, filepath.Join(in, "long.json"), debian(strings.Repeat("L", maxName+1), "", "1"))
	writeFile(t, filepath.Join(in, "noid.json"), `{}`)
	writeFile(t, filepath.Join(in, "name.json"), strings.ReplaceAll(debian("NAME", "", "1"), "harbour", strings.Repeat("h", maxName+1)))
	if err := os.Symlink(in+"/nothing", filepath.Join(in, "dangling.json")); err != nil {
		t.Fatal(err)
	}
	writeZip(t, filepath.Join(in, "z.zip"), map[string]string{
		"bomb.json": `{"id": "BOMB"` + strings.Repeat(" ", osv.MaxSize) + `}`,
		"z.json":    debian("Z", "", "1"),
	})
	out := filepath.Join(dir, "x.db")
	res, err := Build(t.Context(), out, []string{in}, BuildOptions{Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range res.Problems {
		rel, err := filepath.Rel(in, p.File)
		if err != nil || p.Cause == "" {
			t.Errorf("problem %+v, %v", p, err)
		}
		got = append(got, rel)
	}
	want := []string{"bad.json", "dangling.json", "long.json", "name.json", "noid.json", filepath.FromSlash("z.zip/bomb.json")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if res.Records != 8 || res.Advisories != 2 {
		t.Errorf("Build = %+v, want 8 records and 2 advisories", res)
	}
	if diff := cmp.Diff(res, open(t, out).Result()); diff != "" {
		t.Errorf("the opened database tells other problems (-want +got):\n%s", diff)
	}
}

func TestBuildDuplicates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	withdrawn := strings.Replace(debian("W", "2024-02-01T00:00:00Z", "1"), `"id"`, `"withdrawn": "2024-02-01T00:00:00Z", "id"`, 1)
	writeZip(t, filepath.Join(dir, "a.zip"), map[string]string{
		"1": "", "1.json": debian("X", "2024-01-01T00:00:00Z", "1"), "2.json": debian("Y", "2024-01-02T00:00:00Z", "1"),
		"3.json": debian("W", "2024-01-01T00:00:00Z", "1"), "4.json": debian("Z", "no time", "1"),
	})
	writeZip(t, filepath.Join(dir, "b.zip"), map[string]string{
		"1.json": debian("X", "2024-01-01T00:00:00.5Z", "2"), "2.json": debian("Y", "2024-01-02T00:00:00Z", "2"),
		"3.json": withdrawn, "4.json": debian("Z", "2000-01-01T00:00:00Z", "2"),
	})
	out := filepath.Join(dir, "x.db")
	res, err := Build(t.Context(), out, []string{filepath.Join(dir, "a.zip"), filepath.Join(dir, "b.zip")}, BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if res.Duplicates != 4 || res.Withdrawn != 1 || res.Advisories != 3 {
		t.Errorf("Build = %+v, want 4 duplicates, 1 withdrawn, 3 advisories", res)
	}
	hits, err := lookUp(open(t, out), vuln.OS{Family: vuln.Debian, Version: "12"}, "harbour", "0.1")
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, h := range hits {
		got[h.Advisory] = h.Fixed
	}
	// X: the later; Y: the first of equals; Z: any time before none.
	want := map[string]string{"X": "2", "Y": "1", "Z": "2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fixed versions (-want +got):\n%s", diff)
	}
}

func TestBuildIsDeterministic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var first []byte
	for i, workers := range []int{1, 2, 7} {
		path := filepath.Join(dir, fmt.Sprint(i))
		if _, err := Build(t.Context(), path, []string{"testdata/osv"}, BuildOptions{Built: built, Workers: workers}); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = data
		}
		if !bytes.Equal(first, data) {
			t.Errorf("the build with %d workers differs from that with 1", workers)
		}
	}
}

func TestBuildErrors(t *testing.T) {
	t.Parallel()
	src := t.TempDir()
	writeFile(t, filepath.Join(src, "bad.zip"), "no zip")
	writeFile(t, filepath.Join(src, "in/Debian/all.zip"), "no zip")
	writeFile(t, filepath.Join(src, "empty/README"), "no record")
	if err := os.Symlink("nothing", filepath.Join(src, "dangling.zip")); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		inputs []string
		opts   BuildOptions
		want   error
	}{
		{"no inputs", nil, BuildOptions{}, nil},
		{"missing", []string{"testdata/osv", filepath.Join(src, "none")}, BuildOptions{}, fs.ErrNotExist},
		{"no zip", []string{"testdata/osv", filepath.Join(src, "bad.zip")}, BuildOptions{}, zip.ErrFormat},
		{"no zip inside", []string{filepath.Join(src, "in")}, BuildOptions{}, zip.ErrFormat},
		{"nothing in it", []string{filepath.Join(src, "empty")}, BuildOptions{}, nil},
		{"dangling zip", []string{"testdata/osv", filepath.Join(src, "dangling.zip")}, BuildOptions{}, fs.ErrNotExist},
		{"too much", []string{"testdata/osv"}, BuildOptions{MaxBytes: 1000}, errTooMuch},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			out := filepath.Join(dir, "x.db")
			writeFile(t, out, "the old one")
			_, err := Build(t.Context(), out, row.inputs, row.opts)
			if err == nil || row.want != nil && !errors.Is(err, row.want) || !strings.Contains(err.Error(), out) {
				t.Errorf("Build = %v, want an error matching %v that names %s", err, row.want, out)
			}
			onlyOld(t, dir)
		})
	}
	if _, err := Build(t.Context(), filepath.Join(src, "none/x.db"), []string{"testdata/osv"}, BuildOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Build into a missing directory = %v, want fs.ErrNotExist", err)
	}
}

// onlyOld fails unless dir holds the old file and nothing else.
func onlyOld(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "x.db"))
	if len(entries) != 1 || string(data) != "the old one" || err != nil {
		t.Errorf("%s holds %v, and the old file %q, %v", dir, entries, data, err)
	}
}

func TestBuildCancelled(t *testing.T) {
	t.Parallel()
	in := filepath.Join(t.TempDir(), "in.zip")
	records := make(map[string]string)
	for i := range 1500 {
		records[fmt.Sprintf("%d.json", i)] = debian(fmt.Sprint("T-", i), "", "1")
	}
	writeZip(t, in, records)
	for _, at := range []int{0, 1000, 1500} { // before, while reading, while writing
		dir := t.TempDir()
		out := filepath.Join(dir, "x.db")
		writeFile(t, out, "the old one")
		ctx, cancel := context.WithCancel(t.Context())
		if at == 0 {
			cancel()
		}
		_, err := Build(ctx, out, []string{in}, BuildOptions{Progress: func(done, total int) {
			if done == at {
				cancel()
			}
		}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Build cancelled at %d = %v, want context.Canceled", at, err)
		}
		onlyOld(t, dir)
	}
}

func TestBuildProgress(t *testing.T) {
	t.Parallel()
	in := filepath.Join(t.TempDir(), "in.zip")
	records := make(map[string]string)
	for i := range 2500 {
		records[fmt.Sprintf("%d.json", i)] = debian(fmt.Sprint("T-", i), "", "1")
	}
	writeZip(t, in, records)
	var got []int
	_, err := Build(t.Context(), filepath.Join(t.TempDir(), "x.db"), []string{in}, BuildOptions{Workers: 4, Progress: func(done, total int) {
		got = append(got, done, total)
	}})
	if diff := cmp.Diff([]int{1000, 2500, 2000, 2500, 2500, 2500}, got); err != nil || diff != "" {
		t.Errorf("progress, %v (-want +got):\n%s", err, diff)
	}
}
