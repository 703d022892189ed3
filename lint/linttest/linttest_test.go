package linttest_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/linttest"
)

// A recorder is a test that keeps its failures.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

// cargo reports the Services that name no cargo.
func cargo() *lint.Rule {
	return &lint.Rule{Name: "cargo", Kinds: []lint.Kind{lint.Service}, Run: func(p *lint.Pass) error {
		spec := p.Object.Get("spec")
		switch s, _ := spec.Get("cargo").Str(); s {
		case "":
			p.Reportf(spec, "service %q has no cargo", p.Object.Name)
		case "fire":
			return errors.New("fire on board")
		case "ice":
			panic("ice ahead")
		case "both":
			p.Reportf(spec.Get("cargo"), "both is no cargo")
			p.Reportf(spec.Get("cargo"), "both is two words")
		case "old":
			if p.Compat() {
				p.Reportf(spec.Get("cargo"), "old cargo")
			}
		}
		return nil
	}}
}

const (
	flagged = `-- fire.yaml --
apiVersion: v1
kind: Service
metadata: {name: tug}
spec: {ports: []} # want "no cargo"
`
	clean = `-- ok.yaml --
apiVersion: v1
kind: Service
metadata: {name: ferry}
spec: {cargo: cars}
`
	strong = flagged + clean
)

func TestRun(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, archive string
		want          []string // parts of the failures, in order
	}{
		{name: "strong", archive: strong},
		{
			name:    "not reported",
			archive: strong + "-- x.yaml --\napiVersion: v1\nkind: Service\nspec: {cargo: cars} # want `no (cargo|load)`\n",
			want:    []string{"f.txtar:14: x.yaml:3: got no diagnostic, want one that matches `no (cargo|load)`"},
		},
		{
			name:    "not wanted",
			archive: strong + "-- x.yaml --\napiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {a: 1}\n",
			want:    []string{`f.txtar:15: x.yaml:4: got diagnostic "service \"x\" has no cargo", want none`},
		},
		{
			name:    "another line",
			archive: strong + "-- x.yaml --\napiVersion: v1\nkind: Service\nmetadata: {name: x} # want \"no cargo\"\nspec: {a: 1}\n",
			want:    []string{`x.yaml:4: got diagnostic`, `x.yaml:3: got no diagnostic`},
		},
		{
			name:    "two on a line",
			archive: strong + "-- x.yaml --\napiVersion: v1\nkind: Service\nspec: {cargo: both} # want \"two words\" `no cargo` # a remark\n",
		},
		{
			name:    "one of two",
			archive: strong + "-- x.yaml --\napiVersion: v1\nkind: Service\nspec: {cargo: both} # want \"both\"\n",
			want:    []string{`x.yaml:3: got diagnostic "both is two words"`},
		},
		{
			name:    "a want fits one diagnostic",
			archive: strong + "-- x.yaml --\napiVersion: v1\nkind: Service\nspec: {cargo: both} # want \"both\" \"both\" \"both\"\n",
			want:    []string{`x.yaml:3: got no diagnostic`},
		},
		{
			name:    "json",
			archive: strong + "-- x.json --\n{\"apiVersion\": \"v1\", \"kind\": \"Service\",\n\"spec\": {}}\n-- x.json.want --\n# behind the port\n2: \"no cargo\"\n",
		},
		{
			name:    "compat",
			archive: strong + "-- old.yaml --\napiVersion: v1\nkind: Service\nspec: {cargo: old}\n-- compat/old.yaml --\napiVersion: v1\nkind: Service\nspec: {cargo: old} # want \"old\"\n-- compat-2/old.yaml --\napiVersion: v1\nkind: Service\nspec: {cargo: old} # want \"old\"\n",
		},
		{
			name:    "rule error",
			archive: strong + "-- x.yaml --\napiVersion: v1\nkind: Service\nspec: {cargo: fire}\n",
			want:    []string{`x.yaml:1: got problem "fire on board", want none`},
		},
		{
			name:    "wanted rule error",
			archive: strong + "-- x.yaml --\napiVersion: v1 # problem \"fire\"\nkind: Service\nspec: {cargo: fire}\n",
		},
		{
			name:    "panic",
			archive: strong + "-- x.yaml --\napiVersion: v1 # problem \"ice\"\nkind: Service\nspec: {cargo: ice}\n",
			want:    []string{"rule cargo: panic: ice ahead", "x.yaml:1: got no problem"},
		},
		{
			name:    "no object",
			archive: strong + "-- x.yaml --\ncargo: wood\n",
			want:    []string{`x.yaml:1: got problem "not a Kubernetes object: neither apiVersion nor kind"`},
		},
		{
			name:    "wanted problem",
			archive: strong + "-- x.yaml --\ncargo: wood # problem \"not a Kubernetes object\"\n",
		},
		{
			name:    "syntax",
			archive: strong + "-- x.yaml --\nkind: Service\ncargo: [\n",
			want:    []string{`got problem "syntax error`},
		},
		{
			name:    "nothing wanted",
			archive: clean,
			want:    []string{"nothing is wanted in the default mode"},
		},
		{
			name:    "nothing unflagged",
			archive: flagged,
			want:    []string{"each object that the rule looks at in the default mode is flagged"},
		},
		{
			name:    "nothing that the rule looks at unflagged",
			archive: flagged + "---\napiVersion: v1\nkind: ConfigMap\n",
			want:    []string{"each object that the rule looks at in the default mode is flagged"},
		},
		{
			name:    "one document unflagged",
			archive: flagged + "---\napiVersion: v1\nkind: Service\nmetadata: {name: tug}\nspec: {cargo: tar}\n",
		},
		{
			name:    "suppressed is not unflagged",
			archive: flagged + "---\napiVersion: v1\nkind: Service\nmetadata: {name: x, annotations: {ignore-check.kube-linter.io/cargo: it is a buoy}}\nspec: {a: b}\n",
			want:    []string{"each object that the rule looks at in the default mode is flagged"},
		},
		{
			name:    "failed is not unflagged",
			archive: flagged + "---\napiVersion: v1 # problem \"fire\"\nkind: Service\nspec: {cargo: fire}\n",
			want:    []string{"each object that the rule looks at in the default mode is flagged"},
		},
		{
			name:    "compat alone",
			archive: "-- compat/x.yaml --\napiVersion: v1\nkind: Service\nspec: {a: 1} # want \"\"\n---\napiVersion: v1\nkind: Service\nspec: {cargo: x}\n",
			want:    []string{"nothing is wanted in the default mode", "each object that the rule looks at in the default mode"},
		},
		{
			name:    "for compat only",
			archive: "compat: only\n-- compat/x.yaml --\napiVersion: v1\nkind: Service\nspec: {a: 1} # want \"\"\n---\napiVersion: v1\nkind: Service\nspec: {cargo: x}\n",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			checkFailures(t, cargo(), row.archive, row.want)
		})
	}
}

