package scan_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// A lister is an analyzer of files that hold "name=version" words.
type lister struct {
	name     string
	typ      vuln.PackageType
	patterns []scan.Pattern
}

func (l lister) Name() string             { return l.name }
func (l lister) Version() int             { return 1 }
func (l lister) Patterns() []scan.Pattern { return l.patterns }

func (l lister) Analyze(_ context.Context, f *scan.File) (scan.Facts, error) {
	b, err := f.Bytes()
	if err != nil {
		return scan.Facts{}, err
	}
	var facts scan.Facts
	for _, word := range strings.Fields(string(b)) {
		name, version, ok := strings.Cut(word, "=")
		if !ok {
			err = errors.Join(err, fmt.Errorf("bad word %q", word))
			continue
		}
		facts.Components = append(facts.Components, scan.Component{Package: vuln.Package{Type: l.typ, Name: name, Version: version}})
	}
	return facts, err
}

// listers are a system database, at one of two paths or in parts, and a kind of
// file that may lie anywhere.
func listers() []scan.Analyzer {
	return []scan.Analyzer{
		lister{"db", vuln.TypeDeb, []scan.Pattern{{Path: "var/lib/db/list"}, {Path: "usr/lib/db/list"}, {Dir: "var/lib/db/list.d"}}},
		lister{"jar", "jar", []scan.Pattern{{Suffix: ".jar"}}},
	}
}

// layer reads a layer from lines: "f path content", "d path", "s path target",
// "h path target", "w path" for a whiteout and "o path" for an opaque one.
func layer(t *testing.T, lines ...string) []source.MemoryEntry {
	t.Helper()
	kinds := map[string]artifact.Kind{
		"f": artifact.KindRegular, "d": artifact.KindDir, "s": artifact.KindSymlink, "h": artifact.KindHardlink,
		"w": artifact.KindWhiteout, "o": artifact.KindOpaque, "x": artifact.KindOther,
	}
	var entries []source.MemoryEntry
	for _, line := range lines {
		part := strings.SplitN(line, " ", 3)
		kind, ok := kinds[part[0]]
		if !ok || len(part) < 2 {
			t.Fatalf("bad line %q", line)
		}
		e := source.MemoryEntry{Entry: artifact.Entry{Path: part[1], Kind: kind, Mode: 0o644}}
		if len(part) == 3 && kind == artifact.KindRegular {
			e.Content = []byte(part[2])
		} else if len(part) == 3 {
			e.Link = part[2]
		}
		entries = append(entries, e)
	}
	return entries
}

// listing is the components of inv as "name=version@layer", sorted; those that
// may lie anywhere with their path.
func listing(inv *scan.Inventory) []string {
	list := []string{}
	for _, c := range inv.Components {
		s := fmt.Sprintf("%s=%s@%d", c.Name, c.Version, c.Layer)
		if !c.Type.System() {
			s += " " + c.Path
		}
		list = append(list, s)
	}
	return list
}

