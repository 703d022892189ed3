package score

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Result is the score of one object.
type Result struct {
	// Object is nil where a document is no object; compat mode alone has such results.
	Object *manifest.Object
	// Name is "Kind/name.namespace", with Kubesec's words for what is left out:
	// "Deployment/undefined.default". In the default mode an object that is in no
	// namespace is "ClusterRole/name".
	Name string
	// File is the path of the file as it was read.
	File string
	// Supported reports whether any rule is for the object's kind.
	Supported bool
	// Err says why the object is not scored: the API server refuses it. Nil otherwise.
	Err error
	// Score is the sum of the points of Passed and Critical.
	Score int
	// Max is what the object would have if all were well.
	Max int
	// Threshold is Options.MinScore.
	Threshold int
	// Critical, Passed and Advise are in Kubesec's order: the most points first, then
	// by selector.
	Critical, Passed, Advise []Item
	// Containers are the scores that the pod would have with one of its containers
	// alone, in the order init containers, containers, ephemeral ones. There are none
	// in compat mode.
	Containers []ContainerScore
	// Problems are custom rules that failed.
	Problems []lint.Problem

	values lint.Values
}

// An Item is a rule and what it says of an object.
type Item struct {
	*Rule
	// Places are where something is wrong, or where what is missing would be; empty
	// for what passed.
	Places []Place
}

// A Place is where something is wrong.
type Place struct {
	// Node is the value, or what the value would be in. It is nil where a document is
	// not there at all.
	Node *manifest.Node
	// Container is the name of the container, empty where it is not one's.
	Container string
	// Message is what a custom rule says.
	Message string

	fix *lint.Fix // of a custom rule
}

// A ContainerScore is the score of one container.
type ContainerScore struct {
	Name  string
	Kind  manifest.ContainerKind
	Score int
}

// Valid reports whether the object could be scored.
func (r *Result) Valid() bool { return r.Err == nil }

// Failed reports whether the score is below the threshold, or the object is not
// valid. An object of a kind that no rule is for does not fail.
func (r *Result) Failed() bool {
	return r.Err != nil || r.Supported && r.Score < r.Threshold
}

// Message says in words how the object did, as Kubesec words it; it says "Failed"
// where Failed does.
func (r *Result) Message() string {
	switch {
	case r.Err != nil:
		return r.Err.Error()
	case !r.Supported:
		return "This resource kind is not supported by kubesec"
	case r.Failed():
		return fmt.Sprintf("Failed with a score of %d points", r.Score)
	}
	return fmt.Sprintf("Passed with a score of %d points", r.Score)
}

// Position is where the object starts.
func (r *Result) Position() manifest.Position {
	if r.Object == nil {
		return manifest.Position{Path: r.File}
	}
	return r.Object.Position()
}
