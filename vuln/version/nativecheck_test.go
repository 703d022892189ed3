package version_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// nativeStrings are the versions of the rows of s and random strings, many of
// them ill formed; none is empty or has a blank in it.
func nativeStrings(t *testing.T, s version.Scheme) []string {
	t.Helper()
	n := 20_000
	if testing.Short() {
		n = 1_000
	}
	var all []string
	for _, r := range ownRows(t, s) {
		all = append(all, r.a, r.b)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for n += len(all); len(all) < n; {
		v := neighbour(r, s, randomVersion(r, s))
		if v != "" && !strings.ContainsAny(v, " \t") {
			all = append(all, v)
		}
	}
	return all
}

// checkNativeTakes compares Check of s with what its native tool takes: ask
// gives it pairs of one string twice and returns 1 for each that it takes. A
// difference must be explained by a fault that the string is hit by, and a
// fault that explains none is stale.
func checkNativeTakes(t *testing.T, s version.Scheme, ask func(pairs [][2]string) []int, faults []fault) {
	t.Helper()
	var pairs [][2]string
	for _, v := range nativeStrings(t, s) {
		pairs = append(pairs, [2]string{v, v})
	}
	taken := 0
	used := make([]int, len(faults))
	explain := func(v string) bool {
		for i, f := range faults {
			if f.hit(v) {
				used[i]++
				return true
			}
		}
		return false
	}
	for i, answer := range ask(pairs) {
		v := pairs[i][0]
		taken += answer
		if err := s.Check(v); (err == nil) != (answer == 1) && !explain(v) {
			t.Errorf("%s.Check(%q) = %v, but the native tool takes it: %v", s, v, err, answer == 1)
		}
	}
	for i, f := range faults {
		t.Logf("%s: %d of %d differ: the tool %s (%s)", s, used[i], len(pairs), f.name, f.evidence)
		if used[i] == 0 {
			t.Errorf("%s: the fault %q explains no difference", s, f.name)
		}
	}
	if taken*10 < len(pairs) || taken*10 > len(pairs)*9 {
		t.Errorf("%s: the native tool takes %d of %d, too lopsided to say anything", s, taken, len(pairs))
	}
}
