package rules_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// Each rule that looks at Compose files says what to do about it there, and has a
// fixture of one.
func TestComposeAdvice(t *testing.T) {
	t.Parallel()
	count := 0
	for _, r := range rules.All() {
		if !slices.Contains(r.Kinds, lint.Compose) {
			if strings.Contains(r.Remediation, "Compose file") {
				t.Errorf("%s says what to do in a Compose file, and looks at none", r.Name)
			}
			continue
		}
		count++
		if len(r.Kinds) > 1 && !strings.Contains(r.Remediation, " In a Compose file: ") {
			t.Errorf("%s does not say what to do in a Compose file", r.Name)
		}
		fixture, err := os.ReadFile("testdata/" + r.Name + ".txtar")
		if text := string(fixture); err != nil || !strings.Contains(text, "-- compose.yaml --\n") || !strings.Contains(text, "-- ok.compose.yaml --\n") {
			t.Errorf("%s has no fixtures of a Compose file: %v", r.Name, err)
		}
	}
	if count < 30 {
		t.Errorf("%d rules look at Compose files, want 30 at least", count)
	}
}

// The cause is the service, unless what is reported is merged from elsewhere.
func TestComposeCause(t *testing.T) {
	t.Parallel()
	const text = "x-base: &base\n  pid: host\nservices:\n  a:\n    image: a\n    ipc: host\n\n  b:\n    <<: *base\n    image: b\n"
	b := manifest.ReadFile("compose.yaml", []byte(text), manifest.Options{})
	all := slices.DeleteFunc(rules.All(), func(r *lint.Rule) bool { return r.Name != "host-ipc" && r.Name != "host-pid" })
	result, err := lint.Run(t.Context(), b.Objects, all, lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range result.Diagnostics {
		got = append(got, fmt.Sprintf("%s at %d, cause %d-%d", d.Rule, d.Span.Start.Line, d.Cause.Start.Line, d.Cause.End.Line))
	}
	want := []string{"host-ipc at 6, cause 4-6", "host-pid at 2, cause 0-0"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The rules for containers look at services of Compose files too.
func ExampleAll_compose() {
	const text = "services:\n  web:\n    image: web:1\n    privileged: true\n"
	b := manifest.ReadFile("compose.yaml", []byte(text), manifest.Options{})
	all, err := (&lint.Config{DoNotAutoAddDefaults: true, Include: []string{"privileged-container"}}).Rules(rules.All(), nil, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := lint.Run(context.Background(), b.Objects, all, lint.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range result.Diagnostics {
		fmt.Println(d.Span.Start, d.Message, "fix:", d.Fixes[0].Message)
	}
	// Output: compose.yaml:4:17 service "web" is privileged fix: remove privileged
}
