package report

import (
	"encoding/json"
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
)

// Read reads a saved report, for another format to write: one of [Plimsoll], or in
// Trivy's shape, of [JSON] or Trivy. It returns the rules that the report tells of
// too, which have no Run. Name is for messages.
//
// Of [Plimsoll] all is read that it has: writing it again gives the same bytes, but
// for where the places of a score stand, and text that was no UTF-8. What that format leaves out is not there:
// the texts of manifests, Stats.
//
// Trivy's shape has less: the package of a vulnerability that lists none is made of
// what the vulnerability says, and the object of a misconfiguration is not told. What
// other scanners than those for vulnerabilities and misconfigurations found is a
// [scan.Problem] that hides nothing.
//
// The error matches [scan.ErrSnapshot] where text is no such report.
func Read(name string, text []byte) (*scan.Report, []*lint.Rule, error) {
	var head struct {
		Version       json.RawMessage `json:"version"`
		Target        json.RawMessage `json:"target"`
		SchemaVersion *int
	}
	read := readPlimsoll
	err := json.Unmarshal(text, &head)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("read report %s: %w: %w", name, scan.ErrSnapshot, err)
	case head.SchemaVersion != nil:
		read = readTrivy
	case head.Version == nil || head.Target == nil:
		return nil, nil, fmt.Errorf("read report %s: %w", name, scan.ErrSnapshot)
	}
	r, rules, err := read(text)
	if err != nil {
		return nil, nil, fmt.Errorf("read report %s: %w", name, err)
	}
	return r, rules, nil
}

// malformed is the error of a report that says what cannot be.
func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %w", scan.ErrSnapshot, fmt.Errorf(format, args...))
}
