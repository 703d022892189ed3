package schema_test

import (
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/schema"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func ExampleRuleFrom() {
	rule, err := schema.RuleFrom("testdata/schemas")
	if err != nil {
		fmt.Println(err)
		return
	}
	const text = `
apiVersion: v1
kind: Service
metadata:
  name: quay
spec:
  ports:
  - port: eighty
`
	b := manifest.ReadFile("quay.yaml", []byte(text), manifest.Options{})
	result, err := lint.Run(context.Background(), b.Objects, []*lint.Rule{rule}, lint.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range result.Diagnostics {
		fmt.Println(d.Span.Start, d.Field, d.Message)
	}
	// Output: quay.yaml:8:11 spec.ports[0].port resource is not valid: got string, want integer
}

func ExampleTemplate() {
	template := schema.Template()
	for _, p := range template.Params {
		fmt.Println(p.Name, p.Type)
	}
	// Output:
	// schemaLocations array of strings
	// cache string
	// skipKinds array of strings
	// rejectKinds array of strings
	// kubernetesVersion string
	// strict boolean
	// ignoreMissingSchemas boolean
}
