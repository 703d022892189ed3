package scan_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// namesRule is a rule that reports each object.
func namesRule() *lint.Rule {
	return &lint.Rule{Name: "names", Severity: severity.High, Run: func(p *lint.Pass) error {
		p.Reportf(nil, "%s", p.Object.Name)
		return nil
	}}
}

// pier is a directory with manifests in it.
func pier(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml":        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
		"sub/b.yml":     "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n---\na: [\n",
		"sub/none.yaml": "just: text\n",
		"notes.txt":     "apiVersion: v1\nkind: Pod\nmetadata: {name: notes}\n",
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestManifests(t *testing.T) {
	t.Parallel()
	dir := pier(t)
	rep, err := scan.Manifests(t.Context(), dir, scan.Options{Matchers: []scan.Matcher{scan.Lint([]*lint.Rule{namesRule()}, lint.Options{})}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range rep.Diagnostics {
		got = append(got, strings.TrimPrefix(d.Span.Start.String(), filepath.ToSlash(dir))+" "+d.Message)
	}
	if diff := cmp.Diff([]string{"/a.yaml:3:18 a", "/sub/b.yml:3:18 b"}, got); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	if len(rep.Problems) != 1 || rep.Problems[0].Hides != artifact.HidesSome || !errors.Is(rep.Problems[0].Err, manifest.ErrSyntax) {
		t.Errorf("problems %v, want one of sub/b.yml that hides some", rep.Problems)
	}
	if rep.Target.Kind != artifact.KindManifests || rep.Target.Name != dir {
		t.Errorf("target %+v, want the manifests of %s", rep.Target, dir)
	}
	verdict := scan.Gate{Severity: severity.High, IgnoreProblems: true}.Judge(rep)
	if diff := cmp.Diff([]string{"2 diagnostics of severity HIGH"}, verdict.Reasons); diff != "" || verdict.Complete {
		t.Errorf("verdict %+v, reasons (-want +got):\n%s", verdict, diff)
	}
	if v := (scan.Gate{Severity: severity.Critical, IgnoreProblems: true}).Judge(rep); v.Failed {
		t.Errorf("a gate on CRITICAL fails for %v", v.Reasons)
	}
}

func TestInspectManifests(t *testing.T) {
	t.Parallel()
	dir := pier(t)
	inspect := func(opts scan.Options, paths ...string) ([]string, []scan.Problem) {
		for i := range paths {
			paths[i] = filepath.Join(dir, paths[i])
		}
		inv, err := scan.InspectManifests(t.Context(), opts, paths...)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, o := range inv.Objects {
			found = append(found, o.Name)
		}
		return found, inv.Problems
	}
	// A file is read once, whatever leads to it, and whatever its name where it is named.
	if got, _ := inspect(scan.Options{}, "a.yaml", ".", "notes.txt", "a.yaml"); !slices.Equal(got, []string{"a", "b", "notes"}) {
		t.Errorf("objects %v, want a, b and notes once each", got)
	}
	if got, _ := inspect(scan.Options{SkipDirs: []string{"sub"}}, "."); !slices.Equal(got, []string{"a"}) {
		t.Errorf("objects without sub: %v, want a", got)
	}
	if got, problems := inspect(scan.Options{SkipFiles: []string{"**/*.y*ml"}}, "."); got != nil || len(problems) != 1 || !errors.Is(problems[0].Err, scan.ErrNoObjects) {
		t.Errorf("objects %v, problems %v, want none, and a problem that says so", got, problems)
	}
	if _, problems := inspect(scan.Options{}, "sub/none.yaml"); len(problems) != 2 || !errors.Is(problems[0].Err, manifest.ErrNotObject) {
		t.Errorf("problems of a file that is named %v, want that it holds no object", problems)
	}
	if _, err := scan.InspectManifests(t.Context(), scan.Options{}, filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("InspectManifests of what there is not: %v, want %v", err, os.ErrNotExist)
	}
	if _, err := scan.Manifests(t.Context(), dir, scan.Options{}); !errors.Is(err, scan.ErrNoMatcher) {
		t.Errorf("Manifests without a matcher: %v, want %v", err, scan.ErrNoMatcher)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := scan.InspectManifests(ctx, scan.Options{}, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("InspectManifests of a cancelled context: %v, want %v", err, context.Canceled)
	}
}

func TestLintProblem(t *testing.T) {
	t.Parallel()
	dir := pier(t)
	rule := &lint.Rule{Name: "fails", Run: func(*lint.Pass) error { return errors.New("sunk") }}
	rep, err := scan.Manifests(t.Context(), filepath.Join(dir, "a.yaml"), scan.Options{Matchers: []scan.Matcher{scan.Lint([]*lint.Rule{rule}, lint.Options{})}})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Problems) != 1 || !strings.Contains(rep.Problems[0].String(), "a.yaml:1:1: v1 Pod a: rule fails: sunk (hides some)") {
		t.Errorf("problems %v, want that of the rule, with its position once", rep.Problems)
	}
	rep, err = scan.Manifests(t.Context(), dir, scan.Options{Matchers: []scan.Matcher{scan.Lint([]*lint.Rule{{Name: "idle"}}, lint.Options{})}})
	if err != nil || rep.Problems[len(rep.Problems)-1].Hides != artifact.HidesAll {
		t.Errorf("a rule that is not valid: %v, %v, want a problem that hides all", rep.Problems, err)
	}
}

func ExampleManifests() {
	rule := &lint.Rule{Name: "names", Run: func(p *lint.Pass) error {
		p.Reportf(nil, "here is %s", p.Object.Name)
		return nil
	}}
	opts := scan.Options{Matchers: []scan.Matcher{scan.Lint([]*lint.Rule{rule}, lint.Options{})}}
	rep, err := scan.Manifests(context.Background(), "../testdata/manifests", opts)
	if err != nil {
		panic(err)
	}
	for _, d := range rep.Diagnostics {
		fmt.Println(d.Span.Start, d.Message)
	}
	// Output:
	// ../testdata/manifests/harbour.yaml:5:9 here is harbour
	// ../testdata/manifests/harbour.yaml:27:9 here is harbour
}

func ExampleInspectManifests() {
	inv, err := scan.InspectManifests(context.Background(), scan.Options{}, "../testdata/manifests")
	if err != nil {
		panic(err)
	}
	for _, o := range inv.Objects {
		fmt.Println(o)
	}
	// Output:
	// apps/v1 Deployment harbour
	// v1 Service harbour
}

func ExampleLinted() {
	found := &lint.Result{Diagnostics: []lint.Diagnostic{{Rule: "names", Severity: severity.Low, Message: "here is harbour"}}}
	rep, err := scan.Judge(context.Background(), &scan.Inventory{}, scan.Options{Matchers: []scan.Matcher{scan.Linted(found)}})
	if err != nil {
		panic(err)
	}
	fmt.Println(scan.Gate{}.Judge(rep).Reasons)
	// Output: [1 diagnostic of severity LOW]
}

func ExampleManifestProblem() {
	b := manifest.ReadFile("a.yaml", []byte("a: [\n"), manifest.Options{})
	fmt.Println(scan.ManifestProblem(b.Problems[0]))
	// Output: read a.yaml:1:1: syntax error: did not find expected node content (hides some)
}

func ExampleScore() {
	opts := scan.Options{Matchers: []scan.Matcher{scan.Score(score.Options{MinScore: 5})}}
	rep, err := scan.Manifests(context.Background(), "../testdata/manifests", opts)
	if err != nil {
		panic(err)
	}
	for _, r := range rep.Scores {
		fmt.Println(r.Name, r.Message())
	}
	// Output:
	// Deployment/harbour.default Failed with a score of -6 points
	// Service/harbour.default This resource kind is not supported by kubesec
}

func ExampleScored() {
	results, _ := score.Read("pier.yaml", []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: pier}\nspec: {hostPID: 7}\n"), score.Options{})
	r, err := scan.Judge(context.Background(), &scan.Inventory{}, scan.Options{Matchers: []scan.Matcher{scan.Scored(results)}})
	if err != nil {
		panic(err)
	}
	for _, p := range r.Problems {
		fmt.Println(p.Path, p.Err)
	}
	// Output: pier.yaml:4:17 Pod/pier.default is not scored: type mismatch: spec.hostPID: number 7 for boolean
}

func TestManifestsFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const two = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n"
	for name, text := range map[string]string{"two.yaml": two, "none.yaml": "just: text\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	rep, err := scan.Manifests(t.Context(), dir, scan.Options{Matchers: []scan.Matcher{scan.Lint([]*lint.Rule{namesRule()}, lint.Options{})}})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Files) != 1 || string(rep.Files[0].Text) != two {
		t.Fatalf("Files = %v, want two.yaml alone", rep.Files)
	}
	for _, d := range rep.Diagnostics {
		if got := rep.Files[0].Position(d.Span.Start.Offset); got != d.Span.Start {
			t.Errorf("the diagnostic at %v is at %v of the file", d.Span.Start, got)
		}
	}
}
