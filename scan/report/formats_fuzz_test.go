package report_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/spdx/tools-golang/tagvalue"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// No text of an image makes a format one that its readers do not take, or gives it
// a record, a line or a cell more.
func FuzzFormatsText(f *testing.F) {
	for _, text := range evil() {
		f.Add(text)
	}
	all := allFormats()
	f.Fuzz(func(t *testing.T, text string) {
		r := boat()
		c := &r.Components[0]
		c.Name, c.Version, c.Path, c.Licenses, c.Maintainer = text, text, text, []string{text}, text
		v := &r.Vulnerabilities[0]
		v.ID, v.Fixed = text, text
		v.Advisory = &vuln.Advisory{ID: text, Title: text, Description: text, References: []string{text, "https://example.com/" + text}, Source: text}
		r.Target.Name, r.OS.Version = text, text
		for name, format := range all {
			out := render(t, format, r)
			if !utf8.ValidString(out) || strings.ContainsFunc(out, func(c rune) bool { return c != '\n' && c != '\t' && unicode.IsControl(c) }) {
				t.Errorf("%s is not UTF-8 or has control characters: %q", name, out)
			}
			checkShape(t, name, out, r)
		}
	})
}

// checkShape reads a format again.
func checkShape(t *testing.T, name, out string, r *scan.Report) {
	t.Helper()
	switch {
	case strings.HasSuffix(name, "json") || name == "sarif":
		if !json.Valid([]byte(out)) {
			t.Errorf("%s is no JSON: %s", name, out)
		}
	case name == "junit.xml":
		for d := xml.NewDecoder(strings.NewReader(out)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v: %s", name, err, out)
			}
		}
	case name == "spdx":
		doc, err := tagvalue.Read(strings.NewReader(out))
		if err != nil || len(doc.Packages) != len(r.Components)+2 {
			t.Errorf("%s = %v: %s", name, err, out)
		}
	case name == "csv":
		list, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || len(list) != 2 {
			t.Errorf("%s has %d records, %v: %s", name, len(list), err, out)
		}
	case name == "actions":
		if strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, "::error title=") {
			t.Errorf("%s has not one command: %s", name, out)
		}
	case name == "md":
		for line := range strings.Lines(out) {
			if n := strings.Count(line, "|"); n != 0 && n != 7 && n != 8 { // of vulnerabilities, and of targets
				t.Errorf("%s has %d cells in %s", name, n-1, line)
			}
		}
	}
}
