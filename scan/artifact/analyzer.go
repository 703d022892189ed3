package artifact

import (
	"context"
	"encoding/json"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// A Pattern says which files an analyzer wants: regular files for which all
// fields that are set hold. Paths are compared as they stand in the layer.
type Pattern struct {
	Path       string // the whole path: "var/lib/dpkg/status"
	Base       string // the last element: "package.json"
	Prefix     string // the start of the last element; beside one of the others
	Suffix     string // the end of the last element, whatever its case: ".jar"
	Dir        string // a directory the file lies directly in: "var/lib/dpkg/status.d"
	DirSuffix  string // the end of the path of that directory: ".dist-info"; beside one of the others
	Executable bool   // some execute bit is set
	Magic      string // the content's first bytes; needs Executable
}

// An Analyzer turns one file into facts. It is a pure function of the file's
// path and content, so that its facts can be kept with the layer. It is called
// from several goroutines at once.
type Analyzer interface {
	Name() string
	// Version is raised when the facts for the same file change.
	Version() int
	// Patterns lists the files it wants; a file is wanted if any of them holds.
	Patterns() []Pattern
	// Analyze reads f. Facts returned beside an error are kept; the error
	// becomes a Problem that hides some packages. What it returns must not
	// share memory with f's content.
	Analyze(ctx context.Context, f *File) (Facts, error)
}

// A Resolver is an Analyzer that joins its facts once it is known which files
// are visible: a lock file with the manifest beside it. It is called once a
// scan, after all files were analyzed.
type Resolver interface {
	Analyzer
	// Resolve changes the facts in t. An error becomes a Problem that hides
	// some packages; what was changed before it stays.
	Resolve(t *Tree) error
}

// Facts are what one analyzer learnt from one file.
type Facts struct {
	// Components are the packages the file lists. Path, Layer and Analyzer are
	// set by the engine.
	Components []Component
	// OS is what the file says of the operating system. Several files may say
	// a part each.
	OS *vuln.OS
	// Owned are files that packages of the distribution put where they are:
	// paths as in Entry, in any order. What such a file lists is not reported
	// beside its owner.
	Owned []string
	// ContentSets name the repositories that the packages of the file's layer
	// are from, as Red Hat's build information does.
	ContentSets []string
	// Custom holds values of an analyzer's own, by name. They reach the
	// inventory if the file is visible in the end, and the analyzer, being a
	// Resolver, has not taken them out.
	Custom map[string]json.RawMessage
}

// Empty reports whether f says nothing.
func (f Facts) Empty() bool {
	return len(f.Components) == 0 && f.OS == nil && len(f.Owned) == 0 && len(f.ContentSets) == 0 && len(f.Custom) == 0
}
