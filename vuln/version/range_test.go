package version_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func TestIntervalContains(t *testing.T) {
	t.Parallel()
	key := func(v string) []byte {
		if v == "" {
			return nil
		}
		return mustKey(t, version.Deb, v)
	}
	tests := []struct {
		lower, upper string // "": none
		inclusive    bool
		in, out      []string
	}{
		{"", "", false, []string{"~", "0", "9:9"}, nil},
		{"", "", true, []string{"~", "0", "9:9"}, nil},
		{"1.0", "", false, []string{"1.0", "1.0-0", "1.0.1", "9:9"}, []string{"1.0~", "0"}},
		{"", "1.0", false, []string{"~", "0", "1.0~"}, []string{"1.0", "1.0-0", "1.0.1"}},
		{"", "1.0", true, []string{"~", "1.0~", "1.0", "1.0-0"}, []string{"1.0-1", "1.0.1"}},
		{"1.0", "2.0", false, []string{"1.0", "1.9", "2.0~rc1"}, []string{"1.0~", "2.0", "2.0-0", "2.1"}},
		{"1.0", "2.0", true, []string{"1.0", "2.0", "2.0-0"}, []string{"1.0~", "2.0-1"}},
		{"1.0", "1.0", true, []string{"1.0", "0:1.0-0"}, []string{"1.0~", "1.0-1"}},
		{"1.0", "1.0", false, nil, []string{"1.0~", "1.0", "1.0-1"}},
		{"2.0", "1.0", true, nil, []string{"0", "1.0", "1.5", "2.0", "3.0"}},
	}
	for _, tt := range tests {
		iv := version.Interval{Lower: key(tt.lower), Upper: key(tt.upper), UpperInclusive: tt.inclusive}
		for _, v := range tt.in {
			if !iv.Contains(key(v)) {
				t.Errorf("interval from %q to %q (inclusive %v): Contains(%q) = false, want true", tt.lower, tt.upper, tt.inclusive, v)
			}
		}
		for _, v := range tt.out {
			if iv.Contains(key(v)) {
				t.Errorf("interval from %q to %q (inclusive %v): Contains(%q) = true, want false", tt.lower, tt.upper, tt.inclusive, v)
			}
		}
	}
}
