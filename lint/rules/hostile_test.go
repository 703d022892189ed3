package rules_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

const podHead = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: ship\nspec:\n"

const composeHead = "name: ship\nservices:\n"

func numbered(count int, format string) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestHostile runs all rules over objects that are large in one way or another. Each
// has so many parts that a loop of all over all would not end.
func TestHostile(t *testing.T) {
	many := 16_000
	if corpus.Race {
		many = 4_000
	}
	for _, row := range []struct{ name, text string }{
		{"containers", podHead + "  containers:\n" + numbered(many, "  - name: c%d\n")},
		{"containers on one line", podHead + "  containers: [" + numbered(many, "{name: c%d},") + "]\n"},
		{"containers of JSON on one line", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"ship"},"spec":{"containers":[{"name":"c"}` + numbered(many, `,{"name":"c%d"}`) + "]}}"},
		{"containers in an object without sequences", podHead + numbered(many, "  k%d: {}\n") + "  containers: [" + numbered(many, "\n  {name: c%d},") + "]\n"},
		{"empty containers", podHead + "  containers: [" + strings.Repeat("{},", 2*many) + "]\n"},
		{"containers that are one", podHead + "  initContainers: [&c {name: c, image: a, ports: [{containerPort: 22}]}]\n  containers: [" + strings.Repeat("*c,", many/2) + "]\n"},
		{"containers that are merged", podHead + "  initContainers: [&c {name: c, image: a}]\n  containers:\n" + strings.Repeat("  - <<: *c\n", many/2)},
		{"a chain of merges", podHead + "  x0: &x0 {name: c}\n" + func() string {
			var b strings.Builder
			for i := 1; i < 300; i++ {
				fmt.Fprintf(&b, "  x%d: &x%d {<<: *x%d, k%d: 1}\n", i, i, i-1, i)
			}
			return b.String()
		}() + "  containers: [*x299]\n"},
		{"a list of merges", podHead + "  containers:\n  - name: c\n    <<: [" + numbered(many, "{k%d: 1},") + "]\n"},
		{"variables", podHead + "  containers:\n  - name: c\n    env:\n" + numbered(many, "    - {name: v%d, value: x}\n")},
		{"variables that are one", podHead + "  containers:\n  - name: c\n    env: [&v {name: v, value: x}," + strings.Repeat("*v,", many) + "]\n"},
		{"variables that are none", podHead + "  containers:\n  - env: [" + strings.Repeat("{},", 2*many) + "]\n"},
		{"ports", podHead + "  containers:\n  - name: c\n    ports: [" + numbered(many, "{containerPort: %d, hostPort: 22},") + "]\n"},
		{"volumes and mounts", podHead + "  volumes: [" + numbered(many/2, "{name: v%d, hostPath: {path: /etc}},") + "]\n  containers:\n  - volumeMounts: [" + numbered(many/2, "{name: v%d, mountPath: /a},") + "]\n"},
		{"volumes and mounts of one name", podHead + "  volumes: [" + strings.Repeat("{name: v, hostPath: {path: /etc}},", many/2) + "]\n  containers:\n  - volumeMounts: [" + strings.Repeat("{name: v, mountPath: /a},", many/2) + "]\n"},
		{"labels", strings.Replace(podHead, "spec:", "  labels:\n"+numbered(many, "    l%d: x\n")+"  annotations:\n"+numbered(many, "    a%d: x\n")+"spec:", 1) + "  containers: []\n"},
		{"keys that are not sorted", podHead + numbered(many, "  k%d: {b: 1, a: 1}\n")},
		{"long key above many", podHead + "  ? " + strings.Repeat("k", 1<<20) + "\n  : [" + strings.Repeat("{b: 1, a: 1},", many) + "]\n"},
		{"long name", podHead + "  containers:\n  - name: " + strings.Repeat("n", 1<<20) + "\n    ports: [" + strings.Repeat("{containerPort: 22},", 50) + "]\n"},
		{"capabilities", podHead + "  containers:\n  - name: c\n    securityContext: {capabilities: {add: [" + strings.Repeat("SYS_ADMIN,", many) + "], drop: [" + numbered(many, "C%d,") + "]}}\n"},
		{"sysctls", podHead + "  securityContext: {sysctls: [" + strings.Repeat("{name: kernel.msg},", many) + "]}\n"},
		{"rules of a role", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: ship}\nrules: [" + strings.Repeat("{apiGroups: ['*'], resources: ['*'], verbs: ['*']},", many/2) + "]\n"},
		{"ports of a service", "apiVersion: v1\nkind: Service\nmetadata: {name: ship}\nspec: {selector: {a: b}, ports: [" + numbered(many, "{port: 22, targetPort: p%d},") + "]}\n"},
		{"comments", podHead + "  containers:\n  - name: c # plimsoll:ignore all\n" + numbered(many, "  # plimsoll:ignore x%d\n")},
		{"services", composeHead + numbered(many, "  s%d: {image: a}\n")},
		{"services that are one", composeHead + "  s: &s {image: a}\n" + numbered(many/2, "  s%d: *s\n")},
		{"services that are merged", composeHead + "  s: &s {image: a}\n" + numbered(many/2, "  s%d: {<<: *s}\n")},
		{"services that extend one", composeHead + "  s: {image: a, cap_drop: [" + numbered(300, "C%d,") + "]}\n" + numbered(many/2, "  s%d: {extends: s}\n")},
		{"a list of merges in a service", composeHead + "  s:\n    image: a\n    <<: [" + numbered(many, "{k%d: 1},") + "]\n"},
		{"lists of a service", composeHead + "  s:\n    image: a\n    cap_add: [" + strings.Repeat("ALL,", many) + "]\n    ports: [" + strings.Repeat("'22',", many) + "]\n    volumes: [" +
			strings.Repeat("/:/a,", many) + "]\n    security_opt: [" + strings.Repeat("'label:disable',", many) + "]\n    environment: [" + strings.Repeat("DB_PASSWORD=a,", many) + "]\n"},
		{"variables in each other", composeHead + "  s: {image: '" + strings.Repeat("${A:-", 800) + "', volumes: [" + strings.Repeat("'"+strings.Repeat("${A:-", 600)+"',", 200) + "]}\n"},
		{"a text with variables in many places", composeHead + "  s: {image: &a '" + strings.Repeat("${A:-b}", 140) + "', cap_add: [" + strings.Repeat("*a,", many) + "]}\n"},
		{"long name of a service", composeHead + "  ? " + strings.Repeat("n", 1<<20) + "\n  : {image: a, ports: [" + strings.Repeat("22,", 50) + "]}\n"},
		{"signs", podHead + "  containers: [] # plimsoll:ignore all " + strings.Repeat("#", 1<<20)},
	} {
		t.Run(row.name, func(t *testing.T) {
			bundle := manifest.ReadFile("ship.yaml", []byte(row.text), manifest.Options{})
			if len(bundle.Objects) != 1 {
				t.Fatalf("%d objects, want one; problems %.300v", len(bundle.Objects), bundle.Problems)
			}
			for _, compat := range []bool{false, true} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				result, err := lint.Run(context.Background(), bundle.Objects, rules.All(), lint.Options{Compat: compat})
				runtime.ReadMemStats(&after)
				if err != nil {
					t.Fatal(err)
				}
				if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 2000 {
					t.Errorf("the rules allocate %d MiB, want at most 2000", got)
				}
				counts := make(map[string]int)
				for _, d := range result.Diagnostics {
					counts[d.Rule]++
				}
				limited := 0
				for rule, count := range counts {
					if count > 10_000 {
						t.Errorf("%s reports %d times", rule, count)
					}
					if count == 10_000 {
						limited++
					}
				}
				for _, p := range result.Problems {
					if errors.Is(p, manifest.ErrLimit) {
						limited--
					}
				}
				if limited != 0 {
					t.Errorf("%d rules reach the limit more than problems say", limited)
				}
			}
		})
	}
}
