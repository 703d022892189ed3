package scan_test

import (
	"slices"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func TestGateScores(t *testing.T) {
	t.Parallel()
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: pier}\nspec: {containers: [{name: crane}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: quay}\n"
	for least, want := range map[int]bool{-7: false, -6: true} {
		results, _ := score.Read("pier.yaml", []byte(text), score.Options{MinScore: least})
		rep, err := scan.Judge(t.Context(), &scan.Inventory{}, scan.Options{Matchers: []scan.Matcher{scan.Scored(results)}})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range []scan.Gate{{}, {Scores: true}} {
			v := g.Judge(rep)
			if v.Failed != want || want && !slices.Equal(v.Rules, []scan.GateRule{scan.RuleScores}) {
				t.Errorf("least score %d: %+v.Judge = %+v, want failed %v for its score", least, g, v, want)
			}
		}
		if v := (scan.Gate{Severity: severity.Low}).Judge(rep); v.Failed {
			t.Errorf("least score %d: a gate for severities fails: %v", least, v.Reasons)
		}
	}
}
