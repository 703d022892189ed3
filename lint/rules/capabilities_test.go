package rules

import (
	"strings"
	"testing"
)

// TestForbiddenCapability holds what containers have to drop against patterns.
func TestForbiddenCapability(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		pattern, drop   string
		want, wantAsOld bool // that it is dropped, and in compat mode
	}{
		{"NET_RAW", "", false, false},
		{"NET_RAW", "NET_RAW", true, true},
		{"NET_RAW", "CAP_NET_RAW", true, true},
		{"NET_RAW", "net_raw", true, false},
		{"CAP_NET_RAW", "NET_RAW", true, false},
		{"SYS_ADMIN", "", true, false}, // nobody has it
		{"NET_.*", "NET_RAW", false, true},
		{"NET_.*", "NET_RAW NET_BIND_SERVICE", true, true},
		{"^KILL$", "CAP_KILL", true, false},
	} {
		v, err := newCapabilityVerifier(capabilitiesParams{Forbidden: []string{row.pattern}})
		if err != nil {
			t.Fatalf("%s: %v", row.pattern, err)
		}
		drop := strings.Fields(row.drop)
		if got := v.forbidden[0].droppedBy(drop, false); got != row.want {
			t.Errorf("%s is dropped by %q: got %v, want %v", row.pattern, drop, got, row.want)
		}
		if got := v.forbidden[0].droppedBy(drop, true); got != row.wantAsOld {
			t.Errorf("%s is dropped by %q in compat mode: got %v, want %v", row.pattern, drop, got, row.wantAsOld)
		}
	}
}
