package scan_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// debianOf is an image of Debian 12 that has version 1 of packages.
func debianOf(user string, packages ...string) imagetest.Image {
	var status strings.Builder
	for _, p := range packages {
		fmt.Fprintf(&status, "Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n", p)
	}
	return imagetest.Image{User: user, Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
		imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
		imagetest.File("var/lib/dpkg/status", status.String()),
	}}}}
}

// A yard has images, by the names that manifests give them, and counts how often each
// is opened.
type yard struct {
	dir    string
	mu     sync.Mutex
	opened map[string]int
}

func newYard(t *testing.T, images map[string]imagetest.Image) *yard {
	t.Helper()
	y := &yard{dir: t.TempDir(), opened: make(map[string]int)}
	for name, img := range images {
		imagetest.OCI(img).WriteDir(t, filepath.Join(y.dir, name))
	}
	return y
}

func (y *yard) open(name string) (scan.Source, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.opened[name]++
	return source.OCILayout(filepath.Join(y.dir, name), "", source.Options{}), nil
}

// writeManifest writes text to a file of its own.
func writeManifest(t *testing.T, text string) string {
	t.Helper()
	return filepath.Join(imagetest.Tree(t, map[string]string{"app.yaml": text}), "app.yaml")
}

// lines are the exposures of w, a line each.
func lines(w *scan.WorkloadReport) []string {
	var list []string
	for i := range w.Exposures {
		e := &w.Exposures[i]
		list = append(list, fmt.Sprintf("%d %s %s %s/%s %d: %s", e.Rank, e.Vulnerability.Severity, e.Vulnerability.ID,
			e.Container.Object.Name, e.Container.Name, e.Container.Points, strings.Join(e.Reasons(), "; ")))
	}
	return list
}

const docks = `apiVersion: apps/v1
kind: Deployment
metadata: {name: hardened}
spec:
  template:
    spec:
      containers:
      - name: app
        image: ship
        securityContext: {runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: open}
spec:
  template:
    metadata: {labels: {app: open}}
    spec:
      hostNetwork: true
      initContainers:
      - {name: prepare, image: crate}
      containers:
      - name: app
        image: ship
        securityContext: {privileged: true, readOnlyRootFilesystem: true}
      ephemeralContainers:
      - {name: look, image: ship, securityContext: {runAsUser: 7}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {selector: {app: open}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
`

