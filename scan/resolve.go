package scan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Errors of problems that say an artifact has nothing to match.
var (
	// ErrNoOS means that no file says which operating system it is.
	ErrNoOS = errors.New("no operating system found")
	// ErrNoPackages means that no package was found.
	ErrNoPackages = errors.New("no packages found")
)

// resolve makes the inventory of what is visible in t.
func resolve(target artifact.Target, contents []layerContent, analyzers []artifact.Analyzer, t *tree) *artifact.Inventory {
	inv := &artifact.Inventory{Target: target}
	visible := make(map[*fact]bool)
	var os []osFact
	for f := range t.visibleFacts() {
		visible[f.fact] = true
		if f.OS != nil {
			os = append(os, osFact{f.path, f.OS})
		}
		for _, c := range f.Components {
			c.Path, c.Layer = f.path, t.origins[identity(f, &c)]
			inv.Components = append(inv.Components, c)
		}
		for name, value := range f.Custom {
			inv.Custom = append(inv.Custom, artifact.Custom{
				Analyzer: analyzers[f.analyzer].Name(), Path: f.path, Layer: f.node.layer, Name: name, Value: value,
			})
		}
	}
	inv.OS = resolveOS(os)
	inv.Components = sortComponents(inv.Components)
	slices.SortFunc(inv.Custom, func(a, b artifact.Custom) int {
		return cmp.Or(cmp.Compare(a.Analyzer, b.Analyzer), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Name, b.Name))
	})
	resolveProblems(inv, contents, visible)
	return inv
}

// sortComponents sorts list as [artifact.Inventory] says. Of a system package
// that several databases list, it keeps the first.
func sortComponents(list []artifact.Component) []artifact.Component {
	compare := func(a, b artifact.Component) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version),
			cmp.Compare(a.Arch, b.Arch), cmp.Compare(a.Type, b.Type))
	}
	slices.SortStableFunc(list, func(a, b artifact.Component) int {
		return cmp.Or(compare(a, b), cmp.Compare(a.Path, b.Path))
	})
	return slices.CompactFunc(list, func(a, b artifact.Component) bool {
		return compare(a, b) == 0 && (a.Path == b.Path || a.Type.System())
	})
}

// resolveProblems adds the problems of layers and of files, and what the
// inventory lacks. A file that is no longer visible hides nothing.
func resolveProblems(inv *artifact.Inventory, contents []layerContent, visible map[*fact]bool) {
	lost := artifact.HidesAll
	for i := range contents {
		if contents[i].err == nil {
			lost = artifact.HidesSome
		}
	}
	for i := range contents {
		l := &contents[i]
		inv.Layers = append(inv.Layers, l.info)
		inv.Stats.Entries += len(l.entries)
		if l.err != nil {
			inv.Problems = append(inv.Problems, artifact.Problem{
				Stage: artifact.StageRead, Layer: l.info.DiffID, Err: l.fail(i, l.err), Hides: lost,
			})
		}
		for at := range l.facts {
			f := &l.facts[at]
			if at == 0 || f.entry != l.facts[at-1].entry {
				inv.Stats.Files++
			}
			if f.err == nil {
				continue
			}
			hides := artifact.HidesNothing
			if visible[f] {
				hides = artifact.HidesSome
			}
			inv.Problems = append(inv.Problems, artifact.Problem{
				Stage: artifact.StageAnalyze, Path: f.path, Layer: l.info.DiffID, Err: f.err, Hides: hides,
			})
		}
	}
	switch {
	case len(inv.Components) > 0:
	case inv.OS == nil:
		inv.Problems = append(inv.Problems, artifact.Problem{
			Stage: artifact.StageResolve, Err: fmt.Errorf("%w, %w", ErrNoOS, ErrNoPackages), Hides: artifact.HidesAll,
		})
	default:
		inv.Problems = append(inv.Problems, artifact.Problem{
			Stage: artifact.StageResolve, Err: ErrNoPackages, Hides: artifact.HidesAll,
		})
	}
}

// sortProblems sorts by stage in the order they run, layer, path and message.
func sortProblems(list []artifact.Problem, layers []artifact.LayerInfo) {
	stages := []artifact.Stage{artifact.StageRead, artifact.StageAnalyze, artifact.StageResolve, artifact.StageMatch}
	layer := func(id artifact.DiffID) int {
		return slices.IndexFunc(layers, func(l artifact.LayerInfo) bool { return l.DiffID == id })
	}
	slices.SortStableFunc(list, func(a, b artifact.Problem) int {
		return cmp.Or(
			cmp.Compare(slices.Index(stages, a.Stage), slices.Index(stages, b.Stage)),
			cmp.Compare(layer(a.Layer), layer(b.Layer)),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Err.Error(), b.Err.Error()),
		)
	})
}
