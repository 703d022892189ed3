package lint_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// objectOf reads an object, "apps/v1 Deployment shop/web", in a file of that name.
func objectOf(t testing.TB, file, object string) *manifest.Object {
	t.Helper()
	words := strings.Fields(object)
	namespace, name, ok := strings.Cut(words[2], "/")
	if !ok {
		namespace, name = "", words[2]
	}
	text := fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n", words[0], words[1], name)
	if namespace != "" {
		text += "  namespace: " + namespace + "\n"
	}
	return objectsIn(t, file, text)[0]
}

// objectsIn reads a text without problems.
func objectsIn(t testing.TB, file, text string) []*manifest.Object {
	t.Helper()
	b := manifest.ReadFile(file, []byte(text), manifest.Options{})
	if len(b.Problems) > 0 || len(b.Objects) == 0 {
		t.Fatalf("read\n%s\n%d objects, problems %v", text, len(b.Objects), b.Problems)
	}
	return b.Objects
}

func run(t testing.TB, objects []*manifest.Object, opts lint.Options, rules ...*lint.Rule) *lint.Result {
	t.Helper()
	r, err := lint.Run(context.Background(), objects, rules, opts)
	if err != nil {
		t.Fatalf("Run() = %v", err)
	}
	return r
}

// nameRule reports each object's name.
func nameRule(name string) *lint.Rule {
	return &lint.Rule{Name: name, Run: func(p *lint.Pass) error {
		p.Reportf(nil, "%s", p.Object.Name)
		return nil
	}}
}

// found are the rules and messages of diagnostics.
func found(r *lint.Result) []string {
	var rows []string
	for _, d := range r.Diagnostics {
		rows = append(rows, d.Rule+" "+d.Message)
	}
	return rows
}

// Contexts are sorted by name, objects stand as they were given, and rules are
// sorted by name, whoever does the work.
func TestRunOrder(t *testing.T) {
	t.Parallel()
	var objects []*manifest.Object
	var want []string
	for _, dir := range []string{"sea", "harbour"} {
		for i := range 20 {
			objects = append(objects, objectOf(t, dir+"/x.yaml", fmt.Sprintf("v1 Pod %s%d", dir, (i*7)%20)))
		}
	}
	for _, dir := range []string{"harbour", "sea"} {
		for i := range 20 {
			name := fmt.Sprintf("%s%d", dir, (i*7)%20)
			want = append(want, "a "+name, "b "+name, "b again", "c "+name)
		}
	}
	again := &lint.Rule{Name: "b", Run: func(p *lint.Pass) error {
		p.Reportf(nil, "%s", p.Object.Name)
		p.Reportf(nil, "again")
		return nil
	}}
	for _, workers := range []int{0, 1, 2, 3, 50} {
		r := run(t, objects, lint.Options{Workers: workers}, nameRule("c"), nameRule("a"), again)
		if diff := cmp.Diff(want, found(r)); diff != "" {
			t.Errorf("Run() with %d workers (-want +got):\n%s", workers, diff)
		}
	}
}

func TestRunNothing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		objects []*manifest.Object
		rules   []*lint.Rule
	}{
		{nil, nil},
		{nil, []*lint.Rule{nameRule("a")}},
		{[]*manifest.Object{objectOf(t, "a.yaml", "v1 Pod x")}, nil},
	} {
		if diff := cmp.Diff(new(lint.Result), run(t, row.objects, lint.Options{}, row.rules...)); diff != "" {
			t.Errorf("Run() of %d objects with %d rules (-want +got):\n%s", len(row.objects), len(row.rules), diff)
		}
	}
}

