package scan_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// owner lists the files that a file says are owned, one a word.
type owner struct{}

func (owner) Name() string                 { return "owner" }
func (owner) Version() int                 { return 1 }
func (owner) Patterns() []artifact.Pattern { return []artifact.Pattern{{Suffix: ".list"}} }
func (owner) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	b, err := f.Bytes()
	return artifact.Facts{Owned: strings.Fields(string(b))}, err
}

// What is owned is found by any path to it, while its owner is there.
func TestOwnedLinks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		layers [][]string
		want   string
	}{
		{"same path", [][]string{{"f usr/lib/a.jar a=1", "f o.list usr/lib/a.jar"}}, "[]"},
		{"merged usr", [][]string{{"s lib usr/lib", "f usr/lib/a.jar a=1", "f o.list lib/a.jar"}}, "[]"},
		{"link in the middle", [][]string{{"s usr/share/x ../lib", "f usr/lib/d/a.jar a=1", "f o.list usr/share/x/d/a.jar"}}, "[]"},
		{"absolute link", [][]string{{"s opt/x /usr/lib", "f usr/lib/a.jar a=1", "f o.list opt/x/a.jar"}}, "[]"},
		{"link of a later layer", [][]string{{"f usr/lib/a.jar a=1", "f o.list lib/a.jar"}, {"s lib usr/lib"}}, "[]"},
		{"no such link", [][]string{{"f usr/lib/a.jar a=1", "f o.list lib/a.jar"}}, "[a=1@0 usr/lib/a.jar]"},
		{"owner removed", [][]string{{"f usr/lib/a.jar a=1", "f o.list usr/lib/a.jar"}, {"w o.list"}}, "[a=1@0 usr/lib/a.jar]"},
		{"owner replaced", [][]string{{"f usr/lib/a.jar a=1", "f o.list usr/lib/a.jar"}, {"f o.list b"}}, "[a=1@0 usr/lib/a.jar]"},
		{"owner's directory opaque", [][]string{{"f usr/lib/a.jar a=1", "f d/o.list usr/lib/a.jar"}, {"o d"}}, "[a=1@0 usr/lib/a.jar]"},
		{"round", [][]string{{"s lib lib", "f usr/lib/a.jar a=1", "f o.list lib/a.jar"}}, "[a=1@0 usr/lib/a.jar]"},
		{"root", [][]string{{"s x /", "f a.jar a=1", "f o.list x/a.jar"}}, "[]"},
	} {
		var layers [][]source.MemoryEntry
		for _, lines := range tt.layers {
			layers = append(layers, layer(t, lines...))
		}
		inv, err := scan.Inspect(t.Context(), source.Memory("test", layers...), scan.Options{Analyzers: append(listers(), owner{})})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(listing(inv)); got != tt.want {
			t.Errorf("%s: Inspect lists %s, want %s", tt.name, got, tt.want)
		}
	}
}
