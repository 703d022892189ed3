package report

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"reflect"
	"strings"
	"text/template"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/plimsoll-go/plimsoll/internal/terminal"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
)

// A Template writes a report as a template of text/template says. [ParseTemplate]
// makes one; it can be used again, and by several goroutines.
//
// The dot is what it is for Trivy's templates: the list of Results as in the JSON
// of [JSON], of which each has Target, Class, Type, Packages, Vulnerabilities and
// Misconfigurations. {{ report }} is the whole document, with ArtifactName,
// Metadata and Problems.
//
// Functions are those of text/template and, with the names and arguments that
// Trivy's templates use:
//
//	escapeXML escapeString endWithPeriod sourceID appVersion now getCurrentTime
//	lower upper title trim trimAll trimPrefix trimSuffix replace contains hasPrefix
//	hasSuffix quote squote repeat trunc abbrev indent nindent nospace splitList join
//	list append first last has uniq sortAlpha dict get set hasKey
//	default empty coalesce ternary
//	add add1 sub mul div mod max min int float64 toString
//	regexMatch regexFind regexReplaceAll regexReplaceAllLiteral
//	date toJson toPrettyJson sha1sum sha256sum b64enc
//
// Of our own are escapeCSV, a quoted value that is no formula, and escapeMarkdown.
// now is the time of the report. Nothing reads files or the environment;
// TemplateOptions.Funcs can.
//
// A text of the report is written as it is but for what steers a terminal, which is
// an escape of Go's (\x1b); lines and tabs stay. What else it may mean where it
// stands the template must see to, with one of the escape functions.
type Template struct {
	parsed *template.Template
	rules  []*lint.Rule
}

// TemplateOptions are what a template can do beside the usual.
type TemplateOptions struct {
	// Version is what appVersion returns.
	Version string
	// Rules are as in JSON.Rules.
	Rules []*lint.Rule
	// Funcs are more functions, or others in place of the usual.
	Funcs template.FuncMap
}

// ParseTemplate makes a Template of its text. An error says where the text is no
// template, or names a function that there is not.
func ParseTemplate(text string, opts TemplateOptions) (*Template, error) {
	funcs := templateFuncs(opts.Version)
	bindTemplate(funcs, jsonReport{}, time.Time{})
	parsed, err := template.New("template").Funcs(funcs).Funcs(opts.Funcs).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("parse template: %w", err)
	}
	return &Template{parsed, opts.Rules}, nil
}

// Report implements [scan.Reporter]. An error is the template's too, as when it
// names a field that there is not; then nothing is written.
func (t *Template) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	doc := JSON{Rules: t.rules}.document(r)
	steerless(reflect.ValueOf(&doc).Elem())
	parsed, err := t.parsed.Clone()
	if err != nil {
		return fmt.Errorf("run template: %w", err)
	}
	own := make(template.FuncMap)
	bindTemplate(own, doc, r.Created)
	var out bytes.Buffer
	if err := parsed.Funcs(own).Execute(&cancellable{ctx, &out}, doc.Results); err != nil {
		return fmt.Errorf("run template: %w", err)
	}
	return write(ctx, w, out.Bytes())
}

// bindTemplate adds the functions that know the report.
func bindTemplate(funcs template.FuncMap, doc jsonReport, created time.Time) {
	funcs["report"] = func() jsonReport { return doc }
	funcs["now"] = func() time.Time { return created.UTC() }
	funcs["getCurrentTime"] = func() string { return created.UTC().Format(time.RFC3339Nano) }
}

// A cancellable writer ends when its context does.
type cancellable struct {
	ctx context.Context
	w   io.Writer
}

func (c *cancellable) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// Secrets are none: we look for none. Templates of Trivy's ask.
func (jsonResult) Secrets() []any { return nil }

// Licenses are none: they are of the packages.
func (jsonResult) Licenses() []any { return nil }

// Vulnerability has Title, Severity and the like, which for Trivy's templates are
// those of v and of this.
func (v *jsonVulnerability) Vulnerability() *jsonVulnerability { return v }

// steerless writes what could steer a terminal as escapes, in every text of v,
// which can be set. What v points to is copied, not changed.
func steerless(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); strings.ContainsFunc(s, steersText) {
			v.SetString(escapeSteering(s))
		}
	case reflect.Pointer:
		if steered(v) {
			to := reflect.New(v.Type().Elem())
			to.Elem().Set(v.Elem())
			steerless(to.Elem())
			v.Set(to)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				steerless(v.Field(i))
			}
		}
	case reflect.Map:
		if !steered(v) {
			return
		}
		to := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			to.SetMapIndex(steerlessCopy(key), steerlessCopy(value))
		}
		v.Set(to)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(terminal.EscapeJSON(v.Bytes()))
			return
		}
		if !steered(v) {
			return
		}
		to := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(to, v)
		for i := range to.Len() {
			steerless(to.Index(i))
		}
		v.Set(to)
	}
}

// steered reports whether some text of v steers.
func steered(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return strings.ContainsFunc(v.String(), steersText)
	case reflect.Pointer:
		return !v.IsNil() && steered(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && steered(v.Field(i)) {
				return true
			}
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			if steered(key) || steered(value) {
				return true
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if steered(v.Index(i)) {
				return true
			}
		}
	}
	return false
}

func steerlessCopy(v reflect.Value) reflect.Value {
	to := reflect.New(v.Type()).Elem()
	to.Set(v)
	steerless(to)
	return to
}

// steersText is [terminal.Steers], but for lines and tabs; bytes that are not UTF-8
// are a replacement character here.
func steersText(r rune) bool {
	return r != '\n' && r != '\t' && (terminal.Steers(r) || r == unicode.ReplacementChar)
}

// escapeSteering writes what steers as printable does, and keeps the rest.
func escapeSteering(s string) string {
	var b strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, steersText)
		if n < 0 {
			n = len(s)
		}
		b.WriteString(s[:n])
		if s = s[n:]; s == "" {
			break
		}
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size > 1 {
			b.WriteRune(r) // it stands there
		} else {
			b.WriteString(escaped(s[:size]))
		}
		s = s[size:]
	}
	return b.String()
}
