package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Conan lists the packages of a lock file of Conan's, conan.lock. A reference
// is "name/version@user/channel#revision%time"; what follows the version is
// left out.
//
// Conan 2 has lists of references, https://docs.conan.io/2/tutorial/versioning/lockfiles.html,
// which are given in its order: requires, and as Dev, since they are needed to
// build only, build_requires, python_requires and config_requires. Which needs
// which it does not say.
//
// Conan 1 has a graph of nodes, https://docs.conan.io/1/versioning/lockfiles.html,
// given in the order of the file. The node "0" is the project: Root if it has a
// reference, and what it requires is Direct, all else Indirect. What is reached
// from it through build_requires only, or is built for the context build, is
// Dev.
var Conan artifact.Analyzer = conan{}

type conan struct{}

func (conan) Name() string { return "conan" }
func (conan) Version() int { return 1 }

func (conan) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "conan.lock"}} }

var errNotReference = errors.New("a reference that is not name/version")

func (conan) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newJSONPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	found := false
	err = members(p.text, func(key string, value json.RawMessage, _, end int) error {
		offset := end - len(value)
		switch key {
		case "requires", "build_requires", "python_requires", "config_requires":
			found = true
			return p.conanReferences(value, offset, key != "requires")
		case "graph_lock":
			found = true
			return p.conanGraph(value, offset)
		}
		return nil
	})
	if err == nil && !found {
		err = errNoPackages
	}
	if err != nil {
		p.fault(1, "", err)
	}
	return p.facts()
}

func (p *pins) conanReferences(list json.RawMessage, offset int, dev bool) error {
	return elements(list, func(value json.RawMessage, first, end int) error {
		at := p.lines.span(offset+first, offset+end)
		var ref string
		if err := json.Unmarshal(value, &ref); err != nil {
			p.fault(at[0].First, "", fmt.Errorf("reference: %w", err))
			return nil
		}
		if c, ok := p.conanReference(ref, at); ok {
			c.Dev = dev
			p.add(c)
		}
		return nil
	})
}

// conanReference is what ref refers to; without one, that is a fault.
func (p *pins) conanReference(ref string, at []artifact.LineRange) (artifact.Component, bool) {
	short := ref
	if i := strings.IndexAny(ref, "@#%:"); i >= 0 {
		short = ref[:i]
	}
	name, version, ok := strings.Cut(short, "/")
	if !ok {
		p.fault(at[0].First, ref, errNotReference)
		return artifact.Component{}, false
	}
	c := library(vuln.TypeConan, name, version)
	c.Lines = at
	return c, true
}

// A conanNode is one of Conan 1's graph.
type conanNode struct {
	Ref           string   `json:"ref"`
	Pref          string   `json:"pref"` // in place of Ref, before Conan 1.28
	Requires      []string `json:"requires"`
	BuildRequires []string `json:"build_requires"`
	Context       string   `json:"context"`
	id            string
}

const conanRoot = "0"

func (p *pins) conanGraph(graph json.RawMessage, offset int) error {
	nodes := make(map[string]*conanNode)
	err := members(graph, func(key string, value json.RawMessage, _, end int) error {
		if key != "nodes" {
			return nil
		}
		offset := offset + end - len(value)
		return members(value, func(key string, value json.RawMessage, first, end int) error {
			at := p.lines.span(offset+first, offset+end)
			if len(nodes) == maxLocked {
				return fmt.Errorf("%w: more than %d nodes", artifact.ErrLimit, maxLocked)
			}
			n := new(conanNode)
			if err := json.Unmarshal(value, n); err != nil {
				p.fault(at[0].First, "", fmt.Errorf("node %.*q: %w", maxQuote, key, err))
				return nil
			}
			nodes[key] = n
			p.conanNode(key, n, at)
			return nil
		})
	})
	if err != nil {
		return err
	}
	p.conanRelate(nodes)
	return nil
}

func (p *pins) conanNode(key string, n *conanNode, at []artifact.LineRange) {
	ref := n.Ref
	if ref == "" {
		ref = n.Pref
	}
	if ref == "" || key == conanRoot && (strings.Contains(ref, " ") || !strings.Contains(ref, "/")) {
		return // a conanfile.txt
	}
	c, ok := p.conanReference(ref, at)
	if !ok {
		return
	}
	c.Relationship, c.Dev = artifact.Indirect, true // until it is reached
	if key == conanRoot {
		c.Relationship, c.Dev = artifact.Root, false
	}
	n.id = p.add(c)
	p.call(key, n.id)
	for _, need := range n.Requires {
		p.need(n.id, need)
	}
	for _, need := range n.BuildRequires {
		p.need(n.id, need)
	}
}

// conanRelate marks what the project requires, and what it needs to run. A
// graph without the project is all needed to run.
func (p *pins) conanRelate(nodes map[string]*conanNode) {
	root := nodes[conanRoot]
	var queue []string
	if root == nil {
		queue = slices.Collect(maps.Keys(nodes))
	} else {
		for _, key := range slices.Concat(root.Requires, root.BuildRequires) {
			if n := nodes[key]; n != nil && n.id != "" {
				c := &p.components[p.index[n.id]]
				c.Relationship = closer(c.Relationship, artifact.Direct)
			}
		}
		queue = slices.Clone(root.Requires)
	}
	reached := make(map[string]bool)
	for len(queue) > 0 {
		key := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		n := nodes[key]
		if n == nil || reached[key] || n.Context == "build" {
			continue
		}
		reached[key] = true
		if n.id != "" {
			p.components[p.index[n.id]].Dev = false
		}
		queue = append(queue, n.Requires...)
	}
}
