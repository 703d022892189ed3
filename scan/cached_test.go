package scan_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/cache"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// sameInventory compares inventories but for how they were come by, and errors
// by their text.
var sameInventory = cmp.Options{
	cmpopts.IgnoreFields(scan.Stats{}, "Walks", "Cached"),
	cmp.Comparer(func(a, b error) bool { return a.Error() == b.Error() }),
}

// inspectTwice inspects src without a cache and twice with one, and returns the
// last inventory.
func inspectTwice(t *testing.T, src scan.Source, opts scan.Options, c scan.Cache) *scan.Inventory {
	t.Helper()
	opts.Cache = nil
	want, err := scan.Inspect(t.Context(), src, opts)
	if err != nil {
		t.Fatal(err)
	}
	opts.Cache = c
	var got *scan.Inventory
	for i := range 2 {
		if got, err = scan.Inspect(t.Context(), src, opts); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, sameInventory); diff != "" {
			t.Errorf("Inspect with a cache, time %d (-without +with):\n%s", i+1, diff)
		}
	}
	return got
}

// A cached scan of an image is a scan of it, and reads no layer.
func TestCached(t *testing.T) {
	t.Parallel()
	for _, tt := range squashTests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var layers [][]source.MemoryEntry
			for _, lines := range tt.layers {
				layers = append(layers, layer(t, lines...))
			}
			inv := inspectTwice(t, source.Memory("test", layers...), scan.Options{Analyzers: listers()}, cache.Memory(0))
			if inv.Stats.Walks != 0 || inv.Stats.Cached < len(layers) {
				t.Errorf("the second Inspect made %d walks, and %d were cached, want none of %d", inv.Stats.Walks, inv.Stats.Cached, len(layers))
			}
		})
	}
}

func TestCorpusCached(t *testing.T) {
	t.Parallel()
	images, err := filepath.Glob(filepath.Join(corpus.Dir(t), "images", "*.tar"))
	if err != nil || len(images) < 10 {
		t.Fatalf("corpus has images %v, %v", images, err)
	}
	dir := t.TempDir()
	all := []scan.Options{{}, {Everything: true}}
	if corpus.Race {
		all = all[1:]
	}
	for _, file := range images {
		if corpus.Race && filepath.Base(file) == "debian12-web.oci.tar" {
			continue // which is half of them all, and takes a minute then
		}
		for _, opts := range all {
			inv := inspectTwice(t, parse(t, file), opts, cache.Directory(dir, 0))
			if inv.Stats.Walks != 0 {
				t.Errorf("%s: the second Inspect made %d walks, want none; its problems are %v", filepath.Base(file), inv.Stats.Walks, inv.Problems)
			}
		}
	}
}

// What was cut short by a limit, or by a panic, is not kept; what is broken in
// itself is.
func TestCachedProblems(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		lines  []string
		limits scan.Limits
		walks  int
	}{
		{"broken", []string{"f a.jar oops"}, scan.Limits{}, 0},
		{"cut", []string{"f a.jar a=1"}, scan.Limits{FileBytes: 2}, 1},
		{"entries", []string{"f a.jar a=1", "f b.jar b=1"}, scan.Limits{Entries: 1}, 1},
		{"panic", []string{"f a.bomb x"}, scan.Limits{}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			opts := scan.Options{Analyzers: append(listers(), bomb{}), Limits: tt.limits}
			inv := inspectTwice(t, source.Memory("test", layer(t, tt.lines...)), opts, cache.Memory(0))
			if inv.Stats.Walks != tt.walks || len(inv.Problems) == 0 {
				t.Errorf("the second Inspect made %d walks and has the problems %v, want %d and some", inv.Stats.Walks, inv.Problems, tt.walks)
			}
		})
	}
}

// A layer is filed under the diff ID that it has, not under the one its image
// claims: an image that lies about its layers changes the scan of no other.
func TestCachePoisoned(t *testing.T) {
	t.Parallel()
	good := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
		imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
		imagetest.File("var/lib/dpkg/status", stanza("keel", "1")),
	}}}}
	evil := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
		imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
		imagetest.File("var/lib/dpkg/status", stanza("harmless", "2")),
	}}}}
	// The evil image names the good one's diff ID for its own layer.
	evil.DiffIDs = []string{good.Build().Layers[0].DiffID}
	for _, order := range [][]imagetest.Image{{evil, good}, {good, evil}} {
		c := cache.Memory(0)
		for _, img := range order {
			dir := t.TempDir()
			imagetest.OCI(img).WriteDir(t, dir)
			inv, err := scan.Inspect(t.Context(), parse(t, "oci:"+dir), scan.Options{Cache: c})
			if err != nil {
				t.Fatal(err)
			}
			if img.DiffIDs == nil && (len(inv.Components) != 1 || inv.Components[0].Name != "keel") {
				t.Errorf("the good image has %v, want keel alone; problems %v", inv.Components, inv.Problems)
			}
		}
	}
	dir := t.TempDir()
	imagetest.OCI(evil).WriteDir(t, dir)
	inv := inspectTwice(t, parse(t, "oci:"+dir), scan.Options{}, cache.Memory(0))
	if len(inv.Components) != 1 || inv.Components[0].Name != "harmless" || inv.Stats.Walks != 2 {
		t.Errorf("the evil image has %v after %d walks, want its own package, and nothing cached", inv.Components, inv.Stats.Walks)
	}
}

