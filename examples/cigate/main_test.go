package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/store"
)

const (
	image      = "../../testdata/images/alpine319.tar"
	advisories = "../../testdata/advisories"
)

// build makes a database of the records named, or of all.
func build(t *testing.T, records ...string) string {
	t.Helper()
	from := advisories
	if len(records) > 0 {
		from = t.TempDir()
	}
	for _, name := range records {
		content, err := os.ReadFile(filepath.Join(advisories, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(from, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	db := filepath.Join(t.TempDir(), "test.db")
	if _, err := store.Build(t.Context(), db, []string{from}, store.BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestGate(t *testing.T) {
	t.Parallel()
	all, unfixed := build(t), build(t, "TEST-2024-0003.json")
	for _, test := range []struct {
		ref, db, least string
		passed, ok     bool
		reasons        string
	}{
		{image, all, "critical", false, true, image + ": \"4 vulnerabilities of severity CRITICAL\"\n"},
		{image, unfixed, "low", true, true, ""},
		{image, all, "huge", false, false, ""},
		{image, "nosuch.db", "low", false, false, ""},
		{"./nosuch.tar", all, "high", false, false, ""},
	} {
		var out strings.Builder
		passed, err := gate(t.Context(), &out, test.ref, test.db, test.least)
		if passed != test.passed || (err == nil) != test.ok || out.String() != test.reasons {
			t.Errorf("gate(%s, %s) = %t, %v and prints %q, want %t, no error %t, %q",
				test.ref, test.least, passed, err, &out, test.passed, test.ok, test.reasons)
		}
	}
}