func TestWorkload(t *testing.T) {
	t.Parallel()
	path := writeManifest(t, docks)
	var first []string
	for _, workers := range []int{1, 8} {
		y := newYard(t, map[string]imagetest.Image{"ship": debianOf("0:0", "a"), "crate": debianOf("1000", "b")})
		var last scan.Progress
		opts := scan.WorkloadOptions{Images: y.open, Options: scan.Options{
			Database: newFakeDB(), Workers: workers,
			Matchers: []scan.Matcher{scan.Lint(rules.All(), lint.Options{}), scan.Score(score.Options{})},
			Progress: func(p scan.Progress) { last = p },
		}}
		w, err := scan.Workload(t.Context(), path, opts)
		if err != nil {
			t.Fatal(err)
		}
		// The same CVE stands higher where its container may do more.
		want := []string{
			"1 HIGH CVE-2 open/app 23: fixed in 3; privileged; on the host's network; reachable through Service web and Ingress web; runs as root",
			"1 HIGH CVE-3 open/app 23: fixed in 3; privileged; on the host's network; reachable through Service web and Ingress web; runs as root",
			"3 HIGH CVE-2 open/look 7: fixed in 3; on the host's network; may gain privileges; may change its root file system",
			"3 HIGH CVE-3 open/look 7: fixed in 3; on the host's network; may gain privileges; may change its root file system",
			"5 HIGH CVE-2 hardened/app 0: fixed in 3",
			"5 HIGH CVE-3 hardened/app 0: fixed in 3",
			"7 HIGH CVE-4 open/prepare 7: on the host's network; may gain privileges; may change its root file system",
			"8 LOW CVE-1 open/app 23: fixed in 2; privileged; on the host's network; reachable through Service web and Ingress web; runs as root",
			"9 LOW CVE-1 open/look 7: fixed in 2; on the host's network; may gain privileges; may change its root file system",
			"10 LOW CVE-1 hardened/app 0: fixed in 2",
		}
		if diff := cmp.Diff(want, lines(w)); diff != "" {
			t.Errorf("%d workers: exposures (-want +got):\n%s", workers, diff)
		}
		if diff := cmp.Diff(map[string]int{"ship": 1, "crate": 1}, y.opened); diff != "" {
			t.Errorf("images opened (-want +got):\n%s", diff)
		}
		if len(w.Images) != 2 || w.Images[0].Name != "crate" || w.Images[1].Name != "ship" {
			t.Errorf("images %+v, want crate and ship", w.Images)
		}
		if last.Layers != 2 || last.Total != 2 {
			t.Errorf("progress ends with %+v, want the layers of both images", last)
		}
		if w.Containers[0].String() != "apps/v1 Deployment hardened, container app" || w.Containers[1].String() != "apps/v1 Deployment open, init container prepare" ||
			w.Containers[3].String() != "apps/v1 Deployment open, ephemeral container look" || w.Containers[0].Position.Line != 9 {
			t.Errorf("containers %v", w.Containers)
		}
		if len(w.Manifests.Diagnostics) == 0 || len(w.Manifests.Scores) != 4 || len(w.Manifests.Vulnerabilities) != 0 || len(w.AllProblems()) != 0 {
			t.Errorf("%d diagnostics, %d scores, problems %v", len(w.Manifests.Diagnostics), len(w.Manifests.Scores), w.AllProblems())
		}
		verdict := scan.Gate{Severity: severity.High}.JudgeWorkload(w)
		if !verdict.Failed || !verdict.Complete || len(verdict.Reasons) < 3 ||
			!slices.Equal(verdict.Reasons[:2], []string{"image crate: 1 vulnerability of severity HIGH", "image ship: 2 vulnerabilities of severity HIGH"}) ||
			!strings.HasPrefix(verdict.Reasons[2], "manifests: ") {
			t.Errorf("verdict %+v", verdict)
		}
		all := append(lines(w), verdict.Reasons...)
		if first == nil {
			first = all
		}
		if diff := cmp.Diff(first, all); diff != "" {
			t.Errorf("1 and %d workers (-1 +%d):\n%s", workers, workers, diff)
		}
	}
}

