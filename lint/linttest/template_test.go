package linttest_test

import (
	"errors"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/linttest"
)

// draught makes rules that bound how deep ships may lie in the water.
func draught() lint.Template {
	type params struct {
		Max int `yaml:"max" doc:"metres" required:""`
	}
	return lint.NewTemplate("draught", "Bounds the draught.", params{}, func(p params) (*lint.Rule, error) {
		if p.Max < 0 {
			return nil, errors.New("max is less than 0")
		}
		return &lint.Rule{Run: func(pass *lint.Pass) error {
			n := pass.Object.Get("spec", "draught")
			if m, _ := n.Int(); m > int64(p.Max) {
				pass.Reportf(n, "a draught of %d m", m)
			}
			return nil
		}}, nil
	}).For(lint.Service)
}

func TestRunTemplate(t *testing.T) {
	t.Parallel()
	const ships = "-- a.yaml --\napiVersion: v1\nkind: Service\nspec:\n  draught: 7 # want \"^a draught of 7 m$\"\n---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec:\n  draught: 6\n"
	for _, row := range []struct {
		name, archive string
		want          []string
	}{
		{"arguments", "args: {max: 6}\n" + ships, nil},
		{"other arguments", "args: {max: 7}\n" + ships, []string{"a.yaml:4: got no diagnostic"}},
		{"no arguments", ships, []string{"f.txtar: template draught: required param max not found"}},
		{"unknown argument", "Ships.\nargs: {min: 6}\n" + ships, []string{"f.txtar:2:8: template draught: has invalid keys: min"}},
		{"refused argument", "args: {max: -1}\n" + ships, []string{"f.txtar: template draught: max is less than 0"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := new(recorder)
			linttest.RunTemplate(r, draught(), write(t, "f.txtar", row.archive))
			compare(t, "RunTemplate of\n"+row.archive, r.failures, row.want)
		})
	}
}

// The fixtures of a rule and a template are found by name.
func TestDefaultFiles(t *testing.T) {
	t.Parallel()
	linttest.Run(t, noTug())
	linttest.RunTemplate(t, draught())
}
