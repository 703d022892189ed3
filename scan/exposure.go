package scan

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// An Exposure is a vulnerability in a container: what is urgent there.
type Exposure struct {
	Container     *WorkloadContainer // in WorkloadReport.Containers
	Vulnerability *Vulnerability     // in the report of the container's image
	// Rank is its place among all, from 1; those that are equal in all of the following
	// share one. The first of these that differs decides:
	//
	//  1. the severity, the worst first
	//  2. what is known to be exploited stands before what is not
	//  3. how likely it is to be, by EPSS: 10 % and more, 1 % and more, less or unknown
	//  4. what has a fixed version stands before what has none: it can be mended today
	//  5. the points of the container, the most first
	//
	// Equals are listed by EPSS probability, then by image, in the order of the image's
	// report, and in that of containers.
	//
	// A container has these points, and the reasons say which:
	//
	//  10  privileged, or a HostProcess container of Windows
	//  10  adds all capabilities
	//  10  mounts the host's root directory or the socket of a container runtime
	//   5  adds a capability that leads out of a container: SYS_ADMIN, SYS_PTRACE, …
	//   5  mounts another path of the host; read-only 3
	//   5  on the host's network
	//   5  sees the host's processes
	//   2  shares the host's IPC
	//   3  runs as root; may run as root 2, where neither manifest nor image tells
	//   1  may gain privileges
	//   1  may change its root file system
	//   5  reachable through a Service and an Ingress, a Route, or a route of a gateway
	//   4  reachable through a Service that is open to the outside: a NodePort, a
	//      LoadBalancer, external addresses
	//   3  reachable through a port of the host
	//   2  reachable through another Service
	//
	// Of the last four the most counts. A container that ends before others start, and
	// one for debugging, is not reached through a Service; nor is one that leaves the
	// port of the Service to another container of its pod. A Service finds pods of its
	// namespace in all that was read; of more than 100 Services of one pod, and routes of
	// one Service, the first 100 count. What network policies keep out is not considered.
	Rank int
}

// Reasons say in words why e stands where it does beside its severity: what is known
// of the vulnerability, then what is of the container.
func (e *Exposure) Reasons() []string {
	var list []string
	v := e.Vulnerability
	if v.Exploited != nil {
		list = append(list, "known to be exploited")
	}
	if likelihood(v) > 0 {
		list = append(list, fmt.Sprintf("EPSS %.0f%%", 100*v.EPSS.Probability))
	}
	if v.Fixed != "" {
		list = append(list, "fixed in "+v.Fixed)
	}
	return append(list, e.Container.Reasons...)
}

// likelihood is the class of v's EPSS probability: 2, 1 or 0.
func likelihood(v *Vulnerability) int {
	switch {
	case v.EPSS == nil || v.EPSS.Probability < 0.01:
		return 0
	case v.EPSS.Probability < 0.1:
		return 1
	}
	return 2
}

// urgency orders exposures by what Rank says.
func (e *Exposure) urgency(o *Exposure) int {
	a, b := e.Vulnerability, o.Vulnerability
	return cmp.Or(
		cmp.Compare(b.Severity, a.Severity),
		compareBool(a.Exploited != nil, b.Exploited != nil),
		cmp.Compare(likelihood(b), likelihood(a)),
		compareBool(a.Fixed != "", b.Fixed != ""),
		cmp.Compare(o.Container.Points, e.Container.Points),
	)
}

// compareBool puts what is true first.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func probability(v *Vulnerability) float64 {
	if v.EPSS == nil {
		return 0
	}
	return v.EPSS.Probability
}

