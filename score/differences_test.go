package score_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/score"
)

var update = flag.Bool("update", false, "rewrite docs/score-differences.md")

// A divergence is a text that Kubesec and the default mode score differently.
type divergence struct {
	rule   string // as in Differences; a part of it where there are several
	name   string
	text   string
	compat string // what the results say, see summary
	normal string
}

// pod is a pod with a container that has fields.
func pod(fields ...string) string {
	text := "apiVersion: v1\nkind: Pod\nmetadata: {name: barge}\nspec:\n  containers:\n  - name: deck\n    image: deck:1\n"
	for _, f := range fields {
		text += "    " + strings.ReplaceAll(f, "\n", "\n    ") + "\n"
	}
	return text
}

// podSpec is a pod with fields of its spec.
func podSpec(fields ...string) string {
	text := pod()
	for _, f := range fields {
		text += "  " + strings.ReplaceAll(f, "\n", "\n  ") + "\n"
	}
	return text
}

func divergences() []divergence {
	const set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: store}\nspec:\n  template:\n    spec:\n      containers: [{name: hold}]\n"
	return []divergence{{
		name:   "a good container hides a bad one",
		text:   pod("securityContext: {readOnlyRootFilesystem: true}") + "  - name: hold\n    image: hold:1\n",
		compat: "+ReadOnlyRootFilesystem", normal: "?ReadOnlyRootFilesystem",
	}, {
		name:   "documents behind CRLF are lost",
		text:   strings.ReplaceAll(podSpec("hostNetwork: true")+"---\n"+podSpec("hostPID: true"), "\n", "\r\n"),
		compat: "!HostNetwork, ~kubesec does not see this document", normal: "!HostNetwork, !HostPID",
	}, {
		name:   "documents behind a decorated separator are lost",
		text:   podSpec("hostNetwork: true") + "--- # the second\n" + podSpec("hostPID: true"),
		compat: "!HostNetwork, ~kubesec does not see this document", normal: "!HostNetwork, !HostPID",
	}, {
		name:   "a document of comments is an object",
		text:   "# nothing\n---\n" + podSpec("hostNetwork: true"),
		compat: "Unknown, !HostNetwork", normal: "!HostNetwork",
	}, {
		name:   "a list is not looked into",
		text:   "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec: {hostNetwork: true, containers: [{name: deck}]}\n",
		compat: "List/undefined.default unsupported", normal: "!HostNetwork",
	}, {
		name:   "a truth value of another type panics",
		text:   podSpec(`hostNetwork: "yes"`),
		compat: "invalid", normal: "invalid",
	}, {
		name:   "other fields of another type count as not set",
		text:   podSpec(`hostUsers: "no"`),
		compat: "?HostUsers", normal: "invalid",
	}, {
		name:   "a pod without containers has a score",
		text:   "apiVersion: v1\nkind: Pod\nmetadata: {name: hull}\nspec: {automountServiceAccountToken: false}\n",
		compat: "+AutomountServiceAccountToken", normal: "invalid",
	}, {
		name:   "the API group does not matter",
		text:   "apiVersion: ships.example/v1\nkind: Deployment\nmetadata: {name: fleet}\nspec: {template: {spec: {hostIPC: true, containers: [{name: deck}]}}}\n",
		compat: "!HostIPC", normal: "Deployment/fleet.default unsupported",
	}, {
		name:   "jobs are not scored",
		text:   "apiVersion: batch/v1\nkind: Job\nmetadata: {name: voyage}\nspec: {template: {spec: {hostIPC: true, containers: [{name: deck}]}}}\n",
		compat: "", normal: "!HostIPC",
	}, {
		name:   "what is in no namespace",
		text:   "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: harbour-master}\n",
		compat: "ClusterRole/harbour-master.default unsupported", normal: "ClusterRole/harbour-master unsupported",
	}, {
		name:   "Windows has no Linux settings",
		text:   podSpec("os: {name: windows}"),
		compat: "?CapDropAll, ?RunAsUser", normal: "",
	}, {
		rule: "AllowPrivilegeEscalation", name: "what is left out is true",
		text: pod(), compat: "", normal: "!AllowPrivilegeEscalation",
	}, {
		rule: "BindingsToSystemAnonymous", name: "a service account of a similar name",
		text:   "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: guests}\nsubjects: [{kind: ServiceAccount, name: xsystem:anonymousx}]\n",
		compat: "!BindingsToSystemAnonymous", normal: "",
	}, {
		rule: "BindingsToSystemAnonymous", name: "the group of those without a name",
		text:   "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: guests}\nsubjects: [{kind: Group, name: system:unauthenticated}]\n",
		compat: "", normal: "!BindingsToSystemAnonymous",
	}, {
		rule: "CapDropAll", name: "a capability with ALL in its name",
		text: pod("securityContext: {capabilities: {drop: [SMALL]}}"), compat: "+CapDropAll", normal: "?CapDropAll",
	}, {
		rule: "CapSysAdmin", name: "ALL has it in it",
		text: pod("securityContext: {capabilities: {add: [ALL]}}"), compat: "", normal: "!CapSysAdmin",
	}, {
		rule: "CapSysAdmin", name: "another capability",
		text: pod("securityContext: {capabilities: {add: [NOT_SYS_ADMIN]}}"), compat: "!CapSysAdmin", normal: "",
	}, {
		rule: "DockerSock", name: "containerd",
		text: podSpec("volumes: [{name: s, hostPath: {path: /run/containerd/containerd.sock}}]"), compat: "", normal: "!DockerSock",
	}, {
		rule: "DockerSock", name: "without the link",
		text: podSpec("volumes: [{name: s, hostPath: {path: /run/docker.sock}}]"), compat: "", normal: "!DockerSock",
	}, {
		rule: "DockerSock", name: "another file",
		text: podSpec("volumes: [{name: s, hostPath: {path: /var/run/docker.sock.old}}]"), compat: "!DockerSock", normal: "",
	}, {
		rule: "HostAliases", name: "an empty list",
		text: podSpec("hostAliases: []"), compat: "!HostAliases", normal: "",
	}, {
		rule: "LimitsCPU", name: "a limit of 0 is none",
		text: pod("resources: {limits: {cpu: 0}}"), compat: "+LimitsCPU", normal: "?LimitsCPU",
	}, {
		rule: "LimitsMemory", name: "null is no limit",
		text: pod("resources: {limits: {memory: null}}"), compat: "+LimitsMemory", normal: "?LimitsMemory",
	}, {
		rule: "RequestsCPU", name: "a request is what the limit is",
		text: pod("resources: {limits: {cpu: 1}}"), compat: "?RequestsCPU", normal: "+RequestsCPU",
	}, {
		rule: "RequestsMemory", name: "init containers count",
		text:   pod("resources: {requests: {memory: 1Mi}}") + "  initContainers: [{name: load}]\n",
		compat: "+RequestsMemory", normal: "?RequestsMemory",
	}, {
		rule: "ProcMount", name: "another directory",
		text: podSpec("volumes: [{name: p, hostPath: {path: /data/process}}]"), compat: "!ProcMount", normal: "",
	}, {
		rule: "SeccompAny", name: "a type that there is not",
		text: pod("securityContext: {seccompProfile: {type: Any}}"), compat: "+SeccompAny", normal: "?SeccompAny",
	}, {
		rule: "ApparmorAny", name: "a type that there is not",
		text: pod("securityContext: {appArmorProfile: {type: Any}}"), compat: "+ApparmorAny", normal: "?ApparmorAny",
	}, {
		rule: "ServiceAccountName", name: "an empty name",
		text: podSpec(`serviceAccountName: ""`), compat: "+ServiceAccountName", normal: "?ServiceAccountName",
	}, {
		rule: "ServiceAccountName", name: "the account of all",
		text: podSpec("serviceAccountName: default"), compat: "+ServiceAccountName", normal: "?ServiceAccountName",
	}, {
		rule: "ServiceAccountName", name: "the deprecated field",
		text: podSpec("serviceAccount: pilot"), compat: "?ServiceAccountName", normal: "+ServiceAccountName",
	}, {
		rule: "VolumeClaimAccessModeReadWriteOnce", name: "no claims",
		text: set, compat: "+VolumeClaimAccessModeReadWriteOnce", normal: "",
	}, {
		rule: "VolumeClaimAccessModeReadWriteOnce", name: "the stricter mode",
		text:   set + "  volumeClaimTemplates: [{spec: {accessModes: [ReadWriteOncePod]}}]\n",
		compat: "?VolumeClaimAccessModeReadWriteOnce", normal: "+VolumeClaimAccessModeReadWriteOnce",
	}, {
		rule: "VolumeClaimRequestsStorage", name: "no claims",
		text: set, compat: "+VolumeClaimRequestsStorage", normal: "",
	}, {
		rule: "VolumeClaimRequestsStorage", name: "one claim of two",
		text:   set + "  volumeClaimTemplates: [{spec: {resources: {requests: {storage: 1Gi}}}}, {spec: {}}]\n",
		compat: "+VolumeClaimRequestsStorage", normal: "?VolumeClaimRequestsStorage",
	}}
}

