package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Pipenv lists the packages of a Pipfile.lock, in the order of the file:
// https://pipenv.pypa.io/en/latest/pipfile.html.
//
// Those of the category "develop" are for development. Those of others, which
// a Pipfile may name as it likes, are not, since each can be installed alone. A
// package of two categories that is at the same version in both is one.
//
// A package from a path, a URL or a repository has no version and is left out
// without an error, and so is a version that is not one, "*". An entry of
// another shape is named in the error.
var Pipenv artifact.Analyzer = pipenv{}

type pipenv struct{}

func (pipenv) Name() string { return "pipenv" }
func (pipenv) Version() int { return 1 }

func (pipenv) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "Pipfile.lock"}} }

func (pipenv) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	var wrong faults
	lock := newPyPILock()
	index := newLineIndex(text)
	err = members(text, func(category string, packages json.RawMessage, _, end int) error {
		if category == "_meta" {
			return nil
		}
		offset := end - len(packages)
		err := members(packages, func(name string, entry json.RawMessage, first, end int) error {
			at := index.span(offset+first, offset+end)
			version, err := pipenvVersion(entry)
			if err == nil && name == "" {
				err = errNoName
			}
			if err == nil && version != "" {
				_, err = lock.add(name, version, category == "develop", at)
			}
			if err != nil {
				wrong.add(at[0].First, []byte(name), err)
			}
			return nil
		})
		if err != nil {
			wrong.add(index.line(offset), nil, fmt.Errorf("category %.*q: %w", maxQuote, category, err))
		}
		return nil
	})
	wrong.note(err)
	facts := artifact.Facts{Components: lock.components()}
	return facts, wrong.in(f.Path)
}

// pipenvVersion is the version an entry pins, or "".
func pipenvVersion(entry json.RawMessage) (string, error) {
	var e struct {
		Version *json.RawMessage `json:"version"`
	}
	if len(entry) == 0 || entry[0] != '{' {
		return "", errors.New("an entry that is not an object")
	}
	if err := json.Unmarshal(entry, &e); err != nil {
		return "", err
	}
	if e.Version == nil {
		return "", nil
	}
	var version string
	if err := json.Unmarshal(*e.Version, &version); err != nil {
		return "", errors.New("a version that is not a string")
	}
	return requirement{specifier: strings.TrimSpace(version)}.pin()
}
