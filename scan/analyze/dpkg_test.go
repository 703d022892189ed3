package analyze_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// summary is "name version arch source sourceversion" of each component.
func summary(facts artifact.Facts) []string {
	var list []string
	for _, c := range facts.Components {
		list = append(list, strings.Join([]string{c.Name, c.Version, c.Arch, c.SourceName, c.SourceVersion}, " "))
	}
	return list
}

// errorText is the text of err; "" is none.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestDpkgState(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		status  string
		present bool
	}{
		{"install ok installed", true},
		{"hold ok installed", true},
		{"deinstall ok installed", true}, // selected for removal, not yet removed
		{"purge ok installed", true},
		{"unknown ok installed", true},
		{"install ok unpacked", true},
		{"install ok half-configured", true},
		{"install reinstreq half-installed", true},
		{"install ok triggers-awaited", true},
		{"install ok triggers-pending", true},
		{"INSTALL OK Installed", true},
		{"install\tok  installed", true},
		{"install ok post-inst-failed", true}, // dpkg before 1.4
		{"", true},
		{"deinstall ok config-files", false},
		{"purge ok config-files", false},
		{"install ok config-files", false},
		{"hold ok Config-Files", false},
		{"unknown ok not-installed", false},
		{"install ok not-installed", false},
		{"purge ok Not-Installed", false},
	} {
		text := "Package: a\nVersion: 1\nStatus: " + row.status + "\n"
		facts, err := analyze.Dpkg.Analyze(t.Context(), newFile(statusPath, []byte(text)))
		if got := len(facts.Components) == 1; got != row.present || err != nil {
			t.Errorf("Analyze(Status: %s) = present %v, %v, want %v", row.status, got, err, row.present)
		}
	}
}

