package report_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"text/template"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// pageText is a template of a page, with the names that people's templates use.
const pageText = `<h1>{{ (report).ArtifactName | escapeXML }}, {{ now | date "2006-01-02" }}, {{ appVersion }}</h1>
{{- range . }}
<h2 class="{{ .Class }}">{{ escapeXML .Target }} ({{ escapeXML .Type }}): {{ len .Packages }} packages{{ if eq (len .Vulnerabilities) 0 }}, no vulnerabilities{{ end }}</h2>
{{- range .Vulnerabilities }}
<p class="{{ .Vulnerability.Severity | lower }}" title={{ .Title | abbrev 30 | escapeXML | printf "%q" }}>{{ escapeXML .VulnerabilityID }} {{ escapeXML .PkgName }}
{{- .InstalledVersion | escapeXML | printf " %s" }}{{ with .FixedVersion }} fixed in {{ escapeXML . }}{{ end }} {{ (index .CVSS "nvd").V3Score }} {{ .Layer.DiffID | trunc 12 }}
{{- range .References }} <a href={{ escapeXML . | printf "%q" }}></a>{{ end }}</p>
{{- end }}
{{- range .Misconfigurations }}
<p>{{ .ID }}: {{ escapeXML .Message | endWithPeriod }} {{ .CauseMetadata.StartLine }}</p>
{{- end }}
{{- end }}
<pre>{{ range (report).Problems }}{{ .Hides }}: {{ escapeXML .Message }}
{{ end }}</pre>
`

func page() *report.Template { return parsed(pageText) }

// parsed is a template that is known to be one.
func parsed(text string) *report.Template {
	t, err := report.ParseTemplate(text, report.TemplateOptions{Version: "1.2.3", Rules: brigRules()})
	if err != nil {
		panic(err)
	}
	return t
}

func TestTemplateFunctions(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{`{{ "a.b" | replace "." "-" | upper | quote }}`, `"A-B"`},
		{`{{ list "b" "a" "b" | uniq | sortAlpha | join "," }}`, `a,b`},
		{`{{ list "x" 1 | join " - " | sha1sum | trunc 8 }}`, `29079600`},
		{`{{ abbrev 5 "abcdefgh" }} {{ abbrev 50 "abc" }}`, `ab... abc`},
		{`{{ trunc -3 "abcdef" }} {{ trunc 3 "船船船船" }}`, `def 船船船`},
		{`{{ default "none" "" }} {{ "x" | default "none" }} {{ coalesce "" 0 "y" }}`, `none x y`},
		{`{{ ternary "yes" "no" true }} {{ true | ternary "yes" "no" }} {{ empty 0 }}`, `yes yes true`},
		{`{{ add 1 2 3 }} {{ sub 5 7 }} {{ mul 2 3 }} {{ div 7 2 }} {{ mod 7 2 }} {{ max 1 9 3 }} {{ min 4 2 }} {{ add1 1 }}`, `6 -2 6 3 1 9 2 2`},
		{`{{ regexFind "[^ ]+" "nginx (debian)" }} {{ regexMatch "^CVE" "CVE-1" }} {{ regexReplaceAll "(a)b" "abab" "$1" }} {{ regexReplaceAllLiteral "a" "a" "$1" }}`, `nginx true aa $1`},
		{`{{ $d := dict "a" 1 }}{{ $_ := set $d "b" 2 }}{{ get $d "b" }} {{ hasKey $d "c" }} {{ get $d "c" | quote }} {{ toJson $d }}`, `2 false "" {"a":1,"b":2}`},
		{`{{ first (list 1 2) }} {{ last (list 1 2) }} {{ has 2 (list 1 2) }} {{ len (append (list 1) 2) }} {{ splitList "/" "a/b" | last }}`, `1 2 true 2 b`},
		{`{{ trim "  a " }}{{ trimAll "-" "-b-" }}{{ trimPrefix "v" "v1" }}{{ trimSuffix "." "c." }}{{ nospace "d e" }}{{ repeat 2 "f" }}`, `ab1cdeff`},
		{`{{ indent 2 "a\nb" }}{{ nindent 1 "c" }}`, "  a\n  b\n c"},
		{`{{ hasPrefix "a" "ab" }} {{ hasSuffix "a" "ab" }} {{ contains "b" "ab" }} {{ title "two words" }} {{ squote 1 "b" }}`, `true false true Two Words '1' 'b'`},
		{`{{ int "12" }} {{ int 3.9 }} {{ float64 "1.5" }} {{ toString 4 }} {{ b64enc "a" }} {{ sha256sum "" | trunc 8 }}`, `12 3 1.5 4 YQ== e3b0c442`},
		{`{{ escapeXML "<a>&\"" }} {{ escapeString "<'>" }} {{ escapeCSV "=1,\"2\"" }} {{ escapeMarkdown "a|@b" }}`, `&lt;a&gt;&amp;&#34; &lt;&#39;&gt; "'=1,""2""" a&#124;&#64;&#8203;b`},
		{`{{ endWithPeriod "a" }}{{ endWithPeriod "b." }} {{ sourceID "nvd" }} {{ appVersion }} {{ (report).ArtifactName }}`, `a.b. nvd 1.2.3 boat:1`},
		{`{{ range . }}{{ .Target }} {{ len .Secrets }} {{ len .Licenses }} {{ range .Vulnerabilities }}{{ .Severity }} {{ (index .CVSS (sourceID "nvd")).V3Score }}{{ end }}{{ end }}`, `boat:1 (debian 12.15) 0 0 HIGH 0`},
		{`{{ toPrettyJson (list 1) }}`, "[\n  1\n]"},
		{`{{ getCurrentTime }} {{ date "2006" now }}{{ date "2006" "x" }}`, `0001-01-01T00:00:00Z 0001`},
	} {
		if got := render(t, parsed(row.text), boat()); got != row.want {
			t.Errorf("%s is %q, want %q", row.text, got, row.want)
		}
	}
}

