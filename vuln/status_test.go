package vuln_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln"
)

func TestStatusText(t *testing.T) {
	t.Parallel()
	for s := vuln.StatusUnknown; s <= vuln.StatusEndOfLife; s++ {
		text, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		read := vuln.Status(99)
		if err := read.UnmarshalText(text); err != nil || read != s {
			t.Errorf("UnmarshalText(%q) = %v, %v, want %v", text, read, err, s)
		}
	}
	read := vuln.StatusFixed
	if err := read.UnmarshalText([]byte("Fixed")); err == nil || read != vuln.StatusFixed {
		t.Errorf("UnmarshalText(Fixed) = %v, %v, want an error and no change", read, err)
	}
}
