package lint_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// newDockerfile makes an object of two instructions, the second of which a comment is
// about.
func newDockerfile(comment string) *manifest.Object {
	text := "FROM a\n# " + comment + "\nUSER root\n"
	d := &manifest.Dockerfile{File: &manifest.File{Path: "shop/Dockerfile", Text: []byte(text)}}
	user := len(text) - len("USER root\n")
	d.Instructions = []*manifest.Instruction{
		{Keyword: manifest.Word{Value: "FROM"}, End: 6},
		{Keyword: manifest.Word{Value: "USER"}, Start: user, End: len(text) - 1},
	}
	d.Comments = []manifest.Comment{{Span: d.Span(7, user-1), Text: comment, Entry: d.Span(user, len(text)-1)}}
	return manifest.NewDockerfile(d)
}

// everyUser reports each USER.
func everyUser(kinds ...lint.Kind) *lint.Rule {
	return &lint.Rule{Name: "user", Aliases: []string{"DS-0002"}, Severity: severity.High, Kinds: kinds, Run: func(p *lint.Pass) error {
		d := p.Object.Dockerfile()
		if d == nil {
			p.Reportf(nil, "not a Dockerfile")
			return nil
		}
		for _, i := range d.Instructions {
			if i.Keyword.Value == "USER" {
				p.ReportAt(d.Span(i.Start, i.End), "a user")
			}
		}
		p.ReportAt(manifest.Span{}, "the file")
		return nil
	}}
}

func TestRulesOfDockerfiles(t *testing.T) {
	t.Parallel()
	text := []byte("apiVersion: v1\nkind: Dockerfile\nmetadata: {name: mirage}\n")
	objects := append(manifest.ReadFile("x.yaml", text, manifest.Options{}).Objects, newDockerfile("nothing"))
	for _, row := range []struct {
		name   string
		kinds  []lint.Kind
		compat bool
		want   []string
	}{
		{"Dockerfiles", []lint.Kind{lint.Dockerfile}, false, []string{"shop/Dockerfile:3:1 a user", "shop/Dockerfile:1:1 the file"}},
		{"in compat mode too", []lint.Kind{lint.Dockerfile}, true, []string{"shop/Dockerfile:3:1 a user", "shop/Dockerfile:1:1 the file"}},
		{"every object", nil, false, []string{"x.yaml:3:18 not a Dockerfile"}},
		{"any object", []lint.Kind{lint.Any, lint.DeploymentLike}, true, []string{"x.yaml:3:18 not a Dockerfile"}},
		{"a kind of that name", []lint.Kind{"/Dockerfile"}, false, []string{"x.yaml:3:18 not a Dockerfile"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			found, err := lint.Run(context.Background(), objects, []*lint.Rule{everyUser(row.kinds...)}, lint.Options{Compat: row.compat})
			if err != nil || len(found.Problems) > 0 {
				t.Fatal(err, found.Problems)
			}
			var got []string
			for _, d := range found.Diagnostics {
				got = append(got, d.Span.Start.String()+" "+d.Message)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("Run (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCommentsOfTrivy(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 15, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		comment    string
		suppressed int
		reason     string
		problems   []string
	}{
		{"trivy:ignore:DS-0002", 1, "", nil},
		{"trivy:ignore:ds-0002 #trivy:ignore:DS-0001 as it was", 1, "as it was", nil},
		{"trivy:ignore:DS-0001 # trivy:ignore:DS-0002", 1, "", nil},
		{"trivy:ignore:DS-0002:exp:2027-01-15", 1, "", nil},
		{"trivy:ignore:DS-0002:exp:2027-01-14", 0, "", []string{"shop/Dockerfile:2:1: plimsoll:ignore DS-0002 expired on 2027-01-14"}},
		{"trivy:ignore:DS-0002:ws:dev:exp:tomorrow", 0, "", []string{`shop/Dockerfile:2:1: trivy:ignore: until "tomorrow": want a day such as 2027-01-31`}},
		{"trivy:ignore:", 0, "", []string{"shop/Dockerfile:2:1: trivy:ignore: names no rule"}},
		{"trivy:ignore:DS-0001", 0, "", nil},
		{"trivy: ignore DS-0002", 0, "", nil},
		{"plimsoll:ignore DS-0002 it is", 1, "it is", nil},
	} {
		t.Run(row.comment, func(t *testing.T) {
			t.Parallel()
			found, err := lint.Run(context.Background(), []*manifest.Object{newDockerfile(row.comment)}, []*lint.Rule{everyUser(lint.Dockerfile)}, lint.Options{Now: now})
			if err != nil {
				t.Fatal(err)
			}
			if len(found.Suppressed) != row.suppressed || len(found.Diagnostics)+len(found.Suppressed) != 2 {
				t.Fatalf("%d diagnostics are suppressed of %d, want %d", len(found.Suppressed), len(found.Diagnostics)+len(found.Suppressed), row.suppressed)
			}
			if row.suppressed > 0 && found.Suppressed[0].Reason != row.reason {
				t.Errorf("reason %q, want %q", found.Suppressed[0].Reason, row.reason)
			}
			var problems []string
			for _, p := range found.Problems {
				problems = append(problems, p.Error())
			}
			if diff := cmp.Diff(row.problems, problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// The rules for Dockerfiles are none of KubeLinter's.
func TestCompatHasNoRulesOfDockerfiles(t *testing.T) {
	t.Parallel()
	rule := everyUser(lint.Dockerfile)
	rule.Default = true
	for compat, want := range map[bool]int{false: 1, true: 0} {
		list, err := new(lint.Config).Rules([]*lint.Rule{rule}, nil, compat)
		if err != nil || len(list) != want {
			t.Errorf("Rules with compat %t: %d rules, %v, want %d", compat, len(list), err, want)
		}
	}
}

func ExamplePass_ReportAt() {
	rule := &lint.Rule{Name: "no-user", Kinds: []lint.Kind{lint.Dockerfile}, Run: func(p *lint.Pass) error {
		d := p.Object.Dockerfile()
		for _, i := range d.Instructions {
			if i.Keyword.Value == "USER" {
				p.ReportAt(d.Span(i.Start, i.End), "it has a user")
			}
		}
		return nil
	}}
	found, err := lint.Run(context.Background(), []*manifest.Object{newDockerfile("nothing")}, []*lint.Rule{rule}, lint.Options{})
	if err != nil {
		panic(err)
	}
	for _, d := range found.Diagnostics {
		fmt.Println(d.Span.Start, d.Object, d.Message)
	}
	// Output:
	// shop/Dockerfile:3:1 Dockerfile Dockerfile it has a user
}

func ExamplePass_ReportDiagnosticAt() {
	rule := &lint.Rule{Name: "no-user", Kinds: []lint.Kind{lint.Dockerfile}, Run: func(p *lint.Pass) error {
		d := p.Object.Dockerfile()
		for _, i := range d.Instructions {
			if i.Keyword.Value == "USER" {
				keyword := d.Span(i.Start, i.Start+len("USER"))
				p.ReportDiagnosticAt(keyword, lint.Diagnostic{Message: "it has a user", Cause: d.Span(i.Start, i.End)})
			}
		}
		return nil
	}}
	found, err := lint.Run(context.Background(), []*manifest.Object{newDockerfile("nothing")}, []*lint.Rule{rule}, lint.Options{})
	if err != nil {
		panic(err)
	}
	for _, d := range found.Diagnostics {
		fmt.Println(d.Span.End, d.Message, "that ends at", d.Cause.End)
	}
	// Output:
	// shop/Dockerfile:3:5 it has a user that ends at shop/Dockerfile:3:10
}
