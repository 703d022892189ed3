package scan

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A dispatch is the patterns of all analyzers, each filed under the field that
// rules out most, so that a path costs a few map lookups whatever the number of
// analyzers.
type dispatch struct {
	analyzers []artifact.Analyzer
	byPath    map[string][]wish
	byBase    map[string][]wish
	byDir     map[string][]wish
	byExt     map[string][]wish // in lower case, with its dot
	other     []wish            // executable, or of a suffix without a dot
}

// A wish is one pattern of the analyzer with that index.
type wish struct {
	artifact.Pattern
	analyzer int
}

func newDispatch(analyzers []artifact.Analyzer) (*dispatch, error) {
	d := &dispatch{
		analyzers: analyzers,
		byPath:    make(map[string][]wish),
		byBase:    make(map[string][]wish),
		byDir:     make(map[string][]wish),
		byExt:     make(map[string][]wish),
	}
	names := make(map[string]bool)
	for i, a := range analyzers {
		if names[a.Name()] {
			return nil, fmt.Errorf("two analyzers are named %q", a.Name())
		}
		names[a.Name()] = true
		for _, p := range a.Patterns() {
			w := wish{p, i}
			w.Suffix = strings.ToLower(p.Suffix) // which is compared without case
			switch {
			case p.Magic != "" && !p.Executable:
				return nil, fmt.Errorf("analyzer %s: pattern %+v has Magic without Executable", a.Name(), p)
			case p.Path != "":
				d.byPath[p.Path] = append(d.byPath[p.Path], w)
			case p.Base != "":
				d.byBase[p.Base] = append(d.byBase[p.Base], w)
			case p.Dir != "":
				d.byDir[p.Dir] = append(d.byDir[p.Dir], w)
			case path.Ext(p.Suffix) != "":
				ext := path.Ext(w.Suffix)
				d.byExt[ext] = append(d.byExt[ext], w)
			case p.Suffix != "" || p.Executable:
				d.other = append(d.other, w)
			default:
				return nil, fmt.Errorf("analyzer %s: empty pattern", a.Name())
			}
		}
	}
	return d, nil
}

// wishes lists the patterns that hold for a regular file of that path, leaving
// out what needs its content. An analyzer may occur twice.
func (d *dispatch) wishes(name string, executable func() bool) []wish {
	dir, base := path.Split(name)
	dir = strings.TrimSuffix(dir, "/")
	lower := base
	if strings.ContainsFunc(base, unicode.IsUpper) {
		lower = strings.ToLower(base)
	}
	var found []wish
	for _, list := range [...][]wish{d.byPath[name], d.byBase[base], d.byDir[dir], d.byExt[path.Ext(lower)], d.other} {
		for i := range list {
			w := &list[i]
			if (w.Path == "" || w.Path == name) &&
				(w.Base == "" || w.Base == base) &&
				(w.Dir == "" || w.Dir == dir) &&
				(w.Prefix == "" || strings.HasPrefix(base, w.Prefix)) &&
				(w.Suffix == "" || strings.HasSuffix(lower, w.Suffix)) &&
				(w.DirSuffix == "" || strings.HasSuffix(dir, w.DirSuffix)) &&
				(!w.Executable || executable()) {
				found = append(found, *w)
			}
		}
	}
	return found
}

// choose returns the analyzers that want f, in their order. Only it reads
// content, and only of executables.
func (d *dispatch) choose(f *artifact.File) []int {
	var chosen []int
	for _, w := range d.wishes(f.Path, f.Executable) {
		if w.Magic == "" || bytes.HasPrefix(f.Head(), []byte(w.Magic)) {
			chosen = append(chosen, w.analyzer)
		}
	}
	return sortedSet(chosen)
}

// chooseLink returns the analyzers that would want a file at the path of a
// link, by its name alone: an executable is found where it really is.
func (d *dispatch) chooseLink(name string) []int {
	var chosen []int
	for _, w := range d.wishes(name, never) {
		chosen = append(chosen, w.analyzer)
	}
	return sortedSet(chosen)
}

func never() bool { return false }

func sortedSet(list []int) []int {
	if len(list) < 2 {
		return list
	}
	slices.Sort(list)
	return slices.Compact(list)
}
