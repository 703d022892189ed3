package lint_test

import (
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
)

func ExampleRule_HasAlias() {
	rule := &lint.Rule{Name: "privileged-container", Aliases: []string{"KSV-0017"}}
	fmt.Println(rule.HasAlias("AVD-KSV-0017"), rule.HasAlias("ksv017"), rule.HasAlias("KSV-0018"))
	// Output: true true false
}

func TestHasAlias(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		alias, name string
		want        bool
	}{
		{"KSV-0001", "KSV-0001", true},
		{"KSV-0001", "ksv-0001", true},
		{"KSV-0001", "KSV001", true},
		{"KSV-0001", "KSV-1", true},
		{"KSV-0001", "avd-ksv-0001", true},
		{"KSV-0001", "AVD-KSV001", true},
		{"KSV-0001", "KSV-00001", false},
		{"KSV-0001", "KSV", false},
		{"KSV-0001", "0001", false},
		{"KSV-01010", "KSV01010", true},
		{"KSV-01010", "KSV-1010", false},
		{"DL3008", "dl3008", true},
		{"AVD-", "AVD-", true},
		{"pss-level-2", "level-2", false},
	} {
		r := lint.Rule{Aliases: []string{row.alias}}
		if got := r.HasAlias(row.name); got != row.want {
			t.Errorf("a rule with the alias %s: HasAlias(%q) = %v, want %v", row.alias, row.name, got, row.want)
		}
	}
}