// expose lists and ranks the vulnerabilities of all containers.
func (w *WorkloadReport) expose(ctx context.Context) error {
	byImage := make(map[*WorkloadImage][]*WorkloadContainer)
	var all []*WorkloadContainer
	for i := range w.Containers {
		if c := &w.Containers[i]; c.Image != nil && c.Image.Report != nil {
			all = append(all, c)
		}
	}
	// Those with the most points first: they are kept where there are too many.
	slices.SortStableFunc(all, func(a, b *WorkloadContainer) int { return cmp.Compare(b.Points, a.Points) })
	sum, left := 0, 0
	for _, c := range all {
		n := len(c.Image.Report.Vulnerabilities)
		if sum+n > maxExposures {
			left++
			continue
		}
		sum += n
		byImage[c.Image] = append(byImage[c.Image], c)
	}
	if left > 0 {
		w.Problems = append(w.Problems, Problem{
			Stage: artifact.StageMatch, Path: w.Manifests.Target.Name, Hides: artifact.HidesSome,
			Err: fmt.Errorf("%w: the vulnerabilities of %d containers are not ranked", ErrLimit, left),
		})
	}
	w.Exposures = make([]Exposure, 0, sum)
	for i := range w.Images {
		img := &w.Images[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		if img.Report == nil {
			continue
		}
		for n := range img.Report.Vulnerabilities {
			for _, c := range byImage[img] {
				w.Exposures = append(w.Exposures, Exposure{Container: c, Vulnerability: &img.Report.Vulnerabilities[n]})
			}
		}
	}
	slices.SortStableFunc(w.Exposures, func(a, b Exposure) int {
		return cmp.Or(a.urgency(&b), cmp.Compare(probability(b.Vulnerability), probability(a.Vulnerability)))
	})
	for i := range w.Exposures {
		e := &w.Exposures[i]
		e.Rank = i + 1
		if i > 0 && e.urgency(&w.Exposures[i-1]) == 0 {
			e.Rank = w.Exposures[i-1].Rank
		}
	}
	return ctx.Err()
}

// A reason is a part of how exposed a container is.
type reason struct {
	points int
	text   string
}

// weigh gives each of w.Containers, which uses are in the manifests, its points.
func (w *WorkloadReport) weigh(ctx context.Context, uses []*manifest.Container, objects []*manifest.Object) error {
	ways := newEntrances(objects)
	var pod *manifest.Pod
	var services []entrance     // that select pod
	var paths map[string]string // of the host, by pod's volume
	for i, c := range uses {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.Pod != pod {
			pod, services, paths = c.Pod, ways.of(c.Pod), hostPaths(c.Pod)
		}
		list := slices.Concat(privileges(c), hostAccess(c, paths), confinement(c, w.Containers[i].Image), ways.to(c, services))
		slices.SortStableFunc(list, func(a, b reason) int { return cmp.Compare(b.points, a.points) })
		for _, r := range list {
			w.Containers[i].Points += r.points
			w.Containers[i].Reasons = append(w.Containers[i].Reasons, r.text)
		}
	}
	return nil
}

// privileges are what c may do that containers may not.
func privileges(c *manifest.Container) []reason {
	var list []reason
	s := c.Effective()
	if manifest.IsTrue(s.Privileged) {
		list = append(list, reason{10, "privileged"})
	}
	if manifest.IsTrue(s.Windows.BoolAt("hostProcess")) {
		list = append(list, reason{10, "a process of the host"})
	}
	var dangerous []string
	for _, add := range manifest.Values(s.Capabilities.Add) {
		name := strings.TrimPrefix(strings.ToUpper(add), "CAP_")
		switch {
		case name == "ALL":
			list = append(list, reason{10, "adds all capabilities"})
		case leadsOut(name):
			dangerous = append(dangerous, name)
		}
	}
	if len(dangerous) > 0 {
		slices.Sort(dangerous)
		list = append(list, reason{5, "adds " + and(slices.Compact(dangerous))})
	}
	return list
}

// leadsOut reports whether a capability lets a process out of its container, or at
// the memory, devices or packets of others.
// https://man7.org/linux/man-pages/man7/capabilities.7.html
func leadsOut(capability string) bool {
	switch capability {
	case "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_BOOT", "DAC_READ_SEARCH", "NET_ADMIN", "BPF", "PERFMON", "MKNOD", "MAC_ADMIN":
		return true
	}
	return false
}

// hostPaths are the volumes of pod that are paths of the host, by name.
func hostPaths(pod *manifest.Pod) map[string]string {
	paths := make(map[string]string)
	for _, v := range pod.Volumes {
		if v.Source == "hostPath" {
			paths[v.Name.Value] = v.HostPath.Value
		}
	}
	return paths
}

// hostAccess is what of the host c shares; volumes are the host's paths by volume.
func hostAccess(c *manifest.Container, volumes map[string]string) []reason {
	var list []reason
	if manifest.IsTrue(c.Pod.HostNetwork) {
		list = append(list, reason{5, "on the host's network"})
	}
	if manifest.IsTrue(c.Pod.HostPID) {
		list = append(list, reason{5, "sees the host's processes"})
	}
	if manifest.IsTrue(c.Pod.HostIPC) {
		list = append(list, reason{2, "shares the host's IPC"})
	}
	// What is mounted more than once counts once, by the worst.
	most := 0
	var paths []string
	for _, m := range c.Mounts {
		hostPath, ok := volumes[m.Name.Value]
		if !ok {
			continue
		}
		points := 5
		switch {
		case ownsHost(hostPath):
			points = 10
		case manifest.IsTrue(m.ReadOnly):
			points = 3
		}
		most = max(most, points)
		paths = append(paths, hostPath)
	}
	if most > 0 {
		slices.Sort(paths)
		list = append(list, reason{most, "mounts " + and(slices.Compact(paths)) + " of the host"})
	}
	return list
}

// ownsHost reports whether who has the path has the host: its root, or the socket of
// a container runtime, whose name is known wherever it lies.
func ownsHost(hostPath string) bool {
	switch p := path.Clean("/" + hostPath); path.Base(p) {
	case "/", "docker.sock", "containerd.sock", "crio.sock", "podman.sock", "cri-dockerd.sock":
		return true
	}
	return false
}

// confinement is as whom c runs, and what it may become.
func confinement(c *manifest.Container, img *WorkloadImage) []reason {
	var list []reason
	s := c.Effective()
	if c.Pod.OS.Value != "windows" {
		switch user, known := imageUser(img); {
		case s.RunAsUser.Set() && s.RunAsUser.Value == 0:
			list = append(list, reason{3, "runs as root"})
		case s.RunAsUser.Set() || manifest.IsTrue(s.RunAsNonRoot): // who is not, is not started
		case !known:
			list = append(list, reason{2, "may run as root"})
		case user == "" || user == "0" || user == "root":
			list = append(list, reason{3, "runs as root"})
		}
		if !manifest.IsFalse(s.AllowPrivilegeEscalation) && !manifest.IsTrue(s.Privileged) {
			list = append(list, reason{1, "may gain privileges"})
		}
	}
	if !manifest.IsTrue(s.ReadOnlyRootFilesystem) {
		list = append(list, reason{1, "may change its root file system"})
	}
	return list
}

// imageUser is whom an image runs as, by its config, without the group; known is
// false where there is no config.
func imageUser(img *WorkloadImage) (user string, known bool) {
	if img == nil || img.Report == nil {
		return "", false
	}
	var doc struct {
		Config struct{ User string } `json:"config"`
	}
	if json.Unmarshal(img.Report.Target.Config, &doc) != nil {
		return "", false
	}
	user, _, _ = strings.Cut(doc.Config.User, ":")
	return user, true
}

// and joins names as a person would, the first of them if they are many.
func and(names []string) string {
	if len(names) > maxNames {
		return listed(names)
	}
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " and " + names[n]
	}
	return names[0]
}
