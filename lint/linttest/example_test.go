package linttest_test

import (
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/linttest"
)

// noTug reports the ships that are tugs, and fixes them.
func noTug() *lint.Rule {
	return &lint.Rule{
		Name:  "no-tug",
		Kinds: []lint.Kind{"harbour.example/Ship"},
		Run: func(p *lint.Pass) error {
			tug := p.Object.Get("spec", "tug")
			if is, _ := tug.Bool(); is {
				p.Report(tug, fmt.Sprintf("ship %s is a tug", p.Object.Name), lint.SetFix(tug, false))
			}
			return nil
		},
	}
}

// A printer stands for the test that an example does not have.
type printer struct{ testing.TB }

func (printer) Helper() {}

func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func ExampleRun() {
	var t printer // in a test, its *testing.T
	linttest.Run(t, noTug())
	linttest.Run(t, noTug(), "testdata/mistaken.yaml")
	// Output:
	// testdata/mistaken.yaml:5: got no diagnostic, want one that matches "rowing boat is a tug"
}

func ExampleRunTemplate() {
	var t printer // in a test, its *testing.T
	linttest.RunTemplate(t, draught(), "testdata/template-draught.txtar")
	// Output:
}
