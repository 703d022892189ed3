package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// GoMod lists the modules that go.mod files require, with the go.sum beside them
// where that is needed, https://go.dev/ref/mod#go-mod-file.
//
// The main module comes first, [artifact.Root], without a version; then the
// required ones in the order of the file, direct, or indirect where a comment
// says so, with the line they are on. A module that is replaced by another is
// that one; one replaced by a directory keeps its name and has no version, since
// nothing says what is in there. A version that is excluded is not required.
//
// Since Go 1.17 go.mod names every module that has packages which the main
// module's packages and tests need, so that is the whole list. It is a part of
// what "go list -m all" prints: the rest provides no package to the build or its
// tests, and is found from go.mod files of other modules, which are not here.
// Where the go line says less, or is missing, modules that go.mod does not name
// are taken from go.sum, as indirect: those of which it has the hash of the
// content, not of go.mod alone, in the highest version. They follow sorted by
// name.
//
// The lines go and toolchain name the least version of Go that may build it, not
// the one that does: the standard library is not listed. Neither are tools that
// are not modules, nor what is in vendor/modules.txt, which repeats go.mod.
// DependsOn is empty: which module needs which is not in there.
//
// A directive that cannot be read is left out and named in the error.
var GoMod artifact.Resolver = goMod{}

type goMod struct{}

func (goMod) Name() string { return "gomod" }
func (goMod) Version() int { return 1 }

func (goMod) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "go.mod"}, {Base: "go.sum"}}
}

// Names of the values that wait for Resolve.
const (
	goModOld = "gomod.incomplete" // paths that a go.mod names, of before Go 1.17
	goModSum = "gomod.sum"        // highest version of each module, by path
)

func (goMod) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	var facts artifact.Facts
	if strings.HasSuffix(f.Path, ".sum") {
		facts, err = readGoSum(text)
	} else {
		facts, err = readGoMod(text)
	}
	if err != nil {
		err = fmt.Errorf("read %s: %w", f.Path, err)
	}
	return facts, err
}

// goModPasses is how often a go.mod is read again without the lines that could
// not be.
const goModPasses = 8

// parseGoMod parses text, and again without the lines that are wrong.
func parseGoMod(text []byte, wrong *faults) *modfile.File {
	text = slices.Clone(text)
	index := newLineIndex(text)
	for range goModPasses {
		file, err := modfile.Parse("go.mod", text, nil)
		if err == nil {
			return file
		}
		var list modfile.ErrorList
		if !errors.As(err, &list) {
			wrong.add(1, nil, err)
			return nil
		}
		again := false
		for _, e := range list {
			wrong.add(e.Pos.Line, nil, e.Err)
			again = blankLine(index.content(e.Pos.Line)) || again
		}
		if !again {
			return nil
		}
	}
	return nil
}

// blankLine overwrites a line, and reports whether there was anything.
func blankLine(line []byte) bool {
	changed := false
	for i := range line {
		changed = changed || line[i] != ' '
		line[i] = ' '
	}
	return changed
}

func readGoMod(text []byte) (artifact.Facts, error) {
	var wrong faults
	file := parseGoMod(text, &wrong)
	if file == nil {
		return artifact.Facts{}, wrong.err()
	}
	replaced := goReplacements(file)
	var list componentList
	if m := file.Module; m != nil && m.Mod.Path != "" {
		root := library(vuln.TypeGo, m.Mod.Path, "")
		root.Relationship = artifact.Root
		root.Lines = goLines(m.Syntax)
		list.add(root)
	}
	var named []string
	for _, r := range file.Require {
		excluded := slices.ContainsFunc(file.Exclude, func(e *modfile.Exclude) bool { return e.Mod == r.Mod })
		if excluded {
			continue
		}
		named = append(named, r.Mod.Path)
		mod := r.Mod
		if by, ok := replaced[mod]; ok {
			mod = by
		} else if by, ok := replaced[module.Version{Path: mod.Path}]; ok {
			mod = by
		}
		if mod.Version == "" { // a directory
			mod.Path = r.Mod.Path
		}
		c := library(vuln.TypeGo, mod.Path, mod.Version)
		c.Relationship = artifact.Direct
		if r.Indirect {
			c.Relationship = artifact.Indirect
		}
		c.Lines = goLines(r.Syntax)
		list.add(c)
	}
	facts := artifact.Facts{Components: list.components}
	if file.Go == nil || goBefore117(file.Go.Version) {
		if err := setCustom(&facts, goModOld, append([]string{}, named...)); err != nil {
			return facts, err
		}
	}
	return facts, wrong.err()
}

