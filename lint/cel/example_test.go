package cel_test

import (
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/cel"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func ExampleTemplate() {
	rule, err := cel.Template().With(map[string]any{
		"check": `object.kind == "Service" && !has(object.spec.selector) ? "where to?" : ""`,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	rule.Name = "service-without-selector"
	const text = `
apiVersion: v1
kind: Service
metadata:
  name: lighthouse
spec:
  ports: [{port: 80}]
`
	b := manifest.ReadFile("service.yaml", []byte(text), manifest.Options{})
	result, err := lint.Run(context.Background(), b.Objects, []*lint.Rule{rule}, lint.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range result.Diagnostics {
		fmt.Println(d.Span.Start, d.Message)
	}
	// Output: service.yaml:5:9 CEL check expression returned: where to?
}

func ExampleCompatTemplate() {
	_, err := cel.Template().With(map[string]any{"check": "1 +"})
	_, compat := cel.CompatTemplate().With(map[string]any{"check": "1 +"})
	fmt.Println(err != nil, compat)
	// Output: true <nil>
}
