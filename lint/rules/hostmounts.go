package rules

import (
	"fmt"
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func hostMountRules() []*lint.Rule {
	return []*lint.Rule{
		dockerSock(),
		sensitiveHostMounts(),
		made(writableHostMountTemplate(), nil, lint.Rule{
			Name:        "writable-host-mount",
			Title:       "Writable directory of the node in a container",
			Doc:         "Reports containers that mount a file or directory of their node and may write to it. What they write stays there, and others read it.",
			Remediation: "Set readOnly on the mount, or use a volume that is not of the node.",
			URL:         "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
			Severity:    severity.Medium,
		}),
	}
}

// sensitiveHostMounts reports system directories, by default those of container
// runtimes too.
func sensitiveHostMounts() *lint.Rule {
	dirs := []string{"^/$", "^/boot$", "^/dev$", "^/etc$", "^/lib$", "^/proc$", "^/sys$", "^/usr$"}
	all := made(hostMountsTemplate(), map[string]any{
		"dirs": append(slices.Clone(dirs), "^/var/lib/(docker|containerd|containers)$"),
	}, lint.Rule{})
	return byMode(made(hostMountsTemplate(), map[string]any{"dirs": dirs}, lint.Rule{
		Name:        "sensitive-host-mounts",
		Aliases:     []string{"KSV-0121"},
		Title:       "System directory of the node in a container",
		Doc:         "Reports containers that mount a system directory of their node, that of its container runtime, or a part of one. What stands there configures the node, and holds its keys and the files of its pods; to write to it is to own the node. Files that tell the time zone, mounted read-only, are not reported.",
		Remediation: "Remove the mount, or mount the single file that is needed read-only.",
		URL:         "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
		Severity:    severity.High,
		Default:     true,
		Cause:       causeSpec,
	}), all)
}

// dockerSock reports the sockets of container runtimes. KubeLinter knows one.
func dockerSock() *lint.Rule {
	all := made(hostMountsTemplate(), map[string]any{
		"dirs": []string{"docker.sock$", `/(containerd|crio|podman|cri-dockerd|buildkitd)\.sock$`, `[/\\]docker_engine$`},
	}, lint.Rule{})
	return byMode(made(hostMountsTemplate(), map[string]any{"dirs": []string{"docker.sock$"}}, lint.Rule{
		Name:        "docker-sock",
		Aliases:     []string{"KSV-0006"},
		Title:       "Socket of the container runtime in a container",
		Doc:         "Reports containers that mount the socket of Docker, containerd, CRI-O or Podman. Who can speak to it starts privileged containers on the node, and sees all others.",
		Remediation: "Remove the mount. Images can be built without a runtime, by BuildKit in rootless mode for example.",
		Severity:    severity.Critical,
		Default:     true,
		Cause:       causeSpec,
	}), all)
}

func hostMountTemplates() []lint.Template {
	return []lint.Template{hostMountsTemplate(), writableHostMountTemplate()}
}

func hostMountDifferences() []Difference {
	return []Difference{{
		Rule:       "docker-sock",
		KubeLinter: "knows the socket of Docker alone",
		Plimsoll:   "knows those of containerd, CRI-O, Podman, cri-dockerd and BuildKit, and the pipe of Docker on Windows, too",
		Reason:     "they allow the same",
	}, {
		Rule:       "sensitive-host-mounts",
		KubeLinter: "does not know the directories of container runtimes",
		Plimsoll:   "reports /var/lib/docker, /var/lib/containerd and /var/lib/containers too",
		Reason:     "the files of all containers of the node are there",
	}, {
		Rule:       "host-mounts",
		KubeLinter: "compares paths as they are written",
		Plimsoll:   "without double slashes and one at the end",
		Reason:     "/etc/ is /etc",
	}, {
		Rule:       "host-mounts",
		KubeLinter: "does not know what is in a directory",
		Plimsoll:   "reports what is in one that an expression matches, but for the root, and for the time zone when it is mounted read-only",
		Reason:     "/etc/kubernetes is no less sensitive than /etc",
	}, {
		Rule:       "host-mounts",
		KubeLinter: "reports a volume for each expression that matches, and each mount in a container",
		Plimsoll:   "reports a volume once a container",
		Reason:     "it is one fault",
	}}
}

type hostMountsParams struct {
	Dirs []string `yaml:"dirs" doc:"expressions for the paths to report" regexp:""`
}

func hostMountsTemplate() lint.Template {
	const doc = "Reports containers that mount certain paths of their node."
	return lint.NewTemplate("host-mounts", doc, hostMountsParams{}, func(params hostMountsParams) (*lint.Rule, error) {
		dirs, err := compileAll(params.Dirs)
		if err != nil {
			return nil, err
		}
		return &lint.Rule{Run: alsoServices(func(p *lint.Pass) error {
			runHostMounts(p, dirs)
			return nil
		}, func(s composeService) { s.hostMounts(dirs) })}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Paths of the node in containers")
}

func runHostMounts(p *lint.Pass, dirs []*regexp.Regexp) {
	matches := func(path string) (times int) {
		for _, dir := range dirs {
			if p.Compat() && dir.MatchString(path) || !p.Compat() && below(dir, path) {
				times++
			}
		}
		return times
	}
	reported := func(path string) bool { return matches(path) > 0 }
	for mount := range hostMounts(p, reported, func(manifest.VolumeMount) bool { return true }) {
		if p.Full() {
			return
		}
		times := 1
		switch {
		case p.Compat():
			times = matches(mount.path)
		case isTimeZone(mount.path) && manifest.IsTrue(mount.ReadOnly), mount.again:
			continue
		}
		for range times {
			p.ReportDiagnostic(mount.Name.Node, lint.Diagnostic{
				Message: fmt.Sprintf("host system directory %q is mounted on container %q", mount.path, mount.container.Name.Value),
				Related: mount.related(),
			})
		}
	}
}

// below reports whether dir matches a path, or a directory above it that is not
// the root.
func below(dir *regexp.Regexp, written string) bool {
	if dir.MatchString(written) {
		return true
	}
	for p := path.Clean(written); ; p = path.Dir(p) {
		if dir.MatchString(p) {
			return true
		}
		if up := path.Dir(p); up == "/" || up == "." || up == p {
			return false
		}
	}
}

// isTimeZone reports whether a path holds nothing but the time zone of a node.
func isTimeZone(written string) bool {
	p := path.Clean(written)
	return p == "/etc/localtime" || p == "/etc/timezone" || strings.HasPrefix(p+"/", "/usr/share/zoneinfo/")
}

func writableHostMountTemplate() lint.Template {
	const doc = "Reports containers that mount a path of their node and may write to it."
	return lint.NewTemplate("writable-host-mount", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(runWritableHostMount, composeService.writableHostMounts)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Writable paths of the node in containers")
}

func runWritableHostMount(p *lint.Pass) error {
	any := func(string) bool { return true }
	for mount := range hostMounts(p, any, func(m manifest.VolumeMount) bool { return !manifest.IsTrue(m.ReadOnly) }) {
		if p.Full() {
			return nil
		}
		where := mount.ReadOnly.Node
		if where == nil {
			where = mount.Name.Node
		}
		p.ReportDiagnostic(where, lint.Diagnostic{
			Message: fmt.Sprintf("container %s mounts path %s on the host as writable", mount.container.Name.Value, mount.path),
			Related: mount.related(),
			Fixes:   []lint.Fix{lint.SetFix(mount.Node, true, "readOnly")},
		})
	}
	return nil
}

// A hostMount is a path of the node that a container mounts.
type hostMount struct {
	manifest.VolumeMount
	container *manifest.Container
	volume    *manifest.Volume
	path      string
	again     bool // the container mounts the volume a second time
}

// hostMounts yields the paths of the node that the pod's containers mount, in the
// order of the volumes, then of the containers: of the paths and the mounts that are
// wanted. Of volumes of one name, which the API server refuses, it knows the first
// alone, but in compat mode.
func hostMounts(p *lint.Pass, path func(string) bool, mount func(manifest.VolumeMount) bool) iter.Seq[hostMount] {
	return func(yield func(hostMount) bool) {
		pod := p.Pod()
		if pod == nil {
			return
		}
		type use struct {
			container *manifest.Container
			mount     manifest.VolumeMount
		}
		uses := make(map[string][]use)
		for c := range pod.AllContainers() {
			for _, m := range c.Mounts {
				if mount(m) {
					uses[m.Name.Value] = append(uses[m.Name.Value], use{c, m})
				}
			}
		}
		for i := range pod.Volumes {
			v := &pod.Volumes[i]
			if !v.Node.Get("hostPath").Exists() || !path(v.HostPath.Value) {
				continue
			}
			all := uses[v.Name.Value]
			for k, u := range all {
				again := k > 0 && all[k-1].container == u.container
				if !yield(hostMount{u.mount, u.container, v, v.HostPath.Value, again}) {
					return
				}
			}
			if !p.Compat() {
				delete(uses, v.Name.Value)
			}
		}
	}
}

func (m hostMount) related() []lint.Related {
	n := m.volume.HostPath.Node
	if n == nil {
		n = m.volume.Node
	}
	return []lint.Related{{Span: n.Place(), Message: "the path of the volume"}}
}
