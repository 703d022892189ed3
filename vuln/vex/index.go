package vex

import (
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// A Subject is a vulnerability of a package in a product.
type Subject struct {
	// Vulnerabilities are the names it has: a CVE id, and those of advisories.
	Vulnerabilities []string
	// Packages are the package URLs of the package: its own, and that of its source.
	Packages []string
	// Products are the names of what the package is in: package URLs of an image,
	// its digest, its name. Nil: it stands alone.
	Products []string
}

// A Match is what is said of a subject.
type Match struct {
	Document  *Document
	Statement *Statement
}

// Suppresses reports whether the statement says that the vulnerability is none of
// the product: it is not affected, or it is fixed.
func (m Match) Suppresses() bool {
	return m.Statement.Status == vuln.StatusNotAffected || m.Statement.Status == vuln.StatusFixed
}

// An Index finds statements. It is safe for concurrent use.
type Index struct {
	documents []*indexed
}

// An indexed is a document and its statements by the names of vulnerabilities.
type indexed struct {
	*Document
	by map[string][]*statement
}

// A statement is one with its products by the keys of what it is about.
type statement struct {
	*Statement
	at    int // in the document
	about map[string][]about
}

// An about is a name that a statement is about, and, where that is a part of a
// product, which product.
type about struct {
	identity
	within []identity
}

// NewIndex makes an index of documents, which are asked in their order and must not
// be changed any more. Names that cannot be read are passed over: [Read] leaves none.
func NewIndex(documents ...*Document) *Index {
	x := new(Index)
	for _, d := range documents {
		in := &indexed{d, make(map[string][]*statement)}
		for i := range d.Statements {
			s := &statement{&d.Statements[i], i, make(map[string][]about)}
			for j := range s.Products {
				s.add(&s.Products[j])
			}
			for _, name := range s.Vulnerabilities {
				in.by[name] = append(in.by[name], s)
			}
		}
		x.documents = append(x.documents, in)
	}
	return x
}

func (s *statement) add(p *Product) {
	ids := identifyAll(p.IDs)
	if p.Subcomponents == nil {
		for _, id := range ids {
			s.about[id.key] = append(s.about[id.key], about{id, nil})
		}
		return
	}
	for _, id := range identifyAll(p.Subcomponents) {
		s.about[id.key] = append(s.about[id.key], about{id, ids})
	}
}

func identifyAll(list []string) []identity {
	out := make([]identity, 0, len(list))
	for _, text := range list {
		if id, err := identify(text); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// Mentions reports whether any statement is about one of these vulnerabilities.
func (x *Index) Mentions(vulnerabilities []string) bool {
	return slices.ContainsFunc(x.documents, func(d *indexed) bool {
		return slices.ContainsFunc(vulnerabilities, func(name string) bool { return len(d.by[name]) > 0 })
	})
}

// Find returns what is said of s. In a document the statement with the latest
// timestamp counts, of equal ones the last. Of several documents that counts which
// suppresses s, the first of them, else the first that says anything.
//
// A statement is about s if it names one of its vulnerabilities, and one of its
// packages or of its products. Two different CVE ids are two vulnerabilities, whatever
// other names they share: an advisory can be about many. If it names a part of a product, the product has to be
// one of those and the part one of the packages.
func (x *Index) Find(s Subject) (m Match, found bool) {
	packages, products := identifyAll(s.Packages), identifyAll(s.Products)
	for _, d := range x.documents {
		var best *statement
		for _, name := range s.Vulnerabilities {
			for _, st := range d.by[name] {
				if (best == nil || st.after(best)) && !differ(s.Vulnerabilities, st.Vulnerabilities) && st.isAbout(packages, products) {
					best = st
				}
			}
		}
		if best == nil {
			continue
		}
		if this := (Match{d.Document, best.Statement}); !found || this.Suppresses() {
			m, found = this, true
		}
		if m.Suppresses() {
			break
		}
	}
	return m, found
}

// differ reports whether both lists have CVE ids, and none that is the same.
func differ(a, b []string) bool {
	both := false
	for _, x := range a {
		for _, y := range b {
			if isCVE(x) && isCVE(y) {
				if x == y {
					return false
				}
				both = true
			}
		}
	}
	return both
}

func isCVE(id string) bool { return strings.HasPrefix(id, "CVE-") }

func (s *statement) after(t *statement) bool {
	return s.Timestamp.After(t.Timestamp) || s.Timestamp.Equal(t.Timestamp) && s.at > t.at
}

func (s *statement) isAbout(packages, products []identity) bool {
	for i := range packages {
		for _, a := range s.about[packages[i].key] {
			if a.covers(&packages[i]) && (a.within == nil || anyCovers(a.within, products)) {
				return true
			}
		}
	}
	for i := range products {
		for _, a := range s.about[products[i].key] {
			if a.within == nil && a.covers(&products[i]) {
				return true
			}
		}
	}
	return false
}

func anyCovers(patterns, list []identity) bool {
	return slices.ContainsFunc(patterns, func(p identity) bool {
		return slices.ContainsFunc(list, func(id identity) bool { return p.key == id.key && p.covers(&id) })
	})
}