// What is known to be exploited, likely to be, or can be mended stands before what its
// container may do; severity before all.
func TestWorkloadRank(t *testing.T) {
	t.Parallel()
	db := enrichedDB{newFakeDB()} // CVE-2 is exploited, CVE-1 has an EPSS of 0.5
	db.hits = map[string][]vuln.Hit{
		"quiet": {
			{Advisory: "Q1", IDs: []string{"CVE-7"}, Severity: severity.High},
			{Advisory: "Q2", IDs: []string{"CVE-8"}, Severity: severity.High, Fixed: "2"},
			{Advisory: "Q3", IDs: []string{"CVE-9"}, Severity: severity.Critical},
		},
		"loud": {
			{Advisory: "L1", IDs: []string{"CVE-1"}, Severity: severity.High},
			{Advisory: "L2", IDs: []string{"CVE-2"}, Severity: severity.High},
		},
	}
	const text = `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - {name: quiet, image: quiet, securityContext: {privileged: true, runAsUser: 1, readOnlyRootFilesystem: true}}
  - {name: loud, image: loud, securityContext: {runAsUser: 1, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false}}
`
	y := newYard(t, map[string]imagetest.Image{"quiet": debianOf("", "quiet"), "loud": debianOf("", "loud")})
	w, err := scan.Workload(t.Context(), writeManifest(t, text), scan.WorkloadOptions{Images: y.open, Options: scan.Options{Database: db}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1 CRITICAL CVE-9 a/quiet 10: privileged",
		"2 HIGH CVE-2 a/loud 0: known to be exploited; EPSS 20%",
		"3 HIGH CVE-1 a/loud 0: EPSS 50%",
		"4 HIGH CVE-8 a/quiet 10: fixed in 2; privileged",
		"5 HIGH CVE-7 a/quiet 10: privileged",
	}
	if diff := cmp.Diff(want, lines(w)); diff != "" {
		t.Errorf("exposures (-want +got):\n%s", diff)
	}
}

// What could not be scanned is never clean.
func TestWorkloadProblems(t *testing.T) {
	t.Parallel()
	const text = `apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop}
spec:
  containers:
  - {name: one, image: lost}
  - {name: two, image: ship}
  - {name: three}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: b}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: four, image: lost}]}}}}}
`
	path := writeManifest(t, text)
	y := newYard(t, map[string]imagetest.Image{"ship": debianOf("", "a")})
	open := func(name string) (scan.Source, error) {
		switch name {
		case "none":
			return nil, nil
		case "panic":
			panic("sunk")
		}
		return y.open(name)
	}
	opts := scan.WorkloadOptions{Images: open, Options: scan.Options{Database: newFakeDB()}}
	w, err := scan.Workload(t.Context(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range w.Problems {
		at, _, _ := strings.Cut(strings.TrimPrefix(p.Path, path), ": ")
		what, _, _ := strings.Cut(p.Err.Error(), ": open ")
		got = append(got, at+" "+what)
		if p.Hides != artifact.HidesAll {
			t.Errorf("%v hides %s, want all", p, p.Hides)
		}
	}
	want := []string{
		":6:24 v1 Pod shop/a, container one: image lost is not scanned",
		":8:5 v1 Pod shop/a, container three: names no image",
		":13:80 batch/v1 CronJob b, container four: image lost is not scanned",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if !errors.Is(w.Problems[0].Err, fs.ErrNotExist) || w.Images[0].Report != nil || !errors.Is(w.Images[0].Err, fs.ErrNotExist) {
		t.Errorf("image %+v, want one that does not exist", w.Images[0])
	}
	gate := scan.Gate{Severity: severity.Critical}
	if v := gate.JudgeWorkload(w); !v.Failed || v.Complete || len(v.Reasons) != 3 || !strings.HasPrefix(v.Reasons[0], "incomplete: ") {
		t.Errorf("verdict %+v, want one that fails for three problems", v)
	}
	gate.IgnoreProblems = true
	if v := gate.JudgeWorkload(w); v.Failed || v.Complete {
		t.Errorf("verdict %+v, want one that passes and is not complete", v)
	}

	for _, row := range []struct{ image, want string }{{"none", "there is no source of it"}, {"panic", "panic: sunk"}} {
		path := writeManifest(t, strings.ReplaceAll(text, "lost", row.image))
		w, err := scan.Workload(t.Context(), path, opts)
		if err != nil || len(w.Problems) != 3 || !strings.HasSuffix(w.Problems[0].Err.Error(), row.want) {
			t.Errorf("image %s: problems %v, error %v, want %q", row.image, w.Problems, err, row.want)
		}
	}
	opts.MaxImages = 1
	w, err = scan.Workload(t.Context(), path, opts)
	if err != nil || !errors.Is(w.Images[1].Err, scan.ErrLimit) || len(w.Problems) != 4 {
		t.Errorf("with MaxImages 1: images %+v, problems %v, error %v", w.Images, w.Problems, err)
	}
	w, err = scan.Workload(t.Context(), writeManifest(t, "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"), opts)
	if err != nil || len(w.Problems) != 1 || !errors.Is(w.Problems[0].Err, scan.ErrNoImages) || !criticalGate().JudgeWorkload(w).Failed {
		t.Errorf("without a container: %+v, %v, want a problem that fails the gate", w, err)
	}
	// What the report of an image cannot judge counts as well.
	bare := newYard(t, map[string]imagetest.Image{"ship": {Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", "a")}}}}})
	w, err = scan.Workload(t.Context(), writeManifest(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: ship}]}\n"),
		scan.WorkloadOptions{Images: bare.open, Options: scan.Options{Database: newFakeDB()}})
	if err != nil || len(w.Problems) != 0 || criticalGate().JudgeWorkload(w).Complete || !strings.HasPrefix(w.AllProblems()[0].String(), "resolve image ship: ") {
		t.Errorf("an image without packages: problems %v, error %v", w.AllProblems(), err)
	}
}

func criticalGate() scan.Gate { return scan.Gate{Severity: severity.Critical} }

func TestWorkloadErrors(t *testing.T) {
	t.Parallel()
	path := writeManifest(t, docks)
	y := newYard(t, map[string]imagetest.Image{"ship": debianOf("", "a"), "crate": debianOf("", "b")})
	opts := scan.WorkloadOptions{Images: y.open, Options: scan.Options{Matchers: []scan.Matcher{scan.Score(score.Options{})}}}
	if _, err := scan.Workload(t.Context(), path, opts); !errors.Is(err, scan.ErrNoMatcher) {
		t.Errorf("without a database: %v, want %v", err, scan.ErrNoMatcher)
	}
	opts.Database = newFakeDB()
	if _, err := scan.Workload(t.Context(), path+".absent", opts); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of what there is not: %v, want %v", err, os.ErrNotExist)
	}
	ctx, cancel := context.WithCancel(t.Context())
	opts.Images = func(name string) (scan.Source, error) {
		cancel()
		return y.open(name)
	}
	if w, err := scan.Workload(ctx, path, opts); !errors.Is(err, context.Canceled) || w != nil {
		t.Errorf("cancelled while images are opened: %v, %v, want %v", w, err, context.Canceled)
	}
}

// Images are those of the registry that a name says. A name that is a path here is
// not read: manifests may be anybody's.
func TestWorkloadRegistry(t *testing.T) {
	t.Parallel()
	host := newRegistry(t)
	dir := t.TempDir()
	imagetest.OCI(debianOf("1", "a")).WriteDir(t, dir)
	pushLayout(t, dir, host+"/ship:1")
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: '%s'}]}\n"
	opts := scan.WorkloadOptions{Options: scan.Options{Database: newFakeDB()}}
	w, err := scan.Workload(t.Context(), writeManifest(t, fmt.Sprintf(pod, host+"/ship:1")), opts)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Problems) > 0 || len(w.Exposures) != 3 {
		t.Errorf("exposures %v, problems %v, want three and none", lines(w), w.Problems)
	}
	for _, name := range []string{dir, "oci:" + dir, host + "/absent:1"} {
		w, err := scan.Workload(t.Context(), writeManifest(t, fmt.Sprintf(pod, name)), opts)
		if err != nil || len(w.Problems) != 1 || len(w.Exposures) != 0 {
			t.Errorf("image %s: exposures %v, error %v, want a problem", name, lines(w), err)
		}
	}
}

