package lint_test

import (
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// namedLatest reports images with the tag latest.
func namedLatest() *lint.Rule {
	return &lint.Rule{
		Name: "named-latest", Title: "Image with the tag latest", Severity: severity.Medium,
		Kinds: []lint.Kind{lint.DeploymentLike},
		Run: func(p *lint.Pass) error {
			for c := range p.Containers() {
				if c.Image.Value == "crane:latest" {
					p.Report(c.Image.Node, "the image moves", lint.SetFix(c.Node, "crane:1.2", "image"))
				}
			}
			return nil
		},
	}
}

const cranePod = `apiVersion: v1
kind: Pod
metadata: {name: crane}
spec:
  containers:
  - name: winch
    image: crane:latest
`

func ExampleRun() {
	b := manifest.ReadFile("crane.yaml", []byte(cranePod), manifest.Options{})
	result, err := lint.Run(context.Background(), b.Objects, []*lint.Rule{namedLatest()}, lint.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range result.Diagnostics {
		fmt.Printf("%s: %s: %s\n%s\n%s\n", d.Span.Start, d.Rule, d.Message, d.NamedField, d.Fixes[0].Message)
	}
	// Output:
	// crane.yaml:7:12: named-latest: the image moves
	// spec.containers[winch].image
	// set image to "crane:1.2"
}

func ExampleValidate() {
	fmt.Println(lint.Validate(namedLatest(), &lint.Rule{Name: "named-latest", Kinds: []lint.Kind{"Boat"}}))
	// Output:
	// rule "named-latest": the name is that of another rule
	// rule "named-latest": nothing to run
	// rule "named-latest": unknown object kind: Boat
}

func ExampleKinds() {
	fmt.Println(lint.Kinds()[:4])
	// Output: [Any ClusterRole ClusterRoleBinding Compose]
}

func ExampleRef() {
	b := manifest.ReadFile("crane.yaml", []byte(cranePod), manifest.Options{})
	fmt.Println(lint.Ref(b.Objects[0]))
	// Output: v1 Pod crane
}

func ExampleDeleteFix() {
	b := manifest.ReadFile("crane.yaml", []byte(cranePod), manifest.Options{})
	fix := lint.DeleteFix(b.Objects[0].Pod().Containers[0].Node, "image")
	fmt.Println(fix.Message, len(fix.Edits), fix.Refused)
	// Output: remove image 1 <nil>
}

func ExampleAppendFix() {
	b := manifest.ReadFile("crane.yaml", []byte(cranePod), manifest.Options{})
	fix := lint.AppendFix(b.Objects[0].Pod().Containers[0].Node, "ALL", "securityContext", "capabilities", "drop")
	fmt.Println(fix.Message)
	// Output: add "ALL" to securityContext.capabilities.drop
}

func ExampleNewTemplate() {
	type params struct {
		Prefix string `yaml:"prefix" doc:"what names start with"`
	}
	t := lint.NewTemplate("name-prefix", "Reports other names.", params{}, func(p params) (*lint.Rule, error) {
		return &lint.Rule{Run: func(pass *lint.Pass) error {
			if name := pass.Object.Name; len(name) < len(p.Prefix) || name[:len(p.Prefix)] != p.Prefix {
				pass.Reportf(nil, "%s does not start with %s", name, p.Prefix)
			}
			return nil
		}}, nil
	})
	rule, err := t.With(map[string]any{"prefix": "ship-"})
	if err != nil {
		fmt.Println(err)
		return
	}
	rule.Name = "ship-names"
	b := manifest.ReadFile("crane.yaml", []byte(cranePod), manifest.Options{})
	result, err := lint.Run(context.Background(), b.Objects, []*lint.Rule{rule}, lint.Options{})
	fmt.Println(result.Diagnostics[0].Message, err)
	// Output: crane does not start with ship- <nil>
}
