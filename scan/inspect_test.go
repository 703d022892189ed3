package scan_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// problems are those of inv or a report, a line each.
func problems(list []scan.Problem) string {
	var lines []string
	for _, p := range list {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

func TestInspectLimits(t *testing.T) {
	t.Parallel()
	deep := make([]string, 0, 10)
	for i := range 9 {
		deep = append(deep, fmt.Sprintf("s l%d l%d", i, i+1))
	}
	deep = append(deep, "f l9 a=1", "s var/lib/db/list /l0")
	tests := []struct {
		name   string
		limits scan.Limits
		layers [][]string
		err    bool // the scan fails; else it is a problem
		hides  artifact.Hides
		want   []string
	}{
		{
			name: "layers", limits: scan.Limits{Layers: 1}, err: true,
			layers: [][]string{{"f var/lib/db/list a=1"}, {"f x y"}},
		}, {
			name: "entries", limits: scan.Limits{Entries: 2}, hides: artifact.HidesSome, want: []string{"b=1@1"},
			layers: [][]string{{"f var/lib/db/list a=1", "d x", "d y"}, {"f var/lib/db/list b=1"}},
		}, {
			name: "path length", limits: scan.Limits{PathLength: 20}, hides: artifact.HidesSome, want: []string{"b=1@1"},
			layers: [][]string{{"f a/very/long/path/it/is x"}, {"f var/lib/db/list b=1"}},
		}, {
			name: "link length", limits: scan.Limits{PathLength: 20}, hides: artifact.HidesSome, want: []string{"b=1@1"},
			layers: [][]string{{"s a a/very/long/path/it/is"}, {"f var/lib/db/list b=1"}},
		}, {
			name: "file bytes", limits: scan.Limits{FileBytes: 6}, hides: artifact.HidesSome, want: []string{"b=1@0 b.jar"},
			layers: [][]string{{"f a.jar a=1 c=1", "f b.jar b=1"}},
		}, {
			name: "memory of a file", limits: scan.Limits{Memory: 4000}, hides: artifact.HidesSome, want: []string{"b=1@0 b.jar"},
			layers: [][]string{{"f a.jar " + strings.Repeat("a=1 ", 1001), "f b.jar b=1"}},
		}, {
			name: "memory of entries", limits: scan.Limits{Kept: 4000}, err: true,
			layers: [][]string{manyLines("d d%d", 10), manyLines("d d%d", 10)},
		}, {
			name: "memory of packages", limits: scan.Limits{Kept: 4000}, err: true,
			layers: [][]string{{"f a.jar " + strings.Repeat("a=1 ", 6)}, {"f b.jar " + strings.Repeat("a=1 ", 6)}},
		}, {
			name: "memory of problems", limits: scan.Limits{Kept: 4000}, err: true,
			layers: [][]string{{"f a.jar " + strings.Repeat("bad ", 900)}},
		}, {
			name: "hard links to a file", limits: scan.Limits{Links: 2}, hides: artifact.HidesSome,
			want:   []string{"a=1@0 a.jar", "a=1@0 l0.jar", "a=1@0 l1.jar"},
			layers: [][]string{append([]string{"f a.jar a=1"}, manyLines("h l%d.jar a.jar", 5)...)},
		}, {
			name: "links to an unread file", limits: scan.Limits{Links: 2}, hides: artifact.HidesSome,
			want:   []string{"a=1@0 l0.jar", "a=1@0 l1.jar"},
			layers: [][]string{append([]string{"f opt/a a=1"}, manyLines("s l%d.jar opt/a", 5)...)},
		}, {
			name: "link depth", limits: scan.Limits{Links: 9}, hides: artifact.HidesSome, want: []string{"b=1@0 b.jar"},
			layers: [][]string{append([]string{"f b.jar b=1"}, deep...)},
		}, {
			name: "second reads", limits: scan.Limits{Links: 1}, hides: artifact.HidesSome, want: []string{"a=1@0 a.jar"},
			layers: [][]string{{"f opt/a a=1", "s a.jar opt/a"}, {"f opt/b b=1", "s b.jar opt/b"}},
		}, {
			name: "links that go round", hides: artifact.HidesSome, want: []string{"b=1@0 b.jar"},
			layers: [][]string{{"f b.jar b=1", "s var/lib/db/list list", "s var/lib/db/list.d ."}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var layers [][]source.MemoryEntry
			for _, lines := range tt.layers {
				layers = append(layers, layer(t, lines...))
			}
			inv, err := scan.Inspect(t.Context(), source.Memory("test", layers...), scan.Options{Analyzers: listers(), Limits: tt.limits})
			if tt.err {
				if !errors.Is(err, scan.ErrLimit) || errors.Is(err, artifact.ErrTotal) != (tt.name != "layers") {
					t.Fatalf("Inspect error is %v, want ErrLimit", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(inv.Problems) != 1 || !errors.Is(inv.Problems[0].Err, scan.ErrLimit) || inv.Problems[0].Hides != tt.hides {
				t.Errorf("Inspect has problems:\n%s\nwant one of ErrLimit that hides %s", problems(inv.Problems), tt.hides)
			}
			if got := fmt.Sprint(listing(inv)); got != fmt.Sprint(tt.want) {
				t.Errorf("Inspect lists %s, want %s", got, tt.want)
			}
		})
	}
}

// manyLines is n lines of a layer, numbered.
func manyLines(format string, n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf(format, i))
	}
	return lines
}

// At the bound itself nothing is cut.
func TestInspectAtLimits(t *testing.T) {
	t.Parallel()
	limits := scan.Limits{Layers: 1, Entries: 3, PathLength: 15, FileBytes: 3, Kept: 2092, Links: 1}
	src := source.Memory("test", layer(t, "f opt/l a=1", "s var/lib/db/lis /opt/l", "f 0123456789a.jar b=1"))
	analyzers := []scan.Analyzer{lister{"db", vuln.TypeDeb, []scan.Pattern{{Path: "var/lib/db/lis"}, {Suffix: ".jar"}}}}
	inv, err := scan.Inspect(t.Context(), src, scan.Options{Limits: limits, Analyzers: analyzers})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(listing(inv))+problems(inv.Problems), "[a=1@0 b=1@0]"; got != want {
		t.Errorf("Inspect has %s, want %s", got, want)
	}
	limits.Kept--
	if _, err := scan.Inspect(t.Context(), src, scan.Options{Limits: limits, Analyzers: analyzers}); !errors.Is(err, artifact.ErrTotal) {
		t.Errorf("Inspect with a byte less of memory: error is %v, want ErrTotal", err)
	}
}

func TestInspectProblems(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad layer")
	tests := []struct {
		name string
		src  scan.Source
		want string // lines of problems
		list string
	}{
		{
			name: "nothing at all", src: source.Memory("test"),
			want: "resolve: no operating system found, no packages found (hides all)", list: "[]",
		}, {
			name: "no package database", src: source.Memory("test", layer(t, "f etc/motd x")),
			want: "resolve: no operating system found, no packages found (hides all)", list: "[]",
		}, {
			name: "half of a file", src: source.Memory("test", layer(t, "f a.jar a=1 oops b=1")),
			want: `analyze LAYER0 a.jar: jar: bad word "oops" (hides some)`, list: "[a=1@0 a.jar b=1@0 a.jar]",
		}, {
			name: "a broken file that was replaced", src: source.Memory("test", layer(t, "f a.jar oops"), layer(t, "f a.jar a=1")),
			want: `analyze LAYER0 a.jar: jar: bad word "oops" (hides nothing)`, list: "[a=1@1 a.jar]",
		}, {
			name: "a panic of an analyzer", src: source.Memory("test", layer(t, "f a.bomb x", "f a.jar a=1")),
			want: "analyze LAYER0 a.bomb: bomb: panic: boom (hides some)", list: "[a=1@0 a.jar]",
		}, {
			name: "a layer that breaks off", src: brokenSource{source.Memory("test", layer(t, "f a.jar a=1"), layer(t, "f b.jar b=1")), 1, bad},
			want: "read: layer 1: bad layer (hides some)", list: "[a=1@0 a.jar]",
		}, {
			name: "the only layer breaks off", src: brokenSource{source.Memory("test", layer(t, "f a.jar a=1")), 0, bad},
			want: "read: layer 0: bad layer (hides all)\n" +
				"resolve: no operating system found, no packages found (hides all)", list: "[]",
		}, {
			name: "a layer that is interrupted each time", src: brokenSource{source.Memory("test", layer(t, "f a.jar a=1"), layer(t, "f b.jar b=1")), 1, artifact.ErrInterrupted},
			want: "read: layer 1: interrupted (hides some)", list: "[a=1@0 a.jar]",
		}, {
			name: "a name that is not UTF-8", src: rawSource{"caf\xe9/a.jar", "b.jar"},
			want: "", list: "[raw=0@0 caf\xe9/a.jar raw=1@1 b.jar]",
		}, {
			name: "an unclean path", src: rawSource{"../a.jar", "b.jar"},
			want: `read: layer 0: entry path "../a.jar" is not clean (hides some)`, list: "[raw=1@1 b.jar]",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv, err := scan.Inspect(t.Context(), tt.src, scan.Options{Analyzers: append(listers(), bomb{})})
			if err != nil {
				t.Fatal(err)
			}
			got := problems(inv.Problems)
			for i, l := range inv.Layers {
				got = strings.ReplaceAll(got, string(l.DiffID), fmt.Sprintf("LAYER%d", i))
			}
			if got != tt.want {
				t.Errorf("Inspect has problems:\n%s\nwant:\n%s", got, tt.want)
			}
			if got := fmt.Sprint(listing(inv)); got != tt.list {
				t.Errorf("Inspect lists %s, want %s", got, tt.list)
			}
		})
	}
}

// A bomb is an analyzer that panics.
type bomb struct{}

func (bomb) Name() string             { return "bomb" }
func (bomb) Version() int             { return 1 }
func (bomb) Patterns() []scan.Pattern { return []scan.Pattern{{Suffix: ".bomb"}} }
func (bomb) Analyze(context.Context, *scan.File) (scan.Facts, error) {
	panic("boom")
}

// A brokenSource has a layer whose walk ends with an error, after its entries.
type brokenSource struct {
	scan.Source
	index int
	err   error
}

func (s brokenSource) Open(ctx context.Context) (scan.Artifact, error) {
	art, err := s.Source.Open(ctx)
	return brokenArtifact{art, s}, err
}

type brokenArtifact struct {
	scan.Artifact
	src brokenSource
}

func (a brokenArtifact) Layers() []scan.Layer {
	layers := a.Artifact.Layers()
	layers[a.src.index] = brokenLayer{layers[a.src.index], a.src.err}
	return layers
}

type brokenLayer struct {
	scan.Layer
	err error
}

func (l brokenLayer) Walk(ctx context.Context, visit func(*scan.File) error) error {
	if err := l.Layer.Walk(ctx, visit); err != nil {
		return err
	}
	return l.err
}

// A rawSource has a layer for each path, with one file there.
type rawSource []string

func (s rawSource) Open(context.Context) (scan.Artifact, error) { return s, nil }
func (s rawSource) Target() scan.Target                         { return scan.Target{} }
func (s rawSource) Close() error                                { return nil }

func (s rawSource) Layers() []scan.Layer {
	var layers []scan.Layer
	for i, path := range s {
		layers = append(layers, rawLayer{path, i})
	}
	return layers
}

type rawLayer struct {
	path  string
	index int
}

func (l rawLayer) Info() scan.LayerInfo {
	return scan.LayerInfo{DiffID: artifact.DiffID(fmt.Sprintf("sha256:%064d", l.index))}
}

func (l rawLayer) Walk(_ context.Context, visit func(*scan.File) error) error {
	content := fmt.Sprintf("raw=%d", l.index)
	e := artifact.Entry{Path: l.path, Kind: artifact.KindRegular, Size: int64(len(content))}
	return visit(artifact.NewFile(e, strings.NewReader(content)))
}

// A layer that is interrupted once starts again with nothing of the first try.
func TestInspectInterruptedOnce(t *testing.T) {
	t.Parallel()
	src := source.Memory("test", layer(t, "f a.jar a=1", "f b.jar oops"))
	inv, err := scan.Inspect(t.Context(), &onceInterrupted{Source: src}, scan.Options{Analyzers: listers()})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(listing(inv)), "[a=1@0 a.jar]"; got != want || len(inv.Problems) != 1 || inv.Stats.Entries != 2 {
		t.Errorf("Inspect lists %s with problems %v and %d entries, want %s, one and 2", got, inv.Problems, inv.Stats.Entries, want)
	}
}

type onceInterrupted struct {
	scan.Source
	scan.Artifact
	scan.Layer
	done bool
}

func (s *onceInterrupted) Open(ctx context.Context) (scan.Artifact, error) {
	art, err := s.Source.Open(ctx)
	s.Artifact = art
	return s, err
}

func (s *onceInterrupted) Layers() []scan.Layer {
	s.Layer = s.Artifact.Layers()[0]
	return []scan.Layer{s}
}

func (s *onceInterrupted) Walk(ctx context.Context, visit func(*scan.File) error) error {
	err := s.Layer.Walk(ctx, visit)
	if !s.done {
		s.done = true
		return fmt.Errorf("cut: %w", artifact.ErrInterrupted)
	}
	return err
}

// A scan that is cancelled in a file ends before the next.
func TestInspectCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	seen := 0
	_, err := scan.Inspect(ctx, source.Memory("test", layer(t, "f a.jar a=1", "f b.jar b=1", "f c.jar c=1")), scan.Options{
		Analyzers: []scan.Analyzer{cancelling{func() { seen++; cancel(cause) }}},
	})
	if !errors.Is(err, context.Canceled) || seen != 1 {
		t.Errorf("Inspect analyzed %d files and returned %v, want 1 and context.Canceled", seen, err)
	}
}

type cancelling struct{ cancel func() }

func (cancelling) Name() string             { return "cancelling" }
func (cancelling) Version() int             { return 1 }
func (cancelling) Patterns() []scan.Pattern { return []scan.Pattern{{Suffix: ".jar"}} }
func (c cancelling) Analyze(context.Context, *scan.File) (scan.Facts, error) {
	c.cancel()
	return scan.Facts{}, nil
}

// Every field of a pattern must hold, and two analyzers may want one file.
func TestPatterns(t *testing.T) {
	t.Parallel()
	const x = fs.FileMode(0o755)
	files := map[string]struct {
		mode    fs.FileMode
		content string
	}{
		"usr/bin/tool": {x, "\x7fELF=1"}, "usr/bin/script": {x, "#!=1"}, "usr/share/tool": {0o644, "\x7fELF=1"},
		"a/package.json": {0o644, "p=1"}, "package.json": {0o644, "p=1"}, "a/xpackage.json": {0o644, "p=1"},
		"a/b/c.jar": {0o644, "c=1"}, ".jar": {0o644, "c=1"}, "root.d": {0o644, "r=1"},
	}
	tests := []struct {
		pattern scan.Pattern
		want    string
	}{
		{scan.Pattern{Executable: true, Magic: "\x7fELF"}, "usr/bin/tool"},
		{scan.Pattern{Executable: true}, "usr/bin/script usr/bin/tool"},
		{scan.Pattern{Executable: true, Magic: "\x7fELF is longer than the file"}, ""},
		{scan.Pattern{Base: "package.json"}, "a/package.json package.json"},
		{scan.Pattern{Base: "package.json", Dir: "a"}, "a/package.json"},
		{scan.Pattern{Suffix: ".jar"}, ".jar a/b/c.jar"},
		{scan.Pattern{Suffix: ".jar", Dir: "a/b"}, "a/b/c.jar"},
		{scan.Pattern{Dir: "usr/bin", Suffix: "l"}, "usr/bin/tool"},
		{scan.Pattern{Dir: "usr"}, ""},
		{scan.Pattern{Path: "usr/share/tool"}, "usr/share/tool"},
		{scan.Pattern{Path: "usr/share/tool", Executable: true}, ""},
	}
	var entries []source.MemoryEntry
	for path, file := range files {
		entries = append(entries, source.MemoryEntry{
			Entry: artifact.Entry{Path: path, Kind: artifact.KindRegular, Mode: file.mode}, Content: []byte(file.content),
		})
	}
	for _, tt := range tests {
		inv, err := scan.Inspect(t.Context(), source.Memory("test", entries), scan.Options{Analyzers: []scan.Analyzer{
			lister{"one", "any", []scan.Pattern{tt.pattern, tt.pattern}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, c := range inv.Components {
			paths = append(paths, c.Path)
		}
		if got := sortedWords(paths); got != tt.want {
			t.Errorf("pattern %+v chooses %q, want %q", tt.pattern, got, tt.want)
		}
	}
	for _, bad := range []scan.Pattern{{}, {Suffix: ".so", Magic: "\x7fELF"}} {
		_, err := scan.Inspect(t.Context(), source.Memory("test"), scan.Options{Analyzers: []scan.Analyzer{lister{"bad", "any", []scan.Pattern{bad}}}})
		if err == nil {
			t.Errorf("pattern %+v is taken, want an error", bad)
		}
	}
	two := []scan.Analyzer{lister{name: "same"}, lister{name: "same"}}
	if _, err := scan.Inspect(t.Context(), source.Memory("test"), scan.Options{Analyzers: two}); err == nil {
		t.Error("two analyzers of one name are taken, want an error")
	}
}

func sortedWords(list []string) string {
	slices.Sort(list)
	return strings.Join(list, " ")
}

// Two analyzers of one file each read it from the start.
func TestSharedFile(t *testing.T) {
	t.Parallel()
	inv, err := scan.Inspect(t.Context(), source.Memory("test", layer(t, "f a.jar a=1")), scan.Options{Analyzers: []scan.Analyzer{
		lister{"one", "one", []scan.Pattern{{Suffix: ".jar"}}},
		lister{"two", "two", []scan.Pattern{{Base: "a.jar"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(inv.Components) != 2 || inv.Stats.Files != 1 {
		t.Errorf("Inspect has %d components of %d files, want 2 of 1", len(inv.Components), inv.Stats.Files)
	}
}
