package rules

import (
	"iter"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// A PSSLevel is a level of the Pod Security Standards.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/
type PSSLevel string

// The levels that forbid something.
const (
	Baseline   PSSLevel = "baseline"
	Restricted PSSLevel = "restricted"
)

// Group is the group of the level's rules: "pss-baseline".
func (l PSSLevel) Group() string { return "pss-" + string(l) }

// PSS returns the rules of a level of the Pod Security Standards, sorted by name;
// none for a level that there is not. A pod of which they report nothing is one
// that the level admits, in the version of lint.Options.Kubernetes.
//
// The rules of Restricted forbid all that those of Baseline do. Where a control of
// the one is a stricter form of one of the other, only the stricter is there.
func PSS(level PSSLevel) []*lint.Rule {
	return slices.DeleteFunc(All(), func(r *lint.Rule) bool { return !slices.Contains(r.Groups, level.Group()) })
}

const pssURL = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"

// bothLevels are the groups of a control that is the same in both levels.
func bothLevels() []string { return []string{Baseline.Group(), Restricted.Group()} }

// pssRules are the rules of controls that KubeLinter has no check for. Those that
// are of use alone have names of their own, and the control's as an alias.
func pssRules() []*lint.Rule {
	return slices.Concat(
		pssHostRules(),
		pssVolumeRules(),
		pssCapabilityRules(),
		pssProfileRules(),
		pssUserRules(),
		[]*lint.Rule{pssSysctls()},
	)
}

// securityContexts yields the pod of what p looks at, then its containers.
func securityContexts(p *lint.Pass) iter.Seq2[string, manifest.SecurityContext] {
	return func(yield func(string, manifest.SecurityContext) bool) {
		pod := p.Pod()
		if pod == nil || !yield("the pod", pod.Security) {
			return
		}
		for c := range pod.AllContainers() {
			if !yield("container "+quoted(c), c.Security) {
				return
			}
		}
	}
}

// since reports whether the version of Kubernetes that p is for is 1.minor or a
// later one.
func since(p *lint.Pass, minor int) bool { return kubernetesMinor(p.Options.Kubernetes) >= minor }

// exemptWindows reports whether a pod need not fulfil the controls that are about
// Linux, which is so from Kubernetes 1.25 on.
func exemptWindows(p *lint.Pass, pod *manifest.Pod) bool { return isWindows(pod) && since(p, 25) }

// inUserNamespace reports whether a pod's users are not those of the node, for
// which Kubernetes 1.35 and later relax some controls.
// https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/
func inUserNamespace(p *lint.Pass, pod *manifest.Pod) bool {
	return manifest.IsFalse(pod.HostUsers) && since(p, 35)
}
