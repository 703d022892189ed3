package score

import (
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

func hostNetwork(t *target) { t.addTrue(t.pod.HostNetwork) }
func hostPID(t *target)     { t.addTrue(t.pod.HostPID) }
func hostIPC(t *target)     { t.addTrue(t.pod.HostIPC) }

func (t *target) addTrue(f manifest.Field[bool]) {
	if manifest.IsTrue(f) {
		t.add(f.Node)
	}
}

func hostUsers(t *target) { t.addUnlessFalse(t.pod.HostUsers) }

func automountToken(t *target) { t.addUnlessFalse(t.pod.AutomountServiceAccountToken) }

func (t *target) addUnlessFalse(f manifest.Field[bool]) {
	if !manifest.IsFalse(f) {
		t.add(f.Node)
	}
}

// serviceAccountName asks for an account that others do not share. The deprecated
// field serves as well.
func serviceAccountName(t *target) {
	if f := t.pod.AccountName(); f.Value == "" || f.Value == "default" {
		t.add(f.Node)
	}
}

func hostAliases(t *target) {
	if n := t.pod.Node.Get("hostAliases"); n.Len() > 0 {
		t.add(n)
	}
}

// runtimeSocket reports volumes that hold the socket of a container runtime. Those
// known are of Docker, containerd, CRI-O, cri-dockerd and Podman, and of containerd as
// k3s has it; /var/run is /run.
func runtimeSocket(t *target) {
	for i := range t.pod.Volumes {
		f := t.pod.Volumes[i].HostPath
		switch p := hostPath(f); {
		case p == "":
		case within("/run/docker.sock", p), within("/run/containerd/containerd.sock", p), within("/run/crio/crio.sock", p),
			within("/run/cri-dockerd.sock", p), within("/run/podman/podman.sock", p), within("/run/k3s/containerd/containerd.sock", p):
			t.add(f.Node)
		}
	}
}

// hostProc reports volumes that hold the node's /proc or part of it.
func hostProc(t *target) {
	for i := range t.pod.Volumes {
		f := t.pod.Volumes[i].HostPath
		if p := hostPath(f); p != "" && (within(p, "/proc") || p == "/") {
			t.add(f.Node)
		}
	}
}

// hostPath is a path on the node, without dots and without the link /var/run; "" for
// none.
func hostPath(f manifest.Field[string]) string {
	if f.Value == "" {
		return ""
	}
	p := path.Clean("/" + f.Value)
	if below, ok := strings.CutPrefix(p, "/var/run"); ok && (below == "" || below[0] == '/') {
		p = "/run" + below
	}
	return p
}

// within reports whether a path is dir or below it.
func within(p, dir string) bool {
	below, ok := strings.CutPrefix(p, dir)
	return ok && (below == "" || below[0] == '/') || dir == "/"
}

func claimAccessModes(t *target) {
	for _, claim := range t.claims {
		if modes := claim.Get("spec", "accessModes"); !isSingleNode(modes) {
			t.add(modes, claim.Get("spec"), claim)
		}
	}
}

// isSingleNode reports whether one of the modes leaves a volume to one node.
func isSingleNode(modes *manifest.Node) bool {
	for m := range modes.Items() {
		if s, _ := m.Str(); s == "ReadWriteOnce" || s == "ReadWriteOncePod" {
			return true
		}
	}
	return false
}

func claimStorage(t *target) {
	for _, claim := range t.claims {
		if storage := claim.Get("spec", "resources", "requests", "storage"); !isAmount(storage) {
			t.add(storage, claim.Get("spec"), claim)
		}
	}
}

// anonymousSubjects reports subjects that stand for whoever does not say who he is.
func anonymousSubjects(t *target) {
	for s := range t.object.Get("subjects").Items() {
		if isAnonymous(s) {
			t.add(s.Get("name"))
		}
	}
}

// isAnonymous reports whether a subject is the user without a name, or the group
// that such users are in.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests
func isAnonymous(subject *manifest.Node) bool {
	kind, _ := subject.Get("kind").Str()
	name, _ := subject.Get("name").Str()
	return kind == "User" && name == "system:anonymous" || kind == "Group" && name == "system:unauthenticated"
}