var squashTests = []struct {
	name   string
	layers [][]string
	want   []string
	reads  int // second reads
}{
	{
		name:   "a file in a file, without a directory between",
		layers: [][]string{{"f x/a.jar a=1", "f b.jar b=1"}, {"f x/a.jar/c c"}},
		want:   []string{"b=1@0 b.jar"},
	}, {
		name:   "a file in the place of a directory",
		layers: [][]string{{"f x/y/a.jar a=1", "f b.jar b=1"}, {"f x c"}},
		want:   []string{"b=1@0 b.jar"},
	}, {
		name:   "a whiteout of a directory, and an opaque one",
		layers: [][]string{{"f x/y/a.jar a=1", "f z/b.jar b=1", "f c.jar c=1"}, {"w x", "o z", "f z/n n"}},
		want:   []string{"c=1@0 c.jar"},
	}, {
		name:   "one layer",
		layers: [][]string{{"d var", "f var/lib/db/list a=1 b=2"}},
		want:   []string{"a=1@0", "b=2@0"},
	}, {
		name: "a package stays when its database is rewritten",
		layers: [][]string{
			{"f var/lib/db/list a=1 b=1"},
			{"f etc/motd hello"},
			{"f var/lib/db/list a=1 b=2 c=1"},
			{"f var/lib/db/list a=1 b=2 c=1 d=1"},
		},
		want: []string{"a=1@0", "b=2@2", "c=1@2", "d=1@3"},
	}, {
		name: "a package that was gone is introduced again",
		layers: [][]string{
			{"f var/lib/db/list a=1 b=1"},
			{"f var/lib/db/list a=1"},
			{"f var/lib/db/list a=1 b=1"},
		},
		want: []string{"a=1@0", "b=1@2"},
	}, {
		name: "a database replaced by a directory",
		layers: [][]string{
			{"f var/lib/db/list a=1"},
			{"d var/lib/db/list"},
		},
		want: []string{},
	}, {
		name: "a database replaced by a link to nothing",
		layers: [][]string{
			{"f var/lib/db/list a=1"},
			{"s var/lib/db/list /nowhere"},
		},
		want: []string{},
	}, {
		name: "a jar replaced by a special file",
		layers: [][]string{
			{"f a.jar a=1", "f b.jar b=1"},
			{"x a.jar"},
		},
		want: []string{"b=1@0 b.jar"},
	}, {
		name: "a directory replaced by a file nobody wants",
		layers: [][]string{
			{"f app/lib/a.jar a=1", "f app/b.jar b=1"},
			{"f app/lib none"},
		},
		want: []string{"b=1@0 app/b.jar"},
	}, {
		name: "a directory replaced by a link",
		layers: [][]string{
			{"f app/a.jar a=1", "f opt/b.jar b=1"},
			{"s app opt"},
		},
		want: []string{"b=1@0 opt/b.jar"},
	}, {
		name: "a linked directory replaced by a directory",
		layers: [][]string{
			{"s app opt", "f opt/a.jar a=1"},
			{"d app", "f app/b.jar b=1"},
		},
		want: []string{"a=1@0 opt/a.jar", "b=1@1 app/b.jar"},
	}, {
		name: "a directory entry again hides nothing",
		layers: [][]string{
			{"d app", "f app/a.jar a=1"},
			{"d app", "f app/b.jar b=1"},
		},
		want: []string{"a=1@0 app/a.jar", "b=1@1 app/b.jar"},
	}, {
		name: "a whiteout",
		layers: [][]string{
			{"f var/lib/db/list a=1"},
			{"w var/lib/db/list"},
		},
		want: []string{},
	}, {
		name: "a whiteout of a directory",
		layers: [][]string{
			{"f app/lib/a.jar a=1"},
			{"w app"},
		},
		want: []string{},
	}, {
		name: "a whiteout, then added again",
		layers: [][]string{
			{"f var/lib/db/list a=1 b=1"},
			{"w var/lib/db/list"},
			{"f var/lib/db/list a=1"},
		},
		want: []string{"a=1@2"},
	}, {
		name: "a whiteout and a new file in one layer, in any order",
		layers: [][]string{
			{"f app/a.jar a=1", "f app/b.jar b=1"},
			{"f app/c.jar c=1", "w app"},
		},
		want: []string{"c=1@1 app/c.jar"},
	}, {
		name: "an opaque directory with new content in the same layer",
		layers: [][]string{
			{"f app/a.jar a=1", "f app/lib/b.jar b=1", "f c.jar c=1"},
			{"d app", "f app/d.jar d=1", "o app"},
		},
		want: []string{"c=1@0 c.jar", "d=1@1 app/d.jar"},
	}, {
		name: "an opaque root",
		layers: [][]string{
			{"f app/a.jar a=1"},
			{"o .", "f b.jar b=1"},
		},
		want: []string{"b=1@1 b.jar"},
	}, {
		name: "a directory that became a link to its content: lib to usr/lib",
		layers: [][]string{
			{"d usr/lib", "s lib usr/lib", "f usr/lib/a.jar a=1", "f usr/lib/db/list p=1 q=1"},
			{"f lib/a.jar a=2", "f lib/b.jar b=1", "f lib/db/list p=1 r=1"},
		},
		want: []string{"a=2@1 usr/lib/a.jar", "b=1@1 usr/lib/b.jar", "p=1@0", "r=1@1"},
		// lib/db/list is not a wanted path, but what it is stored at is.
		reads: 1,
	}, {
		name: "a whiteout below a linked directory",
		layers: [][]string{
			{"s lib usr/lib", "f usr/lib/a.jar a=1"},
			{"w lib/a.jar"},
		},
		want: []string{},
	}, {
		name: "a whiteout below a directory that takes the place of a link",
		layers: [][]string{
			{"s lib usr/lib", "f usr/lib/a.jar a=1"},
			{"d lib", "w lib/a.jar", "f lib/b.jar b=1"},
		},
		want: []string{"a=1@0 usr/lib/a.jar", "b=1@1 lib/b.jar"},
	}, {
		name: "links to directories up and absolute",
		layers: [][]string{
			{"f opt/x/keep none", "s a/b ../opt", "s c /a/b/x"},
			{"f c/d.jar d=1"},
		},
		want: []string{"d=1@1 opt/x/d.jar"},
	}, {
		name: "a link above the root stays inside",
		layers: [][]string{
			{"s a ../../../opt", "d opt"},
			{"f a/b.jar b=1"},
		},
		want: []string{"b=1@1 opt/b.jar"},
	}, {
		name: "a file below a file makes it a directory",
		layers: [][]string{
			{"f a.jar a=1"},
			{"f a.jar/b.jar b=1"},
		},
		want: []string{"b=1@1 a.jar/b.jar"},
	}, {
		name: "twice in one layer: the last counts",
		layers: [][]string{
			{"f a.jar a=1", "f a.jar a=2"},
		},
		want: []string{"a=2@0 a.jar"},
	}, {
		name: "a database in parts",
		layers: [][]string{
			{"f var/lib/db/list.d/a a=1"},
			{"f var/lib/db/list.d/b b=1"},
			{"w var/lib/db/list.d/a"},
			{"f var/lib/db/list.d/c a=2 b=1"},
		},
		want: []string{"a=2@3", "b=1@1"},
	}, {
		name: "a database moved to another path",
		layers: [][]string{
			{"f var/lib/db/list a=1 b=1"},
			{"w var/lib/db", "f usr/lib/db/list a=1 c=1"},
		},
		want: []string{"a=1@0", "c=1@1"},
	}, {
		name: "a database moved, and its old path a link to the new",
		layers: [][]string{
			{"f var/lib/db/list a=1"},
			{"s var/lib/db /usr/lib/db", "f usr/lib/db/list a=1 c=1"},
		},
		want: []string{"a=1@0", "c=1@1"},
	}, {
		name: "a jar moved is another component",
		layers: [][]string{
			{"f a.jar a=1"},
			{"w a.jar", "f b.jar a=1"},
		},
		want: []string{"a=1@1 b.jar"},
	}, {
		name: "a link to a database nobody read",
		layers: [][]string{
			{"f opt/list a=1"},
			{"s var/lib/db/list /opt/list"},
		},
		want:  []string{"a=1@1"},
		reads: 1,
	}, {
		name: "a chain of links to a database nobody read",
		layers: [][]string{
			{"s var/lib/db/list ../x/y", "s var/lib/x /opt", "s opt/y z", "f opt/z a=1"},
		},
		want:  []string{"a=1@0"},
		reads: 1,
	}, {
		name: "a linked directory with a database nobody read",
		layers: [][]string{
			{"f opt/db/list a=1", "f opt/db/list.d/x b=1", "f opt/db/list.d/y c=1"},
			{"d var/lib", "s var/lib/db ../../opt/db"},
		},
		want:  []string{"a=1@1", "b=1@1", "c=1@1"},
		reads: 1,
	}, {
		name: "a link to a file that was rewritten",
		layers: [][]string{
			{"f opt/list a=1", "s var/lib/db/list /opt/list"},
			{"f opt/list a=1 b=1"},
		},
		want:  []string{"a=1@1", "b=1@1"},
		reads: 1,
	}, {
		name: "a link that was replaced by the database",
		layers: [][]string{
			{"f opt/list a=1", "s var/lib/db/list /opt/list"},
			{"f var/lib/db/list b=1"},
		},
		want: []string{"b=1@1"},
	}, {
		name: "a link to a file that is wanted anyway",
		layers: [][]string{
			{"f usr/lib/db/list a=1", "s var/lib/db/list ../../../usr/lib/db/list", "f a.jar x=1", "s b.jar a.jar"},
		},
		want: []string{"a=1@0", "x=1@0 a.jar"},
	}, {
		name: "a link named as wanted to a file that is not",
		layers: [][]string{
			{"f opt/app a=1", "s run/app.jar /opt/app"},
		},
		want:  []string{"a=1@0 run/app.jar"},
		reads: 1,
	}, {
		name: "a link to a directory hides nothing and reads nothing",
		layers: [][]string{
			{"d opt", "s run/app.jar /opt"},
		},
		want: []string{},
	}, {
		name: "a hard link to a database",
		layers: [][]string{
			{"f var/lib/db/list a=1", "h var/lib/db/list-old var/lib/db/list"},
			{"f var/lib/db/list a=2"},
		},
		want: []string{"a=2@1"},
	}, {
		name: "a database that is a hard link to its backup",
		layers: [][]string{
			{"f var/lib/db/list-old a=1", "h var/lib/db/list var/lib/db/list-old"},
		},
		want:  []string{"a=1@0"},
		reads: 1,
	}, {
		name: "a hard link outlives the first name of its content",
		layers: [][]string{
			{"f a.jar a=1", "h b.jar a.jar"},
			{"w a.jar"},
		},
		want: []string{"a=1@0 b.jar"},
	}, {
		name: "a hard link whose unread content was hidden",
		layers: [][]string{
			{"f opt/list a=1", "h var/lib/db/list opt/list"},
			{"w opt"},
		},
		want:  []string{"a=1@0"},
		reads: 1,
	}, {
		name: "a hard link to a hard link",
		layers: [][]string{
			{"f opt/list a=1", "h opt/two opt/list", "h var/lib/db/list opt/two"},
		},
		want:  []string{"a=1@0"},
		reads: 1,
	},
}