// TestDifferences shows both answers wherever they differ.
func TestDifferences(t *testing.T) {
	t.Parallel()
	shown := make(map[string]bool)
	for _, d := range divergences() {
		shown[d.rule] = true
		for _, mode := range []struct {
			compat bool
			want   string
		}{{true, d.compat}, {false, d.normal}} {
			got := summary(score.Read("ship.yaml", []byte(d.text), score.Options{Compat: mode.compat}))
			other := d.normal
			if !mode.compat {
				other = d.compat
			}
			for want := range strings.SplitSeq(mode.want, ", ") {
				if want != "" && !slices.Contains(got, want) {
					t.Errorf("%s %s: Read(compat %v) says %q, want %q among it", d.rule, d.name, mode.compat, got, want)
				}
			}
			for not := range strings.SplitSeq(other, ", ") {
				if not != "" && !strings.Contains(mode.want, not) && slices.Contains(got, not) {
					t.Errorf("%s %s: Read(compat %v) says %q, want no %q", d.rule, d.name, mode.compat, got, not)
				}
			}
		}
	}
	for _, d := range score.Differences() {
		for rule := range strings.SplitSeq(d.Rule, ", ") {
			if !shown[rule] {
				t.Errorf("no test shows a difference of %q", rule)
			}
			if _, err := score.Select(score.Rules(), rule); rule != "" && err != nil {
				t.Errorf("a difference is of %v", err)
			}
		}
	}
}

