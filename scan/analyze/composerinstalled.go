package analyze

import (
	"bytes"
	"context"
	"encoding/json"
	"path"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// ComposerInstalled lists the packages that Composer installed, of the file
// installed.json in vendor/composer. It is an array of packages, or since
// Composer 2 an object with packages and dev-package-names, which are Dev. The
// packages are as in [ComposerLock]; the file does not say which are direct.
// https://getcomposer.org/doc/07-runtime.md
//
// Other programs call a file so: one that lies in no directory called composer,
// and is neither an array nor has packages, says nothing.
var ComposerInstalled artifact.Analyzer = composerInstalled{}

type composerInstalled struct{}

func (composerInstalled) Name() string { return "composer-vendor" }
func (composerInstalled) Version() int { return 1 }

func (composerInstalled) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "installed.json"}}
}

func (composerInstalled) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newJSONPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	ours := path.Base(path.Dir(f.Path)) == "composer"
	if text := bytes.TrimLeft(p.text, " \t\r\n"); text[0] == '[' {
		if err := p.composerPackages("packages", p.text, 0, nil); err != nil {
			p.fault(1, "", err)
		}
	} else if !p.installedObject() && ours {
		p.fault(1, "", errNoPackages)
	}
	if !ours && len(p.components) == 0 {
		return artifact.Facts{}, nil
	}
	return p.facts()
}

// installedObject reads the file of Composer 2, and reports whether it is one.
func (p *pins) installedObject() bool {
	var in struct {
		Dev json.RawMessage `json:"dev-package-names"`
	}
	if json.Unmarshal(p.text, &in) != nil {
		return false
	}
	dev := make(map[string]bool)
	for _, name := range stringOrStrings(in.Dev) {
		dev[name] = true
	}
	found := false
	err := members(p.text, func(key string, value json.RawMessage, _, end int) error {
		if key != "packages" {
			return nil
		}
		found = true
		return p.composerPackages(key, value, end-len(value), func(name string) bool { return dev[name] })
	})
	if err != nil {
		p.fault(1, "", err)
	}
	return found
}
