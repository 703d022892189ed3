// Command customrule is a linter with one rule of its own: workloads carry the
// labels that are asked for. It prints what it finds, and exits with 1 then.
//
//	go run ./examples/customrule team,tier deploy/
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: customrule LABEL[,LABEL] PATH...")
		os.Exit(2)
	}
	n, err := run(context.Background(), strings.Split(os.Args[1], ","), os.Args[2:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	if n > 0 {
		os.Exit(1)
	}
}

// hasLabels reports workloads that lack one of labels.
func hasLabels(labels []string) *lint.Rule {
	return &lint.Rule{
		Name:        "has-labels",
		Doc:         "Workloads without these labels belong to nobody when they fail.",
		Remediation: "Add the label.",
		Severity:    severity.Low,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Run: func(p *lint.Pass) error {
			for _, label := range labels {
				if _, ok := p.Object.Metadata().Labels.Get(label); !ok {
					p.Report(p.Object.Get("metadata"), fmt.Sprintf("no label %q", label), lint.SetFix(p.Object.Node, "unknown", "metadata", "labels", label))
				}
			}
			return nil
		},
	}
}

// run lints what is at paths, and returns how much there is to say.
func run(ctx context.Context, labels, paths []string, w io.Writer) (int, error) {
	inv, err := scan.InspectManifests(ctx, scan.Options{}, paths...)
	if err != nil {
		return 0, err
	}
	found, err := lint.Run(ctx, inv.Objects, []*lint.Rule{hasLabels(labels)}, lint.Options{})
	if err != nil {
		return 0, err
	}
	for _, d := range found.Diagnostics {
		fmt.Fprintf(w, "%s: %s: %s\n", d.Span.Start, d.Object, d.Message)
	}
	for _, p := range inv.Problems {
		fmt.Fprintln(w, p)
	}
	return len(found.Diagnostics) + len(inv.Problems), nil
}
