package scan

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Errors of problems that say an artifact has nothing to match.
var (
	// ErrNoOS means that no file says which operating system it is.
	ErrNoOS = errors.New("no operating system found")
	// ErrNoPackages means that no package was found.
	ErrNoPackages = errors.New("no packages found")
	// ErrUnidentified means that files are packages and do not say which: they
	// are listed by their own names, and not matched.
	ErrUnidentified = errors.New("packages that do not say which they are")
)

// resolve makes the inventory of what is visible in t, as far as opts asks for it.
func resolve(target artifact.Target, contents []layerContent, analyzers []artifact.Analyzer, t *tree, opts *Options) *artifact.Inventory {
	inv := &artifact.Inventory{Target: target}
	visible := make(map[*fact]bool)
	var found []located
	for f := range t.visibleFacts() {
		visible[f.fact] = true
		if !f.Empty() {
			found = append(found, located{placed: f, file: &artifact.TreeFile{Path: f.path, Layer: f.node.layer, Facts: f.Facts}})
		}
	}
	inv.Problems = resolveAnalyzers(analyzers, found)
	var os []osFact
	sets := make(map[int][]string)
	for _, f := range found {
		facts := &f.file.Facts
		if facts.OS != nil {
			os = append(os, osFact{f.path, facts.OS})
		}
		if facts.ContentSets != nil {
			sets[f.file.Layer] = append(sets[f.file.Layer], facts.ContentSets...)
		}
		for _, c := range facts.Components {
			c.Path, c.Analyzer, c.Layer = f.path, analyzers[f.analyzer].Name(), f.file.Layer
			if c.SourceName == "" {
				c.SourceName, c.SourceVersion = c.Name, c.Version
			}
			if origin, ok := t.origins[identity(f.placed, &c)]; ok {
				c.Layer = origin
			}
			inv.Components = append(inv.Components, c)
		}
		for name, value := range facts.Custom {
			inv.Custom = append(inv.Custom, artifact.Custom{
				Analyzer: analyzers[f.analyzer].Name(), Path: f.path, Layer: f.file.Layer, Name: name, Value: value,
			})
		}
	}
	inv.OS = opts.system(resolveOS(os))
	nothing := len(inv.Components) == 0
	setContents(inv.Components, sets)
	inv.Components = dropOwned(inv.Components, found, t)
	inv.Components = opts.selects(inv.Components)
	dropReferences(inv.Components, libraryFile)
	inv.Components = sortComponents(inv.Components)
	slices.SortFunc(inv.Custom, func(a, b artifact.Custom) int {
		return cmp.Or(cmp.Compare(a.Analyzer, b.Analyzer), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Name, b.Name))
	})
	resolveProblems(inv, contents, visible, opts)
	if nothing {
		inv.Problems = append(inv.Problems, emptyProblem(inv))
	}
	if p, ok := unidentified(inv.Components); ok {
		inv.Problems = append(inv.Problems, p)
	}
	return inv
}

// A located fact is a visible one, with what its analyzer makes of it in the
// end.
type located struct {
	placed
	file *artifact.TreeFile
}

// resolveAnalyzers lets each Resolver change what it found.
func resolveAnalyzers(analyzers []artifact.Analyzer, found []located) []artifact.Problem {
	var problems []artifact.Problem
	for i, a := range analyzers {
		r, ok := a.(artifact.Resolver)
		if !ok {
			continue
		}
		var files []*artifact.TreeFile
		for _, f := range found {
			if f.analyzer == i {
				f.file.Facts = cloneFacts(f.file.Facts)
				files = append(files, f.file)
			}
		}
		if len(files) == 0 {
			continue
		}
		if err := safeResolve(r, artifact.NewTree(files...)); err != nil {
			problems = append(problems, artifact.Problem{
				Stage: artifact.StageResolve, Err: fmt.Errorf("%s: %w", a.Name(), err), Hides: artifact.HidesSome,
			})
		}
	}
	return problems
}

