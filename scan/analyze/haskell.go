package analyze

import (
	"context"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// CabalFreeze lists the packages of cabal.project.freeze, in its order: of its
// constraints those of the form "any.keel ==1.2.0", or without "any.". Others
// are flags and ranges. It does not say which are direct.
// https://cabal.readthedocs.io/en/stable/cabal-commands.html#cabal-freeze
var CabalFreeze artifact.Analyzer = cabalFreeze{}

type cabalFreeze struct{}

func (cabalFreeze) Name() string { return "cabal" }
func (cabalFreeze) Version() int { return 1 }

func (cabalFreeze) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "cabal.project.freeze"}}
}

func (cabalFreeze) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	in := false // constraints, which go on while lines begin with a blank
	for n, raw := range lines(p.text) {
		line := string(raw)
		if rest, ok := strings.CutPrefix(line, "constraints:"); ok {
			in, line = true, rest
		} else if line != "" && line[0] != ' ' && line[0] != '\t' {
			in = false
		}
		if !in || strings.HasPrefix(strings.TrimSpace(line), "--") {
			continue
		}
		for constraint := range strings.SplitSeq(line, ",") {
			name, version, ok := strings.Cut(constraint, "==")
			name, version = strings.TrimPrefix(strings.TrimSpace(name), "any."), strings.TrimSpace(version)
			if !ok || strings.ContainsAny(name+version, " *|&<>{}") {
				continue
			}
			c := library(vuln.TypeHackage, name, version)
			c.Lines = []artifact.LineRange{{First: n, Last: n}}
			p.add(c)
		}
	}
	return p.facts()
}

// StackLock lists the packages that stack.yaml.lock holds beside those of its
// snapshot, in its order: what is completed of each in packages, a package of
// Hackage "name-version@sha256:...", or a name and version from a repository.
// The snapshot's own packages are not in the file.
// https://docs.haskellstack.org/en/stable/topics/lock_files/
var StackLock artifact.Analyzer = stackLock{}

type stackLock struct{}

func (stackLock) Name() string { return "stack" }
func (stackLock) Version() int { return 1 }

func (stackLock) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "stack.yaml.lock"}}
}

func (stackLock) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, root, err := newYAMLPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	packages := yamlMember(root, "packages")
	if root != nil && (packages == nil || packages.Kind != yaml.SequenceNode) {
		p.fault(root.Line, "", errNoPackages)
	}
	for _, entry := range yamlElements(packages) {
		completed := yamlMember(entry, "completed")
		name, version := yamlText(yamlMember(completed, "name")), yamlText(yamlMember(completed, "version"))
		if hackage := yamlText(yamlMember(completed, "hackage")); hackage != "" {
			id, _, _ := strings.Cut(hackage, "@")
			i := max(0, strings.LastIndexByte(id, '-'))
			name, version = id[:i], strings.TrimPrefix(id[i:], "-")
		}
		c := library(vuln.TypeHackage, name, version)
		c.Relationship = artifact.Direct // stack.yaml has them as extra-deps
		c.Lines = yamlLines(entry, entry)
		p.add(c)
	}
	return p.facts()
}
