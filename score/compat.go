package score

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// The predicates of Kubesec at its commit a59caad, where they count as fulfilled
// once. https://github.com/controlplaneio/kubesec/tree/master/pkg/rules

func rawHostNetwork(d *document) (*manifest.Node, bool) { return isTrue(d.spec.Get("hostNetwork")) }
func rawHostPID(d *document) (*manifest.Node, bool)     { return isTrue(d.spec.Get("hostPID")) }
func rawHostIPC(d *document) (*manifest.Node, bool)     { return isTrue(d.spec.Get("hostIPC")) }

func isTrue(n *manifest.Node) (*manifest.Node, bool) {
	v, _ := n.Bool()
	return n, v
}

func isFalse(n *manifest.Node) (*manifest.Node, bool) {
	v, ok := n.Bool()
	return n, ok && !v
}

func rawHostUsers(d *document) (*manifest.Node, bool) { return isFalse(d.spec.Get("hostUsers")) }

func rawAutomountToken(d *document) (*manifest.Node, bool) {
	return isFalse(d.spec.Get("automountServiceAccountToken"))
}

func rawReadOnlyRootFilesystem(d *document) (*manifest.Node, bool) {
	return d.anyTrue("readOnlyRootFilesystem")
}

func rawPrivileged(d *document) (*manifest.Node, bool) { return d.anyTrue("privileged") }

func rawPrivilegeEscalation(d *document) (*manifest.Node, bool) {
	return d.anyTrue("allowPrivilegeEscalation")
}

func (d *document) anyTrue(field string) (*manifest.Node, bool) {
	return d.any(func(c *manifest.Node) bool {
		v, _ := c.Get("securityContext", field).Bool()
		return v
	})
}

func rawRunAsNonRoot(d *document) (*manifest.Node, bool) {
	return d.eff(func(n *manifest.Node) (typed, wanted bool) {
		v, ok := n.Bool()
		return ok, v
	}, "runAsNonRoot")
}

func rawRunAsUser(d *document) (*manifest.Node, bool)  { return d.eff(isHigh, "runAsUser") }
func rawRunAsGroup(d *document) (*manifest.Node, bool) { return d.eff(isHigh, "runAsGroup") }

func isHigh(n *manifest.Node) (typed, wanted bool) {
	v, ok := n.Float()
	return ok, v > highID
}

func rawSeccompAny(d *document) (*manifest.Node, bool) {
	return d.eff(isConfined, "seccompProfile", "type")
}

func rawSeccompUnconfined(d *document) (*manifest.Node, bool) {
	return d.eff(isFree, "seccompProfile", "type")
}

func rawAppArmorAny(d *document) (*manifest.Node, bool) {
	return d.eff(isConfined, "appArmorProfile", "type")
}

func rawAppArmorUnconfined(d *document) (*manifest.Node, bool) {
	return d.eff(isFree, "appArmorProfile", "type")
}

func isConfined(n *manifest.Node) (typed, wanted bool) {
	v, ok := n.Str()
	return ok, ok && v != "Unconfined"
}

func isFree(n *manifest.Node) (typed, wanted bool) {
	v, ok := n.Str()
	return ok, v == "Unconfined"
}

func rawCapSysAdmin(d *document) (*manifest.Node, bool) {
	return d.any(func(c *manifest.Node) bool {
		return contains(c.Get("securityContext", "capabilities", "add"), "SYS_ADMIN", false)
	})
}

func rawCapDropAny(d *document) (*manifest.Node, bool) {
	return d.any(func(c *manifest.Node) bool {
		drop := c.Get("securityContext", "capabilities", "drop")
		for item := range drop.Items() {
			if item.Kind() == manifest.Null {
				return false
			}
		}
		return drop.Kind() == manifest.Sequence && drop.Len() > 0
	})
}

func rawCapDropAll(d *document) (*manifest.Node, bool) {
	return d.any(func(c *manifest.Node) bool {
		return contains(c.Get("securityContext", "capabilities", "drop"), "ALL", true)
	})
}

func rawDockerSock(d *document) (*manifest.Node, bool) { return d.hostPath("/var/run/docker.sock") }
func rawProcMount(d *document) (*manifest.Node, bool)  { return d.hostPath("/proc") }

func (d *document) hostPath(sub string) (*manifest.Node, bool) {
	for v := range d.spec.Get("volumes").Items() {
		if p := v.Get("hostPath", "path"); contains(p, sub, false) {
			return p, true
		}
	}
	return nil, false
}

func rawRequestsCPU(d *document) (*manifest.Node, bool)    { return d.resource("requests", "cpu") }
func rawLimitsCPU(d *document) (*manifest.Node, bool)      { return d.resource("limits", "cpu") }
func rawRequestsMemory(d *document) (*manifest.Node, bool) { return d.resource("requests", "memory") }
func rawLimitsMemory(d *document) (*manifest.Node, bool)   { return d.resource("limits", "memory") }

// resource looks for a key: its value may be null.
func (d *document) resource(list, name string) (*manifest.Node, bool) {
	for c := range d.spec.Get("containers").Items() {
		if n := c.Get("resources", list, name); n != nil {
			return n, true
		}
	}
	return nil, false
}

func rawServiceAccountName(d *document) (*manifest.Node, bool) {
	return isThere(d.spec.Get("serviceAccountName"))
}

func rawHostAliases(d *document) (*manifest.Node, bool) { return isThere(d.spec.Get("hostAliases")) }

func isThere(n *manifest.Node) (*manifest.Node, bool) { return n, n.Exists() }

// rawClaimAccessModes is fulfilled without claims too.
func rawClaimAccessModes(d *document) (*manifest.Node, bool) {
	return d.claims(func(spec *manifest.Node) bool {
		modes := spec.Get("accessModes")
		if modes.Kind() != manifest.Sequence || modes.Len() != 1 {
			return false
		}
		for m := range modes.Items() {
			return printed(m) == "ReadWriteOnce"
		}
		return false
	})
}

func rawClaimStorage(d *document) (*manifest.Node, bool) {
	return d.claims(func(spec *manifest.Node) bool { return spec.Get("resources", "requests", "storage") != nil })
}

// claims looks for a claim that has a spec. There is none where no claim has one.
func (d *document) claims(is func(spec *manifest.Node) bool) (*manifest.Node, bool) {
	none := true
	for claim := range d.root.Get("spec", "volumeClaimTemplates").Items() {
		spec := claim.Get("spec")
		if spec == nil {
			continue
		}
		if none = false; is(spec) {
			return spec, true
		}
	}
	return nil, none
}

func rawSecretVariables(d *document) (*manifest.Node, bool) {
	return d.any(func(c *manifest.Node) bool {
		for v := range c.Get("env").Items() {
			if v.Get("valueFrom", "secretKeyRef").Exists() {
				return true
			}
		}
		for from := range c.Get("envFrom").Items() {
			if from.Get("secretRef").Exists() {
				return true
			}
		}
		return false
	})
}

func rawAnonymousSubjects(d *document) (*manifest.Node, bool) {
	for s := range d.root.Get("subjects").Items() {
		if n := s.Get("name"); strings.Contains(printed(n), "system:anonymous") {
			return n, true
		}
	}
	return nil, false
}
