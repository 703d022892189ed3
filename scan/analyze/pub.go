package analyze

import (
	"context"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Pub lists the packages of Dart's lock file, pubspec.lock, in its order.
// https://dart.dev/tools/pub/glossary#lockfile
//
// A package whose dependency is "direct main", "direct dev" or "direct
// overridden" is Direct, one that is "transitive" Indirect. None is Dev: one
// that is "direct dev" may be needed by others too, and the file does not say
// which needs which.
//
// A package that comes with an SDK has the version "0.0.0" there. It is given
// the oldest that the file allows of that SDK, under sdks.
var Pub artifact.Analyzer = pub{}

type pub struct{}

func (pub) Name() string { return "pub" }
func (pub) Version() int { return 1 }

func (pub) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "pubspec.lock"}} }

func (pub) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, root, err := newYAMLPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	packages := yamlMember(root, "packages")
	if root != nil && (packages == nil || packages.Kind != yaml.MappingNode) {
		p.fault(root.Line, "", errNoPackages)
	}
	sdks := yamlMember(root, "sdks")
	for key, value := range yamlMembers(packages) {
		c := library(vuln.TypePub, yamlText(key), pubVersion(value, sdks))
		c.Lines = yamlLines(key, value)
		switch dependency := yamlText(yamlMember(value, "dependency")); {
		case strings.HasPrefix(dependency, "direct"):
			c.Relationship = artifact.Direct
		case dependency == "transitive":
			c.Relationship = artifact.Indirect
		}
		p.add(c)
	}
	return p.facts()
}

// pubVersion is the version of a package, which may be that of its SDK.
func pubVersion(entry, sdks *yaml.Node) string {
	version := yamlText(yamlMember(entry, "version"))
	if yamlText(yamlMember(entry, "source")) != "sdk" || version != "0.0.0" {
		return version
	}
	constraint := yamlText(yamlMember(sdks, yamlText(yamlMember(entry, "description"))))
	if oldest := oldestOf(constraint); oldest != "" {
		return oldest
	}
	return version
}

// oldestOf is the lower bound of a constraint of Dart's, ">=3.3.0 <4.0.0" or
// "^3.3.0" or "3.3.0"; "" where it has none.
func oldestOf(constraint string) string {
	for word := range strings.FieldsSeq(constraint) {
		version := strings.TrimPrefix(strings.TrimPrefix(word, ">="), "^")
		if version != "" && '0' <= version[0] && version[0] <= '9' {
			return version
		}
	}
	return ""
}
