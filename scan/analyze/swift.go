package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Swift lists the packages that Swift Package Manager pinned, of the file
// Package.resolved in its formats 1, 2 and 3, in their order.
// https://github.com/swiftlang/swift-package-manager/blob/main/Documentation/Usage.md#resolving-versions-packageresolved-file
//
// A package is called as its repository is, without scheme, user and the ending
// ".git": "github.com/apple/swift-nio". One from a registry, or a directory,
// goes by its identity. Its version is the one that was pinned, else the
// branch, else the revision. The file does not say which package needs which.
var Swift artifact.Analyzer = swift{}

type swift struct{}

func (swift) Name() string { return "swift" }
func (swift) Version() int { return 1 }

func (swift) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "Package.resolved"}}
}

func (swift) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newJSONPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	found := false
	pins := func(key string, value json.RawMessage, offset int) error {
		if key != "pins" {
			return nil
		}
		found = true
		return elements(value, func(value json.RawMessage, first, end int) error {
			p.swiftPin(value, offset+first, offset+end)
			return nil
		})
	}
	err = members(p.text, func(key string, value json.RawMessage, _, end int) error {
		offset := end - len(value)
		if key != "object" { // format 1 has them in there
			return pins(key, value, offset)
		}
		return members(value, func(key string, value json.RawMessage, _, end int) error {
			return pins(key, value, offset+end-len(value))
		})
	})
	if err == nil && !found {
		err = errNoPackages
	}
	if err != nil {
		p.fault(1, "", err)
	}
	return p.facts()
}

func (p *pins) swiftPin(value json.RawMessage, first, end int) {
	at := p.lines.span(first, end)
	var in struct {
		Identity   string `json:"identity"`
		Package    string `json:"package"` // format 1
		Location   string `json:"location"`
		Repository string `json:"repositoryURL"` // format 1
		State      struct {
			Version, Branch, Revision string
		} `json:"state"`
	}
	if err := json.Unmarshal(value, &in); err != nil {
		p.fault(at[0].First, "", fmt.Errorf("pin: %w", err))
		return
	}
	name := repositoryName(in.Location + in.Repository)
	if name == "" {
		name = in.Identity
	}
	if name == "" {
		name = in.Package
	}
	version := in.State.Version
	if version == "" {
		version = in.State.Branch
	}
	if version == "" {
		version = in.State.Revision
	}
	c := library(vuln.TypeSwift, name, version)
	c.Lines = at
	p.add(c)
}

// repositoryName is a repository's host and path, "" where it has no host:
// "https://host/path.git", "ssh://git@host/path" and "git@host:path" are one.
func repositoryName(location string) string {
	_, rest, ok := strings.Cut(location, "://")
	if !ok {
		host, path, scp := strings.Cut(location, ":")
		if !scp || len(host) < 2 || strings.Contains(host, "/") { // C:\ is a drive
			return ""
		}
		rest = host + "/" + strings.TrimPrefix(path, "/")
	}
	host, path, _ := strings.Cut(rest, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	path = strings.TrimSuffix(strings.TrimSuffix(path, "/"), ".git")
	if host == "" || path == "" {
		return ""
	}
	return host + "/" + path
}
