package vex

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// The fields of a CycloneDX document that count.
// https://cyclonedx.org/docs/1.6/json/#vulnerabilities
type (
	bom struct {
		SerialNumber string `json:"serialNumber"`
		Metadata     struct {
			Timestamp string          `json:"timestamp"`
			Component json.RawMessage `json:"component"`
			Authors   []struct {
				Name string `json:"name"`
			} `json:"authors"`
		} `json:"metadata"`
		Components      []json.RawMessage `json:"components"`
		Vulnerabilities []json.RawMessage `json:"vulnerabilities"`
	}
	bomComponent struct {
		Ref        string            `json:"bom-ref"`
		PURL       string            `json:"purl"`
		Components []json.RawMessage `json:"components"`
	}
	bomVulnerability struct {
		ID         string `json:"id"`
		References []struct {
			ID string `json:"id"`
		} `json:"references"`
		Created  string `json:"created"`
		Updated  string `json:"updated"`
		Analysis *struct {
			State         string `json:"state"`
			Justification string `json:"justification"`
			Detail        string `json:"detail"`
			FirstIssued   string `json:"firstIssued"`
			LastUpdated   string `json:"lastUpdated"`
		} `json:"analysis"`
		Affects []bomAffects `json:"affects"`
	}
	bomAffects struct {
		Ref      string `json:"ref"`
		Versions []struct {
			Version string `json:"version"`
			Range   string `json:"range"`
			Status  string `json:"status"`
		} `json:"versions"`
	}
)

// maxDepth is how deep components and branches may lie in each other.
const maxDepth = 100

func (r *reader) cycloneDX() error {
	var d bom
	if err := decode(r.text, &d); err != nil {
		return err
	}
	r.doc.Format, r.doc.ID = CycloneDX, d.SerialNumber
	if len(d.Metadata.Authors) > 0 {
		r.doc.Author = d.Metadata.Authors[0].Name
	}
	r.doc.Timestamp, _ = r.time("metadata.timestamp", d.Metadata.Timestamp)
	b := &bill{reader: r, serial: d.SerialNumber, urls: make(map[string]string)}
	if len(d.Metadata.Component) > 0 {
		b.component("metadata.component", d.Metadata.Component, 0)
	}
	for i, text := range d.Components {
		b.component(fmt.Sprintf("components[%d]", i), text, 0)
	}
	for i, text := range d.Vulnerabilities {
		b.vulnerability(fmt.Sprintf("vulnerabilities[%d]", i), text)
		if r.full() {
			break
		}
	}
	return nil
}

// A bill is a document whose components statements refer to.
type bill struct {
	*reader
	serial string
	urls   map[string]string // package URLs, by bom-ref
}

func (b *bill) component(path string, text json.RawMessage, depth int) {
	var c bomComponent
	if err := decodePart("", text, &c); err != nil {
		b.problem(path, err)
		return
	}
	if c.Ref != "" {
		b.urls[c.Ref] = c.PURL
	}
	if len(c.Components) > 0 && depth == maxDepth {
		b.problemf(path, "%w: components in components, %d deep", ErrLimit, maxDepth)
		return
	}
	for i, text := range c.Components {
		b.component(fmt.Sprintf("%s.components[%d]", path, i), text, depth+1)
	}
}

// vulnerability adds the statement of a vulnerability; one without a state has none.
func (b *bill) vulnerability(path string, text json.RawMessage) {
	var v bomVulnerability
	if err := decodePart("", text, &v); err != nil {
		b.problem(path, err)
		return
	}
	if v.Analysis == nil || v.Analysis.State == "" {
		return
	}
	status, ok := stateNamed(v.Analysis.State)
	if !ok {
		b.problemf(path+".analysis.state", "%.40q is none of CycloneDX's words", v.Analysis.State)
		return
	}
	ids := []string{v.ID}
	for _, x := range v.References {
		ids = append(ids, x.ID)
	}
	out := Statement{
		Vulnerabilities: names(ids...), Status: status,
		Justification: v.Analysis.Justification, Detail: v.Analysis.Detail, Path: path,
	}
	for _, at := range []string{v.Analysis.LastUpdated, v.Analysis.FirstIssued, v.Updated, v.Created} {
		if at != "" {
			if out.Timestamp, ok = b.time(path, at); !ok {
				return
			}
			break
		}
	}
	for i, a := range v.Affects {
		b.affects(fmt.Sprintf("%s.affects[%d]", path, i), a, &out)
	}
	b.add(out)
}

