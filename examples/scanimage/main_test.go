package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/store"
)

func TestScanImage(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "test.db")
	if _, err := store.Build(t.Context(), db, []string{"../../testdata/advisories"}, store.BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := scanImage(t.Context(), &out, "../../testdata/images/alpine319.tar", db); err != nil {
		t.Fatalf("scanImage() = %v", err)
	}
	for _, want := range []string{"alpine319.tar (alpine 3.19.1)", "│ libcrypto3 ", "│ CVE-2024-5535 ", "│ CRITICAL "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("scanImage() prints no %q:\n%s", want, &out)
		}
	}
	if err := scanImage(t.Context(), &out, "./nosuch.tar", db); err == nil {
		t.Error("scanImage(./nosuch.tar) = nil, want an error")
	}
	if err := scanImage(t.Context(), &out, "../../testdata/images/alpine319.tar", "nosuch.db"); err == nil {
		t.Error("scanImage() with nosuch.db = nil, want an error")
	}
}
