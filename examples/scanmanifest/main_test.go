package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(t.Context(), &out, "../../testdata/manifests/harbour.yaml"); err != nil {
		t.Fatalf("run() = %v", err)
	}
	for _, want := range []string{
		"harbour.yaml:16:16: latest-tag: ",
		"harbour.yaml:2:1: Deployment/harbour.default: Failed with a score of -6 points",
		"harbour.yaml:24:1: Service/harbour.default: This resource kind is not supported",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("run() prints no %q:\n%s", want, &out)
		}
	}
	if err := run(t.Context(), &out, "nosuch.yaml"); err == nil {
		t.Error("run(nosuch.yaml) = nil, want an error")
	}
}