// pushLayout pushes the image of an OCI layout.
func pushLayout(t *testing.T, dir, to string) {
	t.Helper()
	var img v1.Image
	index, err := layout.ImageIndexFromPath(dir)
	if err == nil {
		var m *v1.IndexManifest
		if m, err = index.IndexManifest(); err == nil {
			img, err = index.Image(m.Manifests[0].Digest)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(to, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// TestContainerReasons has a row for each reason.
func TestContainerReasons(t *testing.T) {
	t.Parallel()
	const hard = "runAsUser: 1, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false"
	const service = "\n---\n{apiVersion: v1, kind: Service, metadata: {name: web%s}, spec: {selector: {app: a}, ports: [{port: 80%s}]%s}}"
	web := func(meta, port, spec string) string { return fmt.Sprintf(service, meta, port, spec) }
	for _, row := range []struct {
		name, security, container, spec, more string
		points                                int
		want                                  string
	}{
		{name: "hardened", security: hard},
		{name: "nothing said", points: 5, want: "runs as root; may gain privileges; may change its root file system"},
		{name: "non-root", security: "runAsNonRoot: true, readOnlyRootFilesystem: true", points: 1, want: "may gain privileges"},
		{name: "root", security: "runAsUser: 0, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false", points: 3, want: "runs as root"},
		{name: "windows", security: hard + ", windowsOptions: {hostProcess: true}", spec: "os: {name: windows}", points: 10, want: "a process of the host"},
		{name: "capabilities", security: hard + ", capabilities: {add: [SYS_PTRACE, cap_sys_admin, CHOWN]}", points: 5, want: "adds SYS_ADMIN and SYS_PTRACE"},
		{name: "all capabilities", security: hard + ", capabilities: {add: [all]}", points: 10, want: "adds all capabilities"},
		{name: "host", security: hard, spec: "hostNetwork: true, hostPID: true, hostIPC: true", points: 12, want: "on the host's network; sees the host's processes; shares the host's IPC"},
		{name: "mounts", security: hard, container: "volumeMounts: [{name: l, mountPath: /l}, {name: e, mountPath: /e, readOnly: true}]", spec: "volumes: [{name: l, emptyDir: {}}, {name: e, hostPath: {path: /etc}}]", points: 3, want: "mounts /etc of the host"},
		{name: "mounts to write", security: hard, container: "volumeMounts: [{name: l, mountPath: /l}, {name: e, mountPath: /e, readOnly: true}]", spec: "volumes: [{name: l, hostPath: {path: /var/log}}, {name: e, hostPath: {path: /etc}}]", points: 5, want: "mounts /etc and /var/log of the host"},
		{name: "mounts a socket", security: hard, container: "volumeMounts: [{name: s, mountPath: /s, readOnly: true}]", spec: "volumes: [{name: s, hostPath: {path: /run/containerd/containerd.sock}}]", points: 10, want: "mounts /run/containerd/containerd.sock of the host"},
		{name: "not mounted", security: hard, spec: "volumes: [{name: l, hostPath: {path: /}}]"},
		{name: "host port", security: hard, container: "ports: [{containerPort: 80, hostPort: 8080}]", points: 3, want: "reachable through port 8080 of the host"},
		{name: "service", security: hard, more: web("", "", ""), points: 2, want: "reachable through Service web"},
		{name: "service of another namespace", security: hard, more: web(", namespace: b", "", "")},
		{name: "headless", security: hard, more: "\n---\n{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: a}, clusterIP: None}}", points: 2, want: "reachable through Service web"},
		{name: "external name", security: hard, more: web("", "", ", type: ExternalName, externalName: a.example")},
		{name: "no selector", security: hard, more: "\n---\n{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}]}}"},
		{name: "another selector", security: hard, more: "\n---\n{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: a, tier: b}, ports: [{port: 80}]}}"},
		{name: "load balancer", security: hard, more: web("", "", ", type: LoadBalancer"), points: 4, want: "reachable through Service web (LoadBalancer)"},
		{name: "node port", security: hard, more: web("", ", nodePort: 30000", ", type: NodePort"), points: 4, want: "reachable through Service web (NodePort)"},
		{name: "external addresses", security: hard, more: web("", "", ", externalIPs: [192.0.2.1]"), points: 4, want: "reachable through Service web (external addresses)"},
		{name: "port of another", security: hard, spec: "initContainers: [{name: side, image: ship, restartPolicy: Always, ports: [{containerPort: 8080}]}]", more: web("", ", targetPort: 8080", "")},
		{name: "own port", security: hard, container: "ports: [{name: http, containerPort: 8080}]", more: web("", ", targetPort: http", ""), points: 2, want: "reachable through Service web"},
		{name: "no such port", security: hard, container: "ports: [{name: https, containerPort: 8080}]", more: web("", ", targetPort: http", "")},
		{name: "route", security: hard, more: web("", "", "") + "\n---\n{apiVersion: route.openshift.io/v1, kind: Route, metadata: {name: r}, spec: {to: {kind: Service, name: web}}}", points: 5, want: "reachable through Service web and Route r"},
		{name: "gateway", security: hard, more: web("", "", "") + "\n---\n{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: h, namespace: gw}, spec: {rules: [{backendRefs: [{name: web, namespace: default}, {kind: Bucket, name: web, namespace: default}]}]}}", points: 5, want: "reachable through Service web and HTTPRoute h"},
		{name: "ingress of another namespace", security: hard, more: web("", "", "") + "\n---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: b}, spec: {defaultBackend: {service: {name: web}}}}", points: 2, want: "reachable through Service web"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			container := "name: a, image: ship, securityContext: {" + row.security + "}"
			if row.container != "" {
				container += ", " + row.container
			}
			spec := "containers: [{" + container + "}]"
			if row.spec != "" {
				spec += ", " + row.spec
			}
			y := newYard(t, map[string]imagetest.Image{"ship": debianOf("", "a")})
			text := "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {x: z, app: a}}, spec: {" + spec + "}}" + row.more + "\n"
			w, err := scan.Workload(t.Context(), writeManifest(t, text), scan.WorkloadOptions{Images: y.open, Options: scan.Options{Database: newFakeDB()}})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(w.Containers, func(c scan.WorkloadContainer) bool { return c.Kind == manifest.RegularContainer })
			if i < 0 || len(w.AllProblems()) > 0 {
				t.Fatalf("containers %v, problems %v", w.Containers, w.AllProblems())
			}
			if got := strings.Join(w.Containers[i].Reasons, "; "); got != row.want || w.Containers[i].Points != row.points {
				t.Errorf("%s:\n%d points: %q\nwant %d: %q", text, w.Containers[i].Points, got, row.points, row.want)
			}
		})
	}
}

// Of an image without a config nobody knows whom it runs as.
func TestContainerUserUnknown(t *testing.T) {
	t.Parallel()
	opts := scan.WorkloadOptions{
		Options: scan.Options{Database: newFakeDB()},
		Images:  func(string) (scan.Source, error) { return alpine(), nil },
	}
	const text = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: ship, securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false}}]}}\n"
	w, err := scan.Workload(t.Context(), writeManifest(t, text), opts)
	if err != nil || w.Containers[0].Points != 2 || !slices.Equal(w.Containers[0].Reasons, []string{"may run as root"}) {
		t.Errorf("container %+v, error %v, want one that may run as root", w.Containers, err)
	}
}

