package vex

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// The fields of an OpenVEX document that count. Of version 0.0.1 a vulnerability
// and a product are texts, and subcomponents belong to the statement.
type (
	openVEX struct {
		ID          string            `json:"@id"`
		Author      string            `json:"author"`
		Timestamp   string            `json:"timestamp"`
		LastUpdated string            `json:"last_updated"`
		Statements  []json.RawMessage `json:"statements"`
	}
	openStatement struct {
		Vulnerability   json.RawMessage   `json:"vulnerability"`
		Products        []json.RawMessage `json:"products"`
		Subcomponents   []json.RawMessage `json:"subcomponents"`
		Status          string            `json:"status"`
		Justification   string            `json:"justification"`
		ImpactStatement string            `json:"impact_statement"`
		ActionStatement string            `json:"action_statement"`
		StatusNotes     string            `json:"status_notes"`
		Timestamp       string            `json:"timestamp"`
		LastUpdated     string            `json:"last_updated"`
	}
	openVulnerability struct {
		ID      string   `json:"@id"`
		Name    string   `json:"name"`
		Aliases []string `json:"aliases"`
	}
	openProduct struct {
		ID            string            `json:"@id"`
		Identifiers   map[string]string `json:"identifiers"`
		Hashes        map[string]string `json:"hashes"`
		Subcomponents []json.RawMessage `json:"subcomponents"`
	}
)

// isOpenVEX reports whether context, JSON, is that of OpenVEX in any version.
func isOpenVEX(context json.RawMessage) bool {
	var word string
	return len(context) > 0 && json.Unmarshal(context, &word) == nil && strings.HasPrefix(word, "https://openvex.dev/ns")
}

func (r *reader) openVEX() error {
	var d openVEX
	if err := decode(r.text, &d); err != nil {
		return err
	}
	r.doc.Format, r.doc.ID, r.doc.Author = OpenVEX, d.ID, d.Author
	at := d.Timestamp
	if d.LastUpdated != "" {
		at = d.LastUpdated
	}
	r.doc.Timestamp, _ = r.time("timestamp", at)
	for i, text := range d.Statements {
		r.openStatement(fmt.Sprintf("statements[%d]", i), text)
		if r.full() {
			break
		}
	}
	return nil
}

func (r *reader) openStatement(path string, text json.RawMessage) {
	var s openStatement
	if err := decodePart("", text, &s); err != nil {
		r.problem(path, err)
		return
	}
	status, ok := statusNamed(s.Status)
	if !ok {
		r.problemf(path+".status", "%.40q: want not_affected, affected, fixed or under_investigation", s.Status)
		return
	}
	out := Statement{Status: status, Justification: s.Justification, Path: path}
	for _, words := range []string{s.ImpactStatement, s.StatusNotes, s.ActionStatement} {
		if out.Detail == "" {
			out.Detail = words
		}
	}
	at := s.Timestamp
	if s.LastUpdated != "" {
		at = s.LastUpdated
	}
	if out.Timestamp, ok = r.time(path+".timestamp", at); !ok {
		return
	}
	if out.Vulnerabilities, ok = r.openVulnerability(path+".vulnerability", s.Vulnerability); !ok {
		return
	}
	shared, ok := r.openSubcomponents(path, s.Subcomponents)
	if !ok {
		return
	}
	for i, text := range s.Products {
		if p, ok := r.openProduct(fmt.Sprintf("%s.products[%d]", path, i), text); ok {
			if p.Subcomponents == nil {
				p.Subcomponents = shared
			}
			out.Products = append(out.Products, p)
		}
	}
	if status == vuln.StatusNotAffected {
		switch {
		case s.Justification == "" && s.ImpactStatement == "":
			r.problemf(path, "not_affected without a justification or an impact statement; it is believed")
		case s.Justification != "" && !slices.Contains(openJustifications(), s.Justification):
			r.problemf(path+".justification", "%.60q is none of OpenVEX's words; it is believed", s.Justification)
		}
	}
	r.add(out)
}

func (r *reader) openVulnerability(path string, text json.RawMessage) ([]string, bool) {
	if isText(text) {
		var name string
		err := decodePart("", text, &name)
		if err != nil {
			r.problem(path, err)
		}
		return names(name), err == nil
	}
	var v openVulnerability
	if len(text) > 0 {
		if err := decodePart("", text, &v); err != nil {
			r.problem(path, err)
			return nil, false
		}
	}
	if v.Name == "" {
		r.problemf(path, "no name of a vulnerability")
		return nil, false
	}
	return names(append([]string{v.Name, v.ID}, v.Aliases...)...), true
}

func (r *reader) openProduct(path string, text json.RawMessage) (Product, bool) {
	p, ok := r.openIdentity(path, text)
	if !ok {
		return Product{}, false
	}
	out := Product{IDs: r.identities(path, p)}
	if len(out.IDs) == 0 {
		return Product{}, false
	}
	out.Subcomponents, ok = r.openSubcomponents(path, p.Subcomponents)
	return out, ok
}

// openSubcomponents reads those of a product or a statement. None of those that are
// written can be left out: the statement would be about more than it says.
func (r *reader) openSubcomponents(path string, list []json.RawMessage) ([]string, bool) {
	var out []string
	for i, text := range list {
		at := fmt.Sprintf("%s.subcomponents[%d]", path, i)
		if p, ok := r.openIdentity(at, text); ok {
			out = append(out, r.identities(at, p)...)
		}
	}
	return out, len(list) == 0 || len(out) > 0
}

// openIdentity reads what names a product, which may be a text alone.
func (r *reader) openIdentity(path string, text json.RawMessage) (openProduct, bool) {
	var p openProduct
	var err error
	if isText(text) {
		err = decodePart("", text, &p.ID)
	} else {
		err = decodePart("", text, &p)
	}
	if err != nil {
		r.problem(path, err)
	}
	return p, err == nil
}

// identities are the names of a product, those that cannot be read left out. None
// is a problem.
func (r *reader) identities(path string, p openProduct) []string {
	list := []string{p.ID, p.Identifiers["purl"]}
	if hash := p.Hashes["sha-256"]; hash != "" {
		list = append(list, "sha256:"+strings.ToLower(hash))
	}
	before := len(r.doc.Problems)
	list = slices.DeleteFunc(names(list...), func(id string) bool {
		err := checkID(id)
		if err != nil {
			r.problem(path, err)
		}
		return err != nil
	})
	if len(list) == 0 && len(r.doc.Problems) == before {
		r.problemf(path, "no identity that is read: @id, a purl, or a SHA-256")
	}
	return list
}

func isText(text json.RawMessage) bool { return len(text) > 0 && text[0] == '"' }

// statusNamed is the status of that name, which OpenVEX and others share.
func statusNamed(word string) (vuln.Status, bool) {
	for _, s := range []vuln.Status{vuln.StatusNotAffected, vuln.StatusAffected, vuln.StatusFixed, vuln.StatusUnderInvestigation} {
		if s.String() == word {
			return s, true
		}
	}
	return vuln.StatusUnknown, false
}

// openJustifications are the words for why a product is not affected, CSAF's too.
// https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md#status-justifications
func openJustifications() []string {
	return []string{
		"component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
		"vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist",
	}
}
