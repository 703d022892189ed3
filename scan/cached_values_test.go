package scan_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/cache"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// noter notes something of each file at the paths it wants.
type noter struct {
	note json.RawMessage
	want []artifact.Pattern
}

func (noter) Name() string                   { return "noter" }
func (noter) Version() int                   { return 1 }
func (n noter) Patterns() []artifact.Pattern { return n.want }
func (n noter) Analyze(context.Context, *artifact.File) (artifact.Facts, error) {
	return artifact.Facts{Custom: map[string]json.RawMessage{"note": n.note}}, nil
}

// A caller's own values come from the cache as they were, to the byte, even those
// that are no JSON or no text.
func TestCachedCustom(t *testing.T) {
	t.Parallel()
	for _, note := range []string{`{"a": 1,  "b": "<&>"}`, "\"\\ufffd\"", "\"\xff\"", "no JSON", "", "null"} {
		opts := scan.Options{Analyzers: []scan.Analyzer{noter{json.RawMessage(note), []artifact.Pattern{{Base: "a"}}}}}
		inv := inspectTwice(t, source.Memory("test", layer(t, "f a x")), opts, cache.Memory(0))
		if len(inv.Custom) != 1 || string(inv.Custom[0].Value) != note || inv.Stats.Walks != 0 {
			t.Errorf("%q: Inspect has %+v after %d walks", note, inv.Custom, inv.Stats.Walks)
		}
	}
}

// What an analyzer makes of a layer depends on which files it wants.
func TestCachedPatterns(t *testing.T) {
	t.Parallel()
	c := cache.Memory(0)
	src := source.Memory("test", layer(t, "f a x", "f b x"))
	for _, base := range []string{"a", "b"} {
		opts := scan.Options{Analyzers: []scan.Analyzer{noter{json.RawMessage("1"), []artifact.Pattern{{Base: base}}}}, Cache: c}
		inv, err := scan.Inspect(t.Context(), src, opts)
		if err != nil || len(inv.Custom) != 1 || inv.Custom[0].Path != base {
			t.Errorf("Inspect = %+v, %v, want a note of %s", inv, err, base)
		}
	}
}

// provenLayer is a layer of files whose diff ID is proven.
type provenLayer struct{ fileSource }

func (l provenLayer) Layers() []scan.Layer                        { return []scan.Layer{l} }
func (l provenLayer) Open(context.Context) (scan.Artifact, error) { return l, nil }
func (provenLayer) Info() scan.LayerInfo                          { return scan.LayerInfo{DiffID: "sha256:1"} }
func (l provenLayer) WalkDiff(ctx context.Context, visit func(*artifact.File) error) error {
	return l.Walk(ctx, visit)
}

// What could not be read may be read the next time.
func TestCachedUnreadable(t *testing.T) {
	t.Parallel()
	file := func() *artifact.File {
		return artifact.Unreadable(artifact.Entry{Path: "a", Kind: artifact.KindDir}, fs.ErrPermission)
	}
	c := cache.Memory(0)
	opts := scan.Options{Analyzers: listers(), Cache: c}
	first, err := scan.Inspect(t.Context(), provenLayer{fileSource{file()}}, opts)
	if err != nil {
		t.Fatal(err)
	}
	if c.Size() != 0 {
		t.Errorf("the cache keeps %d bytes of what cannot be read", c.Size())
	}
	second, err := scan.Inspect(t.Context(), provenLayer{fileSource{file()}}, opts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second, sameInventory); diff != "" || len(first.Problems) == 0 || !errors.Is(first.Problems[0].Err, fs.ErrPermission) {
		t.Errorf("Inspect with a cache has %v (-first +second):\n%s", first.Problems, diff)
	}
}