// Mistakes in a fixture are named, and nothing is said of its strength.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, archive string
		want          []string
	}{
		{"no section", "just text\n", []string{"f.txtar: no section"}},
		{"not a manifest", "-- a.txt --\n", []string{"f.txtar:1: section a.txt is no manifest"}},
		{"twice", "-- a.yaml --\n-- a.yaml --\n", []string{"f.txtar:2: a second section a.yaml"}},
		{"fixed of nothing", "-- a.yaml.fixed --\n", []string{"f.txtar:1: section a.yaml.fixed is behind no section a.yaml"}},
		{"want of nothing", "-- a.json.want --\n-- a.json --\n", []string{"f.txtar:1: section a.json.want is behind no section a.json"}},
		{"unquoted", "-- a.yaml --\na: 1 # want no cargo\n", []string{"f.txtar:2: a.yaml:1: # want: want a regexp in quotes or backquotes, got no cargo"}},
		{"empty", "-- a.yaml --\n\na: 1 # want\n", []string{"f.txtar:3: a.yaml:2: # want: want a regexp in quotes or backquotes, got none"}},
		{"regexp", "-- a.yaml --\na: 1 # problem \"(\"\n", []string{"missing closing )"}},
		{"rune", "-- a.yaml --\na: 1 # want 'x'\n", []string{"got 'x'"}},
		{"line", "-- a.json --\n{}\n-- a.json.want --\n\nx: \"\"\n", []string{"f.txtar:5: a.json.want:2: want the number of a line"}},
		{"word", "-- a.json --\n{}\n-- a.json.want --\n1: what \"\"\n", []string{"want a regexp in quotes or problem, got what"}},
		{"setting", "kubernets: 1.30\n-- a.yaml --\n", []string{"f.txtar:1: kubernets: want kubernetes"}},
		{"compat", "\ncompat: yes\n-- a.yaml --\n", []string{"f.txtar:2: compat: want only, got yes"}},
		{"values", "values: cpu=1\n-- a.yaml --\n", []string{"f.txtar:1: values: no value is called cpu"}},
		{"value", "values: cpu-request\n-- a.yaml --\n", []string{"f.txtar:1: values: want key=value, got cpu-request"}},
		{"id", "values: run-as-user=root\n-- a.yaml --\n", []string{"run-as-user: want a number, got root"}},
		{"args", "args: [1]\n-- a.yaml --\n", []string{"f.txtar:1: args: want an object, got a list"}},
		{"args syntax", "\nargs: {\n-- a.yaml --\n", []string{"f.txtar:2: args: syntax error"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			checkFailures(t, cargo(), row.archive, row.want)
		})
	}
	t.Run("no file", func(t *testing.T) {
		t.Parallel()
		r := new(recorder)
		linttest.Run(r, cargo())
		compare(t, "Run without a fixture", r.failures, []string{filepath.Join("testdata", "cargo.txtar") + ": no such file"})
	})
	t.Run("rule", func(t *testing.T) {
		t.Parallel()
		checkFailures(t, &lint.Rule{Name: "idle"}, strong, []string{`lint: rule "idle": nothing to run`})
	})
}

// Files of one directory are one context, and files in none are alone.
func TestContexts(t *testing.T) {
	t.Parallel()
	alone := &lint.Rule{Name: "alone", Run: func(p *lint.Pass) error {
		if n := len(p.Context.Objects); n > 1 {
			p.Reportf(nil, "one of %d", n)
		}
		return nil
	}}
	const object = "apiVersion: v1\nkind: Service\n"
	const two = "apiVersion: v1 # want \"one of 2\"\nkind: Service\n"
	archive := "-- a.yaml --\n" + object + "-- b.yaml --\n" + object +
		"-- fleet/a.yaml --\n" + two + "-- fleet/b.yaml --\n" + two + "-- fleet/north/a.yaml --\n" + object
	checkFailures(t, alone, archive, nil)
}

// checkFailures runs a rule against an archive.
func checkFailures(t *testing.T, rule *lint.Rule, archive string, want []string) {
	t.Helper()
	r := new(recorder)
	linttest.Run(r, rule, write(t, "f.txtar", archive))
	compare(t, "Run of\n"+archive, r.failures, want)
}

// compare holds failures against parts of them.
func compare(t *testing.T, call string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !strings.Contains(got[i], want[i]) {
			t.Errorf("%s\nfailures (-got +want):\n%s", call, cmp.Diff(got, want))
			return
		}
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
