package version_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// TestAllocs is not parallel: AllocsPerRun counts those of the whole process.
func TestAllocs(t *testing.T) {
	for _, s := range schemes() {
		buf := make([]byte, 0, 1024)
		for _, r := range ownRows(t, s) {
			ill := r.a + "\x00" // ill formed in every scheme
			allocs := testing.AllocsPerRun(10, func() {
				s.Compare(r.a, r.b)
				s.Compare(r.a, ill)
				if s.Check(r.a) != nil {
					t.Fail()
				}
				if _, err := s.AppendKey(buf, r.b); err != nil {
					t.Fail()
				}
				if _, _, err := version.AppendBound(buf, s, r.b); err != nil {
					t.Fail()
				}
			})
			if allocs != 0 {
				t.Errorf("%s: %s: %s allocates %v times, want 0", r.pos, s, r, allocs)
			}
		}
	}
	iv := version.Interval{Lower: mustKey(t, version.Deb, "1"), Upper: mustKey(t, version.Deb, "2")}
	key := mustKey(t, version.Deb, "1.5")
	for _, iv.AnyRelease = range []bool{false, true} {
		if allocs := testing.AllocsPerRun(10, func() { iv.Contains(key) }); allocs != 0 {
			t.Errorf("Contains allocates %v times, want 0 (AnyRelease %v)", allocs, iv.AnyRelease)
		}
	}
}
