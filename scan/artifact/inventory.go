package artifact

import (
	"encoding/json"
	"fmt"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// A Component is a package as it was found.
type Component struct {
	vuln.Package
	Path string // the file that lists it: "var/lib/dpkg/status"
	// Layer is the index in Inventory.Layers of the layer that introduced it. Of
	// a file that only a link makes a database, it is the one that holds the
	// file, or made the link.
	Layer int
}

// An Inventory is what is in an artifact, before anything is judged. It can be
// judged more than once, and by several goroutines.
type Inventory struct {
	Target Target
	Layers []LayerInfo // base first
	OS     *vuln.OS    // nil: none was found
	// Components are sorted by name, version, architecture, type and path.
	Components []Component
	Custom     []Custom  // sorted by analyzer, path and name
	Problems   []Problem // sorted as [Problem.Compare] says
	Stats      Stats
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
	SecondReads int // layers walked again for the target of a link
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
