package score

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// A mending gathers the changes that follow some advice on an object.
type mending struct {
	object *manifest.Object
	pod    *manifest.Pod // nil where the object has no pods
	values lint.Values
	with   func(id string) bool // whether the advice of another rule is followed too

	rule    *Rule
	changes []change
	err     error // why the rule's advice cannot be followed
}

// A change makes value the one under path below base; without a path it removes base.
type change struct {
	rule  *Rule
	base  *manifest.Node
	path  []string
	value any
}

func (m *mending) set(base *manifest.Node, value any, path ...string) {
	m.changes = append(m.changes, change{m.rule, base, path, value})
}

func (m *mending) refuse(format string, args ...any) { m.err = fmt.Errorf(format, args...) }

// each changes a field of the security context of the containers that are wrong.
func (m *mending) each(value any, wrong func(c *manifest.Container) bool, field ...string) {
	for c := range m.pod.AllContainers() {
		if wrong(c) {
			m.set(c.Node, value, slices.Concat([]string{"securityContext"}, field)...)
		}
	}
}

// A state says what a security context has to say of a field.
type state uint8

const (
	unset state = iota
	wrong
	right
)

// inherited changes a field that containers have from the pod: the pod's where one
// of them does, and their own where it is wrong.
func (m *mending) inherited(value any, is func(manifest.SecurityContext) state, field ...string) {
	path := append([]string{"securityContext"}, field...)
	heirs := false
	for c := range m.pod.AllContainers() {
		switch is(c.Security) {
		case unset:
			heirs = true
		case wrong:
			m.set(c.Node, value, path...)
		}
	}
	if heirs && is(m.pod.Security) != right {
		m.set(m.pod.Node, value, path...)
	}
}

func stateOf[T any](f manifest.Field[T], isRight func(T) bool) state {
	switch {
	case !f.Set():
		return unset
	case isRight(f.Value):
		return right
	}
	return wrong
}

func mendHostNetwork(m *mending) { m.set(m.pod.Node, false, "hostNetwork") }
func mendHostPID(m *mending)     { m.set(m.pod.Node, false, "hostPID") }
func mendHostIPC(m *mending)     { m.set(m.pod.Node, false, "hostIPC") }

func mendAutomountToken(m *mending) { m.set(m.pod.Node, false, "automountServiceAccountToken") }

// mendHostUsers is refused with what the API server does not allow beside it.
func mendHostUsers(m *mending) {
	for _, f := range [...]struct {
		field manifest.Field[bool]
		name  string
	}{{m.pod.HostNetwork, "HostNetwork"}, {m.pod.HostPID, "HostPID"}, {m.pod.HostIPC, "HostIPC"}} {
		if manifest.IsTrue(f.field) && !m.with(f.name) {
			m.refuse("a pod with %s%s has to have the users of its node", strings.ToLower(f.name[:1]), f.name[1:])
			return
		}
	}
	m.set(m.pod.Node, false, "hostUsers")
}

