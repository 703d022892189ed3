package analyze_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

const (
	statusPath    = "var/lib/dpkg/status"
	installedPath = "lib/apk/db/installed"
)

func newFile(path string, content []byte) *artifact.File {
	e := artifact.Entry{Path: path, Kind: artifact.KindRegular, Size: int64(len(content))}
	return artifact.NewFile(e, bytes.NewReader(content))
}

// render is facts and error as lines of text.
func render(facts artifact.Facts, err error) string {
	var b strings.Builder
	if facts.OS != nil {
		fmt.Fprintf(&b, "os %+v\n", *facts.OS)
	}
	for _, c := range facts.Components {
		fmt.Fprintf(&b, "%s %s %s %q from %s %s by %q under %q\n",
			c.Type, c.Name, c.Version, c.Arch, c.SourceName, c.SourceVersion, c.Maintainer, c.Licenses)
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %s\n", strings.ReplaceAll(err.Error(), "; ", ";\n\t"))
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		dir      string
		analyzer artifact.Analyzer
		path     string
	}{
		{"dpkg", analyze.Dpkg, statusPath},
		{"apk", analyze.APK, installedPath},
	} {
		inputs, err := filepath.Glob(filepath.Join("testdata", row.dir, "*.txt"))
		if err != nil || len(inputs) == 0 {
			t.Fatalf("Glob(testdata/%s) = %v, %v, want inputs", row.dir, inputs, err)
		}
		for _, input := range inputs {
			content, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(input, ".txt")+".golden", render(row.analyzer.Analyze(t.Context(), newFile(row.path, content))))
		}
	}
}

// TestLineEnds holds each golden input with other line ends, and cut before the
// last one, to the same facts.
func TestLineEnds(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		analyzer artifact.Analyzer
		path     string
		input    string
	}{
		{analyze.Dpkg, statusPath, "testdata/dpkg/status.txt"},
		{analyze.Dpkg, statusPath, "testdata/dpkg/broken.txt"},
		{analyze.APK, installedPath, "testdata/apk/installed.txt"},
		{analyze.APK, installedPath, "testdata/apk/broken.txt"},
	} {
		content, err := os.ReadFile(row.input)
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		want := render(row.analyzer.Analyze(t.Context(), newFile(row.path, content)))
		for what, text := range map[string]string{
			"CRLF":           strings.ReplaceAll(text, "\n", "\r\n"),
			"no final LF":    strings.TrimRight(text, "\n"),
			"no final CR LF": strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\r\n"),
			"lone final CR":  strings.TrimRight(text, "\n") + "\r",
			"blank lines":    strings.ReplaceAll(text, "\n\n", "\n \t \n"),
		} {
			got := render(row.analyzer.Analyze(t.Context(), newFile(row.path, []byte(text))))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Analyze(%s) with %s: -want +got\n%s", row.input, what, diff)
			}
		}
	}
}

// TestUnreadable holds every analyzer to handing on the error of a content that
// cannot be read.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	for _, a := range analyze.Everything() {
		for _, p := range a.Patterns() {
			path := p.Path
			if path == "" {
				base := p.Base
				if base == "" {
					base = p.Prefix + "name" + p.Suffix
				}
				dir := p.Dir
				if dir == "" {
					dir = "opt/x" + p.DirSuffix
				}
				path = dir + "/" + base
			}
			e := artifact.Entry{Path: path, Kind: artifact.KindRegular, Size: 100}
			facts, err := a.Analyze(t.Context(), artifact.NewFile(e, struct{ io.Reader }{strings.NewReader("P:cut")}))
			if p.Path == "" && err == nil && len(facts.Components) == 0 {
				continue // its path alone says that it is none, or it counts only beside a lock file
			}
			if !errors.Is(err, io.ErrUnexpectedEOF) || !facts.Empty() {
				t.Errorf("%s: Analyze(%s cut short) = %+v, %v, want an unexpected EOF", a.Name(), path, facts, err)
			}
		}
	}
}

