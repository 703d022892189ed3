package lint

import (
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Diagnostic is one thing that a rule found.
type Diagnostic struct {
	Rule string
	// Aliases are those of the rule's aliases that fit: a rule may answer several
	// questions of another tool. Nil: all of them.
	Aliases  []string
	Severity severity.Level
	Message  string
	// Object is what it is about.
	Object ObjectRef
	// Span is where it stands: a value, or the key of a collection, or the first
	// line of an item of a list. A field that is missing is reported where it would
	// stand: at what it would be in.
	Span manifest.Span
	// Cause is the extent of what is wrong: the whole container, the whole
	// instruction, a field with its key; zero: as Span.
	Cause manifest.Span
	// Field is the path of that value in its document: "spec.containers[0].image".
	Field string
	// NamedField is Field with the names of the items of lists:
	// "spec.containers[web].image". See [manifest.Node.NamedPath].
	NamedField string
	// Layer is the diff ID of the layer of an image that what is wrong made; empty where
	// it is about no image, or its config as a whole.
	Layer string
	// Related are other places that the message speaks of.
	Related []Related
	// Fixes are ways to mend it, the best first. They are not alternatives to be
	// applied together.
	Fixes []Fix
}

// An ObjectRef names an object.
type ObjectRef struct {
	Group, Version, Kind, Namespace, Name string
}

// APIVersion is "group/version", or the version of the core group.
func (r ObjectRef) APIVersion() string {
	if r.Group == "" {
		return r.Version
	}
	return r.Group + "/" + r.Version
}

// String is "apps/v1 Deployment shop/web", or "Dockerfile Dockerfile.dev" for what
// has no version.
func (r ObjectRef) String() string {
	name := r.Name
	if r.Namespace != "" {
		name = r.Namespace + "/" + name
	}
	if r.Version == "" && r.Group == "" {
		return r.Kind + " " + name
	}
	return r.APIVersion() + " " + r.Kind + " " + name
}

// Ref names o.
func Ref(o *manifest.Object) ObjectRef {
	return ObjectRef{o.Group, o.Version, o.Kind, o.Namespace, o.Name}
}

// A Related is another place, and what it has to do with it.
type Related struct {
	Span    manifest.Span
	Message string
}

// A Fix is a way to mend what a diagnostic is about: all of its edits, or none.
type Fix struct {
	Message string // "set securityContext.privileged to false"
	Edits   []manifest.Edit
	// Refused says why the text cannot be edited so, nil where it can. There are no
	// edits then.
	Refused error
}

// SetFix sets the value under path below n: see [manifest.Node.Set].
func SetFix(n *manifest.Node, value any, path ...string) Fix {
	edits, err := n.Set(value, path...)
	return Fix{Message: "set " + fieldName(n, path) + " to " + valueText(value), Edits: edits, Refused: err}
}

// DeleteFix removes what is under path below n: see [manifest.Node.Delete].
func DeleteFix(n *manifest.Node, path ...string) Fix {
	edits, err := n.Delete(path...)
	return Fix{Message: "remove " + fieldName(n, path), Edits: edits, Refused: err}
}

// AppendFix adds an item to the sequence under path below n: see
// [manifest.Node.Append].
func AppendFix(n *manifest.Node, value any, path ...string) Fix {
	edits, err := n.Append(value, path...)
	return Fix{Message: "add " + valueText(value) + " to " + fieldName(n, path), Edits: edits, Refused: err}
}

// fieldName is the path of a field for messages.
func fieldName(n *manifest.Node, path []string) string {
	if len(path) > 0 {
		return strings.Join(path, ".")
	}
	return n.Path()
}

func valueText(value any) string {
	switch v := value.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case []manifest.Entry:
		texts := make([]string, len(v))
		for i, e := range v {
			texts[i] = e.Key + ": " + valueText(e.Value)
		}
		return "{" + strings.Join(texts, ", ") + "}"
	}
	return fmt.Sprint(value)
}
