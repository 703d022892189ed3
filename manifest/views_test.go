package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// object reads one object.
func object(t *testing.T, text string) *manifest.Object {
	t.Helper()
	b := manifest.ReadFile("ship.yaml", []byte(text), manifest.Options{})
	if len(b.Objects) != 1 {
		t.Fatalf("%q has %d objects: %v", text, len(b.Objects), b.Problems)
	}
	return b.Objects[0]
}

func TestWorkloads(t *testing.T) {
	t.Parallel()
	const template = "template: {spec: {containers: [{name: c}]}}"
	for _, row := range []struct {
		version, kind, spec string
		want                string // containers, replicas, selector, "template"
	}{
		{"v1", "Pod", "spec: {containers: [{name: c}]}", "c"},
		{"other/v1", "Pod", "spec: {containers: [{name: c}]}", ""},
		{"apps/v1", "Deployment", "spec: {replicas: 3, selector: {matchLabels: {a: b}}, " + template + "}", "c 3 a=b"},
		{"extensions/v1beta1", "Deployment", "spec: {" + template + "}", "c 1 selector"},
		{"apps/v1", "StatefulSet", "spec: {replicas: 0, " + template + "}", "c 0 selector"},
		{"extensions/v1beta1", "StatefulSet", "spec: {" + template + "}", ""},
		{"apps/v1", "ReplicaSet", "spec: {replicas: x, " + template + "}", "c 1 selector"},
		{"apps/v1", "DaemonSet", "spec: {" + template + "}", "c selector"},
		{"batch/v1", "Job", "spec: {" + template + "}", "c selector"},
		{"batch/v1beta1", "CronJob", "spec: {jobTemplate: {spec: {selector: {matchLabels: {a: b}}, " + template + "}}}", "c a=b"},
		{"v1", "ReplicationController", "spec: {selector: {a: b}, " + template + "}", "c 1 a=b"},
		{"apps.openshift.io/v1", "DeploymentConfig", "spec: {" + template + "}", "c 0 selector"},
		{"argoproj.io/v1alpha1", "Rollout", "spec: {" + template + "}", "c 1 selector"},
		{"v1", "PodTemplate", template, "c template"},
		{"v1", "Service", "spec: {selector: {a: b}}", ""},
	} {
		o := object(t, fmt.Sprintf("apiVersion: %s\nkind: %s\n%s\n", row.version, row.kind, row.spec))
		var got []string
		for c := range o.Pod().AllContainers() {
			got = append(got, c.Name.Value)
		}
		if n, ok := o.Replicas(); ok {
			got = append(got, fmt.Sprint(n))
		}
		if s, ok := o.Selector(); ok {
			text := s.String()
			if s.Empty() {
				text = "selector"
			}
			got = append(got, text)
		}
		if o.IsPodTemplate() {
			got = append(got, "template")
		}
		if text := strings.Join(got, " "); text != row.want || o.IsWorkload() != (row.want != "" && !o.IsPodTemplate()) {
			t.Errorf("%s %s: got %q, workload %t; want %q", row.version, row.kind, text, o.IsWorkload(), row.want)
		}
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	deployment, pod := object(t, "apiVersion: apps/v1\nkind: Deployment"), object(t, "apiVersion: v1\nkind: Pod")
	for _, row := range []struct {
		o           *manifest.Object
		group, kind string
		want        bool
	}{
		{deployment, "apps", "Deployment", true}, {deployment, "apps/v1", "Deployment", true}, {deployment, "apps/v2", "Deployment", false},
		{deployment, "", "Deployment", false}, {deployment, "apps", "Pod", false}, {pod, "", "Pod", true}, {pod, "v1", "Pod", true},
	} {
		if got := row.o.Is(row.group, row.kind); got != row.want {
			t.Errorf("%s: Is(%q, %q) = %t", row.o, row.group, row.kind, got)
		}
	}
}

func TestPod(t *testing.T) {
	t.Parallel()
	o := object(t, `apiVersion: v1
kind: Pod
metadata:
  name: ship
  labels: {a: b, "n": null}
  annotations: {c: d}
spec:
  hostPID: true
  serviceAccount: old
  affinity: {nodeAffinity: {}}
  os: {name: linux}
  securityContext:
    runAsUser: 7
    runAsGroup: 8
    runAsNonRoot: true
    seccompProfile: {type: RuntimeDefault}
    appArmorProfile: {type: Unconfined}
    seLinuxOptions: {level: a}
    windowsOptions: {}
    sysctls: [{name: kernel.msg, value: "1"}]
  volumes:
  - {name: v, hostPath: {path: /etc}}
  - {name: w, emptyDir: null}
  initContainers:
  - {name: side, restartPolicy: Always}
  containers:
  - name: main
    image: a:1
    imagePullPolicy: Always
    securityContext: {runAsUser: 0, privileged: false, capabilities: {add: [A, 1], drop: [ALL]}, seccompProfile: {type: Unconfined}}
    ports: [{name: web, containerPort: 80, hostPort: 8080, protocol: UDP}]
    env: [{name: E, value: x}, {name: F, valueFrom: {secretKeyRef: {key: k}}}]
    volumeMounts: [{name: v, mountPath: /m, readOnly: true}]
    resources: {requests: {cpu: 100m}, limits: {memory: 1Gi}}
    livenessProbe: {httpGet: {port: web}}
    startupProbe: {exec: {command: [a]}}
  - 5
  ephemeralContainers: [{name: debug}]
`)
	pod := o.Pod()
	if pod != o.Pod() || pod.Metadata.Name.Value != "ship" || !manifest.IsTrue(pod.HostPID) || manifest.IsFalse(pod.HostPID) || pod.HostIPC.Set() || pod.OS.Value != "linux" {
		t.Errorf("the pod is %+v", pod)
	}
	if pod.AccountName().Value != "old" || !pod.Affinity().Exists() || pod.Volume("x") != nil || pod.Volume("v").HostPath.Value != "/etc" || pod.Volume("v").Source != "hostPath" || pod.Volume("w").Source != "" {
		t.Errorf("account %q, volumes %+v", pod.AccountName().Value, pod.Volumes)
	}
	for name, item := range pod.Sysctls() {
		if name.Value != "kernel.msg" || item.StringAt("value").Value != "1" {
			t.Errorf("sysctl %q", name.Value)
		}
	}
	labels := o.Metadata().Labels
	if v, ok := labels.Get("n"); v != "" || !ok || labels.Find("x") != nil || labels.Find("a").Value != "b" {
		t.Errorf("labels %+v", labels.Entries)
	}
	var names []string
	for c := range pod.AllContainers() {
		names = append(names, c.Name.Value)
	}
	if diff := cmp.Diff([]string{"side", "main", "debug"}, names); diff != "" {
		t.Errorf("containers, -want +got:\n%s", diff)
	}
	if side := &pod.InitContainers[0]; !side.IsSidecar() || side.Effective().RunAsUser.Or(1) != 7 || pod.EphemeralContainers[0].IsSidecar() {
		t.Error("the sidecar is none, or has no user of its pod")
	}
	c := &pod.Containers[0]
	s := c.Effective()
	if s.RunAsUser.Or(1) != 0 || s.RunAsGroup.Or(1) != 8 || !manifest.IsTrue(s.RunAsNonRoot) || !manifest.IsFalse(s.Privileged) ||
		s.Seccomp.StringAt("type").Value != "Unconfined" || s.AppArmor.StringAt("type").Value != "Unconfined" || !s.SELinux.Exists() || !s.Windows.Exists() {
		t.Errorf("the security context is %+v", s)
	}
	if len(s.Capabilities.Add) != 1 || s.Capabilities.Drop[0].Value != "ALL" {
		t.Errorf("the capabilities are %+v", s.Capabilities)
	}
	if p := c.Ports[0]; p.Name.Value != "web" || p.ContainerPort.Value != 80 || p.HostPort.Value != 8080 || p.Protocol.Value != "UDP" {
		t.Errorf("the port is %+v", p)
	}
	if c.Env[0].Value.Value != "x" || c.Env[1].From == nil || !manifest.IsTrue(c.Mounts[0].ReadOnly) || c.Mounts[0].MountPath.Value != "/m" {
		t.Errorf("the environment is %+v, the mounts are %+v", c.Env, c.Mounts)
	}
	if q, ok := c.Request("cpu").Quantity(); !ok || q.Milli() != 100 || c.Limit("cpu") != nil {
		t.Errorf("the request is %v", c.Request("cpu").Text())
	}
	var probes []string
	for name, p := range c.Probes() {
		probes = append(probes, fmt.Sprint(name, p.HTTPGet.Exists(), p.Exec.Exists()))
	}
	if diff := cmp.Diff([]string{"livenessProbetrue false", "startupProbefalse true"}, probes); diff != "" {
		t.Errorf("probes, -want +got:\n%s", diff)
	}
	if port := c.Liveness.HTTPGet.IntOrStringAt("port").Value; !port.IsString || port.Str != "web" {
		t.Errorf("the port of the probe is %+v", port)
	}
	if port := c.Ports[0].Node.IntOrStringAt("containerPort").Value; port.IsString || port.Int != 80 || c.Node.IntOrStringAt("env").Set() {
		t.Errorf("the port is %+v", port)
	}
	if none := object(t, "apiVersion: v1\nkind: A").Pod(); none != nil || len(names) != 3 {
		t.Errorf("an A has the pod %+v", none)
	}
}

func TestSelector(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		selector, text string
		matches, bad   bool
	}{
		{"{}", "", true, false},
		{"{matchLabels: {a: x}}", "a=x", true, false},
		{"{matchLabels: {a: q}}", "a=q", false, false},
		{"{matchLabels: {c: ''}}", "c=", false, false},
		{"{matchLabels: {b: z}, matchExpressions: [{key: a, operator: In, values: [x, q]}]}", "a in (q,x),b=z", true, false},
		{"{matchExpressions: [{key: a, operator: In, values: [q]}]}", "a in (q)", false, false},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [x]}]}", "a notin (x)", false, false},
		{"{matchExpressions: [{key: c, operator: NotIn, values: [x]}]}", "c notin (x)", true, false},
		{"{matchExpressions: [{key: a, operator: Exists}]}", "a", true, false},
		{"{matchExpressions: [{key: c, operator: Exists}]}", "c", false, false},
		{"{matchExpressions: [{key: a, operator: DoesNotExist}]}", "!a", false, false},
		{"{matchExpressions: [{key: a, operator: In}]}", "a in ()", false, true},
		{"{matchExpressions: [{key: a, operator: Exists, values: [x]}]}", "a", true, true},
		{"{matchExpressions: [{key: a, operator: Is}]}", "a", false, true},
		{"{matchLabels: {a: 'x y'}}", "a=x y", false, true},
		{"{matchLabels: {a: -x}}", "a=-x", false, true},
		{"{matchLabels: {a: " + strings.Repeat("x", 64) + "}}", "a=" + strings.Repeat("x", 64), false, true},
		{"{matchLabels: {a_: x}}", "a_=x", false, true},
		{"{matchLabels: {'': x}}", "=x", false, true},
		{"{matchLabels: {/a: x}}", "/a=x", false, true},
		{"{matchLabels: {b.c/d/e: x}}", "b.c/d/e=x", false, true},
		{"{matchLabels: {B.c/a: x}}", "B.c/a=x", false, true},
		{"{matchLabels: {b..c/a: x}}", "b..c/a=x", false, true},
		{"{matchLabels: {b-c.d/a.b_C-9: A.b_C-9}}", "b-c.d/a.b_C-9=A.b_C-9", false, false},
		{"{matchExpressions: [{key: a, operator: In, values: [x, y/z]}]}", "a in (x,y/z)", true, true},
		{"{matchExpressions: [{key: a b, operator: Exists}]}", "a b", false, true},
	} {
		o := object(t, "apiVersion: v1\nkind: A\nmetadata: {labels: {a: x, b: z}}\nselector: "+row.selector)
		s := manifest.NewSelector(o.Get("selector"))
		if s.String() != row.text || s.Matches(o.Metadata().Labels) != row.matches || (s.Check() != nil) != row.bad {
			t.Errorf("%s: %q, matches %t, %v", row.selector, s, s.Matches(o.Metadata().Labels), s.Check())
		}
	}
}