func TestSquash(t *testing.T) {
	t.Parallel()
	for _, tt := range squashTests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var layers [][]source.MemoryEntry
			for _, lines := range tt.layers {
				layers = append(layers, layer(t, lines...))
			}
			for _, workers := range []int{1, len(layers)} {
				inv, err := scan.Inspect(t.Context(), source.Memory("test", layers...), scan.Options{Analyzers: listers(), Workers: workers})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, listing(inv)); diff != "" {
					t.Errorf("Inspect with %d workers (-want +got):\n%s", workers, diff)
				}
				if inv.Stats.SecondReads != tt.reads {
					t.Errorf("Inspect made %d second reads, want %d", inv.Stats.SecondReads, tt.reads)
				}
			}
		})
	}
}

// TestSquashAnyOrder lets the layers finish in every order.
func TestSquashAnyOrder(t *testing.T) {
	t.Parallel()
	lines := [][]string{
		{"f var/lib/db/list a=1 b=1", "f app/a.jar a=1", "s lib usr/lib"},
		{"f var/lib/db/list a=1 c=1", "o app", "f lib/b.jar b=1"},
		{"f var/lib/db/list a=1 c=1 d=bad word", "f app/c.jar c=1"},
	}
	var want *scan.Inventory
	for order := range permutations(len(lines)) {
		src := &orderedSource{order: order, Source: source.Memory("test", layer(t, lines[0]...), layer(t, lines[1]...), layer(t, lines[2]...))}
		got, err := scan.Inspect(t.Context(), src, scan.Options{Analyzers: listers(), Workers: len(lines)})
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
			if list := listing(got); !slices.Contains(list, "c=1@1") || len(got.Problems) != 1 {
				t.Fatalf("Inspect lists %q with problems %v, want c=1@1 and one problem", list, got.Problems)
			}
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b error) bool { return a.Error() == b.Error() })); diff != "" {
			t.Errorf("layers finishing in the order %v (-first +this):\n%s", order, diff)
		}
	}
}