// TestLimits holds the readers of databases to their bounds on what is kept.
func TestLimits(t *testing.T) {
	t.Parallel()
	const most = 1 << 18
	long := strings.Repeat("9", 4097)
	for _, row := range []struct {
		name     string
		analyzer artifact.Analyzer
		path     string
		text     string
		want     int
		err      string // empty: none
	}{
		{"dpkg: more packages", analyze.Dpkg, statusPath, strings.Repeat("Package:a\nVersion:1\n\n", most+2), most,
			"read var/lib/dpkg/status: line 786433: limit reached: more than 262144 packages"},
		{"dpkg: as long as may be", analyze.Dpkg, statusPath, "Package: a\nVersion: " + long[1:] + "\n", 1, ""},
		{"dpkg: longer", analyze.Dpkg, statusPath, "Package: a\nVersion: " + long + "\n\nPackage: b\nVersion: 1\n", 1,
			`read var/lib/dpkg/status: line 2: package "a": limit reached: 4097 bytes in Version, of 4096`},
		{"dpkg: a long field nobody keeps", analyze.Dpkg, statusPath, "Package: a\nVersion: 1\nDepends: " + long + "\n", 1, ""},
		{"apk: longer", analyze.APK, installedPath, "P:a\nV:" + long + "\n\nP:b\nV:1\n", 1,
			`read lib/apk/db/installed: line 2: package "a": limit reached: 4097 bytes in V, of 4096`},
	} {
		facts, err := row.analyzer.Analyze(t.Context(), newFile(row.path, []byte(row.text)))
		if len(facts.Components) != row.want {
			t.Errorf("%s: Analyze() = %d components, want %d", row.name, len(facts.Components), row.want)
		}
		switch {
		case row.err == "" && err != nil:
			t.Errorf("%s: Analyze() = %v, want no error", row.name, err)
		case row.err != "" && (!errors.Is(err, artifact.ErrLimit) || err.Error() != row.err):
			t.Errorf("%s: Analyze() = %v, want a limit, %s", row.name, err, row.err)
		}
	}
}

// TestFaultsAreBounded holds the error for a file that is broken throughout to
// a bounded number of bytes.
func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("n", 1000)
	text := strings.Repeat("Package: "+name+"\n\n", 1020) + "Package: good\nVersion: 1\n"
	facts, err := analyze.Dpkg.Analyze(t.Context(), newFile(statusPath, []byte(text)))
	if len(facts.Components) != 1 {
		t.Errorf("Analyze() = %d components, want 1", len(facts.Components))
	}
	if err == nil {
		t.Fatal("Analyze() = no error, want 1020")
	}
	got := err.Error()
	if n := strings.Count(got, "no version"); n != 20 {
		t.Errorf("Analyze() lists %d errors, want 20", n)
	}
	if !strings.HasSuffix(got, "; and 1000 more") {
		t.Errorf("Analyze() error ends %q, want the number of those that are not listed", got[max(0, len(got)-40):])
	}
	if len(got) > 20*150 {
		t.Errorf("Analyze() error has %d bytes", len(got))
	}
	if strings.Contains(got, "\n") {
		t.Errorf("Analyze() error is not one line: %s", got)
	}
}

// check holds facts of any content at all to what every analyzer promises.
func check(t *testing.T, a artifact.Analyzer, path string, content []byte) artifact.Facts {
	t.Helper()
	f := newFile(path, content)
	facts, err := a.Analyze(context.Background(), f)
	for _, c := range facts.Components {
		if c.Type == "" || c.Name == "" || c.Version == "" || c.SourceName == "" || c.SourceVersion == "" {
			t.Errorf("%s: Analyze(%q) has the component %+v, want type, name, version and source", a.Name(), content, c)
		}
	}
	if facts.OS != nil && facts.OS.Family == "" {
		t.Errorf("%s: Analyze(%q) has the system %+v, want a family", a.Name(), content, *facts.OS)
	}

	before := render(facts, err)
	if again := render(a.Analyze(context.Background(), newFile(path, content))); again != before {
		t.Errorf("%s: Analyze(%q) = %s, and then %s", a.Name(), content, before, again)
	}
	if all, err := f.Bytes(); err == nil {
		clear(all)
	}
	if after := render(facts, err); after != before {
		t.Errorf("%s: Analyze(%q) = %s, but %s when the content is overwritten", a.Name(), content, before, after)
	}
	return facts
}

// seed adds the package's fixtures, and each cut short, to a fuzz target.
func seed(f *testing.F, pattern string) {
	inputs, err := filepath.Glob(pattern)
	if err != nil || len(inputs) == 0 {
		f.Fatalf("Glob(%s) = %v, %v, want inputs", pattern, inputs, err)
	}
	for _, input := range inputs {
		content, err := os.ReadFile(input)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
		f.Add(content[:len(content)/3])
		f.Add(bytes.ReplaceAll(content, []byte("\n"), []byte("\r\n")))
	}
}
