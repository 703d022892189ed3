package scan_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/cache"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// A teller is an analyzer of files whose words are facts: "own=path",
// "set=name", "dev=name", "need=a,b", "os=family", "manifest=direct", and
// "name=version" for components.
type teller struct {
	typ    vuln.PackageType
	suffix string
}

func (l teller) Name() string             { return "tell" + l.suffix }
func (l teller) Version() int             { return 1 }
func (l teller) Patterns() []scan.Pattern { return []scan.Pattern{{Suffix: l.suffix}} }
func (l teller) Analyze(_ context.Context, f *scan.File) (scan.Facts, error) {
	b, err := f.Bytes()
	var facts scan.Facts
	for _, word := range strings.Fields(string(b)) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "own":
			facts.Owned = append(facts.Owned, value)
		case "set":
			facts.ContentSets = append(facts.ContentSets, value)
		case "os":
			facts.OS = &vuln.OS{Family: vuln.Family(value), Version: "1"}
		case "manifest":
			facts.Custom = map[string]json.RawMessage{"direct": json.RawMessage(fmt.Sprintf("%q", value))}
		case "need":
			facts.Components[len(facts.Components)-1].DependsOn = strings.Split(value, ",")
		default:
			name, dev := strings.CutPrefix(key, "dev:")
			name, unidentified := strings.CutPrefix(name, "un:")
			facts.Components = append(facts.Components, scan.Component{
				Package: vuln.Package{Type: l.typ, Name: name, Version: value}, Dev: dev, Unidentified: unidentified,
			})
		}
	}
	return facts, err
}

// Resolve marks what the manifest beside a file asks for as direct; the manifest
// "panic" panics.
func (l teller) Resolve(t *artifact.Tree) error {
	for _, f := range t.Files() {
		manifest := t.Beside(f, "manifest"+l.suffix)
		if manifest == nil || f == manifest {
			continue
		}
		var direct string
		if err := json.Unmarshal(manifest.Facts.Custom["direct"], &direct); err != nil {
			return err
		}
		if direct == "panic" {
			panic("boom")
		}
		for i := range f.Facts.Components {
			if c := &f.Facts.Components[i]; c.Name == direct {
				c.Relationship = artifact.Direct
			}
		}
		delete(manifest.Facts.Custom, "direct")
	}
	return nil
}

func tellers() []scan.Analyzer {
	return []scan.Analyzer{teller{vuln.TypeRPM, ".sys"}, teller{vuln.TypeNPM, ".lib"}}
}

func tell(t *testing.T, opts scan.Options, layers ...[]string) *scan.Inventory {
	t.Helper()
	var list [][]source.MemoryEntry
	for _, lines := range layers {
		list = append(list, layer(t, lines...))
	}
	opts.Analyzers = tellers()
	return inspectTwice(t, source.Memory("test", list...), opts, cache.Memory(0))
}

func names(inv *scan.Inventory) string {
	var list []string
	for _, c := range inv.Components {
		list = append(list, c.Name)
	}
	return strings.Join(list, " ")
}

