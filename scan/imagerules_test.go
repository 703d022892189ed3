package scan

import (
	"slices"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
)

// TestNotForImages holds the names that LintImage knows against the rules there are.
func TestNotForImages(t *testing.T) {
	t.Parallel()
	all := rules.All()
	for _, name := range notForImages() {
		k := slices.IndexFunc(all, func(r *lint.Rule) bool { return r.Name == name })
		if k < 0 || slices.Contains(ImageRules(all), all[k]) {
			t.Errorf("there is no rule %s, or it runs", name)
		}
	}
	if n := len(ImageRules(all)); n < 20 {
		t.Errorf("%d rules are for images", n)
	}
}