// TestDifferencesPage holds docs/score-differences.md, which -update rewrites, to what
// the package says of itself.
func TestDifferencesPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# Where the score is not Kubesec's

Plimsoll's scoring rules have the ids, points and selectors of Kubesec's. By default they give the right answer; with
` + "`--compat`" + `, or ` + "`score.Options.Compat`" + `, they give Kubesec's, where it is wrong too. This table has a row for each
difference; both answers are shown by the tests of package score. It is made by them: ` + "`go test ./score -run TestDifferencesPage -update`" + `.

| rule | Kubesec, and compat mode | by default | why | upstream |
|---|---|---|---|---|
`)
	for _, d := range score.Differences() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cmp.Or(d.Rule, "(all)"), d.Kubesec, d.Plimsoll, d.Reason, d.Issue)
	}
	path := filepath.Join("..", "docs", "score-differences.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(text), b.String()); diff != "" {
		t.Errorf("%s (-have +want):\n%s", path, diff)
	}
}

// summary is what results and problems say: a mark and an id for each item.
func summary(results []score.Result, problems []manifest.Problem) []string {
	var list []string
	for _, r := range results {
		switch {
		case r.Err != nil:
			list = append(list, "invalid")
		case !r.Supported:
			list = append(list, r.Name+" unsupported")
		case r.Name == "Unknown":
			list = append(list, "Unknown")
		}
		for mark, items := range map[string][]score.Item{"!": r.Critical, "+": r.Passed, "?": r.Advise} {
			for _, item := range items {
				list = append(list, mark+item.ID)
			}
		}
	}
	for _, p := range problems {
		list = append(list, "~"+p.Err.Error())
	}
	return list
}

// TestExit: a score of 0 has passed, and an object of a kind without rules does not
// fail.
func TestExit(t *testing.T) {
	t.Parallel()
	const text = "apiVersion: v1\nkind: Service\nmetadata: {name: quay}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: crew}\nsubjects: []\n"
	for _, least := range []int{-1, 0, 1} {
		results, problems := score.Read("quay.yaml", []byte(text), score.Options{MinScore: least})
		if len(results) != 2 || len(problems) > 0 {
			t.Fatalf("Read: %d results, problems %v; want 2 and none", len(results), problems)
		}
		if results[0].Failed() || results[0].Supported {
			t.Errorf("MinScore %d: a Service failed %v, supported %v; want neither", least, results[0].Failed(), results[0].Supported)
		}
		r := results[1]
		if want := least > 0; r.Failed() != want || strings.HasPrefix(r.Message(), "Failed") != want {
			t.Errorf("MinScore %d: a score of %d failed %v: %q", least, r.Score, r.Failed(), r.Message())
		}
	}
}

// TestDockerfile: what is no Kubernetes object has no score.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	o := manifest.NewDockerfile(&manifest.Dockerfile{File: &manifest.File{Path: "app/Dockerfile", Text: []byte("FROM scratch\n")}})
	for _, compat := range []bool{false, true} {
		r := score.Run([]*manifest.Object{o}, score.Options{Compat: compat, MinScore: 9})[0]
		if r.Supported || r.Failed() || r.Name != "Dockerfile/Dockerfile" || r.Position().Path != "app/Dockerfile" {
			t.Errorf("Run(compat %v) = %+v at %v, want one that is not supported", compat, r, r.Position())
		}
	}
}

// TestComposeFile: a Compose file has no score either. To Kubesec it is a document
// without a kind.
func TestComposeFile(t *testing.T) {
	t.Parallel()
	text := []byte("services:\n  web: {image: web, privileged: true}\n")
	objects := manifest.ReadFile("app/compose.yaml", text, manifest.Options{}).Objects
	for _, compat := range []bool{false, true} {
		r := score.Run(objects, score.Options{Compat: compat, MinScore: 9})[0]
		if r.Supported || r.Failed() || r.Name != "Compose/compose.yaml" || r.Position().Path != "app/compose.yaml" {
			t.Errorf("Run(compat %v) = %+v at %v, want one that is not supported", compat, r, r.Position())
		}
	}
	for _, name := range []string{"app/compose.yaml", "app/values.yaml"} {
		results, problems := score.Read(name, text, score.Options{Compat: true})
		if len(results) != 1 || results[0].Object != nil || results[0].Name != "Unknown" || len(problems) > 0 {
			t.Errorf("Read(%q) in compat mode = %+v, %v, want the result of a document without a kind", name, results, problems)
		}
	}
}
