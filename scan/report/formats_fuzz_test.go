package report_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spdx/tools-golang/tagvalue"

	"github.com/plimsoll-go/plimsoll/internal/terminal"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// No text of an image makes a format one that its readers do not take, or gives it
// a record, a line or a cell more.
func FuzzFormatsText(f *testing.F) {
	for _, text := range evil() {
		f.Add(text)
	}
	f.Add("?\x9e") // a query is what url.URL leaves as it is
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
			checkCharacters(t, name, out)
			checkShape(t, name, out, r)
		}
	})
}

// A report that was read from a file, or that another program's stages made, has
// any text in any field.
func TestFormatsAnyField(t *testing.T) {
	t.Parallel()
	all := allFormats()
	for _, exact := range []bool{false, true} {
		for _, f := range []report.KubeLinterFormat{report.KubeLinterPlain, report.KubeLinterJSON, report.KubeLinterSARIF} {
			all[fmt.Sprintf("kubelinter-%v-%s", exact, f)] = report.KubeLinter{Format: f, Exact: exact, Rules: lintRules()}
		}
		for _, f := range []report.KubesecFormat{report.KubesecJSON, report.KubesecTable, report.KubesecSARIF} {
			all[fmt.Sprintf("kubesec-%v-%s", exact, f)] = report.Kubesec{Format: f, Exact: exact}
		}
	}
	for _, text := range append(evil(), "?\x9e\f") {
		r := voyage(t)
		setStrings(reflect.ValueOf(r).Elem(), text)
		for name, format := range all {
			out := render(t, format, r)
			checkCharacters(t, name, out)
			switch name {
			case "csv", "actions", "md": // have more than one record, line or table here
			case "spdx":
				if _, err := tagvalue.Read(strings.NewReader(out)); err != nil {
					t.Errorf("%s = %v: %s", name, err, out)
				}
			default:
				checkShape(t, name, out, r)
			}
		}
	}
}

// setStrings sets all strings that v holds to text.
func setStrings(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().CanSet() {
			setStrings(v.Elem(), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				setStrings(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			setStrings(v.Index(i), text)
		}
	case reflect.String:
		v.SetString(text)
	}
}

// checkCharacters fails where out is not UTF-8, or has characters that a terminal
// obeys.
func checkCharacters(t *testing.T, name, out string) {
	t.Helper()
	control := func(c rune) bool { return c != '\n' && c != '\t' && terminal.Steers(c) }
	if i := strings.IndexFunc(out, control); i >= 0 {
		t.Errorf("%s has a control character: %q", name, out[max(i-100, 0):min(i+100, len(out))])
	}
	if !utf8.ValidString(out) {
		t.Errorf("%s is not UTF-8: %q", name, out)
	}
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
