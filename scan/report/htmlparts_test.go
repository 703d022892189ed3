package report

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func TestBaseImage(t *testing.T) {
	t.Parallel()
	const full, empty, command = `{"created_by": "RUN x"}`, `{"created_by": "ENV a=b", "empty_layer": true}`, `{"created_by": "CMD [\"sh\"]", "empty_layer": true}`
	for _, row := range []struct {
		name    string
		history []string
		layers  int
		want    int
	}{
		{"built on one", []string{full, command, full, empty, full, command}, 3, 1},
		{"built on one that was built on another", []string{full, command, full, command, full}, 3, 2},
		{"the older builder's words", []string{full, `{"created_by": "/bin/sh -c #(nop)  CMD [\"sh\"]", "empty_layer": true}`, full}, 2, 1},
		{"its own command alone", []string{full, full, command}, 2, 0},
		{"no command", []string{full, full}, 2, 0},
		{"a step that only looks so", []string{full, `{"created_by": "CMDLINE=1", "empty_layer": true}`, full}, 2, 0},
		{"a history of other layers", []string{full, command, full}, 5, 0},
		{"none", nil, 2, 0},
	} {
		config := `{"config": {"Labels": {"org.opencontainers.image.base.name": "debian:12"}}, "history": [` + strings.Join(row.history, ",") + `]}`
		got, name := baseImage(json.RawMessage(config), row.layers)
		if got != row.want || (name == "debian:12") != (row.want > 0) {
			t.Errorf("%s: %d layers of %q, want %d", row.name, got, name, row.want)
		}
	}
	if got, _ := baseImage(json.RawMessage(`{"history": 7`), 1); got != 0 {
		t.Errorf("of a config that cannot be read: %d", got)
	}
}

func TestBumps(t *testing.T) {
	t.Parallel()
	r := &scan.Report{Components: []scan.Component{
		{Package: vuln.Package{Type: vuln.TypeDeb, Name: "libkeel1", Version: "1.0-1+b1", SourceName: "keel", SourceVersion: "1.0-1"}},
		{Package: vuln.Package{Type: vuln.TypeDeb, Name: "keel", Version: "1.0-1", SourceName: "keel", SourceVersion: "1.0-1"}},
		{Package: vuln.Package{Type: vuln.TypeNPM, Name: "mast", Version: "1.2.3"}},
		{Package: vuln.Package{Type: "driftwood", Name: "raft", Version: "1"}},
		{Package: vuln.Package{Type: vuln.TypeNPM, Name: "new", Version: "9.0.0"}},
	}}
	for _, f := range []struct {
		component int
		fixed     string
		level     severity.Level
	}{
		{0, "1.0-10", severity.Low}, {1, "1.0-9", severity.Low}, {1, "", severity.Critical},
		{2, "1.0.9, 1.2.10, 2.0.1", severity.High}, {2, "1.2.9, 2.0.0", severity.Low},
		{3, "b", severity.Medium}, {3, "a", severity.Medium}, {3, "b", severity.Medium},
		{4, "1.0.0", severity.Unknown},
	} {
		r.Vulnerabilities = append(r.Vulnerabilities, scan.Vulnerability{Component: &r.Components[f.component], Fixed: f.fixed, Severity: f.level})
	}
	var got []string
	for _, b := range bumps(r) {
		got = append(got, b.name+" "+b.installed+" -> "+b.fixed+" ("+strings.Join(b.packages, " ")+"): "+b.found.String())
	}
	want := []string{
		"mast 1.2.3 -> 1.2.10 (): 1 high, 1 low",
		"raft 1 -> b, a (): 3 medium",
		"keel 1.0-1 -> 1.0-10 (libkeel1): 2 low",
		"new 9.0.0 -> 1.0.0 (): 1 unknown",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bumps (-want +got):\n%s", diff)
	}
}

func TestBumpVersion(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		kind      vuln.PackageType
		installed string
		fixes     []string
		want      string
	}{
		{vuln.TypeNPM, "1.2.3", []string{"1.2.9", "1.2.10"}, "1.2.10"},
		{vuln.TypeNPM, "1.2.3", []string{"1.0.9, 1.2.9, 2.0.1"}, "1.2.9"},
		{vuln.TypeNPM, "1.2.3", []string{"1.2.9, 2.0.1", "1.2.10"}, "1.2.10"},
		{vuln.TypeNPM, "1.2.3", []string{"1.2.9, 2.0.1", "2.0.0"}, "2.0.1"}, // 2.0.0 lacks the first
		{vuln.TypeNPM, "1.2.3", []string{"1.2.9, 2.0.1", "1.2.11, 2.0.0", "2.0.0, 3.0.0"}, "2.0.1"},
		{vuln.TypeNPM, "1.2.3", []string{"1.2.9, 1.3.1", "1.3.4"}, "1.3.4"},
		{vuln.TypeNPM, "2.0.0", []string{"1.2.9, 2.0.1"}, "2.0.1"},
		{vuln.TypeNPM, "9.0.0", []string{"1.2.9, 2.0.1"}, "2.0.1"},
		{vuln.TypeDeb, "1:1.0-1", []string{"1:1.0-1+deb12u9", "1:1.0-1+deb12u10"}, "1:1.0-1+deb12u10"},
		{"driftwood", "1", []string{"b", "a, c"}, "b, a, c"},
	} {
		b := bump{installed: row.installed, fixes: row.fixes}
		if scheme, err := row.kind.Scheme(); err == nil {
			b.order = scheme.Compare
		}
		if b.choose(); b.fixed != row.want {
			t.Errorf("%s %s, fixed in %q: choose() = %s, want %s", row.kind, row.installed, row.fixes, b.fixed, row.want)
		}
	}
}

func TestWebURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://example.com/a?b=1&c=2":   "https://example.com/a?b=1&c=2",
		" http://example.com ":            "http://example.com",
		"HTTPS://example.com":             "https://example.com",
		"https://example.com/?\x9e=é #<":  "https://example.com/?%9E=%C3%A9%20#%3C",
		"https://example.com/?a|b'`{}^\\": "https://example.com/?a%7Cb%27%60%7B%7D%5E%5C",
		"https://example.com/?%7C%":       "https://example.com/?%7C%25",
		"https://example.com/\u202e":      "https://example.com/%E2%80%AE",
		"javascript:alert(1)":             "",
		"java\nscript:alert(1)":           "",
		"data:text/html,x":                "",
		"//example.com":                   "",
		"https:///x":                      "",
		"https://exa mple.com":            "",
		"ftp://example.com":               "",
		"":                                "",
	} {
		if got := webURL(address); got != want {
			t.Errorf("webURL(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestParagraphs(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"":                         "",
		"\n\n one \t two\n\n\n\n3": "one two\n\n3",
		"a\x1b[2J\r\nb\u202e":      "a\\x1b[2J\nb\\u202e",
	} {
		if got := paragraphs(s); got != want {
			t.Errorf("paragraphs(%q) = %q, want %q", s, got, want)
		}
	}
	if got := paragraphs(strings.Repeat("x", 2*maxText)); len(got) != maxText+len("\n...") {
		t.Errorf("of a long text %d bytes are left", len(got))
	}
}

func TestWorst(t *testing.T) {
	t.Parallel()
	var list []lint.Diagnostic
	for i, l := range []severity.Level{severity.Low, severity.High, severity.Low, severity.Critical, severity.High} {
		list = append(list, lint.Diagnostic{Severity: l, Rule: string(rune('a' + i))})
	}
	for n, want := range []string{"", "d", "bd", "bde", "abde", "abcde", "abcde"} {
		got := ""
		for _, d := range worst(list, n) {
			got += d.Rule
		}
		if got != want {
			t.Errorf("worst(list, %d) = %q, want %q", n, got, want)
		}
	}
}

func TestManifestsBound(t *testing.T) {
	t.Parallel()
	r := &scan.Report{Diagnostics: make([]lint.Diagnostic, maxNotes+5), Suppressed: make([]lint.Suppressed, maxNotes+3), Problems: make([]scan.Problem, maxProblems+2)}
	var out strings.Builder
	if err := (HTML{}).page(r).write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"5 of 1005 are not.", "3 more are not shown.", "2 more are not shown."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Whatever spans say, an excerpt is of whole lines, in their order.
func FuzzExcerpt(f *testing.F) {
	f.Add("a: 1\nb: 2\n", 0, 4, 5, 99)
	f.Add("", 0, 0, 0, 0)
	f.Add(strings.Repeat("long ", 200)+"\r\n\xff\u202e", 300, 900, 1000, 1)
	f.Fuzz(func(t *testing.T, text string, start, end, start2, end2 int) {
		file := &manifest.File{Path: "a", Text: []byte(text)}
		texts := map[string][]*manifest.File{"a": {file}}
		var found []*lint.Diagnostic
		for _, at := range [][2]int{{start, end}, {start2, end2}} {
			p := file.Position(at[0])
			p.Offset = at[0]
			span := manifest.Span{Start: p, End: manifest.Position{Offset: at[1]}}
			if fileOf(texts, span) != nil {
				found = append(found, &lint.Diagnostic{Span: span})
			}
		}
		notes, shown := 0, 0
		for _, l := range excerpt(file, found) {
			notes += len(l.Notes)
			shown += l.Gap
			if l.Gap == 0 {
				shown++
			}
			if l.Hit != (len(l.Notes) > 0) || l.Marked != "" && !l.Hit {
				t.Errorf("line %s is marked %q with %d notes", l.Number, l.Marked, len(l.Notes))
			}
		}
		if notes != len(found) {
			t.Errorf("%d notes of %d diagnostics", notes, len(found))
		}
		lines := strings.Count(text, "\n")
		if !strings.HasSuffix(text, "\n") || text == "" {
			lines++
		}
		if len(found) > 0 && shown != lines {
			t.Errorf("lines and gaps are %d lines, of %d", shown, lines)
		}
	})
}
