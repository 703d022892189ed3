package main

import (
	"bytes"
	"os"
	"testing"
)

func TestTableIsCurrent(t *testing.T) {
	t.Parallel()
	want, err := build()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../types.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("types.txt has %d bytes that are not the %d that gen writes; run go run . ../types.txt", len(got), len(want))
	}
}
