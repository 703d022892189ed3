package report

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/internal/packageurl"
	"github.com/plimsoll-go/plimsoll/scan"
)

// OpenVEX writes a document for a person to complete: a statement for each
// vulnerability, sorted by id, that it is under investigation. Of an image its
// packages are subcomponents, else they are products. What a VEX document has
// suppressed stays as it was decided; what an ignore file has is under investigation
// too, with its reason as a note, since it does not say why a product is not affected.
//
// A package without a package URL cannot be named; a note says so. The timestamp is
// the report's time, and the id is made of the content, so that the same report gives
// the same bytes.
// https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
type OpenVEX struct {
	Author string // who is to answer for it; "": "Unknown Author"
}

type (
	openVEXDocument struct {
		Context    string             `json:"@context"`
		ID         string             `json:"@id"`
		Author     string             `json:"author"`
		Timestamp  string             `json:"timestamp"`
		Version    int                `json:"version"`
		Tooling    string             `json:"tooling"`
		Statements []openVEXStatement `json:"statements"`
	}
	openVEXStatement struct {
		Vulnerability openVEXVulnerability `json:"vulnerability"`
		Products      []openVEXProduct     `json:"products"`
		Status        string               `json:"status"`
		StatusNotes   string               `json:"status_notes,omitempty"`
		Justification string               `json:"justification,omitempty"`
		Impact        string               `json:"impact_statement,omitempty"`
	}
	openVEXVulnerability struct {
		ID      string   `json:"@id,omitempty"` // an address to read more at
		Name    string   `json:"name"`
		Aliases []string `json:"aliases,omitempty"`
	}
	openVEXProduct struct {
		ID            string           `json:"@id"`
		Subcomponents []openVEXProduct `json:"subcomponents,omitempty"`
	}
)

// Report implements [scan.Reporter].
func (o OpenVEX) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	d := openVEXDocument{
		Context: "https://openvex.dev/ns/v0.2.0", Author: cmp.Or(o.Author, "Unknown Author"),
		Timestamp: r.Created.UTC().Format(time.RFC3339), Version: 1, Tooling: "plimsoll", Statements: openVEXStatements(r),
	}
	content, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode report of %s: %w", r.Target.Name, err)
	}
	d.ID = fmt.Sprintf("https://openvex.dev/docs/public/vex-%x", sha256.Sum256(content))
	return writeJSON(ctx, w, r.Target.Name, d)
}

// openVEXStatements are those of r: one for all packages of which the same is said.
func openVEXStatements(r *scan.Report) []openVEXStatement {
	type said struct{ id, status, reason string }
	var order []said
	found := make(map[said][]*scan.Vulnerability)
	say := func(s said, v *scan.Vulnerability) {
		if found[s] == nil {
			order = append(order, s)
		}
		found[s] = append(found[s], v)
	}
	for i := range r.Vulnerabilities {
		v := &r.Vulnerabilities[i]
		say(said{id: v.ID, status: "under_investigation"}, v)
	}
	for i := range r.SuppressedVulnerabilities {
		v := &r.SuppressedVulnerabilities[i]
		s := said{v.ID, v.Outcome, v.Reason}
		if s.status != "not_affected" && s.status != "fixed" {
			s.status = "under_investigation"
		}
		say(s, &v.Vulnerability)
	}
	slices.SortFunc(order, func(a, b said) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.status, b.status), cmp.Compare(a.reason, b.reason))
	})
	images := packageurl.Images(r.Target)
	list := []openVEXStatement{}
	for _, s := range order {
		vulnerabilities := found[s]
		out := openVEXStatement{Vulnerability: openVEXName(vulnerabilities[0]), Status: s.status}
		var notes []string
		if s.status == "under_investigation" {
			notes = append(notes, s.reason)
		} else {
			out.Justification, out.Impact = justification(s.reason)
		}
		var parts []openVEXProduct
		for _, v := range vulnerabilities {
			if url := packageURL(r.OS, v.Component); url != "" {
				parts = append(parts, openVEXProduct{ID: url})
			} else {
				notes = append(notes, "without a package URL: "+packageID(v.Component))
			}
			if v.Fixed != "" {
				notes = append(notes, fmt.Sprintf("fixed in %s %s", v.Component.Name, v.Fixed))
			}
		}
		slices.SortFunc(parts, func(a, b openVEXProduct) int { return cmp.Compare(a.ID, b.ID) })
		parts = slices.CompactFunc(parts, func(a, b openVEXProduct) bool { return a.ID == b.ID })
		out.Products = parts
		if len(images) > 0 && len(parts) > 0 {
			out.Products = nil
			for _, image := range images {
				out.Products = append(out.Products, openVEXProduct{image, parts})
			}
		}
		if out.Products == nil { // the format wants one
			out.Products = []openVEXProduct{{ID: r.Target.Name}}
		}
		out.StatusNotes = strings.Join(unrepeated(notes), "; ")
		list = append(list, out)
	}
	return list
}

// openVEXName names a vulnerability. Of its advisories only those are aliases that are
// about one vulnerability, as GitHub's are: what a person says of one would else hold
// for others.
func openVEXName(v *scan.Vulnerability) openVEXVulnerability {
	aliases := unrepeated(slices.Clone(v.Advisories))
	other := func(id string) bool { return id == v.ID || !strings.HasPrefix(id, "GHSA-") }
	return openVEXVulnerability{
		ID: primaryURL(v), Name: v.ID,
		Aliases: slices.DeleteFunc(aliases, other),
	}
}

// justification takes a reason apart that begins with one of OpenVEX's words.
func justification(reason string) (word, rest string) {
	for _, word := range []string{
		"component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
		"vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist",
	} {
		if rest, ok := strings.CutPrefix(reason, word); ok && (rest == "" || rest[0] == ':') {
			return word, strings.TrimSpace(strings.TrimPrefix(rest, ":"))
		}
	}
	return "", reason
}

// unrepeated is list without what is empty or was there before.
func unrepeated(list []string) []string {
	seen := map[string]bool{"": true}
	return slices.DeleteFunc(list, func(s string) bool {
		was := seen[s]
		seen[s] = true
		return was
	})
}