// Of too many exposures those of the least exposed containers are left out.
func TestWorkloadLimit(t *testing.T) {
	t.Parallel()
	db := newFakeDB()
	for i := range 2000 {
		db.hits["m"] = append(db.hits["m"], vuln.Hit{Advisory: "M", IDs: []string{fmt.Sprintf("CVE-%d", i)}})
	}
	text := []string{"{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: least, image: ship, securityContext: {runAsUser: 1}}"}
	for i := range 500 {
		text = append(text, fmt.Sprintf("{name: c%d, image: ship}", i))
	}
	y := newYard(t, map[string]imagetest.Image{"ship": debianOf("", "m")})
	w, err := scan.Workload(t.Context(), writeManifest(t, strings.Join(text, ", ")+"]}}\n"), scan.WorkloadOptions{Images: y.open, Options: scan.Options{Database: db}})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Exposures) != 1_000_000 || slices.ContainsFunc(w.Exposures, func(e scan.Exposure) bool { return e.Container.Name == "least" }) {
		t.Errorf("%d exposures, want a million, none of the least exposed container", len(w.Exposures))
	}
	if len(w.Problems) != 1 || !errors.Is(w.Problems[0].Err, scan.ErrLimit) || !criticalGate().JudgeWorkload(w).Failed {
		t.Errorf("problems %v, want one that says so", w.Problems)
	}
}