// A cancelled run gives no result, and ends before all is done.
func TestRunCancelled(t *testing.T) {
	t.Parallel()
	var objects []*manifest.Object
	for i := range 100 {
		objects = append(objects, objectOf(t, "a.yaml", fmt.Sprintf("v1 Pod p%d", i)))
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	looked := 0
	rule := &lint.Rule{Name: "a", Run: func(p *lint.Pass) error {
		if looked++; looked == 3 {
			cancel()
			if p.RunContext().Err() == nil {
				return errors.New("the rule does not see that the run was cancelled")
			}
		}
		return nil
	}}
	r, err := lint.Run(ctx, objects, []*lint.Rule{rule}, lint.Options{Workers: 1})
	if r != nil || !errors.Is(err, context.Canceled) || looked != 3 {
		t.Errorf("Run() cancelled at object 3 = %v, %v, and %d objects, want no result, %v and 3", r, err, looked, context.Canceled)
	}
}

// An error or a panic of a rule is a problem. What was found before stands, and
// other rules run.
func TestRunProblems(t *testing.T) {
	t.Parallel()
	sunk := errors.New("sunk")
	fails := &lint.Rule{Name: "fails", Run: func(p *lint.Pass) error {
		p.Reportf(nil, "before")
		return sunk
	}}
	panics := &lint.Rule{Name: "panics", Run: func(p *lint.Pass) error {
		p.Reportf(nil, "before")
		var none []string
		p.Reportf(nil, "%s", none[len(p.Object.Name)])
		return nil
	}}
	r := run(t, []*manifest.Object{objectOf(t, "sea/a.yaml", "v1 Pod s/x")}, lint.Options{}, panics, nameRule("z"), fails)
	if diff := cmp.Diff([]string{"fails before", "panics before", "z x"}, found(r)); diff != "" {
		t.Errorf("Run() with rules that fail (-want +got):\n%s", diff)
	}
	if len(r.Problems) != 2 {
		t.Fatalf("Run() with rules that fail: problems %v, want two", r.Problems)
	}
	if p := r.Problems[0]; p.Rule != "fails" || !errors.Is(p, sunk) || p.Error() != "sea/a.yaml:1:1: v1 Pod s/x: rule fails: sunk" {
		t.Errorf("the problem of a rule that fails = %+v", p)
	}
	if p := r.Problems[1]; p.Rule != "panics" || !errors.Is(p, lint.ErrPanic) || !strings.Contains(p.Error(), "rule panics: panic: runtime error: index out of range") {
		t.Errorf("the problem of a rule that panics = %+v", p)
	}
}

// An object with a field that does not fit its type, which is a problem of reading,
// is looked at in the default mode. In compat mode it is not, and that is a problem.
func TestRunMismatches(t *testing.T) {
	t.Parallel()
	objects := objectsWithProblems("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  hostNetwork: [yes]\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: keel\n")
	for _, row := range []struct {
		compat bool
		found  []string
		at     string
	}{
		{false, []string{"a x", "a keel"}, ""},
		{true, []string{"a keel"}, "a.yaml:1:1"},
	} {
		r := run(t, objects, lint.Options{Compat: row.compat}, nameRule("a"))
		if diff := cmp.Diff(row.found, found(r)); diff != "" {
			t.Errorf("compat %t: Run() (-want +got):\n%s", row.compat, diff)
		}
		if row.at == "" {
			if len(r.Problems) > 0 {
				t.Errorf("compat %t: problems %v, want none", row.compat, r.Problems)
			}
			continue
		}
		if len(r.Problems) != 1 || !errors.Is(r.Problems[0], manifest.ErrType) || r.Problems[0].Position.String() != row.at || r.Problems[0].Rule != "" {
			t.Errorf("compat %t: problems %v, want one at %s of a type", row.compat, r.Problems, row.at)
		}
	}
}

func objectsWithProblems(file, text string) []*manifest.Object {
	return manifest.ReadFile(file, []byte(text), manifest.Options{}).Objects
}

// An object of a list that KubeLinter cannot decode as a whole is not looked at in
// compat mode.
func TestRunLists(t *testing.T) {
	t.Parallel()
	const item = "- {apiVersion: v1, kind: Pod, metadata: {name: x}}\n"
	for _, row := range []struct {
		name, text string
		compat     int // objects that are looked at
		all        int
	}{
		{"list", "apiVersion: v1\nkind: List\nitems:\n" + item + item, 2, 2},
		{"typed list", "apiVersion: v1\nkind: PodList\nitems:\n" + item, 0, 1},
		{"list of a list", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  " + item, 0, 1},
		{"unknown kind beside", "apiVersion: v1\nkind: List\nitems:\n" + item + "- {apiVersion: sea.example/v1, kind: Ship}\n", 0, 2},
		{"no object beside", "apiVersion: v1\nkind: List\nitems:\n" + item + "- 1\n", 0, 1},
		{"another type beside", "apiVersion: v1\nkind: List\nitems:\n" + item + "- {apiVersion: v1, kind: Pod, spec: 1}\n", 0, 2},
	} {
		objects := objectsWithProblems("a.yaml", row.text)
		if got := len(run(t, objects, lint.Options{}, nameRule("a")).Diagnostics); got != row.all {
			t.Errorf("%s: %d objects were looked at, want %d", row.name, got, row.all)
		}
		r := run(t, objects, lint.Options{Compat: true}, nameRule("a"))
		if got := len(r.Diagnostics); got != row.compat || len(r.Problems) != row.all-row.compat {
			t.Errorf("%s: %d objects were looked at in compat mode, want %d, and a problem for each other one: %v", row.name, got, row.compat, r.Problems)
		}
	}
}

// Diagnostics say where they stand and what they are about.
func TestReport(t *testing.T) {
	t.Parallel()
	const text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n        image: boat\n"
	object := objectsIn(t, "sea/a.yaml", text)[0]
	unnamed := objectsIn(t, "b.yaml", "# none\napiVersion: v1\nkind: Pod\n")[0]
	fix := lint.SetFix(object.Get("spec"), int64(2), "replicas")
	for _, row := range []struct {
		name   string
		object *manifest.Object
		report func(*lint.Pass)
		want   lint.Diagnostic
		at     string
		cause  string // lines, "10-11"; empty: none
	}{
		{
			"at a value", object, func(p *lint.Pass) {
				for c := range p.Containers() {
					p.Reportf(c.Image.Node, "a %s", c.Image.Value)
				}
			},
			lint.Diagnostic{
				Message: "a boat", Field: "spec.template.spec.containers[0].image",
				NamedField: "spec.template.spec.containers[app].image",
			}, "sea/a.yaml:11:16", "10-11",
		},
		{
			"at a key, with a fix", object, func(p *lint.Pass) { p.Report(p.Object.Get("spec"), "alone", fix) },
			lint.Diagnostic{Message: "alone", Field: "spec", NamedField: "spec", Fixes: []lint.Fix{fix}}, "sea/a.yaml:6:1", "",
		},
		{
			"with a cause of its own", object, func(p *lint.Pass) {
				p.ReportDiagnostic(nil, lint.Diagnostic{Message: "x", Cause: p.Object.Get("metadata").Extent()})
			},
			lint.Diagnostic{Message: "x", Field: "metadata.name", NamedField: "metadata.name"}, "sea/a.yaml:4:9", "3-5",
		},
		{
			"with the cause that the rule names", object, func(p *lint.Pass) {
				p.Rule.Cause = func(p *lint.Pass, at *manifest.Node) *manifest.Node { return at.Parent() }
				p.Report(nil, "x")
			},
			lint.Diagnostic{Message: "x", Field: "metadata.name", NamedField: "metadata.name"}, "sea/a.yaml:4:9", "3-5",
		},
		{
			"at the name", object, func(p *lint.Pass) { p.Report(nil, "named") },
			lint.Diagnostic{Message: "named", Field: "metadata.name", NamedField: "metadata.name"}, "sea/a.yaml:4:9", "",
		},
		{
			"without a name", unnamed, func(p *lint.Pass) { p.Report(nil, "unnamed") },
			lint.Diagnostic{Message: "unnamed"}, "b.yaml:2:1", "",
		},
		{
			"with a rule and a severity of its own", object, func(p *lint.Pass) {
				p.ReportDiagnostic(nil, lint.Diagnostic{Rule: "other", Severity: severity.Critical, Message: "x"})
			},
			lint.Diagnostic{Rule: "other", Severity: severity.Critical, Message: "x", Field: "metadata.name", NamedField: "metadata.name"}, "sea/a.yaml:4:9", "",
		},
	} {
		rule := &lint.Rule{Name: "r", Severity: severity.Low, Run: func(p *lint.Pass) error { row.report(p); return nil }}
		r := run(t, []*manifest.Object{row.object}, lint.Options{}, rule)
		if len(r.Diagnostics) != 1 {
			t.Errorf("%s: %d diagnostics, want one", row.name, len(r.Diagnostics))
			continue
		}
		got := r.Diagnostics[0]
		if got.Span.Start.String() != row.at {
			t.Errorf("%s: it is at %s, want %s", row.name, got.Span.Start, row.at)
		}
		if row.want.Rule == "" {
			row.want.Rule, row.want.Severity = "r", severity.Low
		}
		if cause := lines(got.Cause); cause != row.cause {
			t.Errorf("%s: the lines of its cause are %q, want %q", row.name, cause, row.cause)
		}
		row.want.Object, row.want.Span, row.want.Cause = lint.Ref(row.object), got.Span, got.Cause
		same := cmp.Comparer(func(a, b *manifest.File) bool { return a == b })
		if diff := cmp.Diff(row.want, got, same); diff != "" {
			t.Errorf("%s: the diagnostic (-want +got):\n%s", row.name, diff)
		}
	}
}

// lines are the lines of a span, "10-11"; empty for none.
func lines(s manifest.Span) string {
	if s == (manifest.Span{}) {
		return ""
	}
	return fmt.Sprintf("%d-%d", s.Start.Line, s.End.Line)
}

func TestObjectRef(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"apps/v1 Deployment shop/web", "v1 Namespace shop"} {
		if got := lint.Ref(objectOf(t, "a.yaml", want)).String(); got != want {
			t.Errorf("Ref().String() = %q, want %q", got, want)
		}
	}
}

func TestProblemError(t *testing.T) {
	t.Parallel()
	err := errors.New("sunk")
	for _, row := range []struct {
		problem lint.Problem
		want    string
	}{
		{lint.Problem{Err: err}, "sunk"},
		{lint.Problem{Err: err, Position: manifest.Position{Path: "a.yaml", Line: 2, Column: 3}}, "a.yaml:2:3: sunk"},
		{lint.Problem{Err: err, Rule: "r"}, "rule r: sunk"},
		{lint.Problem{Err: err, Object: lint.ObjectRef{Version: "v1", Kind: "Pod", Name: "x"}}, "v1 Pod x: sunk"},
	} {
		if got := row.problem.Error(); got != row.want || !errors.Is(row.problem, err) {
			t.Errorf("%+v: Error() = %q, want %q", row.problem, got, row.want)
		}
	}
}
