package main

import (
	"flag"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint/linttest"
)

var _ = flag.Bool("update", false, "rewrite the fixed texts of testdata")

func TestHasLabels(t *testing.T) {
	t.Parallel()
	linttest.Run(t, hasLabels([]string{"team", "tier"}))
}

func TestRun(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	n, err := run(t.Context(), []string{"team"}, []string{"testdata/ferry.yaml"}, &out)
	if err != nil || n != 1 {
		t.Fatalf("run = %d, %v, want 1 and no error", n, err)
	}
	if want := "testdata/ferry.yaml:3:1: v1 Pod ferry: no label \"team\"\n"; out.String() != want {
		t.Errorf("output %q, want %q", out.String(), want)
	}
}
