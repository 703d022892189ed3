package analyze_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
)

func TestAPK(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		text string
		want []string
		err  string // after "read lib/apk/db/installed: "
	}{
		{name: "nothing"},
		{name: "blank lines only", text: "\n\r\n\n"},
		{name: "a package", text: "P:a\nV:1-r0\nA:x86_64\no:s\n", want: []string{"a 1-r0 x86_64 s 1-r0"}},
		{name: "no origin", text: "P:a\nV:1-r0\n", want: []string{"a 1-r0  a 1-r0"}},
		{name: "an empty origin", text: "P:a\nV:1-r0\no:\n", want: []string{"a 1-r0  a 1-r0"}},
		{name: "letters of the other case", text: "P:a\nV:1-r0\np:b\nv:2\na:noarch\nO:s\n", want: []string{"a 1-r0  a 1-r0"}},
		{name: "order of the file", text: "P:b\nV:1\n\n\nP:a\nV:2\n", want: []string{"b 1  b 1", "a 2  a 2"}},
		{name: "the first of a name", text: "P:a\nV:1\n\nP:b\nV:1\n\nP:a\nV:2\n", want: []string{"a 1  a 1", "b 1  b 1"}},
		{name: "the first that is whole", text: "P:a\n\nP:a\nV:2\n", want: []string{"a 2  a 2"}, err: `line 1: package "a": no version`},
		{name: "files, many of a letter", text: "P:a\nV:1\nF:etc\nR:x\na:0:0:755\nF:lib\nR:x\nR:y\n", want: []string{"a 1  a 1"}},
		{name: "a malformed version", text: "P:a\nV:x:y\n", want: []string{"a x:y  a x:y"}},
		{name: "a letter nobody knows", text: "P:a\nV:1\n?:x\n", want: []string{"a 1  a 1"}},

		{name: "no name", text: "\nV:1\n\nP:b\nV:2\n", want: []string{"b 2  b 2"}, err: "line 2: no name"},
		{name: "no version", text: "P:b\nV:2\n\nP:a\nA:x86\n", want: []string{"b 2  b 2"}, err: `line 4: package "a": no version`},
		{name: "an empty version", text: "P:a\nV: \n", err: `line 1: package "a": no version`},
		{name: "cut in a letter", text: "P:a\nV:1\n\nP:b\nV", want: []string{"a 1  a 1"},
			err: `line 5: package "b": a line that is not a letter, a colon and a value`},
		{name: "no colon", text: "stray\nP:a\nV:1\n", err: `line 1: package "a": a line that is not a letter, a colon and a value`},
		{name: "a field's long name", text: "P:a\nVersion:1\n", err: `line 2: package "a": a line that is not a letter, a colon and a value`},
		{name: "a continuation", text: "P:a\nV:1\n x\n", err: `line 3: package "a": a line that is not a letter, a colon and a value`},
		{name: "a letter twice", text: "P:a\nV:1\nP:b\n", err: `line 3: package "a": a second P`},
	} {
		facts, err := analyze.APK.Analyze(t.Context(), newFile(installedPath, []byte(row.text)))
		if diff := cmp.Diff(row.want, summary(facts)); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
		if got := strings.TrimPrefix(errorText(err), "read lib/apk/db/installed: "); got != row.err {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
}

func TestAPKLicenses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		line string
		want []string
	}{
		{"L:", nil},
		{"L:MIT", []string{"MIT"}},
		{"L:GPL2+ BSD  MIT", []string{"GPL2+", "BSD", "MIT"}},
		{"L:MIT AND Zlib", []string{"MIT AND Zlib"}},
		{"L:MIT or Zlib", []string{"MIT or Zlib"}},
		{"L:GPL-2.0-only WITH Classpath-exception-2.0", []string{"GPL-2.0-only WITH Classpath-exception-2.0"}},
		{"L:(MIT OR Zlib) AND ISC", []string{"(MIT OR Zlib) AND ISC"}},
		{"L:ORACLE ANDROID", []string{"ORACLE", "ANDROID"}},
		{"L:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16")},
		{"L:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", []string{"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"}},
	} {
		facts := check(t, analyze.APK, installedPath, []byte("P:a\nV:1\n"+row.line+"\n"))
		if len(facts.Components) != 1 {
			t.Fatalf("Analyze(%s) = %d components, want 1", row.line, len(facts.Components))
		}
		if diff := cmp.Diff(row.want, facts.Components[0].Licenses); diff != "" {
			t.Errorf("Analyze(%s).Licenses: -want +got\n%s", row.line, diff)
		}
	}
}

// TestAPKAgain holds the names seen in one file not to count in the next.
func TestAPKAgain(t *testing.T) {
	t.Parallel()
	for range 2 {
		facts := check(t, analyze.APK, installedPath, []byte("P:a\nV:1\n"))
		if len(facts.Components) != 1 {
			t.Errorf("Analyze() = %d components, want 1", len(facts.Components))
		}
	}
}

func FuzzAPK(f *testing.F) {
	seed(f, "testdata/apk/*.txt")
	f.Add([]byte("P:a\nV:1\nL:MIT AND\no:\n\nP:a\nV:2"))
	f.Fuzz(func(t *testing.T, content []byte) {
		names := map[string]bool{}
		for _, c := range check(t, analyze.APK, installedPath, content).Components {
			if names[c.Name] {
				t.Errorf("Analyze(%q) lists %q twice", content, c.Name)
			}
			names[c.Name] = true
		}
	})
}

// BenchmarkAPK repeats one fixture, so that all names but the first few are
// known already: what it measures is the reading.
func BenchmarkAPK(b *testing.B) {
	content, err := os.ReadFile("testdata/apk/installed.txt")
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, analyze.APK, installedPath, content)
}
