package rules_test

import (
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func ExamplePSS() {
	ships := manifest.ReadFile("ship.yaml", []byte(`apiVersion: v1
kind: Pod
metadata:
  name: tug
spec:
  hostPID: true
  containers:
  - name: winch
    image: winch:1
    ports:
    - {containerPort: 8080, hostPort: 80}
`), manifest.Options{})
	result, err := lint.Run(context.Background(), ships.Objects, rules.PSS(rules.Baseline), lint.Options{Kubernetes: "1.34"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range result.Diagnostics {
		fmt.Printf("%d: %s: %s\n", d.Span.Start.Line, d.Rule, d.Message)
	}
	// Output:
	// 6: host-pid: object shares the host's process namespace (via hostPID=true).
	// 11: host-port: container "winch" takes port 80 of the node (hostPort)
}
