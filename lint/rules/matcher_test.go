package rules

import "testing"

func TestMatcher(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text, s string
		want    bool
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
		m, err := newMatcher(row.text)
		if err != nil {
			t.Fatalf("newMatcher(%q): %v", row.text, err)
		}
		if got := m.matches(row.s); got != row.want {
			t.Errorf("newMatcher(%q).matches(%q) = %v, want %v", row.text, row.s, got, row.want)
		}
	}
	for _, text := range []string{"(", "!("} {
		if _, err := newMatcher(text); err == nil {
			t.Errorf("newMatcher(%q): no error", text)
		}
	}
}

func TestPatternList(t *testing.T) {
	t.Parallel()
	l, err := newPatternList([]string{"^/hold$", "!deck"})
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]bool{"/hold": true, "/hold/aft": false, "!deck": true, "deck": false} {
		if got := l.matches(s); got != want {
			t.Errorf("matches(%q) = %v, want %v", s, got, want)
		}
	}
	if (patternList)(nil).matches("") {
		t.Error("an empty list matches")
	}
	if _, err := newPatternList([]string{"ok", "["}); err == nil {
		t.Error("newPatternList: no error for [")
	}
}
