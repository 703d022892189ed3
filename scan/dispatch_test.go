package scan

import (
	"context"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

type greedy struct{}

func (greedy) Name() string                 { return "greedy" }
func (greedy) Version() int                 { return 1 }
func (greedy) Patterns() []artifact.Pattern { return []artifact.Pattern{{Suffix: ".jar"}, {Base: "x"}} }
func (greedy) Analyze(context.Context, *artifact.File) (artifact.Facts, error) {
	return artifact.Facts{}, nil
}

// Most entries of a layer are wanted by nobody; asking costs no memory.
func TestDispatchAllocs(t *testing.T) {
	d, err := newDispatch(append(analyze.Image(), greedy{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"usr/share/doc/libc6/copyright", "bin", "var/lib/dpkg/status-old"} {
		if n := testing.AllocsPerRun(100, func() { d.wishes(path, never) }); n != 0 {
			t.Errorf("wishes(%q) allocates %v times, want 0", path, n)
		}
	}
}
