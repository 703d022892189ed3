// Package enrich reads what others than the publishers of advisories say of
// vulnerabilities: CISA's catalogue of those known to be exploited (KEV), FIRST's
// scores of exploitability (EPSS), and lists of CVSS vectors.
package enrich

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// The names of the sources, as [Set.Sources] gives them.
const (
	KEV  = "KEV"
	EPSS = "EPSS"
	CVSS = "CVSS"
)

// Bounds of a file.
const (
	maxBytes = 256 << 20 // inflated
	maxRows  = 5_000_000
	maxLine  = 64 << 10
)

// ErrFormat is matched by the error for a file in none of the formats.
var ErrFormat = errors.New("neither CISA's catalogue, nor EPSS scores, nor CVSS vectors")

// A Set is what was read, by CVE. The zero value is empty and ready. It is safe
// for concurrent use by readers once nothing is read into it.
type Set struct {
	exploited map[string]vuln.Exploited
	scores    map[string]score
	ratings   map[string][]vuln.Rating
	stamps    map[string]time.Time // by source: of the newest file
	catalogue string               // version of the catalogue
	problems  []Problem
	unread    int
}

// A score is an EPSS without its date.
type score struct{ probability, percentile float32 }

// A Problem is a row that could not be read.
type Problem struct {
	File  string
	Line  int // 0: an entry of the catalogue
	Cause string
}

// Problems are the rows that could not be read, the first hundred of each file,
// and how many there are in all. They are left out.
func (s *Set) Problems() ([]Problem, int) { return slices.Clone(s.problems), s.unread }

// Sources are those that were read, sorted by name. The stamp of EPSS is the day
// of its model run (RFC 3339), that of KEV the version of the catalogue.
func (s *Set) Sources() []vuln.DatabaseSource {
	var list []vuln.DatabaseSource
	if s.ratings != nil {
		list = append(list, vuln.DatabaseSource{Name: CVSS, Records: len(s.ratings)})
	}
	if s.scores != nil {
		e := vuln.DatabaseSource{Name: EPSS, Records: len(s.scores)}
		if at := s.stamps[EPSS]; !at.IsZero() {
			e.Stamp = at.Format(time.RFC3339)
		}
		list = append(list, e)
	}
	if s.exploited != nil {
		list = append(list, vuln.DatabaseSource{Name: KEV, Stamp: s.catalogue, Records: len(s.exploited)})
	}
	return list
}

// Get is what is known of a CVE; the zero value for one that nothing is known of.
func (s *Set) Get(cve string) vuln.Enrichment {
	var e vuln.Enrichment
	if x, ok := s.exploited[cve]; ok {
		e.Exploited = &x
	}
	if x, ok := s.scores[cve]; ok {
		e.EPSS = &vuln.EPSS{Probability: decimal(x.probability), Percentile: decimal(x.percentile), Date: s.stamps[EPSS]}
	}
	e.Ratings = s.ratings[cve]
	return e
}

// decimal undoes what storing five decimals in 32 bits did to them.
func decimal(f float32) float64 { return float64(int64(float64(f)*1e5+0.5)) / 1e5 }

// All yields what is known of each CVE, sorted by id as a string.
func (s *Set) All() iter.Seq2[string, vuln.Enrichment] {
	return func(yield func(string, vuln.Enrichment) bool) {
		ids := make([]string, 0, len(s.scores)+len(s.exploited)+len(s.ratings))
		for id := range s.scores {
			ids = append(ids, id)
		}
		for id := range s.exploited {
			ids = append(ids, id)
		}
		for id := range s.ratings {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			if !yield(id, s.Get(id)) {
				return
			}
		}
	}
}

// ReadPath reads the file at path, or all files named *.json, *.csv and *.gz in
// the directory there, at any depth.
func (s *Set) ReadPath(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return s.readFile(path)
	}
	n := 0
	err = fs.WalkDir(os.DirFS(path), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(name) {
		case ".json", ".csv", ".gz":
			n++
			return s.readFile(filepath.Join(path, filepath.FromSlash(name)))
		}
		return nil
	})
	if err == nil && n == 0 {
		err = fmt.Errorf("read %s: no file named *.json, *.csv or *.gz", path)
	}
	return err
}

func (s *Set) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return s.Read(path, f)
}

// Read reads one file, whose format is told by its content. Gzip is inflated.
// Name is for errors. Of two files of scores, or two catalogues, the newer
// counts; vectors add up. Content that is none of the formats is an error, and
// what else cannot be read a problem of the set.
func (s *Set) Read(name string, r io.Reader) error {
	if err := s.read(name, r); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

func (s *Set) read(name string, r io.Reader) error {
	in := bufio.NewReaderSize(r, maxLine)
	if magic, err := in.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(in)
		if err != nil {
			return err
		}
		defer z.Close()
		in = bufio.NewReaderSize(z, maxLine)
	}
	in = bufio.NewReaderSize(&limited{in, maxBytes}, maxLine)
	head, err := in.Peek(512)
	if err != nil && err != io.EOF {
		return err
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	f := &reading{set: s, name: name}
	switch first := strings.TrimSpace(string(head)); {
	case strings.HasPrefix(first, "{"):
		return f.catalogue(in)
	case strings.HasPrefix(first, "#model_version"), strings.HasPrefix(first, "cve,epss,"):
		return f.scores(in)
	case strings.HasPrefix(first, "cve,source,vector"):
		return f.vectors(in)
	}
	return ErrFormat
}

// A reading is one file that is read.
type reading struct {
	set  *Set
	name string
	bad  int
}

func (f *reading) problem(line int, format string, args ...any) {
	f.bad++
	f.set.unread++
	if f.bad <= 100 {
		f.set.problems = append(f.set.problems, Problem{File: f.name, Line: line, Cause: fmt.Sprintf(format, args...)})
	}
}

// stamp takes a file of that time for the source, unless the set has a newer one.
func (s *Set) stamp(source string, at time.Time) bool {
	if have, ok := s.stamps[source]; ok && have.After(at) {
		return false
	}
	if s.stamps == nil {
		s.stamps = make(map[string]time.Time)
	}
	s.stamps[source] = at
	return true
}

// A limited reader fails beyond its bound.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("more than %d bytes", int64(maxBytes))
	}
	return n, err
}

// isCVE tells a CVE id: "CVE-", a year, "-", four digits or more. It is short,
// since it becomes a key.
func isCVE(id string) bool {
	rest, ok := strings.CutPrefix(id, "CVE-")
	year, number, ok2 := strings.Cut(rest, "-")
	return ok && ok2 && len(year) == 4 && len(number) >= 4 && len(number) <= 19 &&
		strings.Trim(year, "0123456789") == "" && strings.Trim(number, "0123456789") == ""
}

// sortRatings puts NVD's first, then by source and the highest version.
func sortRatings(list []vuln.Rating) {
	rank := func(r vuln.Rating) int {
		if r.Source == "nvd" {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b vuln.Rating) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Source, b.Source), cmp.Compare(b.Type, a.Type), cmp.Compare(a.Vector, b.Vector))
	})
}
