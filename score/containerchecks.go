package score

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// highID is what user and group ids have to be above.
const highID = 10000

func readOnlyRootFilesystem(t *target) {
	for i := range t.containers {
		if f := t.containers[i].Security.ReadOnlyRootFilesystem; !manifest.IsTrue(f) {
			t.wrong(i, f.Node)
		}
	}
}

func runAsNonRoot(t *target) {
	for i := range t.containers {
		if f := t.containers[i].effective.RunAsNonRoot; !manifest.IsTrue(f) {
			t.wrong(i, f.Node)
		}
	}
}

func runAsUser(t *target) {
	for i := range t.containers {
		if f := t.containers[i].effective.RunAsUser; f.Value <= highID {
			t.wrong(i, f.Node)
		}
	}
}

func runAsGroup(t *target) {
	for i := range t.containers {
		if f := t.containers[i].effective.RunAsGroup; f.Value <= highID {
			t.wrong(i, f.Node)
		}
	}
}

func privileged(t *target) {
	for i := range t.containers {
		if f := t.containers[i].Security.Privileged; manifest.IsTrue(f) {
			t.wrong(i, f.Node)
		}
	}
}

func capSysAdmin(t *target) {
	for i := range t.containers {
		for _, f := range t.containers[i].Security.Capabilities.Add {
			if isSysAdmin(f.Value) {
				t.wrong(i, f.Node)
			}
		}
	}
}

// isSysAdmin reports whether a capability is SYS_ADMIN or holds it. Container
// runtimes take names whatever their case, with or without CAP_.
func isSysAdmin(name string) bool {
	return strings.EqualFold(name, "SYS_ADMIN") || strings.EqualFold(name, "CAP_SYS_ADMIN") || strings.EqualFold(name, "ALL")
}

func capDropAny(t *target) {
	for i := range t.containers {
		if c := t.containers[i].Security.Capabilities; len(c.Drop) == 0 {
			t.wrong(i, c.Node)
		}
	}
}

func capDropAll(t *target) {
	for i := range t.containers {
		if c := t.containers[i].Security.Capabilities; !dropsAll(c) {
			t.addIn(i, c.Node.Get("drop"), c.Node, t.containers[i].Security.Node)
		}
	}
}

func dropsAll(c manifest.Capabilities) bool {
	for _, f := range c.Drop {
		if strings.EqualFold(f.Value, "ALL") {
			return true
		}
	}
	return false
}

func requestsCPU(t *target)    { t.resource("requests", "cpu") }
func limitsCPU(t *target)      { t.resource("limits", "cpu") }
func requestsMemory(t *target) { t.resource("requests", "memory") }
func limitsMemory(t *target)   { t.resource("limits", "memory") }

// resource asks for an amount of each container but ephemeral ones, which have none.
// A request that is not written is what the limit is.
// https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
func (t *target) resource(list, name string) {
	for i := range t.containers {
		c := t.containers[i].Container
		if c.Kind == manifest.EphemeralContainer {
			continue
		}
		n := c.Node.Get("resources", list, name)
		if !n.Exists() && list == "requests" {
			n = c.Limit(name)
		}
		if !isAmount(n) {
			t.addIn(i, n, c.Node.Get("resources", list), c.Node.Get("resources"))
		}
	}
}

func seccompAny(t *target)         { t.unlessProfile(seccompOf) }
func seccompUnconfined(t *target)  { t.ifUnconfined(seccompOf) }
func appArmorAny(t *target)        { t.unlessProfile(appArmorOf) }
func appArmorUnconfined(t *target) { t.ifUnconfined(appArmorOf) }

// The profiles of a security context.
func seccompOf(s *manifest.SecurityContext) *manifest.Node  { return s.Seccomp }
func appArmorOf(s *manifest.SecurityContext) *manifest.Node { return s.AppArmor }

func (t *target) unlessProfile(of func(*manifest.SecurityContext) *manifest.Node) {
	for i := range t.containers {
		if n := of(&t.containers[i].effective); !isProfile(n) {
			t.wrong(i, n)
		}
	}
}

func (t *target) ifUnconfined(of func(*manifest.SecurityContext) *manifest.Node) {
	for i := range t.containers {
		if n := of(&t.containers[i].effective); isUnconfined(n) {
			t.wrong(i, n.Get("type"))
		}
	}
}

// isProfile reports whether n names a profile: that of the runtime, or one of the
// node.
func isProfile(n *manifest.Node) bool {
	kind, _ := n.Get("type").Str()
	return kind == "RuntimeDefault" || kind == "Localhost"
}

func isUnconfined(n *manifest.Node) bool {
	kind, _ := n.Get("type").Str()
	return kind == "Unconfined"
}

// privilegeEscalation asks for a false: what is not set is true.
// https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
func privilegeEscalation(t *target) {
	for i := range t.containers {
		if f := t.containers[i].Security.AllowPrivilegeEscalation; !manifest.IsFalse(f) {
			t.wrong(i, f.Node)
		}
	}
}

func secretVariables(t *target) {
	for i := range t.containers {
		c := t.containers[i].Container
		for _, v := range c.Env {
			if ref := v.From.Get("secretKeyRef"); ref.Exists() {
				t.addIn(i, ref)
			}
		}
		for from := range c.Node.Get("envFrom").Items() {
			if ref := from.Get("secretRef"); ref.Exists() {
				t.addIn(i, ref)
			}
		}
	}
}
