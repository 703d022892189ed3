// Package vex reads statements of whether a product is affected by a
// vulnerability: OpenVEX, CycloneDX VEX and CSAF VEX documents, in JSON.
//
// [Read] makes a [Document] of one of them, and an [Index] finds in several what is
// said of a package. What a statement is about is named by package URLs, or by any
// text that the caller knows the product by.
//
// A statement that cannot be read in full says nothing, and is a [Problem] of its
// document: what is to hide a vulnerability has to be understood.
package vex

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// A Format is the kind of a document.
type Format string

// The formats.
const (
	OpenVEX   Format = "OpenVEX"   // https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
	CycloneDX Format = "CycloneDX" // https://cyclonedx.org/capabilities/vex/
	CSAF      Format = "CSAF VEX"  // https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#45-profile-5-vex
)

// A Document is what somebody says of products and vulnerabilities.
type Document struct {
	Name      string // as the reader named it: a path
	Format    Format
	ID        string // its own, may be empty
	Author    string
	Timestamp time.Time // when it was last changed; may be zero
	// Statements are in the order of the document. One of CSAF is all products of a
	// vulnerability that have one status and one reason.
	Statements []Statement
	Problems   []Problem // in the order of the document
}

// A Statement says how products stand to a vulnerability.
type Statement struct {
	// Vulnerabilities are the names of one vulnerability: that which it is filed
	// under first, then others.
	Vulnerabilities []string
	Products        []Product
	// Status is one of not affected, affected, fixed and under investigation.
	Status vuln.Status
	// Justification is the format's word for why a product is not affected,
	// "vulnerable_code_not_present"; may be empty.
	Justification string
	Detail        string // the same in words, or what to do; may be empty
	// Timestamp is when it was made, that of the document where it has none.
	Timestamp time.Time
	Path      string // where it stands in its document: "statements[2]"
}

// A Product is what a statement is about.
type Product struct {
	// IDs are its names, of which one has to be that of the product at hand: package
	// URLs, digests ("sha256:…") and others.
	IDs []string
	// Subcomponents are package URLs of what in the product the statement is about;
	// nil: all of it.
	Subcomponents []string
}

// A Problem says what of a document could not be read.
type Problem struct {
	Path string // "statements[2].status"; empty: the document
	Err  error
}

// String is the path and what is wrong.
func (p Problem) String() string {
	if p.Path == "" {
		return p.Err.Error()
	}
	return p.Path + ": " + p.Err.Error()
}

// ErrFormat is matched by the error of a text that is in none of the formats.
var ErrFormat = errors.New("not OpenVEX, CycloneDX or CSAF in JSON")

// ErrLimit is matched by errors about documents that are too large.
var ErrLimit = errors.New("limit exceeded")

const (
	// maxBytes is what a document may have.
	maxBytes = 128 << 20
	// maxProducts is how many names of products and subcomponents all statements may
	// have together. What a document says once can be about many.
	maxProducts = 2_000_000
	// maxNames is how many names a vulnerability may have.
	maxNames = 1000
)

// Read reads the document in text; name is what errors call it. An error is a text
// that is no JSON, with the line and column, or no VEX document ([ErrFormat]), or
// that is too large ([ErrLimit]).
func Read(name string, text []byte) (*Document, error) {
	d, err := read(name, text)
	if err != nil {
		return nil, fmt.Errorf("read VEX document %s: %w", name, err)
	}
	return d, nil
}

func read(name string, text []byte) (*Document, error) {
	if len(text) > maxBytes {
		return nil, fmt.Errorf("%w: %d bytes, of %d", ErrLimit, len(text), maxBytes)
	}
	var kind struct {
		Context   json.RawMessage `json:"@context"`
		BOMFormat json.RawMessage `json:"bomFormat"`
		Document  json.RawMessage `json:"document"`
	}
	if err := decode(text, &kind); err != nil {
		return nil, err
	}
	r := &reader{doc: &Document{Name: name}, text: text}
	var err error
	switch {
	case isOpenVEX(kind.Context):
		err = r.openVEX()
	case string(kind.BOMFormat) == `"CycloneDX"`:
		err = r.cycloneDX()
	case isCSAF(kind.Document):
		err = r.csaf()
	default:
		err = ErrFormat
	}
	if err == nil && r.products > maxProducts {
		err = fmt.Errorf("%w: statements with more than %d names of products", ErrLimit, maxProducts)
	}
	if err != nil {
		return nil, err
	}
	return r.doc, nil
}

// A reader makes a document of a text.
type reader struct {
	doc      *Document
	text     []byte
	products int // names that were added to statements, or looked up for them
}

func (r *reader) problem(path string, err error) {
	r.doc.Problems = append(r.doc.Problems, Problem{path, err})
}

func (r *reader) problemf(path, format string, args ...any) {
	r.problem(path, fmt.Errorf(format, args...))
}

// add adds a statement that has all it needs, else a problem.
func (r *reader) add(s Statement) {
	switch {
	case len(s.Vulnerabilities) == 0:
		r.problemf(s.Path, "no name of a vulnerability")
		return
	case len(s.Products) == 0:
		r.problemf(s.Path, "no product that can be known again")
		return
	}
	if len(s.Vulnerabilities) > maxNames {
		r.problemf(s.Path, "%w: %d names of a vulnerability, of %d", ErrLimit, len(s.Vulnerabilities), maxNames)
		return
	}
	for _, p := range s.Products {
		r.products += len(p.IDs) + len(p.Subcomponents)
	}
	if r.products > maxProducts {
		return // which ends the reading
	}
	if s.Timestamp.IsZero() {
		s.Timestamp = r.doc.Timestamp
	}
	r.doc.Statements = append(r.doc.Statements, s)
}

// full reports whether there are more products than are read.
func (r *reader) full() bool { return r.products > maxProducts }

// time reads a timestamp of RFC 3339; "" is the zero time.
func (r *reader) time(path, s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		r.problemf(path, "timestamp %.40q: want one as in RFC 3339", s)
		return time.Time{}, false
	}
	return t, true
}

// names is list without what is empty or there twice, in its order.
func names(list ...string) []string {
	var out []string
	seen := make(map[string]bool, len(list))
	for _, s := range list {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
