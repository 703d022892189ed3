package scan

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// seen is what squash makes visible, with or without leaving out what cannot
// matter.
func seen(t *testing.T, layers []layerContent, prune bool) []string {
	t.Helper()
	tr := newTree(40)
	if prune {
		tr.relevant = newRelevance(layers)
	}
	if err := tr.applyAll(context.Background(), layers); err != nil {
		t.Fatal(err)
	}
	var list []string
	for f := range tr.visibleFacts() {
		for i := range f.Components {
			list = append(list, fmt.Sprint(f.path, " ", f.node.layer, " ", tr.origins[identity(f, &f.Components[i])]))
		}
	}
	slices.Sort(list)
	return list
}

// FuzzRelevance checks that what is left out of the tree changes nothing. Layers
// are separated by "-", entries are a kind and a path, and each file called j has
// a fact.
func FuzzRelevance(f *testing.F) {
	f.Add("f a/j\nf b/j\n-\nw a\nf b/j/c")
	f.Add("f a/b/j\nd a/b\n-\nf a\n-\no a\nd a/b\nf a/b/j")
	kinds := map[string]artifact.Kind{
		"f": artifact.KindRegular, "d": artifact.KindDir, "w": artifact.KindWhiteout, "o": artifact.KindOpaque, "x": artifact.KindOther,
	}
	f.Fuzz(func(t *testing.T, text string) {
		layers := make([]layerContent, 1)
		for line := range strings.SplitSeq(text, "\n") {
			l := &layers[len(layers)-1]
			kind, name, ok := strings.Cut(line, " ")
			switch {
			case line == "-" && len(layers) < 8:
				layers = append(layers, layerContent{})
			case ok && isClean(name) && kinds[kind] != 0:
				l.entries = append(l.entries, entry{Path: name, Kind: kinds[kind]})
				if path.Base(name) == "j" && kind == "f" {
					c := artifact.Component{Package: vuln.Package{Type: vuln.TypeNPM, Name: "j", Version: fmt.Sprint(len(l.entries) % 2)}}
					l.facts = append(l.facts, fact{entry: len(l.entries) - 1, path: name, Facts: artifact.Facts{Components: []artifact.Component{c}}})
				}
			}
		}
		if got, want := seen(t, layers, true), seen(t, layers, false); !slices.Equal(got, want) {
			t.Errorf("with what matters alone: %q, with all %q", got, want)
		}
	})
}
