package artifact

import (
	"encoding/json"
	"fmt"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// A Component is a package as it was found.
type Component struct {
	vuln.Package
	Path string // the file that lists it: "var/lib/dpkg/status"
	// Inside is where in that file it was found, if the file is an archive:
	// "WEB-INF/lib/keel.jar", or "lib/a.jar!/lib/b.jar" for an archive in an
	// archive.
	Inside string
	// Layer is the index in Inventory.Layers of the layer that introduced it. Of
	// a file that only a link makes a database, it is the one that holds the
	// file, or made the link.
	Layer    int
	Analyzer string // the name of the analyzer that found it
	// Unidentified is set for a file that is a package, though it does not say
	// which: Name is then the file's own, and Version may be empty.
	Unidentified bool

	Relationship Relationship // to what the file at Path is for
	Dev          bool         // needed to develop or test it, not to run it
	// DependsOn are those that it needs, each an [Component.ID] of the same
	// file, sorted. Nil: none, or the file does not say.
	DependsOn []string
	// Lines are where a lock file has it.
	Lines []LineRange
}

// ID is how components of one file refer to each other: name@version.
func (c *Component) ID() string { return c.Name + "@" + c.Version }

// A LineRange is a run of lines, the first and the last, counted from 1.
type LineRange struct{ First, Last int }

// A Relationship says how a package came to be in a lock file.
type Relationship uint8

// The relationships, in the order that lists have them.
const (
	RelationshipUnknown Relationship = iota
	Root                             // the project itself
	Workspace                        // a part of the project
	Direct                           // the project asks for it
	Indirect                         // something else does
)

// String is "unknown", "root", "workspace", "direct" or "indirect".
func (r Relationship) String() string {
	switch r {
	case Root:
		return "root"
	case Workspace:
		return "workspace"
	case Direct:
		return "direct"
	case Indirect:
		return "indirect"
	}
	return "unknown"
}

// An Inventory is what is in an artifact, before anything is judged. It can be
// judged more than once, and by several goroutines.
type Inventory struct {
	Target Target
	Layers []LayerInfo // base first
	OS     *vuln.OS    // nil: none was found
	// Components are sorted by name, version, architecture, type, path and Inside.
	Components []Component
	Custom     []Custom // sorted by analyzer, path and name
	// Objects are those of manifests, in the order in which they were read.
	Objects  []*manifest.Object
	Problems []Problem // sorted as [Problem.Compare] says
	Stats    Stats
}

// A Custom is a value of a caller's own analyzer.
type Custom struct {
	Analyzer string
	Path     string
	Layer    int // index of the layer the file is in
	Name     string
	Value    json.RawMessage
}

// Stats count the work that was done.
type Stats struct {
	Entries     int // entries visited, in all layers
	Files       int // files analyzed
	SecondReads int // layers that hold the target of a link, which is read apart
	Walks       int // walks of layers, those for such targets and further tries too
	Cached      int // walks that a cache made unnecessary
}

// Hides says what a problem keeps out of the report.
type Hides uint8

// What a problem can hide. A gate fails on problems that hide anything.
const (
	HidesNothing Hides = iota
	HidesSome          // some packages, or some of their vulnerabilities
	HidesAll           // all of them
)

// String is "nothing", "some" or "all".
func (h Hides) String() string {
	switch h {
	case HidesNothing:
		return "nothing"
	case HidesSome:
		return "some"
	}
	return "all"
}

// A Stage is a part of the scan.
type Stage string

// The stages, in the order they run.
const (
	StageRead    Stage = "read"    // reading a layer
	StageAnalyze Stage = "analyze" // turning a file into facts
	StageResolve Stage = "resolve" // joining the layers
	StageMatch   Stage = "match"   // judging the inventory
)

// A Problem says what could not be read or judged, where, why, and what it
// hides.
type Problem struct {
	Stage Stage
	Path  string // the file, or the package as name@version; may be empty
	Layer DiffID // may be empty
	Err   error
	Hides Hides
}

// String is one line for people.
func (p Problem) String() string {
	s := string(p.Stage)
	if p.Layer != "" && p.Stage != StageRead { // whose errors name the layer
		s += " " + string(p.Layer)
	}
	if p.Path != "" {
		s += " " + p.Path
	}
	return fmt.Sprintf("%s: %v (hides %s)", s, p.Err, p.Hides)
}