// affects adds to s what it is about by one reference: a component in any version, or
// in those that are listed.
func (b *bill) affects(path string, a bomAffects, s *Statement) {
	id, err := b.resolve(a.Ref)
	if err == nil {
		err = checkID(id)
	}
	if err != nil {
		b.problem(path+".ref", err)
		return
	}
	if len(a.Versions) == 0 {
		s.Products = append(s.Products, Product{IDs: []string{id}})
		return
	}
	for i, v := range a.Versions {
		at := fmt.Sprintf("%s.versions[%d]", path, i)
		switch {
		case v.Range != "" || v.Version == "":
			b.problemf(at, "a range of versions (%.60q) is not judged", v.Range)
		case v.Status == "unaffected" && s.Status == vuln.StatusAffected:
			// The analysis is about the others. A version that is called affected is so by
			// the vulnerability: whether in the product, the analysis says.
		default:
			if of, ok := versioned(id, v.Version); ok {
				s.Products = append(s.Products, Product{IDs: []string{of}})
			} else {
				b.problemf(at, "version %.40q of what has another, or none to be known by", v.Version)
			}
		}
	}
}

// versioned is a package URL with that version; ok is false where it has another.
func versioned(id, version string) (string, bool) {
	u, err := packageurl.FromString(id)
	if err != nil || u.Version != "" && u.Version != version {
		return "", false
	}
	u.Version = version
	id = u.ToString()
	return id, checkID(id) == nil
}

// resolve is the package URL that ref leads to: itself, that of a component of this
// document, or the end of a BOM-Link to another, which is one where tools use them as
// references. Which document that is, is not asked: who passes the statements on says
// that they are about what is scanned.
// https://cyclonedx.org/capabilities/bomlink/
func (b *bill) resolve(ref string) (string, error) {
	if id, ok := b.urls[ref]; ok {
		if id == "" {
			return "", fmt.Errorf("component %.120q has no package URL", ref)
		}
		return id, nil
	}
	if strings.HasPrefix(ref, "pkg:") {
		return ref, nil
	}
	link, ok := strings.CutPrefix(ref, "urn:cdx:")
	if !ok {
		return "", fmt.Errorf("no component %.120q", ref)
	}
	document, of, _ := strings.Cut(link, "#")
	if text, err := url.PathUnescape(of); err == nil && !strings.HasPrefix(of, "pkg:") {
		of = text
	}
	serial, _, _ := strings.Cut(document, "/")
	if id := b.urls[of]; id != "" && strings.EqualFold(serial, strings.TrimPrefix(b.serial, "urn:uuid:")) {
		return id, nil
	}
	if strings.HasPrefix(of, "pkg:") {
		return of, nil
	}
	return "", fmt.Errorf("%.200q leads to another document, and is no package URL", ref)
}

// stateNamed is the status that a state of an analysis is.
// https://cyclonedx.org/docs/1.6/json/#vulnerabilities_items_analysis_state
func stateNamed(word string) (vuln.Status, bool) {
	switch word {
	case "not_affected", "false_positive":
		return vuln.StatusNotAffected, true
	case "resolved", "resolved_with_pedigree":
		return vuln.StatusFixed, true
	case "exploitable":
		return vuln.StatusAffected, true
	case "in_triage":
		return vuln.StatusUnderInvestigation, true
	}
	return vuln.StatusUnknown, false
}
