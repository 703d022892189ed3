package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// system is the root directory of a system with one package.
func system(t *testing.T, release string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"etc/os-release":       release,
		"lib/apk/db/installed": "P:keel\nV:1.0-r0\nA:x86_64\no:keel\n\n",
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A system past its end of life is told, and fails the gates that ask; one
// without an end never does, whatever the clock says.
func TestEndOfLife(t *testing.T) {
	t.Parallel()
	old := system(t, "ID=alpine\nVERSION_ID=3.4.6\n")
	rolling := system(t, "ID=wolfi\nVERSION_ID=20230201\n")
	broken := system(t, "ID=alpine\nVERSION_ID=3.4.6\n")
	records := t.TempDir()
	record := `{"id": "TEST-2024-0001", "modified": "2024-01-01T00:00:00Z", "affected": [
		{"package": {"ecosystem": "Alpine:v3.4", "name": "hull"}, "versions": ["1"]},
		{"package": {"ecosystem": "Wolfi", "name": "hull"}, "versions": ["1"]}]}`
	if err := os.WriteFile(filepath.Join(records, "TEST-2024-0001.json"), []byte(record), 0o644); err != nil {
		t.Fatal(err)
	}
	torn := system(t, "ID=wolfi\nVERSION_ID=20230201\n")
	for _, dir := range []string{broken, torn} {
		if err := os.WriteFile(filepath.Join(dir, "lib/apk/db/installed"), []byte("P:keel\nV:1.0-r0\n\nP:\x00\nV:\n\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const why = "gate: the support of alpine 3.4 ended on 2018-05-01\n"
	for _, row := range []struct {
		dir    string
		args   []string
		code   int
		stderr string
	}{
		{old, nil, 0, ""},
		{old, []string{"--exit-code", "1"}, 0, ""},
		{old, []string{"--exit-on", "eol"}, 1, why},
		{old, []string{"--exit-on", "kev"}, 0, ""},
		{old, []string{"--exit-on", "kev,eol", "--exit-code", "9"}, 9, why},
		{old, []string{"--exit-on-eol", "7"}, 7, why},
		{old, []string{"--exit-on-eol", "7", "--quiet"}, 7, ""},
		{old, []string{"--exit-on-eol", "7", "--exit-on", "eol", "--exit-code", "9"}, 7, why},
		{rolling, []string{"--exit-on-eol", "7", "--exit-on", "eol", "--exit-code", "9"}, 0, ""},
		{broken, []string{"--exit-on-eol", "7"}, 7, why},
		{broken, []string{"--exit-on", "eol"}, 3, "error: the report is not complete"},
		{broken, []string{"--exit-on", "eol", "--ignore-problems"}, 1, why},
		{torn, []string{"--exit-on-eol", "7"}, 3, "error: the report is not complete"},
		{torn, []string{"--exit-on-eol", "7", "--ignore-problems"}, 0, ""},
	} {
		args := append([]string{"rootfs", "--db", records, row.dir}, row.args...)
		code, stdout, stderr := start(t, args...)
		if code != row.code || !strings.HasPrefix(stderr, row.stderr) || (row.stderr == "") != (stderr == "") {
			t.Errorf("run(%q) = %d, stderr:\n%s\nwant %d, %q", args, code, stderr, row.code, row.stderr)
		}
		if got := strings.Contains(stdout, "\nThe support of alpine 3.4.6 ended on 2018-05-01: "); got != (row.dir == old || row.dir == broken) {
			t.Errorf("run(%q): the table says that the support ended: %t\n%s", args, got, stdout)
		}
	}
	if got := must(t, "rootfs", "--db", records, "-f", "json", old); !strings.Contains(got, `"EOSL": true`) {
		t.Errorf("JSON lacks EOSL:\n%s", got)
	}
}