// isAccountName reports whether a service account may be called so: it is a name of
// the DNS.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
func isAccountName(s string) bool {
	if s == "" || len(s) > 253 || s == "default" {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || part[0] == '-' || part[len(part)-1] == '-' || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

// mendServiceAccountName names an account as the workload is named; one that has no
// name yet, as its first container, or its kind.
func mendServiceAccountName(m *mending) {
	names := []string{m.object.Name}
	for c := range m.pod.AllContainers() {
		names = append(names, c.Name.Value)
	}
	names = append(names, strings.ToLower(m.object.Kind))
	if m.values.ServiceAccount != "" {
		names = []string{m.values.ServiceAccount}
	}
	i := slices.IndexFunc(names, isAccountName)
	if i < 0 {
		m.refuse("%q cannot be the name of a service account", names[0])
		return
	}
	m.set(m.pod.Node, names[i], "serviceAccountName")
}

func mendReadOnlyRootFilesystem(m *mending) {
	m.each(true, func(c *manifest.Container) bool { return !manifest.IsTrue(c.Security.ReadOnlyRootFilesystem) }, "readOnlyRootFilesystem")
}

// mendRunAsNonRoot is refused where a container would not start any more.
func mendRunAsNonRoot(m *mending) {
	for c := range m.pod.AllContainers() {
		if f := c.Effective().RunAsUser; f.Set() && f.Value == 0 && !m.with("RunAsUser") {
			m.refuse("container %q is to run as user 0", c.Name.Value)
			return
		}
	}
	m.inherited(true, func(s manifest.SecurityContext) state {
		return stateOf(s.RunAsNonRoot, func(v bool) bool { return v })
	}, "runAsNonRoot")
}

func isHighID(id int64) bool { return id > highID }

func mendRunAsUser(m *mending) {
	m.inherited(cmp.Or(m.values.RunAsUser, highID+1), func(s manifest.SecurityContext) state {
		return stateOf(s.RunAsUser, isHighID)
	}, "runAsUser")
}

func mendRunAsGroup(m *mending) {
	m.inherited(cmp.Or(m.values.RunAsGroup, highID+1), func(s manifest.SecurityContext) state {
		return stateOf(s.RunAsGroup, isHighID)
	}, "runAsGroup")
}

func mendPrivileged(m *mending) {
	m.each(false, func(c *manifest.Container) bool { return manifest.IsTrue(c.Security.Privileged) }, "privileged")
}

// mendPrivilegeEscalation is refused with what the API server does not allow beside
// it.
func mendPrivilegeEscalation(m *mending) {
	for c := range m.pod.AllContainers() {
		if manifest.IsTrue(c.Security.Privileged) && !m.with("Privileged") {
			m.refuse("container %q is privileged", c.Name.Value)
			return
		}
		if slices.ContainsFunc(c.Security.Capabilities.Add, addsSysAdmin) && !m.with("CapSysAdmin") {
			m.refuse("container %q has the capability SYS_ADMIN", c.Name.Value)
			return
		}
	}
	m.each(false, func(c *manifest.Container) bool { return !manifest.IsFalse(c.Security.AllowPrivilegeEscalation) }, "allowPrivilegeEscalation")
}

func addsSysAdmin(f manifest.Field[string]) bool { return isSysAdmin(f.Value) }

func mendCapSysAdmin(m *mending) {
	for c := range m.pod.AllContainers() {
		add := c.Security.Capabilities.Add
		if !slices.ContainsFunc(add, addsSysAdmin) {
			continue
		}
		rest := make([]string, 0, len(add))
		for _, f := range add {
			if !isSysAdmin(f.Value) {
				rest = append(rest, f.Value)
			}
		}
		m.set(c.Node, rest, "securityContext", "capabilities", "add")
	}
}

func mendCapDropAny(m *mending) {
	m.each([]string{"ALL"}, func(c *manifest.Container) bool { return len(c.Security.Capabilities.Drop) == 0 }, "capabilities", "drop")
}

func mendCapDropAll(m *mending) {
	m.each([]string{"ALL"}, func(c *manifest.Container) bool { return !dropsAll(c.Security.Capabilities) }, "capabilities", "drop")
}

func mendSeccomp(m *mending) {
	m.profile(seccompOf, "seccompProfile")
}

func mendAppArmor(m *mending) {
	m.profile(appArmorOf, "appArmorProfile")
}

// profile writes the runtime's profile. A mapping is replaced with all that is in
// it: the name of a profile belongs to another type.
func (m *mending) profile(of func(*manifest.SecurityContext) *manifest.Node, field string) {
	m.inherited([]manifest.Entry{{Key: "type", Value: "RuntimeDefault"}}, func(s manifest.SecurityContext) state {
		switch n := of(&s); {
		case !n.Exists():
			return unset
		case isProfile(n):
			return right
		}
		return wrong
	}, field)
}

func mendRequestsCPU(m *mending) {
	m.resource("requests", "cpu", cmp.Or(m.values.CPURequest, "100m"))
}

func mendLimitsCPU(m *mending) {
	m.resource("limits", "cpu", cmp.Or(m.values.CPULimit, "500m"))
}

func mendRequestsMemory(m *mending) {
	m.resource("requests", "memory", cmp.Or(m.values.MemoryRequest, "128Mi"))
}

func mendLimitsMemory(m *mending) {
	m.resource("limits", "memory", cmp.Or(m.values.MemoryLimit, "256Mi"))
}

// resource writes an amount where there is none. A request is at most the limit, and
// a limit at least the request.
func (m *mending) resource(list, name, value string) {
	want, err := manifest.ParseQuantity(value)
	if err != nil {
		m.refuse("%s: %w", value, err)
		return
	}
	for c := range m.pod.AllContainers() {
		if c.Kind == manifest.EphemeralContainer || isAmount(c.Node.Get("resources", list, name)) {
			continue
		}
		text := value
		switch request, limit := c.Request(name), c.Limit(name); {
		case list == "requests" && isAmount(limit):
			if !request.Exists() {
				continue // which is the limit
			}
			if q, _ := limit.Quantity(); want.Cmp(q) > 0 {
				text = limit.Text()
			}
		case list == "limits" && isAmount(request):
			if q, _ := request.Quantity(); want.Cmp(q) < 0 {
				text = request.Text()
			}
		}
		m.set(c.Node, text, "resources", list, name)
	}
}

// isAmount reports whether n holds a quantity above zero.
func isAmount(n *manifest.Node) bool {
	if !n.Exists() {
		return false
	}
	if isPlainAmount(n.Text()) {
		return true
	}
	q, ok := n.Quantity()
	return ok && q.Cmp(manifest.Quantity{}) > 0
}

// isPlainAmount reports whether a text is digits without a leading zero and one of
// the usual suffixes, as nearly all amounts are.
func isPlainAmount(s string) bool {
	digits := strings.TrimLeft(s, "0123456789")
	if len(digits) == len(s) || len(s)-len(digits) > 15 || s[0] == '0' {
		return false
	}
	switch digits {
	case "", "m", "k", "M", "G", "Ki", "Mi", "Gi":
		return true
	}
	return false
}

func mendClaimAccessModes(m *mending) {
	for claim := range m.object.Get("spec", "volumeClaimTemplates").Items() {
		if !isSingleNode(claim.Get("spec", "accessModes")) {
			m.set(claim, []string{"ReadWriteOnce"}, "spec", "accessModes")
		}
	}
}

func mendClaimStorage(m *mending) {
	for claim := range m.object.Get("spec", "volumeClaimTemplates").Items() {
		if !isAmount(claim.Get("spec", "resources", "requests", "storage")) {
			m.set(claim, cmp.Or(m.values.Storage, "1Gi"), "spec", "resources", "requests", "storage")
		}
	}
}

func mendAnonymousSubjects(m *mending) {
	for s := range m.object.Get("subjects").Items() {
		if isAnonymous(s) {
			m.changes = append(m.changes, change{rule: m.rule, base: s})
		}
	}
}

// ErrUnsafe is matched when advice cannot be followed by a change of the text that is
// sure to do no harm.
var ErrUnsafe = errors.New("no safe fix")