// Labels are found whether there are few or many.
func TestManyLabels(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "    l%d: v%d\n", i, i)
	}
	labels := object(t, "apiVersion: v1\nkind: A\nmetadata:\n  labels:\n"+b.String()).Metadata().Labels
	if v, ok := labels.Get("l77"); v != "v77" || !ok || labels.Find("x") != nil {
		t.Errorf("l77 is %q, %t", v, ok)
	}
	labels.Entries = labels.Entries[50:]
	if v, ok := labels.Get("l77"); v != "v77" || !ok || labels.Find("l7") != nil {
		t.Errorf("l77 of fewer is %q, %t", v, ok)
	}
}

// at is where a value stands, "3:5", or "-" where it is not there.
func at(n *manifest.Node) string {
	if n == nil {
		return "-"
	}
	p := n.Position()
	return fmt.Sprintf("%d:%d", p.Line, p.Column)
}

// text is a field and where it stands: "web@3:5".
func text[T any](f manifest.Field[T]) string {
	if !f.Set() {
		return "-"
	}
	return fmt.Sprintf("%v@%s", f.Value, at(f.Node))
}

// texts are fields, with blanks between them.
func texts[T any](fields []manifest.Field[T]) string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = text(f)
	}
	return strings.Join(list, " ")
}

// A viewRow is an object and what a view shows of it, nothing where it is of another
// kind.
type viewRow struct {
	name, object string
	want         []string
}

// checkViews compares what show makes of each object.
func checkViews(t *testing.T, show func(*manifest.Object) []string, rows []viewRow) {
	t.Helper()
	for _, row := range rows {
		if diff := cmp.Diff(row.want, show(object(t, row.object))); diff != "" {
			t.Errorf("%s, -want +got:\n%s", row.name, diff)
		}
	}
}

// An object that was not read has no pod, and no metadata.
func TestObjectNotRead(t *testing.T) {
	t.Parallel()
	var o manifest.Object
	if p, m := o.Pod(), o.Metadata(); p != nil || m.Node != nil || m.Name.Set() {
		t.Errorf("the pod is %+v, the metadata are %+v", p, m)
	}
}
