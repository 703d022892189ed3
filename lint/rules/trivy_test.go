package rules_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func ExampleTrivy_Findings() {
	text := []byte("apiVersion: v1\nkind: Pod\nmetadata:\n  name: crane\nspec:\n  hostPID: true\n  containers:\n  - name: arm\n    image: crane\n")
	result, err := lint.Run(context.Background(), manifest.ReadFile("crane.yaml", text, manifest.Options{}).Objects, rules.All(), lint.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range rules.NewTrivy().Findings(result.Diagnostics) {
		if f.Check.Severity.String() == "HIGH" {
			fmt.Printf("%s %s, lines %d-%d: %s\n", f.Check.ID, f.Check.Severity, f.First, f.Last, f.Check.Title)
		}
	}
	// Output:
	// KSV-0010 HIGH, lines 5-9: Process namespace of the node
	// KSV-0014 HIGH, lines 8-9: Writable root file system
	// KSV-0118 HIGH, lines 5-9: No security context
	// KSV-0118 HIGH, lines 8-9: No security context
}

func ExampleTrivyChecks() {
	for _, c := range rules.TrivyChecks() {
		if c.ID == "KSV-0108" {
			fmt.Println(c.Severity, c.Rules)
		}
	}
	// Output: HIGH [external-name service-external-ips]
}

// What `trivy config` says of these objects, each alone, but for two roles for whom
// nobody should bind a role: Trivy's checks of them name a kind that there is not.
func TestTrivyFindings(t *testing.T) {
	t.Parallel()
	const rbac = "apiVersion: rbac.authorization.k8s.io/v1\n"
	for _, row := range []struct{ name, text, want string }{
		{
			"bare pod", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: nginx\n",
			"KSV-0001 7-8, KSV-0003 7-8, KSV-0004 7-8, KSV-0011 7-8, KSV-0012 7-8, KSV-0013 7-8, KSV-0014 7-8, KSV-0015 7-8, KSV-0016 7-8, KSV-0018 7-8, " +
				"KSV-0020 7-8, KSV-0021 7-8, KSV-0030 7-8, KSV-0104 7-8, KSV-0106 7-8, KSV-0110 3-4, KSV-0118 5-8, KSV-0118 7-8",
		}, {
			"deployment on its node",
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n" +
				"      - name: web\n        image: host:5000/app:1.2@sha256:aa\n        ports:\n        - {containerPort: 80, hostPort: 80}\n        securityContext:\n          privileged: true\n          runAsUser: 0\n",
			"KSV-0001 9-15, KSV-0003 9-15, KSV-0004 9-15, KSV-0009 4-15, KSV-0011 9-15, KSV-0012 9-15, KSV-0014 9-15, KSV-0015 9-15, KSV-0016 9-15, KSV-0017 9-15, " +
				"KSV-0018 9-15, KSV-0020 9-15, KSV-0021 9-15, KSV-0024 9-15, KSV-0030 9-15, KSV-0104 9-15, KSV-0105 13-15, KSV-0106 9-15, KSV-0117 0-0, KSV-0118 6-15, KSV-0125 9-15",
		}, {
			"capability beside ALL", "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  containers:\n  - image: x/y:1\n    securityContext:\n      capabilities:\n        drop: [all]\n        add: [SYS_TIME]\n",
			"KSV-0001 6-10, KSV-0011 6-10, KSV-0012 6-10, KSV-0014 6-10, KSV-0015 6-10, KSV-0016 6-10, KSV-0018 6-10, KSV-0020 6-10, KSV-0021 6-10, KSV-0022 6-10, " +
				"KSV-0030 6-10, KSV-0104 6-10, KSV-0106 8-10, KSV-0118 4-10, KSV-0125 6-10",
		}, {
			"profiles", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  namespace: shop\n  annotations: {container.apparmor.security.beta.kubernetes.io/a: unconfined}\nspec:\n" +
				"  hostAliases: [{ip: 127.0.0.1}]\n  securityContext: {runAsNonRoot: false, runAsUser: 20000, runAsGroup: 20000, seccompProfile: {type: Unconfined}, sysctls: [{name: vm.swappiness, value: '1'}]}\n" +
				"  containers:\n  - name: a\n    image: a:1\n    resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 1, memory: 1Gi}}\n    securityContext:\n" +
				"      allowPrivilegeEscalation: false\n      readOnlyRootFilesystem: true\n      capabilities: {drop: [ALL]}\n",
			"KSV-0002 11-17, KSV-0007 7-17, KSV-0012 11-17, KSV-0026 1-17, KSV-0030 11-17, KSV-0104 11-17",
		}, {
			"cluster role", rbac + "kind: ClusterRole\nmetadata: {name: all}\nrules:\n- apiGroups: ['*']\n  resources: ['*']\n  verbs: ['*']\n" +
				"- apiGroups: ['']\n  resources: [secrets, configmaps, pods, pods/exec]\n  verbs: [get, create, update]\n",
			"KSV-0041 8-10, KSV-0044 5-7, KSV-0046 5-7, KSV-0048 8-10, KSV-0049 8-10, KSV-0053 8-10",
		}, {
			"role", rbac + "kind: Role\nmetadata: {name: all}\nrules:\n- apiGroups: ['*']\n  resources: ['*']\n  verbs: ['*']\n- apiGroups: ['']\n  resources: [secrets, configmaps]\n  verbs: [get, create, update]\n",
			"KSV-0044 5-7, KSV-0049 8-10, KSV-0112 5-7, KSV-0113 8-10",
		}, {
			"binding", rbac + "kind: ClusterRoleBinding\nmetadata:\n  name: all\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n" +
				"subjects:\n- {kind: Group, name: 'system:masters', apiGroup: rbac.authorization.k8s.io}\n- {kind: User, name: 'system:anonymous', apiGroup: rbac.authorization.k8s.io}\n",
			"KSV-0111 3-4, KSV-0122 3-4, KSV-0123 3-4",
		}, {
			"binding of groups", rbac + "kind: Role\nmetadata: {name: all}\nrules:\n- apiGroups: ['*']\n  resources: [groups]\n  verbs: [impersonate]\n- apiGroups: ['*']\n  resources: [users]\n  verbs: [impersonate]\n",
			"KSV-0043 5-7",
		}, {
			"service", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  externalIPs: [203.0.113.1]\n", "KSV-0108 0-0",
		}, {
			"config map", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  password: Tr0ub4dor-and-3\n", "KSV-0109 0-0",
		}, {
			"selection is by document", "apiVersion: v1\nkind: LimitRange\nmetadata: {name: web}\nspec:\n  limits:\n  - {type: Container, max: {cpu: 1}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n",
			"KSV-0039 4-6",
		}, {
			"deprecated API without a version", "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: web, namespace: shop}\n", "",
		},
	} {
		objects := manifest.ReadFile("a.yaml", []byte(row.text), manifest.Options{}).Objects
		result, err := lint.Run(t.Context(), objects, rules.All(), lint.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range rules.NewTrivy().Findings(result.Diagnostics) {
			got = append(got, fmt.Sprintf("%s %d-%d", f.Check.ID, f.First, f.Last))
		}
		if diff := cmp.Diff(strings.Split(row.want, ", "), strings.Split(strings.Join(got, ", "), ", ")); diff != "" {
			t.Errorf("%s: findings (-want +got):\n%s", row.name, diff)
		}
	}
}

// Each check of Trivy is answered by rules, and each of its names on a rule is a check.
func TestTrivyChecks(t *testing.T) {
	t.Parallel()
	checks := rules.TrivyChecks()
	count := make(map[string]int)
	known := make(map[string]bool)
	for i, c := range checks {
		count[c.ID[:3]]++
		known[c.ID] = true
		if len(c.Rules) == 0 || c.Title == "" || c.Severity == 0 {
			t.Errorf("%s: rules %v, title %q, severity %v", c.ID, c.Rules, c.Title, c.Severity)
		}
		if i > 0 && checks[i-1].ID >= c.ID {
			t.Errorf("%s stands behind %s", c.ID, checks[i-1].ID)
		}
	}
	if want := map[string]int{"KSV": 75, "KCV": 44, "DS-": 27}; !cmp.Equal(want, count) {
		t.Errorf("checks by group: %v, want %v", count, want)
	}
	name := regexp.MustCompile(`^K[SC]V-`) // a rule for Dockerfiles may have the id of a check that Trivy has given up
	for _, r := range rules.All() {
		for _, alias := range r.Aliases {
			if name.MatchString(alias) && !known[alias] {
				t.Errorf("%s: there is no check %s", r.Name, alias)
			}
		}
	}
}

// Each check of Trivy of Kubernetes objects has a finding in the fixtures of its rules.
func TestTrivyFixtures(t *testing.T) {
	t.Parallel()
	byName := make(map[string]*lint.Rule)
	for _, r := range rules.All() {
		byName[r.Name] = r
	}
	trivy := rules.NewTrivy()
	for _, c := range rules.TrivyChecks() {
		if strings.HasPrefix(c.ID, "DS-") {
			continue // their fixtures are read by manifest/dockerfile, which is another module
		}
		found := false
		for _, rule := range c.Rules {
			for _, d := range fixtureDiagnostics(t, byName[rule]) {
				ids := trivy.Findings([]lint.Diagnostic{d})
				found = found || slices.ContainsFunc(ids, func(f rules.TrivyFinding) bool { return f.Check.ID == c.ID })
			}
		}
		// Trivy's KCV-0003 asks for the opposite.
		if want := c.ID != "KCV-0003"; found != want {
			t.Errorf("%s: findings in the fixtures of %v: %v, want %v", c.ID, c.Rules, found, want)
		}
	}
}

// fixtureDiagnostics are what a rule reports in its fixtures.
func fixtureDiagnostics(t *testing.T, r *lint.Rule) []lint.Diagnostic {
	t.Helper()
	var list []lint.Diagnostic
	for _, pattern := range []string{r.Name + ".txtar", r.Name + ".*.txtar"} {
		paths, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			comment, sections, _ := strings.Cut("\n"+string(text), "\n-- ")
			opts := lint.Options{Kubernetes: "1.34"}
			if _, version, ok := strings.Cut(comment, "\nkubernetes: "); ok {
				opts.Kubernetes, _, _ = strings.Cut(version, "\n")
			}
			for section := range strings.SplitSeq(sections, "\n-- ") {
				name, data, _ := strings.Cut(section, " --\n")
				if !strings.HasSuffix(name, ".yaml") || strings.HasPrefix(name, "compat") {
					continue
				}
				result, err := lint.Run(t.Context(), manifest.ReadFile(name, []byte(data), manifest.Options{}).Objects, []*lint.Rule{r}, opts)
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, result.Diagnostics...)
			}
		}
	}
	return list
}