func TestWorse(t *testing.T) {
	t.Parallel()
	of := func(levels string) *scan.Report {
		r := new(scan.Report)
		for _, c := range levels {
			level := map[rune]severity.Level{'U': severity.Unknown, 'L': severity.Low, 'M': severity.Medium, 'H': severity.High, 'C': severity.Critical}[c]
			r.Vulnerabilities = append(r.Vulnerabilities, scan.Vulnerability{Severity: level})
		}
		return r
	}
	for _, row := range []struct {
		old, next string
		want      bool
	}{
		{"", "", false}, {"", "U", true}, {"U", "", false}, {"CHL", "LHC", false},
		{"HHHMMMLLL", "C", true}, {"C", "HHHMMMLLL", false}, {"CHH", "CHHH", true}, {"CHHU", "CHLLL", false}, {"CLU", "CLUU", true},
	} {
		if got := scan.Worse(of(row.old), of(row.next)); got != row.want {
			t.Errorf("Worse(%q, %q) = %t, want %t", row.old, row.next, got, row.want)
		}
	}
}

func ExampleWorkload() {
	ctx := context.Background()
	db, done, err := openExample(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer done()
	images := map[string]scan.Source{"registry.example/harbour:latest": alpine()}
	w, err := scan.Workload(ctx, "../testdata/manifests", scan.WorkloadOptions{
		Options: scan.Options{
			Database: db,
			Filter:   scan.Filter{Severities: []severity.Level{severity.Critical}},
			Matchers: []scan.Matcher{scan.Score(score.Options{})},
		},
		Images: func(name string) (scan.Source, error) { return images[name], nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range w.Exposures {
		fmt.Println(e.Rank, e.Vulnerability.ID, "in", e.Container)
		for _, reason := range e.Reasons() {
			fmt.Println("-", reason)
		}
	}
	verdict := scan.Gate{Severity: severity.Critical}.JudgeWorkload(w)
	fmt.Println(verdict.Failed, verdict.Reasons)
	// Output:
	// 1 CVE-2024-5535 in apps/v1 Deployment harbour, container web
	// - fixed in 3.1.6-r0
	// - may gain privileges
	// - may change its root file system
	// true [image registry.example/harbour:latest: 1 vulnerability of severity CRITICAL]
}

func ExampleGate_JudgeWorkload() {
	w := &scan.WorkloadReport{
		Manifests: &scan.Report{Diagnostics: []lint.Diagnostic{{Severity: severity.Low}}},
		Images:    []scan.WorkloadImage{{Name: "nginx:1.18", Report: &scan.Report{Vulnerabilities: []scan.Vulnerability{{Severity: severity.Critical}}}}},
	}
	for _, reason := range (scan.Gate{}).JudgeWorkload(w).Reasons {
		fmt.Println(reason)
	}
	// Output:
	// image nginx:1.18: 1 vulnerability of severity CRITICAL
	// manifests: 1 diagnostic of severity LOW
}

func ExampleWorse() {
	old := &scan.Report{Vulnerabilities: []scan.Vulnerability{{Severity: severity.High}, {Severity: severity.Low}}}
	next := &scan.Report{Vulnerabilities: []scan.Vulnerability{{Severity: severity.Critical}}}
	fmt.Println(scan.Worse(old, next), scan.Worse(next, old))
	// Output: true false
}

// A Dockerfile beside manifests is judged by rules, and runs in no container.
func TestWorkloadDockerfile(t *testing.T) {
	t.Parallel()
	dir := imagetest.Tree(t, map[string]string{
		"Dockerfile": "FROM a\n", "pod.yaml": "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: ship}]}}\n",
	})
	opts := scan.WorkloadOptions{
		Options: scan.Options{Database: newFakeDB(), Manifests: manifest.Options{Decoders: []manifest.Decoder{dockerfiles{}}}},
		Images:  func(string) (scan.Source, error) { return alpine(), nil },
	}
	w, err := scan.Workload(t.Context(), dir, opts)
	if err != nil || len(w.Containers) != 1 || len(w.Problems) > 0 {
		t.Errorf("containers %v, problems %v, error %v, want that of the pod alone", w.Containers, w.Problems, err)
	}
}

// More Services than anybody reads are not all named.
func TestWorkloadManyServices(t *testing.T) {
	t.Parallel()
	text := []string{"{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: a}}, spec: {containers: [{name: a, image: ship, securityContext: {runAsUser: 1, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false}}]}}"}
	for i := range 200 {
		text = append(text, fmt.Sprintf("{apiVersion: v1, kind: Service, metadata: {name: s%03d}, spec: {selector: {app: a}}}", i))
	}
	opts := scan.WorkloadOptions{
		Options: scan.Options{Database: newFakeDB()},
		Images:  func(string) (scan.Source, error) { return alpine(), nil },
	}
	w, err := scan.Workload(t.Context(), writeManifest(t, strings.Join(text, "\n---\n")), opts)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"reachable through Service s000, Service s001, Service s002, Service s003, Service s004, Service s005, Service s006, Service s007, Service s008, Service s009 and 90 more"}
	if diff := cmp.Diff(want, w.Containers[0].Reasons); diff != "" || w.Containers[0].Points != 2 {
		t.Errorf("%d points, reasons (-want +got):\n%s", w.Containers[0].Points, diff)
	}
}

// Whatever a manifest holds, there is a report: each container has an image that was
// scanned or a problem, and ranks rise.
func FuzzWorkload(f *testing.F) {
	f.Add(docks)
	f.Add("{apiVersion: v1, kind: Service, metadata: {name: 1}, spec: {selector: {a: b}, ports: [{targetPort: x}, 7]}}")
	f.Add("{apiVersion: route.openshift.io/v1, kind: Route, spec: {to: [], alternateBackends: {name: a}}}")
	f.Add("{apiVersion: v1, kind: Pod, spec: {hostNetwork: 1, containers: [{image: [a]}, 7, {image: b, ports: [{hostPort: -1}], volumeMounts: [{name: c}]}]}}")
	opts := scan.WorkloadOptions{
		Options: scan.Options{Database: newFakeDB(), Workers: 1},
		Images: func(name string) (scan.Source, error) {
			if len(name)%2 == 0 {
				return nil, errors.New("lost")
			}
			return alpine(), nil
		},
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := scan.Workload(t.Context(), writeManifest(t, text), opts)
		if err != nil {
			t.Fatal(err)
		}
		missing := 0
		for i := range w.Containers {
			if c := &w.Containers[i]; c.Image == nil || c.Image.Report == nil {
				missing++
			}
		}
		if len(w.Images) == 0 {
			missing++ // which is a problem too
		}
		if len(w.Problems) != missing {
			t.Errorf("%d problems %v, want %d", len(w.Problems), w.Problems, missing)
		}
		for i := range w.Exposures {
			if r := w.Exposures[i].Rank; r < 1 || r > i+1 || i > 0 && r < w.Exposures[i-1].Rank {
				t.Errorf("exposure %d has rank %d", i, r)
			}
		}
	})
}