// permutations yields each order of the numbers below n.
func permutations(n int) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		list := make([]int, n)
		for i := range list {
			list[i] = i
		}
		var permute func(k int) bool
		permute = func(k int) bool {
			if k == n {
				return yield(slices.Clone(list))
			}
			for i := k; i < n; i++ {
				list[k], list[i] = list[i], list[k]
				if !permute(k + 1) {
					return false
				}
				list[k], list[i] = list[i], list[k]
			}
			return true
		}
		permute(0)
	}
}

// An orderedSource lets the walks of its layers end in a given order only.
type orderedSource struct {
	scan.Source
	order []int
}

func (s *orderedSource) Open(ctx context.Context) (scan.Artifact, error) {
	art, err := s.Source.Open(ctx)
	return &orderedArtifact{art, s.order}, err
}

type orderedArtifact struct {
	scan.Artifact
	order []int
}

func (a *orderedArtifact) Layers() []scan.Layer {
	layers := a.Artifact.Layers()
	turns := make([]chan struct{}, len(layers)+1)
	for i := range turns {
		turns[i] = make(chan struct{})
	}
	close(turns[0])
	for turn, i := range a.order {
		layers[i] = &orderedLayer{layers[i], turns[turn], turns[turn+1]}
	}
	return layers
}

type orderedLayer struct {
	scan.Layer
	turn, next chan struct{}
}

