package version_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// checkNative compares s with the answers of its native tool to pairs. A
// difference must be explained by a fault that one of the two versions is hit
// by, and a fault that explains none is stale.
func checkNative(t *testing.T, s version.Scheme, pairs [][2]string, answers []int, faults []fault) {
	t.Helper()
	used := make([]int, len(faults))
	explain := func(a, b string) bool {
		for i, f := range faults {
			if f.hit(a) || f.hit(b) {
				used[i]++
				return true
			}
		}
		return false
	}
	for i, want := range answers {
		a, b := pairs[i][0], pairs[i][1]
		if got := s.Compare(a, b); got != want && !explain(a, b) {
			t.Errorf("%s.Compare(%q, %q) = %d, the native tool's answer is %d", s, a, b, got, want)
		}
	}
	for i, f := range faults {
		t.Logf("%s: %d of %d differ: the tool %s (%s)", s, used[i], len(pairs), f.name, f.evidence)
		if used[i] == 0 {
			t.Errorf("%s: the fault %q explains no difference", s, f.name)
		}
	}
}