// Images that share a base read it once, one after the other or at the same time.
func TestCacheShared(t *testing.T) {
	t.Parallel()
	base := layer(t, "f var/lib/db/list a=1")
	for _, c := range []scan.Cache{cache.Memory(0), cache.Directory(t.TempDir(), 0)} {
		var mu sync.Mutex
		walks := 0
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				src := source.Memory("test", base, layer(t, fmt.Sprintf("f app%d.jar b=%d", i, i)))
				inv, err := scan.Inspect(t.Context(), src, scan.Options{Analyzers: listers(), Cache: c, Workers: 1})
				if err != nil || len(inv.Components) != 2 {
					t.Errorf("Inspect = %v, %v", inv, err)
					return
				}
				mu.Lock()
				walks += inv.Stats.Walks
				mu.Unlock()
			})
		}
		wg.Wait()
		if walks != 9 {
			t.Errorf("8 images on one base made %d walks of layers, want 9", walks)
		}
	}
}

// Whatever tells one scan's facts from another's tells their keys apart.
func TestCacheKey(t *testing.T) {
	t.Parallel()
	c := cache.Memory(0)
	src := source.Memory("test", layer(t, "f a.jar a=1"))
	for _, opts := range []scan.Options{
		{Analyzers: listers()},
		{Analyzers: listers()[1:]},
		{Analyzers: listers(), Limits: scan.Limits{FileBytes: 99}},
		{Analyzers: []scan.Analyzer{listers()[0], newer{listers()[1]}}},
	} {
		opts.Cache = c
		inv, err := scan.Inspect(t.Context(), src, opts)
		if err != nil || inv.Stats.Walks != 1 {
			t.Errorf("Inspect made %d walks, error %v, want one", inv.Stats.Walks, err)
		}
	}
	// What is done after squashing is not part of it.
	inv, err := scan.Inspect(t.Context(), src, scan.Options{Analyzers: listers(), Cache: c, SkipFiles: []string{"*.jar"}, Workers: 3, Now: time.Unix(1, 0)})
	if err != nil || inv.Stats.Walks != 0 || len(inv.Components) != 0 {
		t.Errorf("Inspect made %d walks and has %v, error %v, want nothing of either", inv.Stats.Walks, inv.Components, err)
	}
}

type newer struct{ scan.Analyzer }

func (newer) Version() int { return 2 }

// A cache that fails, or holds something else, costs no more than the time.
func TestCacheFails(t *testing.T) {
	t.Parallel()
	src := source.Memory("test", layer(t, "f a.jar a=1", "f opt/b b=1", "s b.jar opt/b"))
	for name, c := range map[string]scan.Cache{
		"garbage": cacheFunc(func(context.Context, func(context.Context) ([]byte, error)) ([]byte, error) {
			return []byte("\xff\xff\xff garbage"), nil
		}),
		"error": cacheFunc(func(context.Context, func(context.Context) ([]byte, error)) ([]byte, error) {
			return nil, errors.New("down")
		}),
		"not kept": cacheFunc(func(ctx context.Context, fill func(context.Context) ([]byte, error)) ([]byte, error) {
			b, _ := fill(ctx)
			return b, errors.New("disk full")
		}),
	} {
		inv, err := scan.Inspect(t.Context(), src, scan.Options{Analyzers: listers(), Cache: c})
		if err != nil || fmt.Sprint(listing(inv)) != "[a=1@0 a.jar b=1@0 b.jar]" || len(inv.Problems) > 0 {
			t.Errorf("%s: Inspect = %v, %v, %v", name, listing(inv), inv.Problems, err)
		}
	}
}

type cacheFunc func(context.Context, func(context.Context) ([]byte, error)) ([]byte, error)

func (f cacheFunc) Get(ctx context.Context, _ string, fill func(context.Context) ([]byte, error)) ([]byte, error) {
	return f(ctx, fill)
}

// Facts of every kind come back from a cache as they were.
func TestCachedFacts(t *testing.T) {
	t.Parallel()
	inv := inspectTwice(t, source.Memory("test", layer(t, "f x.all x")), scan.Options{Analyzers: []scan.Analyzer{all{}}}, cache.Memory(0))
	if len(inv.Components) != 1 || len(inv.Components[0].ContentSets) != 1 || len(inv.Custom) != 1 || inv.OS == nil || inv.Stats.Walks != 0 {
		t.Errorf("the second Inspect has %+v, %+v, %+v", inv.Components, inv.Custom, inv.OS)
	}
}

// all is an analyzer that says all that can be said.
type all struct{}

func (all) Name() string             { return "all" }
func (all) Version() int             { return 1 }
func (all) Patterns() []scan.Pattern { return []scan.Pattern{{Suffix: ".all"}} }
func (all) Analyze(context.Context, *scan.File) (scan.Facts, error) {
	return scan.Facts{
		Components: []scan.Component{{
			Package: vuln.Package{
				Type: vuln.TypeRPM, Name: "keel", Version: "2:1-1", Arch: "noarch", SourceName: "keel-src", SourceVersion: "2:1",
				Maintainer: "somebody <s@example.com>", Licenses: []string{"MIT", "<&>"}, Modularity: "m:1:2:3", ThirdParty: true,
			},
			Inside: "a.jar!/b.jar", Relationship: artifact.Indirect,
			DependsOn: []string{"x@1"}, Lines: []artifact.LineRange{{First: 1, Last: 2}},
		}},
		OS:          &vuln.OS{Family: vuln.Ubuntu, Version: "22.04", Codename: "c", PrettyName: "p"},
		Owned:       []string{"usr/lib/b", "usr/lib/a", "\xff"},
		ContentSets: []string{"set"},
		Custom:      map[string]json.RawMessage{"n": json.RawMessage(`{"a":[1]}`)},
	}, nil
}
