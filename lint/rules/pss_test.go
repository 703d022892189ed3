package rules_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func TestPSS(t *testing.T) {
	t.Parallel()
	for level, want := range map[rules.PSSLevel]string{
		rules.Baseline: "apparmor-profile host-ipc host-network host-path host-pid host-port privileged-container pss-capabilities-baseline " +
			"pss-host-probes pss-proc-mount pss-seccomp-profile-baseline pss-selinux-options pss-sysctls pss-windows-host-process",
		rules.Restricted: "apparmor-profile drop-all-capabilities host-ipc host-network host-pid host-port privileged-container " +
			"pss-allow-privilege-escalation pss-host-probes pss-restricted-volumes pss-run-as-non-root pss-run-as-user pss-selinux-options " +
			"pss-sysctls pss-windows-host-process seccomp-profile unsafe-proc-mount",
		"privileged": "",
	} {
		var names []string
		for _, r := range rules.PSS(level) {
			names = append(names, r.Name)
		}
		if diff := cmp.Diff(want, strings.Join(names, " ")); diff != "" {
			t.Errorf("PSS(%s) (-want +got):\n%s", level, diff)
		}
	}
}

// TestPSSLevels holds that what the level baseline forbids, restricted forbids too,
// and that pods which a level admits are not reported.
func TestPSSLevels(t *testing.T) {
	t.Parallel()
	const restricted = `
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: hold
    image: hold:1
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}`
	for _, test := range []struct {
		name, spec           string
		baseline, restricted bool // it is reported
	}{
		{"of restricted", restricted, false, false},
		{"of baseline", "\n  containers: [{name: hold, image: 'hold:1'}]", false, true},
		{"host network", "\n  hostNetwork: true" + restricted, true, true},
		{"host path", "\n  volumes: [{name: a, hostPath: {path: /a}}]" + restricted, true, true},
		{"nfs", "\n  volumes: [{name: a, nfs: {server: a, path: /}}]" + restricted, false, true},
		{"capability", strings.Replace(restricted, "{drop", "{add: [SYS_TIME], drop", 1), true, true},
		{"capability of all", strings.Replace(restricted, "{drop", "{add: [CHOWN], drop", 1), false, true},
		{"unconfined", strings.Replace(restricted, "RuntimeDefault", "Unconfined", 1), true, true},
		{"/proc", strings.Replace(restricted, "{allow", "{procMount: Unmasked, allow", 1), true, true},
		{"/proc in a user namespace", "\n  hostUsers: false" + strings.Replace(restricted, "{allow", "{procMount: Unmasked, allow", 1), false, true},
		{"root in a user namespace", "\n  hostUsers: false" + strings.Replace(restricted, "runAsNonRoot: true", "runAsUser: 0", 1), false, false},
	} {
		b := manifest.ReadFile("ship.yaml", []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: ship}\nspec:"+test.spec+"\n"), manifest.Options{})
		if len(b.Problems) > 0 {
			t.Fatalf("%s: %v", test.name, b.Problems)
		}
		for level, want := range map[rules.PSSLevel]bool{rules.Baseline: test.baseline, rules.Restricted: test.restricted} {
			r, err := lint.Run(context.Background(), b.Objects, rules.PSS(level), lint.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := len(r.Diagnostics) > 0; got != want {
				t.Errorf("%s: %s reports %v, want %v: %v", test.name, level, got, want, r.Diagnostics)
			}
		}
	}
}

// TestAliases holds that an alias is not the name of a rule, and a group neither.
func TestAliases(t *testing.T) {
	t.Parallel()
	names, aliases := make(map[string]bool), make(map[string]bool)
	for _, r := range rules.All() {
		names[r.Name] = true
		for _, alias := range r.Aliases {
			aliases[alias] = true
		}
	}
	for _, r := range rules.All() {
		for _, name := range r.Groups {
			if names[name] || aliases[name] {
				t.Errorf("the group %s of %s is a rule too", name, r.Name)
			}
		}
		for _, alias := range r.Aliases {
			if names[alias] {
				t.Errorf("the alias %s of %s is another rule", alias, r.Name)
			}
		}
	}
}
