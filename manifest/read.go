package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
)

// A Problem is something that could not be read, and where.
type Problem struct {
	Position Position
	// Object is what the problem is in, nil where it is in no object.
	Object *Object
	Err    error // matches one of the package's errors, or one of the file system's
}

// Error is "path:line:column: cause".
func (p Problem) Error() string { return p.Position.String() + ": " + p.Err.Error() }

// Unwrap returns the cause.
func (p Problem) Unwrap() error { return p.Err }

// A Bundle is what was read.
type Bundle struct {
	// Objects are in the order of files, and within a file of the text.
	Objects []*Object
	// Problems are in the same order.
	Problems []Problem
	// Documents are those of one text of YAML or JSON, whatever they hold: see
	// [ReadDocuments]. [Load] does not keep them.
	Documents []*Document
}

// ReadFile reads the objects in text, which must not be changed afterwards. Name
// is the path to show; its directory is the objects' context. Limits, decoders and
// KubernetesOnly are those of opts.
func ReadFile(name string, text []byte, opts Options) Bundle {
	if limit := opts.Limits.withDefaults().FileBytes; int64(len(text)) > limit {
		return Bundle{Problems: []Problem{tooLarge(name, limit)}}
	}
	file := &File{Path: name, Text: text}
	if d := opts.decoderOf(name); d != nil {
		return decode(d, file, path.Dir(name), opts.Limits)
	}
	return readText(file, path.Dir(name), opts)
}

// Read is [ReadFile] of all that there is to read. The error is one of reading.
func Read(name string, from io.Reader, opts Options) (Bundle, error) {
	limit := opts.Limits.withDefaults().FileBytes
	text, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return Bundle{}, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(text)) > limit {
		return Bundle{Problems: []Problem{tooLarge(name, limit)}}, nil
	}
	return ReadFile(name, text, opts), nil
}

func tooLarge(name string, limit int64) Problem {
	return Problem{
		Position: Position{Path: name, Line: 1, Column: 1},
		Err:      fmt.Errorf("%w: file of more than %d bytes", ErrLimit, limit),
	}
}

// A reader reads one file.
type reader struct {
	file    *File
	context string
	limits  Limits
	// kubernetesOnly is [Options.KubernetesOnly].
	kubernetesOnly bool

	docs     int
	expanded int // nodes that aliases stood for
	found    []*Object
	problems []Problem
}

func readText(file *File, context string, opts Options) Bundle {
	r := &reader{file: file, context: context, limits: opts.Limits.withDefaults(), kubernetesOnly: opts.KubernetesOnly}
	var docs []*Document
	r.text(func(doc *Document) {
		docs = append(docs, doc)
		if !r.composeObject(doc.Root) {
			r.objects(doc.Root, nil, "", "", 0)
		}
	})
	return Bundle{r.found, r.problems, docs}
}

// ReadDocuments reads the documents in text, whatever they hold: a configuration,
// say. Text must not be changed afterwards, name is the path to show, and limits
// are those of opts. Documents that hold nothing are left out.
func ReadDocuments(name string, text []byte, opts Options) ([]*Document, []Problem) {
	r := &reader{file: &File{Path: name, Text: text}, limits: opts.Limits.withDefaults()}
	if limit := r.limits.FileBytes; int64(len(text)) > limit {
		return nil, []Problem{tooLarge(name, limit)}
	}
	var docs []*Document
	r.text(func(doc *Document) { docs = append(docs, doc) })
	return docs, r.problems
}

// text reads the file and gives each document that holds something to use.
func (r *reader) text(use func(*Document)) {
	if bytes.HasPrefix(r.file.Text, []byte{0xFE, 0xFF}) || bytes.HasPrefix(r.file.Text, []byte{0xFF, 0xFE}) {
		r.problem(0, fmt.Errorf("%w: UTF-16, not UTF-8", ErrSyntax))
		return
	}
	before := 0
	segments(r.file.Text, func(seg segment) bool {
		if r.docs >= r.limits.Documents {
			r.problem(seg.start, fmt.Errorf("%w: more than %d documents in a file", ErrLimit, r.limits.Documents))
			return false
		}
		docs, err := r.documents(seg)
		for _, doc := range docs {
			doc.Index, doc.before = r.docs, before
			r.docs++
			r.duplicates(doc.Root)
			at := doc.cut()
			if doc.Root.Kind() == Mapping || doc.Root.Kind() != Null && at == doc.End {
				use(doc)
			}
			if at < doc.End {
				r.problem(at, fmt.Errorf("%w: text behind the end of the document, which is not read", ErrSyntax))
			}
		}
		if err != nil {
			r.docs++
			r.problem(offsetOf(err, seg.start), err)
		}
		before = seg.end
		return true
	})
}

// documents reads what is in seg: a document of YAML, or values of JSON.
func (r *reader) documents(seg segment) ([]*Document, error) {
	text := bytes.TrimLeft(r.file.Text[seg.start:seg.end], " \t\r\n\uFEFF")
	if len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		from := segment{seg.end - len(text), seg.end}
		docs, err := r.readJSON(from)
		if err == nil || errors.Is(err, ErrLimit) {
			return docs, err
		}
		if len(docs) > 0 {
			if doc, yamlErr := r.readYAML(seg); yamlErr == nil && doc != nil && doc.cut() == doc.End {
				return []*Document{doc}, nil // with a comment behind it
			}
			return docs, err
		}
		// YAML in brackets, perhaps.
	}
	doc, err := r.readYAML(seg)
	if doc == nil {
		return nil, err
	}
	return []*Document{doc}, err
}

func (r *reader) problem(offset int, err error) {
	if e := (*syntaxError)(nil); errors.As(err, &e) {
		err = e.err
	}
	r.problems = append(r.problems, Problem{Position: r.file.Position(offset), Err: err})
}

// duplicates reports the keys that a mapping at or below n has twice.
func (r *reader) duplicates(n *Node) {
	if n.target != nil {
		return
	}
	if n.kind == Mapping && len(n.children) > 2 {
		r.duplicateKeys(n)
	}
	for i := range n.children {
		r.duplicates(&n.children[i])
	}
}

func (r *reader) duplicateKeys(n *Node) {
	report := func(key *Node, text string) {
		if !key.isMerge() {
			r.problem(key.start, fmt.Errorf("%w %q: the last one counts", ErrDuplicateKey, text))
		}
	}
	if n.isLarge() {
		seen := make(map[string]bool, len(n.children)/2)
		for i := 0; i < len(n.children); i += 2 {
			text := n.children[i].keyText()
			if seen[text] {
				report(&n.children[i], text)
			}
			seen[text] = true
		}
		return
	}
	for i := 2; i < len(n.children); i += 2 {
		text := n.children[i].keyText()
		for k := 0; k < i; k += 2 {
			if n.children[k].keyText() == text {
				report(&n.children[i], text)
				break
			}
		}
	}
}
