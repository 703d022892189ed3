package analyze

import (
	"context"
	"errors"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// CocoaPods lists the pods of Podfile.lock, https://guides.cocoapods.org/using/using-cocoapods.html#what-is-podfilelock,
// in the order of PODS: "Name (version)", with what it needs below it. A part of
// a pod, "Keel/Core (1.0)", is a component of that name. A pod that DEPENDENCIES
// names is Direct, any other Indirect.
var CocoaPods artifact.Analyzer = cocoaPods{}

type cocoaPods struct{}

func (cocoaPods) Name() string { return "cocoapods" }
func (cocoaPods) Version() int { return 1 }

func (cocoaPods) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "Podfile.lock"}} }

var errNotPod = errors.New("a pod that is not name (version)")

func (cocoaPods) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, root, err := newYAMLPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	pods := yamlMember(root, "PODS")
	if pods == nil || pods.Kind != yaml.SequenceNode {
		if root != nil {
			p.fault(root.Line, "", errNoPackages)
		}
		return p.facts()
	}
	direct := make(map[string]bool)
	for _, n := range yamlElements(yamlMember(root, "DEPENDENCIES")) {
		direct[podName(yamlText(n))] = true
	}
	for _, n := range pods.Content {
		if n.Kind == yaml.MappingNode {
			for key, needs := range yamlMembers(n) {
				id := p.pod(key, needs, direct)
				for _, need := range yamlElements(needs) {
					p.need(id, podName(yamlText(need)))
				}
			}
			continue
		}
		p.pod(n, nil, direct)
	}
	return p.facts()
}

// pod adds the pod that n names.
func (p *pins) pod(n, needs *yaml.Node, direct map[string]bool) string {
	text := yamlText(n)
	name, rest, _ := strings.Cut(text, " (")
	version, ok := strings.CutSuffix(rest, ")")
	if !ok {
		p.fault(n.Line, text, errNotPod)
		return ""
	}
	c := library(vuln.TypeCocoaPods, name, version)
	c.Lines = yamlLines(n, needs)
	c.Relationship = artifact.Indirect
	if direct[name] {
		c.Relationship = artifact.Direct
	}
	id := p.add(c)
	p.call(name, id)
	return id
}

// podName is the name of what a pod needs: "Keel/Core (~> 1.0)".
func podName(text string) string {
	name, _, _ := strings.Cut(text, " (")
	return name
}