// What a file lists that a package of the distribution owns is not listed beside
// it, whichever layer says so and by whichever path.
func TestOwned(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		layers [][]string
		want   string
	}{
		{"same layer", [][]string{{"f x.sys sys=1 own=usr/lib/a.lib", "f usr/lib/a.lib a=1", "f opt/b.lib b=1"}}, "b sys"},
		{"owner above", [][]string{{"f usr/lib/a.lib a=1"}, {"f x.sys sys=1 own=usr/lib/a.lib"}}, "sys"},
		{"owner below", [][]string{{"f x.sys sys=1 own=usr/lib/a.lib"}, {"f usr/lib/a.lib a=2"}}, "sys"},
		{"owner removed", [][]string{{"f x.sys sys=1 own=usr/lib/a.lib", "f usr/lib/a.lib a=1"}, {"f x.sys other=1"}}, "a other"},
		{"merged usr", [][]string{{"s lib usr/lib", "d usr/lib", "f usr/lib/a.lib a=1", "f x.sys sys=1 own=lib/a.lib own=lib/none.lib"}}, "sys"},
		{"at the root", [][]string{{"f a.lib a=1", "f x.sys sys=1 own=a.lib"}}, "sys"},
		{"link to the owner's directory", [][]string{{"f opt/a.lib a=1", "s srv opt", "f x.sys sys=1 own=srv/a.lib"}}, "sys"},
		{"the system's own list", [][]string{{"f x.sys sys=1 own=x.sys own=y.sys", "f y.sys more=1"}}, "more sys"},
	} {
		if got := names(tell(t, scan.Options{}, tt.layers...)); got != tt.want {
			t.Errorf("%s: Inspect lists %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestResolver(t *testing.T) {
	t.Parallel()
	inv := tell(t, scan.Options{},
		[]string{"f app/a.lib a=1 b=1", "f app/manifest.lib manifest=b", "f other/a.lib b=2"},
		[]string{"f third/a.lib a=3", "f third/manifest.lib manifest=a"})
	var got []string
	for _, c := range inv.Components {
		got = append(got, fmt.Sprintf("%s %s %s@%d", c.ID(), c.Relationship, c.Path, c.Layer))
	}
	want := []string{"a@1 unknown app/a.lib@0", "a@3 direct third/a.lib@1", "b@1 direct app/a.lib@0", "b@2 unknown other/a.lib@0"}
	if !slices.Equal(got, want) || len(inv.Custom) > 0 || len(inv.Problems) > 0 {
		t.Errorf("Inspect has %q, %v, %v, want %q alone", got, inv.Custom, inv.Problems, want)
	}

	inv = tell(t, scan.Options{}, []string{"f app/a.lib a=1", "f app/manifest.lib manifest=panic", "f x.sys sys=1"})
	if got := problems(inv.Problems); got != "resolve: tell.lib: panic: boom (hides some)" || names(inv) != "a sys" {
		t.Errorf("Inspect lists %s with problems %s", names(inv), got)
	}
	inv = tell(t, scan.Options{}, []string{"f app/a.lib a=1", "f app/manifest.lib a=2"})
	if got := problems(inv.Problems); !strings.HasPrefix(got, "resolve: tell.lib: unexpected end of JSON") {
		t.Errorf("Inspect has the problems %s", got)
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	lines := []string{"f x.sys sys=1", "f app/a.lib a=1 need=b@1,d@1 b=1 dev:d=1 need=b@1", "f usr/share/c.lib c=1", "f usr/e.lib e=1"}
	for _, tt := range []struct {
		name string
		opts scan.Options
		want string
	}{
		{"default", scan.Options{}, "a[b@1] b[] c[] e[] sys[]"},
		{"development", scan.Options{DevDependencies: true}, "a[b@1 d@1] b[] c[] d[b@1] e[] sys[]"},
		{"system", scan.Options{PackageClasses: []scan.PackageClass{scan.ClassOS}}, "sys[]"},
		{"libraries", scan.Options{PackageClasses: []scan.PackageClass{scan.ClassLibrary}}, "a[b@1] b[] c[] e[]"},
		{"none", scan.Options{PackageClasses: []scan.PackageClass{}}, ""},
		{"directory", scan.Options{SkipDirs: []string{"/usr/share/"}}, "a[b@1] b[] e[] sys[]"},
		{"directories", scan.Options{SkipDirs: []string{"./usr", "**/app"}}, "sys[]"},
		{"files", scan.Options{SkipFiles: []string{"**/*.lib"}, SkipDirs: []string{"usr/e.lib"}}, "sys[]"},
		{"not a prefix", scan.Options{SkipDirs: []string{"us", "usr/shar"}, SkipFiles: []string{"usr", "*.lib"}}, "a[b@1] b[] c[] e[] sys[]"},
	} {
		inv := tell(t, tt.opts, lines)
		var got []string
		for _, c := range inv.Components {
			got = append(got, c.Name+fmt.Sprint(c.DependsOn))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: Inspect lists %q, want %q", tt.name, got, tt.want)
		}
		if len(inv.Problems) > 0 {
			t.Errorf("%s: Inspect has the problems %v", tt.name, inv.Problems)
		}
	}
	inv := tell(t, scan.Options{Relationships: []artifact.Relationship{artifact.Direct}},
		[]string{"f app/a.lib a=1 b=1", "f app/manifest.lib manifest=b", "f x.sys sys=1"})
	if got := names(inv); got != "b" {
		t.Errorf("Inspect lists the direct packages %q, want b", got)
	}
	_, err := scan.Inspect(t.Context(), source.Memory("test"), scan.Options{SkipDirs: []string{"a[", "b"}})
	if err == nil || !strings.Contains(err.Error(), `"a["`) {
		t.Errorf("Inspect with a malformed pattern: error is %v", err)
	}
}

// Red Hat's packages have the repositories of their layer's build information.
func TestContentSets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		layers [][]string
		want   string
	}{
		{"own layer", [][]string{{"f x.sys a=1 set=one set=two"}}, "a[one two]"},
		{"base has that above", [][]string{{"f x.sys a=1"}, {"f y.sys b=1 set=one"}}, "a[one] b[one]"},
		{"nearest beneath", [][]string{{"f x.sys a=1 set=one"}, {"f y.sys b=1"}, {"f z.sys c=1 set=three"}}, "a[one] b[one] c[three]"},
		{"none", [][]string{{"f x.sys a=1"}}, "a[]"},
		{"none beneath", [][]string{{"f x.sys a=1"}, {"f y.sys b=1"}, {"f z.sys c=1 set=three"}}, "a[] b[] c[three]"},
	} {
		var got []string
		for _, c := range tell(t, scan.Options{}, tt.layers...).Components {
			got = append(got, c.Name+fmt.Sprint(c.ContentSets))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: Inspect lists %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestUnidentified(t *testing.T) {
	t.Parallel()
	inv := tell(t, scan.Options{}, []string{"f a.lib un:a= b=1", "f c.lib un:c=2"})
	if len(inv.Problems) != 1 || !errors.Is(inv.Problems[0].Err, scan.ErrUnidentified) || inv.Problems[0].Hides != artifact.HidesSome ||
		!strings.HasSuffix(inv.Problems[0].Err.Error(), ": a.lib, c.lib") {
		t.Errorf("Inspect has the problems %v, want one of two files", inv.Problems)
	}
	inv = tell(t, scan.Options{}, manyLines("f %d.lib un:x=1", 15))
	if len(inv.Problems) != 1 || !strings.HasSuffix(inv.Problems[0].Err.Error(), " and 5 more") {
		t.Errorf("Inspect has the problems %v, want one that counts", inv.Problems)
	}
}
