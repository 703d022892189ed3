package scan_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/store"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// corpusImages are the images whose operating system packages can be matched,
// with the counts that the established tools agree on.
var corpusImages = []struct {
	name               string // of the expected rows
	ref                string // below the corpus's images
	packages, findings int
}{
	{"debian12-web.oci", "debian12-web.oci.tar", 131, 158},
	{"debian12-distroless.oci", "debian12-distroless.oci.tar", 24, 93},
	{"alpine3.4.oci", "alpine3.4.oci.tar", 11, 57},
	{"alpine3.4.oci", "alpine3.4.oci-dir", 11, 57},
	{"alpine3.16.oci", "alpine3.16.oci.tar", 14, 2},
}

// corpusDatabase builds a database of the corpus's advisories for ecosystems, or
// of all.
func corpusDatabase(tb testing.TB, dir string, ecosystems ...string) *store.DB {
	tb.Helper()
	inputs := []string{filepath.Join(dir, "osv")}
	if len(ecosystems) > 0 {
		inputs = nil
	}
	for _, eco := range ecosystems {
		inputs = append(inputs, filepath.Join(dir, "osv", eco))
	}
	file := filepath.Join(tb.TempDir(), "plimsoll.db")
	if _, err := store.Build(context.Background(), file, inputs, store.BuildOptions{}); err != nil {
		tb.Fatal(err)
	}
	db, err := store.Open(file)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

// rows reads a tab-separated file, less the columns after the first n.
func rows(tb testing.TB, n int, elem ...string) []string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		tb.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(b)) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		list = append(list, strings.Join(fields[:min(n, len(fields))], "\t"))
	}
	slices.Sort(list)
	return list
}

// difference is the rows of which one list has more than the other.
func difference(want, got []string) (missing, extra []string) {
	count := make(map[string]int)
	for _, row := range got {
		count[row]++
	}
	for _, row := range want {
		if count[row]--; count[row] < 0 {
			missing = append(missing, row)
		}
	}
	for row, n := range count {
		for range n {
			extra = append(extra, row)
		}
	}
	slices.Sort(extra)
	return missing, extra
}

// TestCorpus compares packages and vulnerabilities with the rows of Trivy. There
// are no known differences; the first needs a table here, with its evidence.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	db := corpusDatabase(t, dir, "Debian", "Alpine")
	expected := filepath.Join(dir, "images", "expected")
	for _, img := range corpusImages {
		if corpus.Race && img.packages > 100 {
			continue // it takes half a minute then
		}
		t.Run(img.ref, func(t *testing.T) {
			t.Parallel()
			rep, err := scan.Image(t.Context(), filepath.Join(dir, "images", img.ref), scan.Options{Database: db})
			if err != nil {
				t.Fatal(err)
			}
			if len(rep.Problems) > 0 || rep.Stats.SecondReads != 0 {
				t.Errorf("Image has problems %v and %d second reads, want none", rep.Problems, rep.Stats.SecondReads)
			}
			var packages, findings []string
			for _, c := range rep.Components {
				packages = append(packages, fmt.Sprintf("%s\t%s\t%s", rep.OS.Family, c.Name, c.Version))
			}
			for _, v := range rep.Vulnerabilities {
				findings = append(findings, fmt.Sprintf("%s\t%s\t%s\t%s\t%s", rep.OS.Family, v.Component.Name, v.Component.Version, v.ID, v.Fixed))
				if v.Advisory == nil {
					t.Errorf("%s of %s has no advisory", v.ID, v.Component.Name)
				}
			}
			compareRows(t, "packages", rows(t, 3, expected, img.name+".packages.tsv"), packages, img.packages)
			compareRows(t, "findings", rows(t, 5, expected, img.name+".findings.tsv"), findings, img.findings)
		})
	}
}

func compareRows(t *testing.T, what string, want, got []string, count int) {
	t.Helper()
	missing, extra := difference(want, got)
	t.Logf("%s: %d rows, %d differ (%.2f %%)", what, len(want), len(missing)+len(extra), 100*float64(len(missing)+len(extra))/float64(len(want)))
	if len(got) != count {
		t.Errorf("%d %s, want %d", len(got), what, count)
	}
	if len(missing)+len(extra) > 0 {
		t.Errorf("%s are missing:\n%s\nand are too many:\n%s", what, strings.Join(missing, "\n"), strings.Join(extra, "\n"))
	}
}

// TestCorpusUbuntu compares with the rows of an independent matcher, since Trivy
// does not see the operating system of that image.
func TestCorpusUbuntu(t *testing.T) {
	t.Parallel()
	if corpus.Race {
		t.Skip("the database takes long to build under the race detector")
	}
	dir := corpus.Dir(t)
	db := corpusDatabase(t, dir, "Ubuntu")
	rep, err := scan.Image(t.Context(), filepath.Join(dir, "images", "ubuntu1804-reconstructed.docker.tar"), scan.Options{Database: db})
	if err != nil {
		t.Fatal(err)
	}
	// The version of one package was mangled when that image was made: it holds
	// the package's conffiles, and dpkg-query refuses the whole file for it.
	if len(rep.Problems) != 1 || !strings.HasPrefix(rep.Problems[0].Path, "netbase@5.4 /etc/protocols") || !errors.Is(rep.Problems[0].Err, version.ErrInvalid) {
		t.Errorf("Image has problems %v, want one of the version of netbase", rep.Problems)
	}
	if len(rep.Components) != 129 {
		t.Errorf("Image has %d packages, want 129", len(rep.Components))
	}
	var got []string
	for _, v := range rep.Vulnerabilities {
		for _, id := range v.Advisories {
			c := v.Component
			got = append(got, strings.Join([]string{c.Name, c.Version, c.SourceName, c.SourceVersion, id, v.Fixed}, "\t"))
		}
	}
	want := slices.DeleteFunc(rows(t, 6, dir, "images", "expected", "ubuntu1804-reconstructed.docker.matcher.tsv"), func(row string) bool {
		return strings.HasPrefix(row, "binary\tversion")
	})
	compareRows(t, "findings", want, got, 287)
}

// TestCorpusSecondReads opens every image of the corpus. In none is a wanted file
// reached by a link alone.
func TestCorpusSecondReads(t *testing.T) {
	t.Parallel()
	images, err := filepath.Glob(filepath.Join(corpus.Dir(t), "images", "*.tar"))
	if err != nil || len(images) < 10 {
		t.Fatalf("corpus has images %v, %v", images, err)
	}
	for _, file := range images {
		inv := inspectImage(t, corpus.Dir(t), strings.TrimSuffix(filepath.Base(file), ".tar"))
		if inv.Stats.SecondReads != 0 {
			t.Errorf("Inspect of %s made %d second reads, want none", file, inv.Stats.SecondReads)
		}
	}
}

// TestCorpusWorkers scans with any number of workers to one report.
func TestCorpusWorkers(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	db := corpusDatabase(t, dir, "Debian")
	image := "debian12-web.oci.tar"
	if corpus.Race {
		image = "debian12-distroless.oci.tar"
	}
	var want *scan.Report
	for _, workers := range []int{1, 2, 7} {
		got, err := scan.Image(t.Context(), filepath.Join(dir, "images", image), scan.Options{Database: db, Workers: workers, Now: time.Unix(1e9, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with %d workers (-with 1 +got):\n%s", workers, diff)
		}
	}
}
