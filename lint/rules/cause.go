package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// The causes of diagnostics that are not about one container: see lint.Rule.Cause.

func causeMetadata(p *lint.Pass, _ *manifest.Node) *manifest.Node { return p.Object.Get("metadata") }

func causeSpec(p *lint.Pass, _ *manifest.Node) *manifest.Node { return p.Object.Get("spec") }

func causePodSpec(p *lint.Pass, _ *manifest.Node) *manifest.Node {
	if pod := p.Pod(); pod != nil {
		return pod.Node
	}
	return nil
}

// causePod is the pod, or the template of pods.
func causePod(p *lint.Pass, at *manifest.Node) *manifest.Node { return causePodSpec(p, at).Parent() }

// causeUnder is the innermost value that a diagnostic is in and that stands under a
// key.
func causeUnder(key string) func(*lint.Pass, *manifest.Node) *manifest.Node {
	return func(_ *lint.Pass, at *manifest.Node) *manifest.Node {
		for ; at != nil; at = at.Parent() {
			if k := at.Key(); k != nil && k.Text() == key {
				return at
			}
		}
		return nil
	}
}

// causeRoleRule is the rule of a role that a diagnostic is in.
func causeRoleRule(p *lint.Pass, at *manifest.Node) *manifest.Node {
	for rules := p.Object.Get("rules"); at != nil; at = at.Parent() {
		if at.Parent() == rules {
			return at
		}
	}
	return nil
}
