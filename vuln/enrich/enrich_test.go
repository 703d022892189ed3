package enrich

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func TestSet(t *testing.T) {
	t.Parallel()
	var s Set
	if err := s.ReadPath("testdata"); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]vuln.Enrichment)
	var ids []string
	for id, e := range s.All() {
		ids = append(ids, id)
		got[id] = e
	}
	epss := func(p, q float64) *vuln.EPSS {
		return &vuln.EPSS{Probability: p, Percentile: q, Date: day(2024, 5, 2)}
	}
	want := map[string]vuln.Enrichment{
		"CVE-2024-90001": {
			Exploited: &vuln.Exploited{Added: day(2024, 4, 2), Due: day(2024, 4, 23), Ransomware: true},
			EPSS:      epss(0.97123, 0.99876),
		},
		"CVE-2024-90002": {
			Exploited: &vuln.Exploited{Added: day(2024, 4, 30)},
			EPSS:      epss(0.00042, 0.05),
			Ratings: []vuln.Rating{
				{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Score: 8.4, Level: severity.High, Source: "nvd"},
				{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Score: 9.8, Level: severity.Critical, Source: "some-tracker"},
			},
		},
		"CVE-2024-90003": {Exploited: &vuln.Exploited{Due: day(2024, 6, 1)}},
		"CVE-2024-90007": {Ratings: []vuln.Rating{{Type: "CVSS_V2", Vector: "AV:N/AC:L/Au:N/C:P/I:P/A:P", Score: 7.5, Level: severity.High, Source: "nvd"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("All (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"CVE-2024-90001", "CVE-2024-90002", "CVE-2024-90003", "CVE-2024-90007"}, ids); diff != "" {
		t.Errorf("order of All (-want +got):\n%s", diff)
	}
	sources := []vuln.DatabaseSource{
		{Name: CVSS, Records: 2}, {Name: EPSS, Stamp: "2024-05-02T00:00:00Z", Records: 2}, {Name: KEV, Stamp: "2024.05.01", Records: 3},
	}
	if diff := cmp.Diff(sources, s.Sources()); diff != "" {
		t.Errorf("Sources (-want +got):\n%s", diff)
	}
	var lines []string
	list, n := s.Problems()
	for _, p := range list {
		lines = append(lines, fmt.Sprintf("%s:%d: %s", filepath.Base(p.File), p.Line, p.Cause))
	}
	wantLines := []string{
		`cvss.csv:6: "CVE-2024-90008", "9.8": not a CVE id and a CVSS vector`,
		`cvss.csv:7: wrong number of fields`,
		`epss.csv:5: "CVE-2024-90004,1.5,0.5" is not cve,epss,percentile`,
		`epss.csv:6: "CVE-2024-90005,NaN,0.5" is not cve,epss,percentile`,
		`epss.csv:7: "CVE-2024-90006,0.1" is not cve,epss,percentile`,
		`epss.csv:8: "not a row" is not cve,epss,percentile`,
		`kev.json:0: entry 3: "CVE-none" is no CVE id`,
		`kev.json:0: entry 4: parsing time "yesterday" as "2006-01-02": cannot parse "yesterday" as "2006"`,
	}
	if diff := cmp.Diff(wantLines, lines); diff != "" || n != len(wantLines) {
		t.Errorf("%d problems (-want +got):\n%s", n, diff)
	}
}

// The newer file counts, whatever the order.
func TestNewest(t *testing.T) {
	t.Parallel()
	old := "#model_version:1,score_date:2024-01-01T00:00:00Z\ncve,epss,percentile\nCVE-2024-90001,0.1,0.1\nCVE-2024-90009,0.1,0.1\n"
	newer := "#model_version:1,score_date:2024-01-02T00:00:00Z\ncve,epss,percentile\nCVE-2024-90001,0.2,0.2\n"
	for _, files := range [][]string{{old, newer}, {newer, old}} {
		var s Set
		for _, text := range files {
			if err := s.Read("epss", strings.NewReader(text)); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.Get("CVE-2024-90001").EPSS; got == nil || got.Probability != 0.2 || s.Get("CVE-2024-90009").EPSS != nil {
			t.Errorf("EPSS = %+v, want that of the newer file alone", got)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", ErrFormat.Error()},
		{"text", "hello", ErrFormat.Error()},
		{"other JSON", `{"a": 1}`, ErrFormat.Error()},
		{"broken JSON", `{"catalogVersion": "1", "vulnerabilities": [`, "unexpected EOF"},
		{"long line", "cve,epss,percentile\n" + strings.Repeat("x", maxLine+1), "token too long"},
		{"broken gzip", "\x1f\x8b\x08junk", "unexpected EOF"},
	} {
		var s Set
		if err := s.Read("the file", strings.NewReader(row.text)); err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "the file") {
			t.Errorf("%s: Read = %v, want %q", row.name, err, row.want)
		}
	}
	if err := new(Set).ReadPath(t.TempDir()); err == nil {
		t.Error("ReadPath of an empty directory: no error")
	}
	if err := new(Set).ReadPath("testdata/absent"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ReadPath of nothing = %v, want that it does not exist", err)
	}
}

// A file that inflates beyond the bound is refused, whatever its size.
func TestBomb(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	go func() {
		z := gzip.NewWriter(w)
		z.Write([]byte("cve,epss,percentile\n"))
		line := bytes.Repeat([]byte("\n"), 1<<20)
		var err error
		for err == nil {
			_, err = z.Write(line)
		}
	}()
	defer r.Close()
	if err := new(Set).Read("bomb", r); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("Read = %v, want that it is too large", err)
	}
}

// The numbers are those that the files themselves, and their origin, state.
func TestCorpus(t *testing.T) {
	t.Parallel()
	var s Set
	if err := s.ReadPath(filepath.Join(corpus.Dir(t), "enrich")); err != nil {
		t.Fatal(err)
	}
	want := []vuln.DatabaseSource{
		{Name: CVSS, Records: 21903 - 1},
		{Name: EPSS, Stamp: "2026-08-16T00:00:00Z", Records: 360142},
		{Name: KEV, Stamp: "2026.08.07", Records: 1662},
	}
	if diff := cmp.Diff(want, s.Sources()); diff != "" {
		t.Errorf("Sources (-want +got):\n%s", diff)
	}
	// One vector gives integrity the value U, which there is none of.
	// https://www.first.org/cvss/v3.0/specification-document section 6
	list, n := s.Problems()
	for _, p := range list {
		if n != 1 || !strings.Contains(p.Cause, "/I:U/") {
			t.Errorf("%d problems, such as %+v", n, p)
		}
	}
	if e := s.Get("CVE-2026-8037"); e.Exploited == nil || !e.Exploited.Added.Equal(day(2026, 8, 7)) {
		t.Errorf("CVE-2026-8037 = %+v, want that it is exploited since 2026-08-07", e)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"kev.json", "epss.csv", "cvss.csv"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s Set
		if err := s.Read("fuzz", bytes.NewReader(text)); err != nil {
			return
		}
		last := ""
		for id, e := range s.All() {
			if id <= last || !isCVE(id) || e.Exploited == nil && e.EPSS == nil && len(e.Ratings) == 0 {
				t.Fatalf("All yields %q after %q: %+v", id, last, e)
			}
			last = id
		}
	})
}

func BenchmarkScores(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("#model_version:1,score_date:2024-01-02T00:00:00Z\ncve,epss,percentile\n")
	for i := range 100_000 {
		fmt.Fprintf(&text, "CVE-2024-%d,0.%05d,0.%05d\n", 10_000+i, i, i)
	}
	b.ReportAllocs()
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if err := new(Set).Read("scores", bytes.NewReader(text.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleSet() {
	var s Set
	scores := "#model_version:v1,score_date:2024-05-02\ncve,epss,percentile\nCVE-2024-90001,0.97123,0.99876\n"
	if err := s.Read("scores.csv", strings.NewReader(scores)); err != nil {
		fmt.Println(err)
		return
	}
	for cve, e := range s.All() {
		fmt.Println(cve, e.EPSS.Probability, e.EPSS.Percentile)
	}
	// Output: CVE-2024-90001 0.97123 0.99876
}
