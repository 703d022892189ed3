package lint_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// wordRule reports each scalar that is word.
func wordRule(name, word string, aliases ...string) *lint.Rule {
	return &lint.Rule{Name: name, Aliases: aliases, Groups: []string{"words"}, Run: func(p *lint.Pass) error {
		var walk func(*manifest.Node)
		walk = func(n *manifest.Node) {
			if n.Kind() == manifest.String && n.Text() == word {
				p.Reportf(n, "%s", word)
			}
			for item := range n.Items() {
				walk(item)
			}
			for _, value := range n.Entries() {
				walk(value)
			}
		}
		walk(p.Object.Node)
		return nil
	}}
}

func wordRules() []*lint.Rule {
	return []*lint.Rule{wordRule("no-rum", "rum", "HBR-0010"), wordRule("no-rats", "rats")}
}

// lintText runs the rules about words over a text.
func lintText(t testing.TB, text string, opts lint.Options) *lint.Result {
	t.Helper()
	b := manifest.ReadFile("docks/ship.yaml", []byte(text), manifest.Options{})
	if len(b.Problems) > 0 {
		t.Fatalf("read %q: %v", text, b.Problems)
	}
	r, err := lint.Run(context.Background(), b.Objects, wordRules(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// outcome is what a result says, a word or two each.
type outcome struct {
	Reported, Suppressed, Unused, Problems []string
}

func outcomeOf(r *lint.Result) outcome {
	var o outcome
	for _, d := range r.Diagnostics {
		o.Reported = append(o.Reported, fmt.Sprintf("%d %s", d.Span.Start.Line, d.Rule))
	}
	for _, s := range r.Suppressed {
		o.Suppressed = append(o.Suppressed, strings.TrimSpace(fmt.Sprintf("%d %s %s %s", s.Span.Start.Line, s.Rule, s.By, s.Reason)))
	}
	for _, u := range r.Unused {
		o.Unused = append(o.Unused, strings.TrimSpace(fmt.Sprintf("%d %s %s/%s", u.Position.Line, u.By, strings.Join(u.Rules, ","), strings.Join(u.Unknown, ","))))
	}
	for _, p := range r.Problems {
		o.Problems = append(o.Problems, strings.TrimPrefix(p.Error(), "docks/ship.yaml:"))
	}
	return o
}

// ship is an object whose lines from the 5th on are those given.
func ship(lines ...string) string {
	return "apiVersion: v1\nkind: Ship\nmetadata:\n  name: ann\n" + strings.Join(lines, "\n") + "\n"
}

func TestSuppressByComment(t *testing.T) {
	t.Parallel()
	const day = "2027-01-31"
	now := time.Date(2027, 1, 31, 23, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, text string
		want       outcome
	}{
		{"behind the value", ship("a: rum # plimsoll:ignore no-rum for the crew", "b: rum"),
			outcome{Reported: []string{"6 no-rum"}, Suppressed: []string{"5 no-rum comment for the crew"}}},
		{"above the value", ship("# plimsoll:ignore no-rum", "a: rum", "b: rum"),
			outcome{Reported: []string{"7 no-rum"}, Suppressed: []string{"6 no-rum comment"}}},
		{"all inside", ship("a: # plimsoll:ignore no-rum", "  b: [rum, {c: rum}]", "  d: rats", "e: rum"),
			outcome{Reported: []string{"7 no-rats", "8 no-rum"}, Suppressed: []string{"6 no-rum comment", "6 no-rum comment"}}},
		{"an item", ship("a:", "- b: x # plimsoll:ignore no-rum", "  c: rum", "- c: rum"),
			outcome{Reported: []string{"8 no-rum"}, Suppressed: []string{"7 no-rum comment"}}},
		{"the whole object", "# plimsoll:ignore no-rum\n" + ship("a: rum", "b: rats"),
			outcome{Reported: []string{"7 no-rats"}, Suppressed: []string{"6 no-rum comment"}}},
		{"one object of two", "# plimsoll:ignore no-rum\n---\n" + ship("a: rum") + "---\n" + ship("a: rum"),
			outcome{Reported: []string{"13 no-rum"}, Suppressed: []string{"7 no-rum comment"}}},
		{"two rules", ship("a: [rum, rats] # plimsoll:ignore no-rum,no-rats why", "b: 1"),
			outcome{Suppressed: []string{"5 no-rats comment why", "5 no-rum comment why"}}},
		{"two rules with blanks", ship("a: [rum, rats] # plimsoll:ignore no-rum, no-rats why"),
			outcome{Suppressed: []string{"5 no-rats comment why", "5 no-rum comment why"}}},
		{"every rule", ship("a: [rum, rats] # plimsoll:ignore *"),
			outcome{Suppressed: []string{"5 no-rats comment", "5 no-rum comment"}}},
		{"all rules", ship("a: [rum, rats] # plimsoll:ignore all"),
			outcome{Suppressed: []string{"5 no-rats comment", "5 no-rum comment"}}},
		{"an alias", ship("a: rum # plimsoll:ignore hbr-0010"), outcome{Suppressed: []string{"5 no-rum comment"}}},
		{"a group", ship("a: [rum, rats] # plimsoll:ignore words"),
			outcome{Suppressed: []string{"5 no-rats comment", "5 no-rum comment"}}},
		{"until today", ship("a: rum # plimsoll:ignore no-rum until=" + day + " soon"), outcome{Suppressed: []string{"5 no-rum comment soon"}}},
		{"until yesterday", ship("a: rum # plimsoll:ignore no-rum until=2027-01-30 soon"),
			outcome{Reported: []string{"5 no-rum"}, Problems: []string{"5:8: plimsoll:ignore no-rum expired on 2027-01-30"}}},
		{"until some day", ship("a: rum # plimsoll:ignore no-rum until=monday"),
			outcome{Reported: []string{"5 no-rum"}, Problems: []string{`5:8: plimsoll:ignore until "monday": want a day such as 2027-01-31`}}},
		{"no rule", ship("a: rum # plimsoll:ignore"),
			outcome{Reported: []string{"5 no-rum"}, Problems: []string{"5:8: plimsoll:ignore names no rule: * is all of them"}}},
		{"unused", ship("a: rum", "b: x # plimsoll:ignore no-rum"),
			outcome{Reported: []string{"5 no-rum"}, Unused: []string{"6 comment no-rum/"}}},
		{"partly unused", ship("a: rum # plimsoll:ignore no-rum,no-rats,no-cats"),
			outcome{Suppressed: []string{"5 no-rum comment"}, Unused: []string{"5 comment no-rats/no-cats"}}},
		{"about nothing", ship("a: rum", "# plimsoll:ignore *"), outcome{Reported: []string{"5 no-rum"}, Unused: []string{"6 comment */"}}},
		{"not in quotes", ship("a: rum", "b: 'x # plimsoll:ignore no-rum'", "c: |", "  # plimsoll:ignore *"), outcome{Reported: []string{"5 no-rum"}}},
		{"another word", ship("a: rum # plimsoll:ignored no-rum", "b: x # see plimsoll:ignore no-rum"), outcome{Reported: []string{"5 no-rum"}}},
		{"an item of a list of objects", "apiVersion: v1\nkind: List\nitems:\n# plimsoll:ignore no-rum\n- apiVersion: v1\n  kind: Ship\n  a: rum\n- apiVersion: v1\n  kind: Ship\n  a: rum\n",
			outcome{Reported: []string{"10 no-rum"}, Suppressed: []string{"7 no-rum comment"}}},
	} {
		got := outcomeOf(lintText(t, test.text, lint.Options{Now: now}))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestSuppressByCommentInCompat(t *testing.T) {
	t.Parallel()
	got := outcomeOf(lintText(t, ship("a: rum # plimsoll:ignore no-rum"), lint.Options{Compat: true}))
	if diff := cmp.Diff(outcome{Reported: []string{"5 no-rum"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSuppressByAnnotation(t *testing.T) {
	t.Parallel()
	annotated := func(annotation string) string {
		return "apiVersion: v1\nkind: Ship\nmetadata:\n  annotations:\n    " + annotation + "\na: [rum, rats]\n"
	}
	template := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  template:\n    metadata:\n      annotations: {ignore-check.kube-linter.io/no-rum: why}\n    spec: {a: rum}\n"
	shared := "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: &m {annotations: {kube-linter.io/ignore-all: why}}}\n- {apiVersion: v1, kind: Pod, metadata: *m, a: rum}\n"
	both := outcome{Reported: []string{"6 no-rats", "6 no-rum"}}
	for _, test := range []struct {
		name, text   string
		want, compat outcome
	}{
		{"one", annotated("ignore-check.kube-linter.io/no-rum: for the crew"),
			outcome{Reported: []string{"6 no-rats"}, Suppressed: []string{"6 no-rum annotation for the crew"}},
			outcome{Reported: []string{"6 no-rats"}, Suppressed: []string{"6 no-rum annotation for the crew"}}},
		{"all", annotated("kube-linter.io/ignore-all: ''"),
			outcome{Suppressed: []string{"6 no-rats annotation", "6 no-rum annotation"}},
			outcome{Suppressed: []string{"6 no-rats annotation", "6 no-rum annotation"}}},
		{"false", annotated("ignore-check.kube-linter.io/no-rum: 'false'"), both,
			outcome{Reported: []string{"6 no-rats"}, Suppressed: []string{"6 no-rum annotation false"}}},
		{"true is no reason", annotated("ignore-check.kube-linter.io/no-rum: 'true'"),
			outcome{Reported: []string{"6 no-rats"}, Suppressed: []string{"6 no-rum annotation"}},
			outcome{Reported: []string{"6 no-rats"}, Suppressed: []string{"6 no-rum annotation true"}}},
		{"alias", annotated("ignore-check.kube-linter.io/HBR-0010: x"),
			outcome{Reported: []string{"6 no-rats"}, Suppressed: []string{"6 no-rum annotation x"}}, both},
		{"a rule called all", annotated("ignore-check.kube-linter.io/all: x"),
			outcome{Reported: both.Reported, Unused: []string{"5 annotation /all"}}, both},
		{"unknown", annotated("ignore-check.kube-linter.io/no-cats: x"),
			outcome{Reported: both.Reported, Unused: []string{"5 annotation /no-cats"}}, both},
		{"of the pod template", template,
			outcome{Suppressed: []string{"8 no-rum annotation why"}}, outcome{Reported: []string{"8 no-rum"}}},
		{"of two objects", shared,
			outcome{Suppressed: []string{"5 no-rum annotation why"}}, outcome{Suppressed: []string{"5 no-rum annotation why"}}},
	} {
		if diff := cmp.Diff(test.want, outcomeOf(lintText(t, test.text, lint.Options{}))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		got := outcomeOf(lintText(t, test.text, lint.Options{Compat: true}))
		got.Problems = nil // objects of no known kind
		if diff := cmp.Diff(test.compat, got); diff != "" {
			t.Errorf("%s in compat mode (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestSuppressByConfiguration(t *testing.T) {
	t.Parallel()
	text := ship("a: rum") + "---\napiVersion: v1\nkind: Ship\nmetadata: {name: bea, namespace: north}\na: rum\n"
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, entry string
		want        outcome
	}{
		{"rule", "{rule: no-rum, reason: why}", outcome{Suppressed: []string{"5 no-rum configuration why", "10 no-rum configuration why"}}},
		{"every rule", "{rule: '*'}", outcome{Suppressed: []string{"5 no-rum configuration", "10 no-rum configuration"}}},
		{"name", "{rule: no-rum, name: a*}", outcome{Reported: []string{"10 no-rum"}, Suppressed: []string{"5 no-rum configuration"}}},
		{"namespace", "{rule: HBR-0010, namespace: north}", outcome{Reported: []string{"5 no-rum"}, Suppressed: []string{"10 no-rum configuration"}}},
		{"no namespace", "{rule: no-rum, namespace: default}", outcome{Reported: []string{"10 no-rum"}, Suppressed: []string{"5 no-rum configuration"}}},
		{"path", "{rule: no-rum, path: '**/ship.yaml', name: bea}", outcome{Reported: []string{"5 no-rum"}, Suppressed: []string{"10 no-rum configuration"}}},
		{"other kind", "{rule: no-rum, kind: Boat}", outcome{Reported: []string{"5 no-rum", "10 no-rum"}, Unused: []string{"2 configuration no-rum/"}}},
		{"expired", "{rule: no-rum, until: 2026-12-31}",
			outcome{Reported: []string{"5 no-rum", "10 no-rum"}, Problems: []string{"c.yaml:2:3: the suppression of no-rum expired on 2026-12-31"}}},
	} {
		c, err := lint.ReadConfig("c.yaml", []byte("suppress:\n- "+test.entry+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		got := outcomeOf(lintText(t, text, lint.Options{Suppress: c.Suppress, Now: now}))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestRequireReason(t *testing.T) {
	t.Parallel()
	text := ship("a: rum # plimsoll:ignore no-rum", "b: rats # plimsoll:ignore no-rats they are pets")
	want := outcome{
		Suppressed: []string{"6 no-rats comment they are pets", "5 no-rum comment"},
		Problems:   []string{"5:8: a suppression without a reason"},
	}
	if diff := cmp.Diff(want, outcomeOf(lintText(t, text, lint.Options{RequireReason: true}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzSuppress holds that suppressions move diagnostics, and lose none.
func FuzzSuppress(f *testing.F) {
	f.Add(ship("a: rum # plimsoll:ignore no-rum until=2027-01-31 x"))
	f.Add("# plimsoll:ignore *,\n" + ship("a: [rum, # plimsoll:ignore no-rum, no-rats", " rats]"))
	f.Fuzz(func(t *testing.T, text string) {
		b := manifest.ReadFile("a.yaml", []byte(text), manifest.Options{})
		r, err := lint.Run(context.Background(), b.Objects, wordRules(), lint.Options{Now: time.Unix(0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		without, err := lint.Run(context.Background(), b.Objects, wordRules(), lint.Options{Compat: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(without.Problems) == 0 && len(r.Diagnostics)+len(r.Suppressed) != len(without.Diagnostics)+len(without.Suppressed) {
			t.Errorf("%q: %d and %d suppressed, want %d in all", text, len(r.Diagnostics), len(r.Suppressed), len(without.Diagnostics))
		}
	})
}

// An alias suppresses the diagnostics that it fits; the rule's name suppresses all.
func TestSuppressAlias(t *testing.T) {
	t.Parallel()
	rule := &lint.Rule{Name: "no-vermin", Aliases: []string{"HBR-0011", "HBR-0012"}, Run: func(p *lint.Pass) error {
		p.ReportDiagnostic(nil, lint.Diagnostic{Message: "rats", Aliases: []string{"HBR-0011"}})
		p.ReportDiagnostic(nil, lint.Diagnostic{Message: "mice", Aliases: []string{}})
		p.ReportDiagnostic(nil, lint.Diagnostic{Message: "worms"})
		return nil
	}}
	for _, row := range []struct{ name, kept string }{
		{"no-vermin", ""},
		{"HBR-0011", "mice"},
		{"AVD-HBR-0011", "mice"},
		{"HBR-0012", "rats mice"},
		{"HBR-0013", "rats mice worms"},
	} {
		b := manifest.ReadFile("ship.yaml", []byte("apiVersion: v1\nkind: Ship\n"), manifest.Options{})
		r, err := lint.Run(t.Context(), b.Objects, []*lint.Rule{rule}, lint.Options{Suppress: []lint.Suppression{{Rules: []string{row.name}}}})
		if err != nil {
			t.Fatal(err)
		}
		var kept []string
		for _, d := range r.Diagnostics {
			kept = append(kept, d.Message)
		}
		if got := strings.Join(kept, " "); got != row.kept {
			t.Errorf("suppressed by %s: %q is left, want %q", row.name, got, row.kept)
		}
	}
}
