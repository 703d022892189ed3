package lint_test

import (
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

const pod = `apiVersion: v1
kind: Pod
metadata:
  name: ship
spec:
  hostNetwork: true
`

func Example() {
	objects := manifest.ReadFile("ship.yaml", []byte(pod), manifest.Options{}).Objects
	rule := &lint.Rule{
		Name:     "no-host-network",
		Severity: severity.High,
		Kinds:    []lint.Kind{lint.DeploymentLike},
		Run: func(p *lint.Pass) error {
			if f := p.Pod().HostNetwork; manifest.IsTrue(f) {
				p.Report(f.Node, "the pod is in the host's network", lint.DeleteFix(p.Pod().Node, "hostNetwork"))
			}
			return nil
		},
	}
	found, err := lint.Run(context.Background(), objects, []*lint.Rule{rule}, lint.Options{})
	if err != nil {
		panic(err)
	}
	for _, d := range found.Diagnostics {
		fmt.Printf("%s: %s: %s (%s)\n", d.Span.Start, d.Severity, d.Message, d.Fixes[0].Message)
	}
	// Output: ship.yaml:6:16: HIGH: the pod is in the host's network (remove hostNetwork)
}

func ExampleNewTemplate() {
	type params struct {
		Most int `yaml:"most" doc:"how long a name may be"`
	}
	template := lint.NewTemplate("short-names", "Reports long names.", params{Most: 8}, func(p params) (*lint.Rule, error) {
		return &lint.Rule{Run: func(pass *lint.Pass) error {
			if name := pass.Object.Name; len(name) > p.Most {
				pass.Reportf(nil, "the name %s has more than %d characters", name, p.Most)
			}
			return nil
		}}, nil
	})
	rule, err := template.With(map[string]any{"most": 3})
	if err != nil {
		panic(err)
	}
	rule.Name = "names-of-three"
	objects := manifest.ReadFile("ship.yaml", []byte(pod), manifest.Options{}).Objects
	found, err := lint.Run(context.Background(), objects, []*lint.Rule{rule}, lint.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(found.Diagnostics[0].Message)
	// Output: the name ship has more than 3 characters
}

func ExampleValidate() {
	fmt.Println(lint.Validate(&lint.Rule{Name: "idle"}))
	// Output: rule "idle": nothing to run
}

func ExampleContext_Of() {
	objects := manifest.ReadFile("ship.yaml", []byte(pod), manifest.Options{}).Objects
	rule := &lint.Rule{Name: "alone", Run: func(p *lint.Pass) error {
		for range p.Context.Of("", "Service") {
			return nil
		}
		p.Reportf(nil, "no service in the context")
		return nil
	}}
	found, err := lint.Run(context.Background(), objects, []*lint.Rule{rule}, lint.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(found.Diagnostics[0].Object, "-", found.Diagnostics[0].Message)
	// Output: v1 Pod ship - no service in the context
}