// An error of a template is one of the report, of which nothing is written then.
func TestTemplateErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{{", "{{ env `HOME` }}", "{{ nothing }}"} {
		if _, err := report.ParseTemplate(text, report.TemplateOptions{}); err == nil {
			t.Errorf("ParseTemplate(%q) has no error", text)
		}
	}
	for _, text := range []string{
		"x{{ .Nothing }}", "x{{ range . }}{{ .Nothing }}{{ end }}", "x{{ div 1 0 }}", `x{{ regexFind "(" "a" }}`,
		`x{{ repeat 1000000000 "ab" }}`, `x{{ repeat -1 "a" }}`, `x{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}`,
	} {
		var out strings.Builder
		if err := parsed(text).Report(t.Context(), &out, boat()); err == nil || out.Len() > 0 {
			t.Errorf("%s = %v after %q, want an error after nothing", text, err, out.String())
		}
	}
	// A template that goes on when nobody waits.
	ctx, cancel := context.WithCancel(t.Context())
	stop, err := report.ParseTemplate("{{ stop }}x{{ range $i := . }}y{{ end }}", report.TemplateOptions{
		Funcs: template.FuncMap{"stop": func() string { cancel(); return "" }},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := stop.Report(ctx, new(strings.Builder), boat()); !errors.Is(err, context.Canceled) {
		t.Errorf("a template that is cancelled = %v, want %v", err, context.Canceled)
	}
}

// What a template gets of a report steers no terminal, and lines stay lines.
func TestTemplateHostile(t *testing.T) {
	t.Parallel()
	r := boat()
	r.Vulnerabilities[0].Advisory = &vuln.Advisory{
		Title: "a\x1b[2J", Description: "one\n  two\u202e", Source: "b\x07", References: []string{"c\x9b\xff"},
		Ratings: []vuln.Rating{{Type: "CVSS_V3", Vector: "d\x00", Source: "e\x08"}},
	}
	r.Target.Config = []byte("{\"f\": \"\u202e\x7f\"}")
	const text = `{{ range . }}{{ range .Vulnerabilities }}{{ .Title }}|{{ .Description }}|{{ .DataSource.Name }}|{{ .References | join "," }}|` +
		`{{ range $by, $c := .CVSS }}{{ $by }} {{ $c.V3Vector }}{{ end }}|{{ toJson . | contains "\\" }}{{ end }}{{ end }}|{{ toJson (report).Metadata.ImageConfig }}`
	const want = `a\x1b[2J|one` + "\n" + `  two\u202e|b\a|c\x9b\xff|e\b d\x00|true|{"f":"\u202e\u007f"}`
	if got := render(t, parsed(text), r); got != want {
		t.Errorf("the template is\n%q, want\n%q", got, want)
	}
	if a := r.Vulnerabilities[0].Advisory; a.References[0] != "c\x9b\xff" || a.Title != "a\x1b[2J" {
		t.Errorf("the report is changed: %+v", a)
	}
}

// A template can be used at the same time for several reports.
func TestTemplateTwice(t *testing.T) {
	t.Parallel()
	one := page()
	want := map[*scan.Report]string{boat(): "", voyage(t): ""}
	for r := range want {
		want[r] = render(t, page(), r)
	}
	var wg sync.WaitGroup
	for r, text := range want {
		for range 4 {
			wg.Go(func() {
				var out strings.Builder
				if err := one.Report(t.Context(), &out, r); err != nil || out.String() != text {
					t.Errorf("a template of another report = %v:\n%s", err, out.String())
				}
			})
		}
	}
	wg.Wait()
}

func ExampleParseTemplate() {
	const text = `{{ range . }}{{ range .Vulnerabilities }}{{ .VulnerabilityID }} {{ .PkgName }} {{ .Severity | lower }}{{ end }}{{ end }}`
	t, err := report.ParseTemplate(text, report.TemplateOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := t.Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output: TEST-2024-0001 hull high
}