func (l *orderedLayer) Walk(ctx context.Context, visit func(*scan.File) error) error {
	err := l.Layer.Walk(ctx, visit)
	<-l.turn
	close(l.next)
	return err
}

// FuzzSquash checks of any layers that the scan ends, names only layers there
// are, and does not depend on the number of workers.
func FuzzSquash(f *testing.F) {
	for _, tt := range squashTests {
		var lines []string
		for _, l := range tt.layers {
			lines = append(lines, strings.Join(l, "\n"))
		}
		f.Add([]byte(strings.Join(lines, "\n-\n")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var layers [][]source.MemoryEntry
		for _, text := range bytes.SplitN(data, []byte("\n-\n"), 8) {
			var lines []string
			for _, line := range strings.Split(string(text), "\n") {
				if len(line) > 2 && strings.Contains("fdshwox", line[:1]) && line[1] == ' ' {
					lines = append(lines, line)
				}
			}
			layers = append(layers, layer(t, lines...))
		}
		src := source.Memory("test", layers...)
		if _, err := src.Open(t.Context()); err != nil {
			t.Skip(err) // a path that no source would give
		}
		var want []string
		for _, workers := range []int{1, 4} {
			inv, err := scan.Inspect(t.Context(), src, scan.Options{Analyzers: listers(), Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range inv.Components {
				if c.Layer < 0 || c.Layer >= len(layers) {
					t.Fatalf("component %s is of layer %d, of %d", c.Name, c.Layer, len(layers))
				}
			}
			if got := listing(inv); want == nil {
				want = got
			} else if !slices.Equal(want, got) {
				t.Fatalf("with 4 workers %q, with 1 %q", got, want)
			}
		}
	})
}
