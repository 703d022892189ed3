package version_test

import (
	"cmp"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"github.com/Masterminds/semver/v3"
	debversion "github.com/knqyf263/go-deb-version"
	rpmversion "github.com/knqyf263/go-rpm-version"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A fault is a class of versions that a peer is known to judge wrongly.
type fault struct {
	name     string
	evidence string
	hit      func(v string) bool // v is of the class
}

// peerAnswer is what a peer says of v and w: whether it takes v and w, and if
// both, their order.
type peerAnswer func(v, w string) (takesV, takesW bool, order int)

// checkPeer compares a scheme with a peer on random versions. A difference
// must be explained by a fault that one of the two versions is hit by, and a
// fault that explains none is stale.
func checkPeer(t *testing.T, s version.Scheme, ask peerAnswer, faults []fault) {
	t.Helper()
	used := make([]int, len(faults))
	explain := func(versions ...string) bool {
		for i, f := range faults {
			for _, v := range versions {
				if f.hit(v) {
					used[i]++
					return true
				}
			}
		}
		return false
	}
	r := rand.New(rand.NewPCG(7, 8))
	ordered := 0
	for range 15_000 {
		a := randomVersion(r, s)
		b := neighbour(r, s, a)
		takesA, takesB, order := ask(a, b)
		if err := s.Check(a); (err == nil) != takesA && !explain(a) {
			t.Errorf("%s.Check(%q) = %v, but the peer takes it: %v", s, a, err, takesA)
		}
		if !takesA || !takesB || s.Check(a) != nil || s.Check(b) != nil {
			continue
		}
		ordered++
		if got := s.Compare(a, b); got != order && !explain(a, b) {
			t.Errorf("%s.Compare(%q, %q) = %d, the peer's answer is %d", s, a, b, got, order)
		}
	}
	for i, f := range faults {
		t.Logf("%s: %d differences: %s (%s)", s, used[i], f.name, f.evidence)
		if used[i] == 0 {
			t.Errorf("%s: the fault %q explains no difference", s, f.name)
		}
	}
	if ordered < 1000 {
		t.Errorf("%s: only %d pairs were ordered by both", s, ordered)
	}
}

func TestDebPeer(t *testing.T) {
	t.Parallel()
	ask := func(v, w string) (bool, bool, int) {
		a, errA := debversion.NewVersion(v)
		b, errB := debversion.NewVersion(w)
		if errA != nil || errB != nil {
			return errA == nil, errB == nil, 0
		}
		return true, true, cmp.Compare(a.Compare(b), 0) // it returns any int, not -1, 0, 1
	}
	checkPeer(t, version.Deb, ask, []fault{
		{"no digit first is an error", "dpkg 1.21 warns and goes on", func(v string) bool {
			_, upstream := cutEpoch(v)
			return upstream != "" && !unicode.IsDigit(rune(upstream[0]))
		}},
		{"digits past 63 bits are all the same", "dpkg: 1.9223372036854775807 < 1.9223372036854775808", func(v string) bool {
			return longestDigits(v) > 18
		}},
		{"an empty revision is taken", `dpkg: "revision number is empty"`, func(v string) bool {
			return strings.HasSuffix(v, "-")
		}},
		{"an underscore is taken", `dpkg: "invalid character in version number"`, func(v string) bool {
			return strings.Contains(v, "_")
		}},
		{"an epoch past 31 bits is taken", `dpkg: "epoch in version is too big"`, func(v string) bool {
			epoch, _ := cutEpoch(v)
			return longestDigits(epoch) > 9
		}},
		{"a signed epoch is taken", "deb-version(7): an unsigned integer", signedEpoch},
	})
}

// TestRPMPeer compares orders alone: go-rpm-version takes every string.
func TestRPMPeer(t *testing.T) {
	t.Parallel()
	ask := func(v, w string) (bool, bool, int) {
		takesV, takesW := version.RPM.Check(v) == nil, version.RPM.Check(w) == nil
		return takesV, takesW, rpmversion.NewVersion(v).Compare(rpmversion.NewVersion(w))
	}
	checkPeer(t, version.RPM, ask, []fault{
		{"no release is an empty one", "rpm 4.18: 1.0 < 1.0-~1, 1.0 < 1.0-_", func(v string) bool {
			_, release, _ := strings.Cut(v, "-")
			release = strings.TrimLeft(release, "._+")
			return hasRelease(v) && (release == "" || release[0] == '~')
		}},
	})
}

func cutEpoch(v string) (epoch, rest string) {
	epoch, rest, found := strings.Cut(v, ":")
	if !found {
		return "", v
	}
	return epoch, rest
}

// longestDigits is the length of the longest run of digits in v, leading zeros
// not counted.
func longestDigits(v string) int {
	longest := 0
	for _, run := range strings.FieldsFunc(v, func(r rune) bool { return r < '0' || r > '9' }) {
		longest = max(longest, len(strings.TrimLeft(run, "0")))
	}
	return longest
}

func TestSemverPeer(t *testing.T) {
	t.Parallel()
	ask := func(v, w string) (bool, bool, int) {
		a, errA := semver.NewVersion(v)
		b, errB := semver.NewVersion(w)
		if errA != nil || errB != nil {
			return errA == nil, errB == nil, 0
		}
		return true, true, a.Compare(b)
	}
	checkPeer(t, version.Semver, ask, []fault{
		{"numbers past 64 bits are an error, or text in a pre-release", "semver.org sets no limit", func(v string) bool {
			return longestDigits(v) > 19
		}},
		{"leading zeros are taken", "semver.org, item 2", func(v string) bool {
			core, _, _ := strings.Cut(strings.TrimPrefix(v, "v"), "-")
			core, _, _ = strings.Cut(core, "+")
			for n := range strings.SplitSeq(core, ".") {
				if len(n) > 1 && n[0] == '0' {
					return true
				}
			}
			return false
		}},
	})
}
