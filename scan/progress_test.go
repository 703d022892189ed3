package scan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
)

// Progress is told before the first layer is read, and with each.
func TestProgress(t *testing.T) {
	t.Parallel()
	var got []string
	tell(t, scan.Options{Progress: func(p scan.Progress) { got = append(got, fmt.Sprintf("%d/%d", p.Layers, p.Total)) }},
		[]string{"f a.lib a=1"}, []string{"f b.lib b=1"}, []string{"f c.lib c=1"})
	const want = "0/3 1/3 2/3 3/3"
	if text := strings.Join(got, " "); text != want && !strings.HasPrefix(text, want+" 0/3 ") { // it is inspected again
		t.Errorf("Progress was told %v, want %s", got, want)
	}
}
