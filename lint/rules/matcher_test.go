package rules

import "testing"

func TestMatcher(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true},
		{"", "brig", true},
		{"rig", "brig", true},
		{"^rig", "brig", false},
		{"!rig", "brig", false},
		{"!rig", "sloop", true},
		{"!", "brig", false}, // the empty expression matches everything
		{"!!", "a!b", false},
		{"(?i)BRIG", "brig", true},
	} {
		matches, err := newMatcher(row.pattern)
		if err != nil {
			t.Fatalf("newMatcher(%q): %v", row.pattern, err)
		}
		if got := matches(row.s); got != row.want {
			t.Errorf("newMatcher(%q)(%q) = %v, want %v", row.pattern, row.s, got, row.want)
		}
	}
	for _, pattern := range []string{"(", "!("} {
		if _, err := newMatcher(pattern); err == nil {
			t.Errorf("newMatcher(%q): no error", pattern)
		}
	}
}
