package main

import (
	"bytes"
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
)

// TestRulesTable holds docs/rules.md, which -update rewrites, to what the rules say of
// themselves. A rule that is new has a row without more ado.
func TestRulesTable(t *testing.T) {
	t.Parallel()
	all, _, err := builtin(false, nil)
	if err != nil {
		t.Fatal(err)
	}
	names := newOtherNames(t, all)
	var b strings.Builder
	fmt.Fprintf(&b, `# The rules

Plimsoll has %d rules. This table says how other tools call what each of them asks. In a configuration, a comment or an
annotation the ids of Trivy, the names of the Pod Security Standards' controls and the other names stand for the rule.
`+"`plimsoll lint explain RULE`"+` says more of one. The table is made from the rules by the tests of examples/plimsoll
(`+"`go test -run TestRulesTable -update`"+`).

- **default**: it runs unless it is excluded. **fix**: there is an edit that mends the text.
- **KubeLinter**: it is a check of KubeLinter, of the same name.
- **Trivy**: the ids of `+"`trivy config`"+`, with its severity where that is another one.
- **Pod Security Standards**: the levels that the rule is a part of, and the name of the control.
- **Kubesec**: the rule of Kubesec that asks the same, of a pod as a whole. It is no name that a configuration knows.

| rule | title | severity | default | objects | fix | KubeLinter | Trivy | Pod Security Standards | Kubesec | other names |
|---|---|---|---|---|---|---|---|---|---|---|
`, len(all))
	for _, r := range all {
		cells := []string{
			r.Name, r.Title, r.Severity.String(), yes(r.Default), kindNames(r.Kinds), yes(hasFix(t, r.Name)),
			yes(slices.Contains(r.Groups, lint.KubeLinter)), names.trivy(r), names.pss(r), strings.Join(names.kubesec[r.Name], ", "), names.rest(r),
		}
		for i, cell := range cells {
			cells[i] = strings.ReplaceAll(strings.ReplaceAll(cell, "|", `\|`), "\n", " ")
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	fmt.Fprintf(&b, "\nNo rule asks what these rules of Kubesec ask: %s.\n", strings.Join(names.kubesec[""], ", "))
	holdDocument(t, "rules.md", b.String())
}

// holdDocument compares a file of docs with what it is to be, after writing it if
// -update is set.
func holdDocument(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", name)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), want); diff != "" {
		t.Errorf("%s (-have +want):\n%s", path, diff)
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func kindNames(kinds []lint.Kind) string {
	if kinds == nil {
		return "all"
	}
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = strings.TrimPrefix(string(k), "/")
	}
	return strings.Join(list, ", ")
}

// hasFix reports whether a fixture of a rule has a fixed text, which is asked of each
// rule with fixes.
func hasFix(t *testing.T, rule string) bool {
	t.Helper()
	for _, pattern := range []string{rule + ".txtar", rule + ".*.txtar"} {
		paths, err := filepath.Glob(filepath.Join("..", "..", "lint", "*", "testdata", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(text, []byte(".fixed --\n")) {
				return true
			}
		}
	}
	return false
}

// otherNames are what other tools call rules.
type otherNames struct {
	checks  map[string]rules.TrivyCheck // by id
	kubesec map[string][]string         // by rule
	id      *regexp.Regexp
}

// newOtherNames fails the test where a rule that is named is not there.
func newOtherNames(t *testing.T, all []*lint.Rule) otherNames {
	t.Helper()
	n := otherNames{make(map[string]rules.TrivyCheck), make(map[string][]string), regexp.MustCompile(`^(KSV|KCV|DS)-\d+$`)}
	for _, c := range rules.TrivyChecks() {
		n.checks[c.ID] = c
	}
	for _, row := range kubesecRules() {
		if !slices.ContainsFunc(all, func(r *lint.Rule) bool { return r.Name == row[1] }) && row[1] != "" {
			t.Errorf("Kubesec's %s: there is no rule %s", row[0], row[1])
		}
		n.kubesec[row[1]] = append(n.kubesec[row[1]], row[0])
	}
	return n
}

// trivy are the ids of r.
func (n otherNames) trivy(r *lint.Rule) string {
	var list []string
	for _, alias := range r.Aliases {
		if !n.id.MatchString(alias) {
			continue
		}
		if c, ok := n.checks[alias]; ok && c.Severity != r.Severity {
			alias += " (" + c.Severity.String() + ")"
		}
		list = append(list, alias)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// pss are the levels and the control that r is.
func (n otherNames) pss(r *lint.Rule) string {
	var list []string
	for _, level := range []rules.PSSLevel{rules.Baseline, rules.Restricted} {
		if slices.Contains(r.Groups, level.Group()) {
			list = append(list, string(level))
		}
	}
	for _, alias := range r.Aliases {
		if strings.HasPrefix(alias, "pss-") {
			list = append(list, alias)
		}
	}
	return strings.Join(list, ", ")
}

// rest are the aliases of r that have no column.
func (n otherNames) rest(r *lint.Rule) string {
	var list []string
	for _, alias := range r.Aliases {
		if !n.id.MatchString(alias) && !strings.HasPrefix(alias, "pss-") {
			list = append(list, alias)
		}
	}
	return strings.Join(list, ", ")
}

// kubesecRules are all rules of Kubesec, each with ours; empty: there is none. They
// are not aliases: some of them give points for what a rule asks for, others take
// points for what it reports.
func kubesecRules() [][2]string {
	return [][2]string{
		{"AllowPrivilegeEscalation", "privilege-escalation-container"},
		{"ApparmorAny", ""},
		{"ApparmorUnconfined", "apparmor-profile"},
		{"AutomountServiceAccountToken", "automount-service-account-token"},
		{"BindingsToSystemAnonymous", "system-anonymous-binding"},
		{"CapDropAll", "drop-all-capabilities"},
		{"CapDropAny", "drop-all-capabilities"},
		{"CapSysAdmin", "sys-admin-capability"},
		{"DockerSock", "docker-sock"},
		{"HostAliases", "host-aliases"},
		{"HostIPC", "host-ipc"},
		{"HostNetwork", "host-network"},
		{"HostPID", "host-pid"},
		{"HostUsers", ""},
		{"LimitsCPU", "unset-cpu-limit"},
		{"LimitsMemory", "unset-memory-requirements"},
		{"Privileged", "privileged-container"},
		{"ProcMount", "sensitive-host-mounts"},
		{"ReadOnlyRootFilesystem", "no-read-only-root-fs"},
		{"RequestsCPU", "unset-cpu-requirements"},
		{"RequestsMemory", "unset-memory-request"},
		{"RunAsGroup", "high-group-id"},
		{"RunAsNonRoot", "pss-run-as-non-root"},
		{"RunAsUser", "high-user-id"},
		{"SeccompAny", "seccomp-profile"},
		{"SeccompUnconfined", "pss-seccomp-profile-baseline"},
		{"SecretsAsEnvironmentVariables", "read-secret-from-env-var"},
		{"ServiceAccountName", "default-service-account"},
		{"VolumeClaimAccessModeReadWriteOnce", ""},
		{"VolumeClaimRequestsStorage", ""},
	}
}
