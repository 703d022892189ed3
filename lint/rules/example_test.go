package rules_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func ExampleAll() {
	b := manifest.ReadFile("crane.yaml", []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: crane}\nspec:\n  hostPID: true\n"), manifest.Options{})
	result, err := lint.Run(context.Background(), b.Objects, rules.All(), lint.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range result.Diagnostics {
		if d.Rule == "host-pid" {
			fmt.Println(d.Span.Start, d.Message)
		}
	}
	// Output: crane.yaml:5:12 object shares the host's process namespace (via hostPID=true).
}

func ExampleTemplates() {
	for _, t := range rules.Templates() {
		if t.Name == "ports" {
			rule, err := t.With(map[string]any{"port": 22, "protocol": "TCP"})
			fmt.Println(t.Title, rule != nil, err)
		}
	}
	// Output: Ports of containers true <nil>
}

func ExampleDifferences() {
	for _, d := range rules.Differences() {
		if d.Rule == "privileged-ports" {
			fmt.Println(d.KubeLinter)
			fmt.Println(d.Plimsoll)
		}
	}
	// Output:
	// reports all ports from 1 to 1023
	// reports those below the sysctl net.ipv4.ip_unprivileged_port_start, where the pod sets it
}

func ExampleTrivy_Diagnostics() {
	const text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: tug\n  namespace: harbour\nspec:\n  containers:\n  - name: deck\n    image: deck:1\n    securityContext:\n      privileged: true\n"
	b := manifest.ReadFile("tug.yaml", []byte(text), manifest.Options{})
	all := slices.DeleteFunc(rules.All(), func(r *lint.Rule) bool { return !r.HasAlias("KSV-0017") })
	found, err := lint.Run(context.Background(), b.Objects, all, lint.Options{})
	if err != nil {
		panic(err)
	}
	for _, d := range rules.NewTrivy().Diagnostics(found.Diagnostics) {
		fmt.Println(d.Aliases[0], d.Severity, d.Cause.Start.Line, d.Cause.End.Line, d.Message)
	}
	// Output:
	// KSV-0017 HIGH 8 11 container "deck" is privileged
}

func ExampleTrivy_Checks() {
	trivy := rules.NewTrivy()
	for _, r := range rules.All() {
		if r.Name == "privileged-container" {
			fmt.Println(trivy.Answers(r))
		}
	}
	for _, c := range trivy.Checks(&lint.Diagnostic{Rule: "drop-all-capabilities", Aliases: []string{"KSV-0003"}}) {
		fmt.Println(c.ID, c.Severity)
	}
	// Output:
	// true
	// KSV-0003 LOW
}
