package version_test

import (
	"strings"
	"testing"
)

// hostile are strings that nobody publishes. Those past the greatest length
// are refused by it, before anything looks at them.
func hostile() []string {
	return []string{
		strings.Repeat("1", 1<<20),
		strings.Repeat(".", 10_000),
		strings.Repeat("1.", 10_000),
		strings.Repeat("9", 100_000),
		strings.Repeat("0", 100_000),
		strings.Repeat("1-", 5_000),
		strings.Repeat("~", 5_000),
		strings.Repeat("9", 256),
		strings.Repeat("0", 255) + "1",
		strings.Repeat("1.", 127) + "1",
		strings.Repeat("0.", 127) + "a",
		strings.Repeat("a1", 128),
		strings.Repeat("~", 256),
		strings.Repeat(".", 256),
		strings.Repeat("-", 256),
		"1.\xff\xfe", "\x80", "1\x00", "\x00", "\x00\x00\x00", "1.0\x00.1", "é", "١.٢", "1.0\u202e", " ", "\t", "\n", "1\n2",
	}
}

// TestHostile holds every order to the laws on such strings.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			all := hostile()
			for i, v := range all {
				if err := s.Check(v); err == nil && len(v) > 256 {
					t.Errorf("%s.Check(%.20q...) of %d bytes = nil, want an error", s, v, len(v))
				}
				checkLaws(t, s, v, all[(i+7)%len(all)], "1.0")
			}
		})
	}
}

// BenchmarkHostile takes the worst of them: microseconds, whatever the length.
func BenchmarkHostile(b *testing.B) {
	for _, s := range schemes() {
		b.Run(s.String(), func(b *testing.B) {
			all := hostile()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.Compare(all[i%len(all)], all[(i+1)%len(all)])
			}
		})
	}
}
