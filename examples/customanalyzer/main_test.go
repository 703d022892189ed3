package main

import (
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

func TestVendored(t *testing.T) {
	t.Parallel()
	tree, errs := analyzetest.Run(t.Context(), vendored{}, map[string]string{
		"lib/VENDORED": "npm lodash 4.17.20\nmaven test:keel 1\n", "bad/VENDORED": "npm lodash 4.17.20\nnpm\n", "VENDORED.txt": "",
	})
	if f := tree.File("lib/VENDORED"); len(f.Facts.Components) != 2 || f.Facts.Components[1].Name != "test:keel" {
		t.Errorf("Analyze() = %+v, want two packages", f.Facts)
	}
	if f := tree.File("bad/VENDORED"); len(f.Facts.Components) != 1 || len(errs) != 1 || errs["bad/VENDORED"] == nil {
		t.Errorf("Analyze() of half a file = %+v, %v, want one package and an error", f.Facts, errs)
	}
	if tree.File("VENDORED.txt") != nil {
		t.Error("another file was wanted")
	}
}

// In a scan it is like any other: what it finds is attributed and judged.
func TestScan(t *testing.T) {
	t.Parallel()
	file := source.MemoryEntry{Entry: artifact.Entry{Path: "srv/VENDORED", Mode: 0o644}, Content: []byte("npm lodash 4.17.20\n")}
	inv, err := scan.Inspect(t.Context(), source.Memory("boat", nil, []source.MemoryEntry{file}), scan.Options{Analyzers: []scan.Analyzer{vendored{}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(inv.Components) != 1 || fmt.Sprintf("%s %s %d", inv.Components[0].ID(), inv.Components[0].Path, inv.Components[0].Layer) != "lodash@4.17.20 srv/VENDORED 1" {
		t.Errorf("Inspect() = %+v", inv.Components)
	}
}
