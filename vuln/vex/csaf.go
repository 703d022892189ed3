package vex

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// The fields of a CSAF document that count.
// https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#3-schema-elements
type (
	csafDocument struct {
		Document struct {
			Publisher struct {
				Name string `json:"name"`
			} `json:"publisher"`
			Tracking struct {
				ID      string `json:"id"`
				Current string `json:"current_release_date"`
			} `json:"tracking"`
		} `json:"document"`
		ProductTree struct {
			Branches         []csafBranch       `json:"branches"`
			FullProductNames []csafProduct      `json:"full_product_names"`
			Relationships    []csafRelationship `json:"relationships"`
			ProductGroups    []csafGroup        `json:"product_groups"`
		} `json:"product_tree"`
		Vulnerabilities []json.RawMessage `json:"vulnerabilities"`
	}
	csafBranch struct {
		Category string       `json:"category"`
		Branches []csafBranch `json:"branches"`
		Product  *csafProduct `json:"product"`
	}
	csafProduct struct {
		ID     string `json:"product_id"`
		Helper struct {
			PURL   string   `json:"purl"`
			PURLs  []string `json:"purls"` // of version 2.1
			Hashes []struct {
				FileHashes []struct {
					Algorithm string `json:"algorithm"`
					Value     string `json:"value"`
				} `json:"file_hashes"`
			} `json:"hashes"`
		} `json:"product_identification_helper"`
	}
	csafRelationship struct {
		Category string      `json:"category"`
		Product  csafProduct `json:"full_product_name"`
		Part     string      `json:"product_reference"`
		Whole    string      `json:"relates_to_product_reference"`
	}
	csafGroup struct {
		ID       string   `json:"group_id"`
		Products []string `json:"product_ids"`
	}
	csafVulnerability struct {
		CVE string `json:"cve"`
		IDs []struct {
			Text string `json:"text"`
		} `json:"ids"`
		Status struct {
			NotAffected   []string `json:"known_not_affected"`
			Affected      []string `json:"known_affected"`
			FirstAffected []string `json:"first_affected"`
			LastAffected  []string `json:"last_affected"`
			Fixed         []string `json:"fixed"`
			FirstFixed    []string `json:"first_fixed"`
			Investigated  []string `json:"under_investigation"`
		} `json:"product_status"`
		Flags   []csafReason `json:"flags"`
		Threats []csafReason `json:"threats"`
	}
	// A csafReason is a flag, with a label, or a threat, with details.
	csafReason struct {
		Label    string   `json:"label"`
		Category string   `json:"category"`
		Details  string   `json:"details"`
		Products []string `json:"product_ids"`
		Groups   []string `json:"group_ids"`
	}
)

// isCSAF reports whether document, JSON, says that it is of CSAF 2.
func isCSAF(document json.RawMessage) bool {
	var head struct {
		Version string `json:"csaf_version"`
	}
	return len(document) > 0 && json.Unmarshal(document, &head) == nil && strings.HasPrefix(head.Version, "2.")
}

func (r *reader) csaf() error {
	var d csafDocument
	if err := decode(r.text, &d); err != nil {
		return err
	}
	r.doc.Format, r.doc.ID, r.doc.Author = CSAF, d.Document.Tracking.ID, d.Document.Publisher.Name
	r.doc.Timestamp, _ = r.time("document.tracking.current_release_date", d.Document.Tracking.Current)
	t := &tree{reader: r, products: make(map[string]csafNode), groups: make(map[string][]string), unknown: make(map[string]bool)}
	t.branches("product_tree.branches", d.ProductTree.Branches, 0)
	for i, p := range d.ProductTree.FullProductNames {
		t.product(fmt.Sprintf("product_tree.full_product_names[%d]", i), p, false)
	}
	for i, x := range d.ProductTree.Relationships {
		t.relationship(fmt.Sprintf("product_tree.relationships[%d]", i), x)
	}
	for _, g := range d.ProductTree.ProductGroups {
		t.groups[g.ID] = g.Products
	}
	for i, text := range d.Vulnerabilities {
		t.vulnerability(fmt.Sprintf("vulnerabilities[%d]", i), text)
		if r.full() {
			break
		}
	}
	return nil
}

// A tree is what a document knows of products.
type tree struct {
	*reader
	products map[string]csafNode
	groups   map[string][]string
	unknown  map[string]bool // products that were complained of
}

// A csafNode is a product, or one that is a part of another.
type csafNode struct {
	ids         []string // may be empty
	part, whole string   // product ids; empty: it stands alone
	ranged      bool     // it is a range of versions, which its names do not say
}

func (t *tree) branches(path string, list []csafBranch, depth int) {
	if len(list) > 0 && depth == maxDepth {
		t.problemf(path, "%w: branches in branches, %d deep", ErrLimit, maxDepth)
		return
	}
	for i := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if p := list[i].Product; p != nil {
			t.product(at+".product", *p, list[i].Category == "product_version_range")
		}
		t.branches(at+".branches", list[i].Branches, depth+1)
	}
}

func (t *tree) product(path string, p csafProduct, ranged bool) {
	if p.ID == "" {
		t.problemf(path+".product_id", "a product without an id")
		return
	}
	t.products[p.ID] = csafNode{ids: t.names(path, p), ranged: ranged}
}

