package report_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

const pierText = `apiVersion: v1
kind: Pod
metadata:
  name: pier
  namespace: "<harbour>"
spec:
  hostNetwork: true
`

// lintRules are those of [linted].
func lintRules() []*lint.Rule {
	return []*lint.Rule{
		{
			Name: "no-host-network", Title: "Pod in the host's network", Doc: "Such a pod sees what the host sees.",
			Remediation: "Remove hostNetwork.", Severity: severity.High, Kinds: []lint.Kind{lint.DeploymentLike},
			Template: "host-network", Aliases: []string{"KSV-0009"}, Groups: []string{"pss-baseline"},
			Params: map[string]any{"most": 3},
			Run: func(p *lint.Pass) error {
				f := p.Pod().HostNetwork
				p.ReportDiagnostic(f.Node, lint.Diagnostic{
					Message: "in the host's \x1b[31mnetwork",
					Fixes:   []lint.Fix{{Message: "no", Refused: errors.New("no")}, lint.DeleteFix(p.Pod().Node, "hostNetwork")},
					Related: []lint.Related{{Span: p.Object.Get("metadata", "name").Span(), Message: "the pod"}},
				})
				return nil
			},
		},
		{Name: "plain", Doc: "Finds nothing.", URL: "https://harbour.example/plain", Run: func(*lint.Pass) error { return nil }},
	}
}

// lintedReport is a report of a manifest with a diagnostic and an unread document.
func lintedReport(t *testing.T) *scan.Report {
	t.Helper()
	b := manifest.ReadFile("deploy/pier.yaml", []byte(pierText+"---\na: [\n"), manifest.Options{})
	inv := &scan.Inventory{Target: scan.Target{Kind: artifact.KindManifests, Name: "deploy"}, Objects: b.Objects}
	for _, p := range b.Problems {
		inv.Problems = append(inv.Problems, scan.ManifestProblem(p))
	}
	rep, err := scan.Judge(t.Context(), inv, scan.Options{
		Matchers: []scan.Matcher{scan.Lint(lintRules(), lint.Options{})},
		Now:      shop().Created,
	})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestKubeLinter(t *testing.T) {
	t.Parallel()
	rep := lintedReport(t)
	clean := *rep
	clean.Diagnostics, clean.Problems = nil, nil
	for _, format := range []report.KubeLinterFormat{report.KubeLinterPlain, report.KubeLinterJSON, report.KubeLinterSARIF} {
		k := report.KubeLinter{Format: format, Rules: lintRules(), Version: "1.2.3", Dir: "/work"}
		golden(t, "kubelinter."+string(format), render(t, k, rep))
		golden(t, "kubelinter.clean."+string(format), render(t, k, &clean))
		k.Exact, k.Unread, k.Color = true, true, true
		golden(t, "kubelinter.exact."+string(format), render(t, k, rep))
	}
}

// What SARIF asks for beyond the library's types.
func TestKubeLinterSARIF(t *testing.T) {
	t.Parallel()
	text := render(t, report.KubeLinter{Format: report.KubeLinterSARIF, Rules: lintRules(), Version: "1", Dir: "/work"}, lintedReport(t))
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Rules []struct{ ID string }
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	r := run.Results[0]
	at := r.Locations[0].PhysicalLocation
	if log.Version != "2.1.0" || run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || at.ArtifactLocation.URI != "deploy/pier.yaml" ||
		at.Region.StartLine != 7 || at.Region.StartColumn != 16 || at.Region.EndColumn != 20 {
		t.Errorf("result %+v at %+v, want rule %s at deploy/pier.yaml 7:16 to 20", r, at, "no-host-network")
	}
}

func ExampleKubeLinter() {
	b := manifest.ReadFile("pier.yaml", []byte(pierText), manifest.Options{})
	rules := []*lint.Rule{{
		Name: "names", Remediation: "Choose another one.", Severity: severity.Low,
		Run: func(p *lint.Pass) error { p.Reportf(nil, "the name is %s", p.Object.Name); return nil },
	}}
	opts := scan.Options{Matchers: []scan.Matcher{scan.Lint(rules, lint.Options{})}}
	rep, err := scan.Judge(context.Background(), &scan.Inventory{Objects: b.Objects}, opts)
	if err != nil {
		panic(err)
	}
	if err := (report.KubeLinter{Rules: rules, Version: "1.0"}).Report(context.Background(), os.Stdout, rep); err != nil {
		panic(err)
	}
	// Output:
	// KubeLinter 1.0
	//
	// pier.yaml:4:9: (object: <harbour>/pier /v1, Kind=Pod) the name is pier (check: names, severity: LOW, remediation: Choose another one.)
}

func ExampleKubeLinterChecks() {
	text, err := json.Marshal(report.KubeLinterChecks([]*lint.Rule{{Name: "names", Doc: "Has an opinion on names."}}))
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(strings.TrimSpace(string(text)))
	// Output: [{"name":"names","description":"Has an opinion on names.","remediation":"","scope":{"objectKinds":["Any"]},"template":""}]
}
