package scan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// A PackageClass says whose packages are asked for.
type PackageClass string

// The classes, spelled as Trivy spells its package types.
const (
	ClassOS      PackageClass = "os"      // the system's
	ClassLibrary PackageClass = "library" // of languages
)

// selects leaves out of list what opts does not ask for.
func (o *Options) selects(list []artifact.Component) []artifact.Component {
	return slices.DeleteFunc(list, func(c artifact.Component) bool { return !o.wants(&c) })
}

// dropReferences leaves out of what components need what is not in list: a
// development dependency, say. They refer to those for which file is the same;
// where it is "", nothing is known to be missing.
func dropReferences(list []artifact.Component, file func(*artifact.Component) string) {
	type ref struct{ analyzer, file, id string }
	there := make(map[ref]bool)
	for i := range list {
		if c := &list[i]; file(c) != "" {
			there[ref{c.Analyzer, file(c), c.ID()}] = true
		}
	}
	for i := range list {
		c := &list[i]
		gone := func(id string) bool { return file(c) != "" && !there[ref{c.Analyzer, file(c), id}] }
		if slices.ContainsFunc(c.DependsOn, gone) {
			c.DependsOn = slices.DeleteFunc(slices.Clone(c.DependsOn), gone)
		}
	}
}

// system is the operating system that is judged: found, or the one that opts names.
func (o *Options) system(found *vuln.OS) *vuln.OS {
	if o.OS == nil {
		return found
	}
	os := *o.OS
	return &os
}

// libraryFile is the file that a package of a language is listed by.
func libraryFile(c *artifact.Component) string {
	if c.Type.System() {
		return ""
	}
	return c.Path
}

func (o *Options) wants(c *artifact.Component) bool {
	class := ClassLibrary
	if c.Type.System() {
		class = ClassOS
	}
	return (o.PackageClasses == nil || slices.Contains(o.PackageClasses, class)) &&
		(o.Relationships == nil || slices.Contains(o.Relationships, c.Relationship)) &&
		(o.DevDependencies || !c.Dev) &&
		!skipped(c.Path, o.SkipDirs, o.SkipFiles)
}

// skipped reports whether the file at name matches one of files, or a directory
// that holds it one of dirs.
func skipped(name string, dirs, files []string) bool {
	if matches(files, name) {
		return true
	}
	if len(dirs) == 0 {
		return false
	}
	for i := range len(name) {
		if name[i] == '/' && matches(dirs, name[:i]) {
			return true
		}
	}
	return false
}

// matches reports whether one of patterns, which are valid, matches name.
func matches(patterns []string, name string) bool {
	for _, p := range patterns {
		if ok, _ := doublestar.Match(cleanGlob(p), name); ok {
			return true
		}
	}
	return false
}

// cleanGlob makes a pattern one of paths as in an Entry: "/usr/" is "usr".
func cleanGlob(p string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(p, "./"), "/"), "/")
}

// checkGlobs returns an error for the first pattern that is malformed.
func checkGlobs(lists ...[]string) error {
	for _, list := range lists {
		for _, p := range list {
			if !doublestar.ValidatePattern(cleanGlob(p)) {
				return fmt.Errorf("skip %q: malformed pattern", p)
			}
		}
	}
	return nil
}
