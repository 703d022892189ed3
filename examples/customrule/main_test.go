package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint/linttest"
)

func TestOneRegistry(t *testing.T) {
	t.Parallel()
	linttest.Run(t, oneRegistry("harbour.example"), "testdata/ships.yaml")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const tug = "apiVersion: v1\nkind: Pod\nmetadata: {name: tug}\nspec:\n  containers:\n  - {name: winch, image: harbour.example/winch:1}\n"
	const found = "tug.yaml:6:26: image \"harbour.example/winch:1\" is not from dock.example\n"
	for _, row := range []struct {
		registry, text, want string
		exit                 int
		err                  string // a part of it
	}{
		{"harbour.example", tug, "", 0, ""},
		{"dock.example", tug, found, 1, ""},
		{"dock.example", tug + "---\nkind: [\n", found, 2, "tug.yaml:8"},
		{"harbour.example", tug + "  hostNetwork: maybe\n", "", 2, "tug.yaml:7"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "tug.yaml"), []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		exit, err := check(t.Context(), &out, dir, oneRegistry(row.registry))
		text := ""
		if err != nil {
			text = err.Error()
		}
		if exit != row.exit || out.String() != row.want || (text == "") != (row.err == "") || !strings.Contains(text, row.err) {
			t.Errorf("check with %s of\n%s\nprints %q and gives %d, %v; want %q and %d, an error with %q",
				row.registry, row.text, &out, exit, err, row.want, row.exit, row.err)
		}
	}
	if exit, err := check(t.Context(), new(strings.Builder), filepath.Join(t.TempDir(), "absent")); exit != 2 || err == nil {
		t.Errorf("check of no directory = %d, %v, want 2 and an error", exit, err)
	}
	if exit, err := check(t.Context(), new(strings.Builder), t.TempDir(), oneRegistry(""), oneRegistry("")); exit != 2 || err == nil {
		t.Errorf("check with two rules of one name = %d, %v, want 2 and an error", exit, err)
	}
}