func TestDpkg(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		text string
		want []string
		err  string // after "read var/lib/dpkg/status: "
	}{
		{name: "nothing"},
		{name: "blank lines only", text: "\n\r\n \t\n\n"},
		{name: "no Status", text: "Package: a\nVersion: 1\nArchitecture: all\n", want: []string{"a 1 all a 1"}},
		{name: "names in any case", text: "PACKAGE: a\nversion: 1\naRCHITECTURE: all\nSOURCE: b\nSTATUS: deinstall ok installed\n",
			want: []string{"a 1 all b 1"}},
		{name: "blanks around the colon", text: "Package \t: \t a \t\nVersion:1\n", want: []string{"a 1  a 1"}},
		{name: "names that only look alike", text: "Package: a\nVersion: 1\nVersions: 2\nOriginal-Version: 3\nVersio\x6e\x4e: 4\n6ersion: 5\n",
			want: []string{"a 1  a 1"}},
		{name: "a colon in the value", text: "Package: a\nVersion: 1:2:3\n", want: []string{"a 1:2:3  a 1:2:3"}},
		{name: "order of the file", text: "Package: b\nVersion: 1\n\n\n\nPackage: a\nVersion: 2\n", want: []string{"b 1  b 1", "a 2  a 2"}},
		{name: "two architectures", text: "Package: a\nVersion: 1\nArchitecture: amd64\n\nPackage: a\nVersion: 1\nArchitecture: i386\n",
			want: []string{"a 1 amd64 a 1", "a 1 i386 a 1"}},
		{name: "a malformed version", text: "Package: a\nVersion: x y:!\n", want: []string{"a x y:!  a x y:!"}},
		{name: "a continuation is not a field", text: "Package: a\nDescription: x\n Version: 7\n\tStatus: purge ok not-installed\nVersion: 1\n",
			want: []string{"a 1  a 1"}},

		{name: "Source", text: "Package: a\nVersion: 1\nSource: s\n", want: []string{"a 1  s 1"}},
		{name: "Source with version", text: "Package: a\nVersion: 1\nSource: s (2:3-4)\n", want: []string{"a 1  s 2:3-4"}},
		{name: "Source without blank", text: "Package: a\nVersion: 1\nSource: s(2)\n", want: []string{"a 1  s 2"}},
		{name: "Source with blanks", text: "Package: a\nVersion: 1\nSource: s   ( 2 )\n", want: []string{"a 1  s 2"}},
		{name: "Source not closed", text: "Package: a\nVersion: 1\nSource: s (2\n", want: []string{"a 1  s 2"}},
		{name: "Source of two words", text: "Package: a\nVersion: 1\nSource: s t (2)\n", want: []string{"a 1  s 2"}},
		{name: "empty Source version", text: "Package: a\nVersion: 1\nSource: s ()\n", want: []string{"a 1  s 1"}},
		{name: "empty Source", text: "Package: a\nVersion: 1\nSource:\n", want: []string{"a 1  a 1"}},
		{name: "Source of a version only", text: "Package: a\nVersion: 1\nSource: (2)\n", want: []string{"a 1  a 2"}},

		{name: "no Package", text: "\n\nVersion: 1\nStatus: install ok installed\n\nPackage: b\nVersion: 2\n",
			want: []string{"b 2  b 2"}, err: "line 3: no name"},
		{name: "an empty Package", text: "Package:\nVersion: 1\n", err: "line 1: no name"},
		{name: "no Version", text: "Package: a\n\nPackage: b\nVersion: 2\n", want: []string{"b 2  b 2"}, err: `line 1: package "a": no version`},
		{name: "Version in a continuation", text: "Package: a\nVersion:\n 1\n", err: `line 1: package "a": no version`},
		{name: "cut in a field", text: "Package: a\nVersion: 1\n\nPackage: b\nVers", want: []string{"a 1  a 1"},
			err: `line 5: package "b": a line that is neither a field nor the continuation of one`},
		{name: "removed, without Version", text: "Package: a\nStatus: unknown ok not-installed\n"},
		{name: "half-installed, without Version", text: "Package: a\nStatus: install reinstreq half-installed\n"},
		{name: "unpacked, without Version", text: "Package: a\nStatus: install ok unpacked\n", err: `line 1: package "a": no version`},
		{name: "Status of one word", text: "Package: a\nVersion: 1\nStatus: config-files\n", err: `line 1: package "a": a Status that is not three words`},
		{name: "Status of four words", text: "Package: a\nVersion: 1\nStatus: install ok installed config-files\n",
			err: `line 1: package "a": a Status that is not three words`},
		{name: "a stray line before the name", text: "stray\nPackage: a\nVersion: 1\n\nPackage: b\nVersion: 2\n", want: []string{"b 2  b 2"},
			err: `line 1: package "a": a line that is neither a field nor the continuation of one`},
		{name: "a continuation of nothing", text: " x\nPackage: a\nVersion: 1\n",
			err: `line 1: package "a": a line that is neither a field nor the continuation of one`},
		{name: "no field's name", text: "Package: a\nVersion: 1\n: x\n", err: `line 3: package "a": a line that is neither a field nor the continuation of one`},
		{name: "a comment", text: "# x: y\nPackage: a\nVersion: 1\n", err: `line 1: package "a": a line that is neither a field nor the continuation of one`},
		{name: "a hyphen first", text: "-----BEGIN: x\nPackage: a\nVersion: 1\n", err: `line 1: package "a": a line that is neither a field nor the continuation of one`},
		{name: "a name of two words", text: "Package: a\nVersion: 1\nNot so: x\n", err: `line 3: package "a": a line that is neither a field nor the continuation of one`},
		{name: "a name outside ASCII", text: "Package: a\nVersion: 1\nMaß: x\n", err: `line 3: package "a": a line that is neither a field nor the continuation of one`},
		{name: "a field twice", text: "Package: a\nVersion: 1\nVERSION: 2\n", err: `line 3: package "a": a second VERSION`},
		{name: "a field twice, first empty", text: "Package: a\nVersion:\nVersion: 2\n", err: `line 3: package "a": a second Version`},
		{name: "a field nobody keeps, twice", text: "Package: a\nVersion: 1\nTag: x\nTag: y\n", want: []string{"a 1  a 1"}},
		{name: "only the first fault of a stanza", text: "Package: a\nx\ny\nz\n\nPackage: b\n",
			err: `line 2: package "a": a line that is neither a field nor the continuation of one; line 6: package "b": no version`},
		{name: "quoted in errors", text: "Package: a\x1b[2J\x00\xff\n", err: `line 1: package "a\x1b[2J\x00\xff": no version`},
		{name: "NUL bytes", text: strings.Repeat("\x00", 5000), err: "line 1: a line that is neither a field nor the continuation of one"},
	} {
		facts, err := analyze.Dpkg.Analyze(t.Context(), newFile(statusPath, []byte(row.text)))
		if diff := cmp.Diff(row.want, summary(facts)); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
		if got := strings.TrimPrefix(errorText(err), "read var/lib/dpkg/status: "); got != row.err {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
}

func TestDpkgMaintainer(t *testing.T) {
	t.Parallel()
	text := "Package: a\nVersion: 1\nMaintainer: A: B <c@example.org>\n"
	facts := check(t, analyze.Dpkg, statusPath, []byte(text))
	if got, want := facts.Components[0].Maintainer, "A: B <c@example.org>"; got != want {
		t.Errorf("Analyze().Maintainer = %q, want %q", got, want)
	}
}

// TestDpkgStatusDir holds files of status.d to being read.
func TestDpkgStatusDir(t *testing.T) {
	t.Parallel()
	const dir = "var/lib/dpkg/status.d/"
	facts, err := analyze.Dpkg.Analyze(t.Context(), newFile(dir+"base", []byte("Package: base\nVersion: 1\n")))
	if diff := cmp.Diff([]string{"base 1  base 1"}, summary(facts)); diff != "" || err != nil {
		t.Errorf("Analyze(base) = %v: -want +got\n%s", err, diff)
	}
}

func FuzzDpkg(f *testing.F) {
	seed(f, "testdata/dpkg/*.txt")
	f.Add([]byte("Package: a\nVersion: 1\nStatus: deinstall ok config-files\nSource: b (2"))
	f.Fuzz(func(t *testing.T, content []byte) {
		check(t, analyze.Dpkg, statusPath, content)
	})
}

func BenchmarkDpkg(b *testing.B) {
	content, err := os.ReadFile("testdata/dpkg/status.txt")
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, analyze.Dpkg, statusPath, content)
}

// benchmark analyzes a file of about 128 KiB, fixture after fixture.
func benchmark(b *testing.B, a artifact.Analyzer, path string, fixture []byte) {
	var content []byte
	for len(content) < 128<<10 {
		content = append(append(content, fixture...), '\n')
	}
	f := newFile(path, content)
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Analyze(b.Context(), f); err != nil {
			b.Fatal(err)
		}
	}
}
