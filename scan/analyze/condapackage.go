package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// CondaPackage lists the packages of Conda environments: each file
// conda-meta/NAME-VERSION-BUILD.json is one, of the base environment and of the
// others. It has the package's name, version and licence:
// https://docs.conda.io/projects/conda/en/stable/dev-guide/specs/ and
// https://conda.org/learn/ceps/cep-0034/.
//
// A file without name or version, or that is not JSON, is an error.
var CondaPackage artifact.Analyzer = condaPackage{}

type condaPackage struct{}

func (condaPackage) Name() string { return "conda-pkg" }
func (condaPackage) Version() int { return 1 }

func (condaPackage) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Suffix: ".json", DirSuffix: "/conda-meta"},
		{Suffix: ".json", Dir: "conda-meta"},
	}
}

func (condaPackage) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if strings.Count(path.Base(f.Path), "-") < 2 {
		return artifact.Facts{}, nil
	}
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	c, err := condaRecord(text)
	if err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return artifact.Facts{Components: []artifact.Component{c}}, nil
}

func condaRecord(text []byte) (artifact.Component, error) {
	var name, version, license string
	err := members(text, func(key string, value json.RawMessage, _, _ int) error {
		var field *string
		switch key {
		case "name":
			field = &name
		case "version":
			field = &version
		case "license":
			field = &license
			if string(value) == "null" {
				return nil
			}
		default:
			return nil
		}
		if len(value) > maxValue {
			return fmt.Errorf("%w: %d bytes in %s, of %d", artifact.ErrLimit, len(value), key, maxValue)
		}
		if value[0] != '"' {
			return errors.New(key + " is not a string")
		}
		return json.Unmarshal(value, field)
	})
	switch {
	case err != nil:
		return artifact.Component{}, err
	case name == "":
		return artifact.Component{}, errNoName
	case version == "":
		return artifact.Component{}, fmt.Errorf("package %.*q: %w", maxQuote, name, errNoVersion)
	}
	c := library(vuln.TypeConda, name, version)
	if license = strings.TrimSpace(license); license != "" {
		c.Licenses = []string{license}
	}
	return c, nil
}
