package version_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// TestSemverRelatives: the orders that have semver's form have its order, too,
// where nothing of their own stands in the versions.
func TestSemverRelatives(t *testing.T) {
	t.Parallel()
	noBuild := func(v string) bool { return !strings.Contains(v, "+") }
	tests := []struct {
		scheme version.Scheme
		same   func(v string) bool
	}{
		{version.NPM, func(string) bool { return true }},
		{version.Go, func(string) bool { return true }},
		{version.NuGet, func(v string) bool { return v[0] != 'v' && strings.ToLower(v) == v }},
		{version.Pub, noBuild},
		{version.Bitnami, func(v string) bool {
			_, pre, _ := strings.Cut(v, "-")
			return pre == "" || pre[0] < '0' || '9' < pre[0]
		}},
	}
	for _, tt := range tests {
		r := rand.New(rand.NewPCG(9, 10))
		pairs := 0
		for range 20_000 {
			a := randomVersion(r, version.Semver)
			b := neighbour(r, version.Semver, a)
			if version.Semver.Check(a) != nil || version.Semver.Check(b) != nil || !tt.same(a) || !tt.same(b) {
				continue
			}
			pairs++
			checkOrder(t, "semver", tt.scheme, a, b, version.Semver.Compare(a, b))
		}
		if pairs < 1_000 {
			t.Errorf("%s: only %d pairs", tt.scheme, pairs)
		}
	}
}
