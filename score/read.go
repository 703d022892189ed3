package score

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// Read scores the objects in a text, which must not be changed afterwards. Name is the
// path to show. Problems are what could not be read.
//
// In compat mode the documents are those that Kubesec sees: lines of exactly "---" part
// them, of each part the first document counts, and one that is empty or has no kind
// is a result too. What Kubesec does not see is a Problem.
func Read(name string, text []byte, opts Options) ([]Result, []manifest.Problem) {
	bundle := manifest.ReadFile(name, text, manifest.Options{Limits: opts.Limits, KubernetesOnly: opts.Compat})
	if !opts.Compat {
		return Run(bundle.Objects, opts), bundle.Problems
	}
	return readCompat(name, text, bundle, opts)
}

// ErrUnseen is matched by the problem of a document that Kubesec does not see.
var ErrUnseen = errors.New("kubesec does not see this document")

func readCompat(name string, text []byte, bundle manifest.Bundle, opts Options) ([]Result, []manifest.Problem) {
	docs := bundle.Documents
	var problems []manifest.Problem
	for _, p := range bundle.Problems {
		if !errors.Is(p.Err, manifest.ErrNotObject) {
			problems = append(problems, p)
		}
	}
	objects := make(map[*manifest.Document]*manifest.Object)
	for _, o := range bundle.Objects {
		if o.List == nil {
			objects[o.Node.Document()] = o
		}
	}
	s := newScorer(opts)
	found := s.custom(bundle.Objects)
	broken := make([]int, len(problems)) // where, in order
	for i, p := range problems {
		broken[i] = p.Position.Offset
	}
	slices.Sort(broken)
	var results []Result
	for _, part := range parts(text) {
		var seen *manifest.Document
		for len(docs) > 0 && docs[0].Root.Span().Start.Offset < part.end {
			if d := docs[0]; seen == nil {
				seen = d
			} else {
				problems = append(problems, manifest.Problem{Position: d.Root.Position(), Err: ErrUnseen})
			}
			docs = docs[1:]
		}
		switch {
		case seen != nil:
			o := objects[seen]
			r := s.compat(o, newDocument(seen.Root), found[o])
			r.File = name
			results = append(results, r)
		case !part.holds(broken):
			r := s.compat(nil, newDocument(nil), nil)
			r.File = name
			results = append(results, r)
		}
	}
	if len(results) == 0 && len(problems) == 0 {
		problems = append(problems, manifest.Problem{Position: manifest.Position{Path: name}, Err: fmt.Errorf("invalid input: %w", manifest.ErrNotObject)})
	}
	return results, problems
}

// A part is what Kubesec takes for a document.
type part struct{ start, end int }

// holds reports whether one of some offsets, which are sorted, is in the part.
func (p part) holds(offsets []int) bool {
	i, _ := slices.BinarySearch(offsets, p.start)
	return i < len(offsets) && offsets[i] <= p.end
}

// parts are those of a text that hold anything.
func parts(text []byte) []part {
	const separator = "\n---\n"
	var list []part
	for start := 0; start <= len(text); {
		end, next := len(text), len(text)+1
		if i := bytes.Index(text[start:], []byte(separator)); i >= 0 {
			end, next = start+i, start+i+len(separator)
		}
		if doc := bytes.TrimSpace(text[start:end]); len(doc) > 0 && string(doc) != "---" {
			list = append(list, part{start, end})
		}
		start = next
	}
	return list
}
