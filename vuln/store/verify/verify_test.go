package verify_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/osv"
	"github.com/plimsoll-go/plimsoll/vuln/store"
	"github.com/plimsoll-go/plimsoll/vuln/store/verify"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// TestCorpus judges every advisory of the corpus.
func TestCorpus(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	inputs, least := []string{filepath.Join(corpus.Dir(t), "osv")}, 500_000
	if corpus.Race {
		inputs, least = []string{filepath.Join(inputs[0], "Go"), filepath.Join(inputs[0], "crates.io")}, 30_000
	}
	if _, err := store.Build(t.Context(), path, inputs, store.BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	res, err := verify.Database(t.Context(), db, verify.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, e := range res.Ecosystems {
		t.Logf("%s: %d rows, %d intervals, %d judged by %q, faults %v", e.Name, e.Rows, e.Intervals, e.Judged, e.Comparator, e.Faults)
		for _, d := range e.Disagreements {
			t.Errorf("%s", d)
		}
		compared += e.Judged
	}
	if !res.OK() || compared < least {
		t.Errorf("OK = %t after %d comparisons, want no disagreement in at least %d", res.OK(), compared, least)
	}
}

// rows are a database for tests.
type rows []*store.Row

func (r rows) Rows(ctx context.Context, yield func(*store.Row) bool) error {
	for _, row := range r {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !yield(row) {
			return nil
		}
	}
	return nil
}

// compiled is a row of one range.
func compiled(t *testing.T, eco vuln.Ecosystem, events ...osv.Event) *store.Row {
	t.Helper()
	scheme, err := version.ForEcosystem(string(eco))
	if err != nil {
		t.Fatal(err)
	}
	c := osv.Compile(&osv.Affected{Ranges: []osv.Range{{Type: "ECOSYSTEM", Events: events}}}, scheme)
	if c.Unjudged != "" {
		t.Fatal(c.Unjudged)
	}
	return &store.Row{Ecosystem: eco, Package: "boats", Advisory: "A-1", Compiled: c}
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	from, to := osv.Event{Introduced: "1.2-1"}, osv.Event{Fixed: "1.10-1"}
	swapped := compiled(t, "Debian:12", from, to)
	i := &swapped.Intervals[0]
	i.Lower, i.Upper, i.LowerText, i.UpperText = i.Upper, i.Lower, i.UpperText, i.LowerText
	keysSwapped := compiled(t, "Debian:12", from, to)
	i = &keysSwapped.Intervals[0]
	i.Lower, i.Upper = i.Upper, i.Lower
	wrongKey := compiled(t, "AlmaLinux:9", osv.Event{Introduced: "0"}, osv.Event{Fixed: "1.2-1.el9"})
	wrongKey.Intervals[0].Upper[0]++
	unsorted := compiled(t, "npm", osv.Event{Introduced: "1.0.0"}, osv.Event{Fixed: "1.1.0"}, osv.Event{Introduced: "2.0.0"}, osv.Event{Fixed: "2.1.0"})
	slices.Reverse(unsorted.Intervals)
	for _, row := range []struct {
		name string
		row  *store.Row
		want string // in the first disagreement; "" is none
	}{
		{"right", compiled(t, "Debian:12", from, to), ""},
		{"right, of rpm", compiled(t, "AlmaLinux:9", osv.Event{Introduced: "0"}, osv.Event{Fixed: "1:1.2-1.el9"}), ""},
		{"right, without a release", compiled(t, "AlmaLinux:9", osv.Event{Introduced: "1.0"}, osv.Event{LastAffected: "1.2"}), ""},
		{"right, of npm", compiled(t, "npm", osv.Event{Introduced: "1.0.0-rc.1"}, osv.Event{Fixed: "1.2.0"}), ""},
		{"without a comparator", compiled(t, "PyPI", osv.Event{Introduced: "1.0"}, osv.Event{Fixed: "1.2"}), ""},
		{"a known fault", compiled(t, "Debian:12", osv.Event{Introduced: "0"}, osv.Event{Fixed: "a1-1"}), ""},
		{"bounds swapped", swapped, "go-deb-version has the lower bound above the upper"},
		{"keys swapped", keysSwapped, "the lower bound has not the key of its spelling"},
		{"another key", wrongKey, "the upper bound has not the key of its spelling"},
		{"another order", unsorted, "begins before the interval before it ends"},
	} {
		res, err := verify.Database(t.Context(), rows{row.row}, verify.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(res.Ecosystems[0].Disagreements)
		if res.OK() != (row.want == "") || !strings.Contains(got, row.want) {
			t.Errorf("%s: Database = %s, want %q", row.name, got, row.want)
		}
	}
}

// A database in which two bounds are swapped opens, since a lookup must not read
// all of it. Its checksum is wrong and, were that mended, the bounds.
func TestSwappedInFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	record := `{"id": "T-1", "affected": [{"package": {"ecosystem": "Debian:12", "name": "boats"},
		"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.2-1"}, {"fixed": "1.7-1"}]}]}]}`
	if err := os.WriteFile(filepath.Join(dir, "T-1.json"), []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "x.db")
	if _, err := store.Build(t.Context(), path, []string{dir}, store.BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bound := func(v string) string {
		key, err := version.Deb.AppendKey(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%c%s%c%s", len(key), key, len(v), v)
	}
	right, wrong := bound("1.2-1")+bound("1.7-1"), bound("1.7-1")+bound("1.2-1")
	if n := strings.Count(string(text), right); n != 1 {
		t.Fatalf("the bounds are %d times in the file, want once", n)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), right, wrong, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store.Verify(path); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Verify = %v, want ErrDamaged", err)
	}
	db, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	res, err := verify.Database(t.Context(), db, verify.Options{})
	if err != nil || res.OK() || !strings.Contains(res.Ecosystems[0].Disagreements[0].Cause, "lower bound above the upper") {
		t.Errorf("Database = %+v, %v, want the swapped bounds", res, err)
	}
}

// What is judged does not depend on the workers, and what is tried on the seed
// alone.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	var db rows
	for n := range 200 {
		row := compiled(t, "Debian:12", osv.Event{Introduced: fmt.Sprint(n, "-1")}, osv.Event{Fixed: fmt.Sprint(n+5, "-1")})
		if n%10 == 0 {
			row.Intervals[0].UpperText = "0"
		}
		db = append(db, row)
	}
	first, err := verify.Database(t.Context(), db, verify.Options{Workers: 1, Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if e := first.Ecosystems[0]; e.Disagree != 20 || len(e.Disagreements) != 5 {
		t.Errorf("%d disagreements, %d kept, want 20 and 5", e.Disagree, len(e.Disagreements))
	}
	for workers := range 5 {
		again, err := verify.Database(t.Context(), db, verify.Options{Workers: workers, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("%d workers (-1 worker +now):\n%s", workers, diff)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := verify.Database(ctx, db, verify.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Database when cancelled = %v, want context.Canceled", err)
	}
}

func ExampleDatabase() {
	i := osv.Interval{Interval: version.Interval{Upper: []byte("not a key")}, UpperText: "3.0.9-1"}
	db := rows{{Ecosystem: "Debian:12", Package: "openssl", Advisory: "DSA-5417-1", Compiled: osv.Compiled{Intervals: []osv.Interval{i}}}}
	res, err := verify.Database(context.Background(), db, verify.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range res.Ecosystems {
		for _, d := range e.Disagreements {
			fmt.Println(d)
		}
	}
	// Output: DSA-5417-1 of Debian:12 openssl, from "" to "3.0.9-1": the upper bound has not the key of its spelling
}