// cloneFacts copies what a Resolver may change in place: the facts belong to the
// layer, which another scan may use as well.
func cloneFacts(f artifact.Facts) artifact.Facts {
	f.Components = slices.Clone(f.Components)
	for i := range f.Components {
		f.Components[i].DependsOn = slices.Clone(f.Components[i].DependsOn)
	}
	f.Custom = maps.Clone(f.Custom)
	return f
}

func safeResolve(r artifact.Resolver, t *artifact.Tree) (err error) {
	defer catch(&err)
	return r.Resolve(t)
}

// setContents gives each package of Red Hat's the repositories that its layer's
// build information names. A layer without any has those of the nearest layer
// beneath; the base has those of the one above, which is where the build of a
// base image writes them.
func setContents(list []artifact.Component, sets map[int][]string) {
	if len(sets) == 0 {
		return
	}
	for i := range list {
		c := &list[i]
		if c.Type != vuln.TypeRPM {
			continue
		}
		layer := c.Layer
		if layer == 0 && sets[0] == nil {
			layer = 1
		}
		for layer > 0 && sets[layer] == nil {
			layer--
		}
		c.ContentSets = sets[layer]
	}
}

// unidentified is one problem for all files that are packages and do not say
// which.
func unidentified(list []artifact.Component) (artifact.Problem, bool) {
	var names []string
	for i := range list {
		if c := &list[i]; c.Unidentified {
			name := c.Path
			if c.Inside != "" {
				name += "!/" + c.Inside
			}
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return artifact.Problem{}, false
	}
	return artifact.Problem{
		Stage: artifact.StageResolve, Hides: artifact.HidesSome,
		Err: fmt.Errorf("%w: %s", ErrUnidentified, listed(names)),
	}, true
}

// maxNames bounds the names in one problem.
const maxNames = 10

// emptyProblem says that there is nothing to judge. In a directory that is an
// answer; an image without packages is more likely to be one that was not
// understood.
func emptyProblem(inv *artifact.Inventory) artifact.Problem {
	p := artifact.Problem{Stage: artifact.StageResolve, Err: ErrNoPackages, Hides: artifact.HidesAll}
	switch inv.Target.Kind {
	case artifact.KindFilesystem, artifact.KindRepository:
		p.Hides = artifact.HidesNothing
	default:
		if inv.OS == nil {
			p.Err = fmt.Errorf("%w, %w", ErrNoOS, ErrNoPackages)
		}
	}
	return p
}

// sortComponents sorts list as [artifact.Inventory] says. Of a system package
// that several databases list, it keeps the first that names its source package,
// since advisories may be filed under that: chiselled Ubuntu's does not.
func sortComponents(list []artifact.Component) []artifact.Component {
	compare := func(a, b *artifact.Component) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version),
			cmp.Compare(a.Arch, b.Arch), cmp.Compare(a.Type, b.Type))
	}
	sourceless := func(c *artifact.Component) int {
		if c.Type.System() && c.SourceName == c.Name {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b artifact.Component) int {
		return cmp.Or(compare(&a, &b), cmp.Compare(sourceless(&a), sourceless(&b)), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Inside, b.Inside))
	})
	return slices.CompactFunc(list, func(a, b artifact.Component) bool {
		return compare(&a, &b) == 0 && (a.Path == b.Path && a.Inside == b.Inside || a.Type.System())
	})
}

// resolveProblems adds the problems of layers and of files, and what the
// inventory lacks. A file that is no longer visible hides nothing, and one that
// opts leaves out has no problems.
func resolveProblems(inv *artifact.Inventory, contents []layerContent, visible map[*fact]bool, opts *Options) {
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
			if (at == 0 || f.entry != l.facts[at-1].entry) && f.analyzer != noAnalyzer {
				inv.Stats.Files++
			}
			if f.err == nil || skipped(f.path, opts.SkipDirs, opts.SkipFiles) {
				continue
			}
			hides := artifact.HidesNothing
			if visible[f] {
				hides = artifact.HidesSome
			}
			stage := artifact.StageAnalyze
			if f.analyzer == noAnalyzer {
				stage = artifact.StageRead
			}
			inv.Problems = append(inv.Problems, artifact.Problem{
				Stage: stage, Path: f.path, Layer: l.info.DiffID, Err: f.err, Hides: hides,
			})
		}
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
