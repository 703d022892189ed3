package lint_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// noFlag reports objects without a flag.
func noFlag() *lint.Rule {
	return &lint.Rule{
		Name: "no-flag", Title: "ship without a flag", Severity: severity.Low,
		Doc: "A ship without a flag is boarded.",
		Run: func(p *lint.Pass) error {
			if !p.Object.Get("flag").Exists() {
				p.Reportf(nil, "no flag")
			}
			return nil
		},
	}
}

func ExampleSuppressed() {
	ships := manifest.ReadFile("ships.yaml", []byte(`# plimsoll:ignore no-flag until=2027-01-31 at the painter's
apiVersion: v1
kind: Ship
metadata:
  name: ann
---
apiVersion: v1
kind: Ship
metadata:
  name: bea
`), manifest.Options{})
	result, err := lint.Run(context.Background(), ships.Objects, []*lint.Rule{noFlag()}, lint.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range result.Diagnostics {
		fmt.Println(d.Object.Name, d.Message)
	}
	for _, s := range result.Suppressed {
		fmt.Println(s.Object.Name, s.Message, "by", s.By, "because:", s.Reason)
	}
	// Output:
	// bea no flag
	// ann no flag by comment because: at the painter's
}

func ExampleBaseline() {
	run := func(text string, known *lint.Baseline) *lint.Result {
		ships := manifest.ReadFile("ships.yaml", []byte(text), manifest.Options{})
		result, err := lint.Run(context.Background(), ships.Objects, []*lint.Rule{noFlag()}, lint.Options{Baseline: known})
		if err != nil {
			fmt.Println(err)
		}
		return result
	}
	var file bytes.Buffer
	if err := run("{apiVersion: v1, kind: Ship, metadata: {name: ann}}\n", nil).Baseline().Write(&file); err != nil {
		fmt.Println(err)
	}
	known, err := lint.ReadBaseline("known.json", file.Bytes())
	if err != nil {
		fmt.Println(err)
		return
	}
	result := run("{apiVersion: v1, kind: Ship, metadata: {name: bea}}\n", known)
	for _, d := range result.Diagnostics {
		fmt.Println("new:", d.Object.Name, d.Message)
	}
	for _, k := range result.Fixed {
		fmt.Println("fixed:", k.Object, k.Message)
	}
	// Output:
	// new: bea no flag
	// fixed: Ship ann no flag
}

func ExampleExplain() {
	fmt.Print(lint.Explain(noFlag(), nil))
	// Output:
	// no-flag: ship without a flag
	//
	// A ship without a flag is boarded.
	//
	// Severity:   LOW
	// Runs:       where it is included
	// Looks at:   every Kubernetes object
}
