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
	Suffix     string // the end of the last element: ".jar"
	Dir        string // a directory the file lies directly in: "var/lib/dpkg/status.d"
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

// Facts are what one analyzer learnt from one file.
type Facts struct {
	// Components are the packages the file lists. Path and Layer are set by the
	// engine.
	Components []Component
	// OS is what the file says of the operating system. Several files may say
	// a part each.
	OS *vuln.OS
	// Custom holds values of an analyzer's own, by name. They reach the
	// inventory if the file is visible in the end.
	Custom map[string]json.RawMessage
}

// Empty reports whether f says nothing.
func (f Facts) Empty() bool {
	return len(f.Components) == 0 && f.OS == nil && len(f.Custom) == 0
}