// goReplacements are what modules are replaced by: by version, or in all.
func goReplacements(file *modfile.File) map[module.Version]module.Version {
	replaced := make(map[module.Version]module.Version)
	for _, r := range file.Replace {
		replaced[r.Old] = r.New
	}
	return replaced
}

func goLines(line *modfile.Line) []artifact.LineRange {
	if line == nil {
		return nil
	}
	return []artifact.LineRange{{First: line.Start.Line, Last: line.End.Line}}
}

// goBefore117 reports whether a go line is of a Go that does not write every
// module into go.mod.
func goBefore117(version string) bool {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	end := strings.IndexFunc(minor, func(r rune) bool { return r < '0' || r > '9' }) // 16rc1
	if end >= 0 {
		minor = minor[:end]
	}
	a, err1 := strconv.Atoi(major)
	b, err2 := strconv.Atoi(minor)
	return err1 == nil && err2 == nil && (a < 1 || a == 1 && b < 17)
}

// readGoSum keeps the highest version of each module whose content has a hash.
func readGoSum(text []byte) (artifact.Facts, error) {
	var wrong faults
	highest := make(map[string]string)
	for n, line := range lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 3 {
			wrong.add(n, nil, fmt.Errorf("%d words, want module, version and hash", len(fields)))
			continue
		}
		name, version := fields[0], fields[1]
		if strings.HasSuffix(version, "/go.mod") {
			continue
		}
		if !semver.IsValid(version) {
			wrong.add(n, []byte(name), fmt.Errorf("%.*q is no version", maxQuote, version))
			continue
		}
		if old, ok := highest[name]; !ok && len(highest) == maxLocked {
			wrong.add(n, nil, fmt.Errorf("%w: more than %d modules", artifact.ErrLimit, maxLocked))
			break
		} else if !ok || semver.Compare(version, old) > 0 {
			highest[name] = version
		}
	}
	if len(highest) == 0 {
		return artifact.Facts{}, wrong.err()
	}
	facts, err := customFacts(goModSum, highest)
	if err != nil {
		return facts, err
	}
	return facts, wrong.err()
}

// Resolve adds the modules of go.sum to those go.mod that do not name all.
func (goMod) Resolve(t *artifact.Tree) error {
	var wrong faults
	for _, f := range t.Files() {
		waiting, ok := f.Facts.Custom[goModOld]
		if !ok {
			continue
		}
		delete(f.Facts.Custom, goModOld)
		sum := t.Beside(f, "go.sum")
		if sum == nil {
			continue
		}
		if err := addGoSum(f, waiting, sum.Facts.Custom[goModSum]); err != nil {
			wrong.note(fmt.Errorf("join %s and go.sum: %w", f.Path, err))
		}
	}
	for _, f := range t.Files() {
		delete(f.Facts.Custom, goModSum)
	}
	return wrong.err()
}

func addGoSum(f *artifact.TreeFile, waiting, sum json.RawMessage) error {
	if len(sum) == 0 {
		return nil
	}
	var names []string
	if err := json.Unmarshal(waiting, &names); err != nil {
		return err
	}
	var highest map[string]string
	if err := json.Unmarshal(sum, &highest); err != nil {
		return err
	}
	for _, name := range names {
		delete(highest, name)
	}
	for i := range f.Facts.Components {
		delete(highest, f.Facts.Components[i].Name)
	}
	for _, name := range slices.Sorted(maps.Keys(highest)) {
		c := library(vuln.TypeGo, name, highest[name])
		c.Relationship = artifact.Indirect
		f.Facts.Components = append(f.Facts.Components, c)
	}
	return nil
}