// names are what a product can be known by.
func (t *tree) names(path string, p csafProduct) []string {
	var list []string
	for _, id := range append([]string{p.Helper.PURL}, p.Helper.PURLs...) {
		if err := checkID(id); err != nil {
			t.problem(path+".product_identification_helper", err)
			continue
		}
		list = append(list, id)
	}
	for _, h := range p.Helper.Hashes {
		for _, f := range h.FileHashes {
			if f.Algorithm == "sha256" {
				list = append(list, "sha256:"+strings.ToLower(f.Value))
			}
		}
	}
	return names(list...)
}

func (t *tree) relationship(path string, x csafRelationship) {
	if x.Product.ID == "" || x.Part == "" || x.Whole == "" {
		t.problemf(path, "a relationship without two products and an id")
		return
	}
	t.products[x.Product.ID] = csafNode{ids: t.names(path+".full_product_name", x.Product), part: x.Part, whole: x.Whole}
}

// find is the product with that id. The error says why it could not be known again.
func (t *tree) find(id string) (Product, error) {
	n := t.products[id]
	if n.part == "" || len(n.ids) > 0 {
		ids, err := t.known(id)
		return Product{IDs: ids}, err
	}
	whole, err := t.known(n.whole)
	if err != nil {
		return Product{}, err
	}
	part, err := t.known(n.part)
	return Product{IDs: whole, Subcomponents: part}, err
}

// known are the names of the product with that id. Those of a range have to say a
// version, or the range would be all versions. A product that is made of others, and
// has no name of its own, is not followed.
func (t *tree) known(id string) ([]string, error) {
	n, ok := t.products[id]
	switch {
	case !ok:
		return nil, fmt.Errorf("no product %.80q in the tree", id)
	case len(n.ids) == 0 && n.part != "":
		return nil, fmt.Errorf("product %.80q is a part in a part, which is not followed", id)
	case len(n.ids) == 0:
		return nil, fmt.Errorf("product %.80q has no package URL", id)
	case !n.ranged:
		return n.ids, nil
	}
	list := slices.DeleteFunc(slices.Clone(n.ids), func(name string) bool {
		x, err := identify(name)
		return err != nil || strings.HasPrefix(name, "pkg:") && x.version == ""
	})
	if len(list) == 0 {
		return nil, fmt.Errorf("product %.80q is a range of versions, which is not judged", id)
	}
	return list, nil
}

// vulnerability adds the statements of a vulnerability: one for all products that
// have a status and a reason in common.
func (t *tree) vulnerability(path string, text json.RawMessage) {
	var v csafVulnerability
	if err := decodePart("", text, &v); err != nil {
		t.problem(path, err)
		return
	}
	ids := []string{v.CVE}
	for _, id := range v.IDs {
		ids = append(ids, id.Text)
	}
	ids = names(ids...)
	if len(ids) == 0 {
		t.problemf(path, "no name of a vulnerability: cve, or ids")
		return
	}
	labels, details := t.reasons(v.Flags, func(x csafReason) string { return x.Label }),
		t.reasons(v.Threats, func(x csafReason) string {
			if x.Category != "impact" {
				return ""
			}
			return x.Details
		})
	s := &v.Status
	for _, of := range []struct {
		status   vuln.Status
		word     string
		products []string
	}{
		{vuln.StatusNotAffected, "known_not_affected", s.NotAffected},
		{vuln.StatusAffected, "known_affected", slices.Concat(s.Affected, s.FirstAffected, s.LastAffected)},
		{vuln.StatusFixed, "fixed", slices.Concat(s.Fixed, s.FirstFixed)},
		{vuln.StatusUnderInvestigation, "under_investigation", s.Investigated},
	} {
		type reason struct{ label, detail string }
		var order []reason
		products := make(map[reason][]Product)
		at := path + ".product_status." + of.word
		for _, id := range names(of.products...) {
			p, err := t.find(id)
			if err != nil {
				if !t.unknown[id] {
					t.unknown[id] = true
					t.problem(at, err)
				}
				continue
			}
			var why reason
			if of.status == vuln.StatusNotAffected {
				why = reason{labels.of(id), details.of(id)}
			}
			if products[why] == nil {
				order = append(order, why)
			}
			products[why] = append(products[why], p)
		}
		for _, why := range order {
			t.add(Statement{
				Vulnerabilities: ids, Products: products[why], Status: of.status,
				Justification: why.label, Detail: why.detail, Path: at,
			})
		}
	}
}

// A reasons gives words to products; "" is all of those without their own.
type reasons map[string]string

func (r reasons) of(id string) string {
	if words, ok := r[id]; ok {
		return words
	}
	return r[""]
}

func (t *tree) reasons(list []csafReason, words func(csafReason) string) reasons {
	out := make(reasons)
	for _, x := range list {
		text := words(x)
		if text == "" {
			continue
		}
		if len(x.Products)+len(x.Groups) == 0 {
			out[""] = text
		}
		for _, id := range x.Products {
			out[id] = text
		}
		for _, group := range x.Groups {
			for _, id := range t.groups[group] {
				out[id] = text
			}
			if t.reader.products += len(t.groups[group]); t.full() {
				return out // which ends the reading
			}
		}
	}
	return out
}
