package report_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/score"
)

// scoredReport is a report of a pod with a name that steers a terminal, and of an
// object that no rule is for.
func scoredReport(t *testing.T, compat bool) *scan.Report {
	t.Helper()
	const text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"pier\\e[31m\"\nspec:\n  hostNetwork: true\n  serviceAccountName: pier\n  containers:\n" +
		"  - name: \"<crane>\"\n    image: crane:1\n  - name: lift\n    image: lift:1\n    securityContext:\n      readOnlyRootFilesystem: true\n---\n" +
		"apiVersion: v1\nkind: Service\nmetadata:\n  name: quay\n"
	b := manifest.ReadFile("deploy/pier.yaml", []byte(text), manifest.Options{})
	rules, err := score.Select(score.Rules(), "HostNetwork", "ReadOnlyRootFilesystem", "ServiceAccountName", "SecretsAsEnvironmentVariables")
	if err != nil {
		t.Fatal(err)
	}
	rep, err := scan.Judge(t.Context(), &scan.Inventory{Target: scan.Target{Kind: artifact.KindManifests, Name: "deploy"}, Objects: b.Objects}, scan.Options{
		Matchers: []scan.Matcher{scan.Score(score.Options{Rules: rules, Compat: compat})},
		Now:      shop().Created,
	})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestKubesec(t *testing.T) {
	t.Parallel()
	const template = `{{range .}}{{.Object | escapeString}} {{.Valid}} {{.FileName}} {{.Message}} {{.Score}}
{{range joinSlices .Scoring.Critical .Scoring.Advise}}{{.ID | toLower}} {{.Points}}: {{endWithPeriod .Reason}}
{{end}}{{len .Rules}} {{getCurrentTime}}
{{end}}`
	rules, _ := score.Select(score.Rules(), "HostNetwork", "ReadOnlyRootFilesystem")
	for name, k := range map[string]report.Kubesec{
		"kubesec.json":         {},
		"kubesec-exact.json":   {Format: report.KubesecJSON, Exact: true},
		"kubesec.table":        {Format: report.KubesecTable},
		"kubesec-narrow.table": {Format: report.KubesecTable, Width: 60, Color: true},
		"kubesec.sarif":        {Format: report.KubesecSARIF, Rules: rules, Version: "1.2.3", Dir: "/work"},
		"kubesec.template":     {Format: report.KubesecTemplate, Template: template},
	} {
		var out bytes.Buffer
		if err := k.Report(t.Context(), &out, scoredReport(t, k.Exact)); err != nil {
			t.Errorf("%s: Report: %v", name, err)
			continue
		}
		golden(t, name, out.String())
	}
	bad := report.Kubesec{Format: report.KubesecTemplate, Template: "{{range"}
	if err := bad.Report(t.Context(), new(bytes.Buffer), scoredReport(t, false)); err == nil {
		t.Error("Report with a template that cannot be parsed: no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (report.Kubesec{}).Report(ctx, new(bytes.Buffer), scoredReport(t, false)); !errors.Is(err, context.Canceled) {
		t.Errorf("Report when cancelled: %v, want %v", err, context.Canceled)
	}
}

func ExampleKubesec() {
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: pier}\nspec: {hostPID: true, containers: [{name: crane}]}\n"
	rules, err := score.Select(score.Rules(), "HostPID")
	if err != nil {
		panic(err)
	}
	results, _ := score.Read("pier.yaml", []byte(text), score.Options{Rules: rules})
	r := &scan.Report{Scores: results}
	if err := (report.Kubesec{Exact: true}).Report(context.Background(), os.Stdout, r); err != nil {
		panic(err)
	}
	// Output:
	// [
	//   {
	//     "object": "Pod/pier.default",
	//     "valid": true,
	//     "fileName": "pier.yaml",
	//     "message": "Failed with a score of -9 points",
	//     "score": -9,
	//     "scoring": {
	//       "critical": [
	//         {
	//           "id": "HostPID",
	//           "selector": ".spec .hostPID == true",
	//           "reason": "A pod that sees the processes of its node can read their environment and send them signals",
	//           "points": -9
	//         }
	//       ]
	//     }
	//   }
	// ]
}
