package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A database that "db build" made is used by "image": where it is told to, and
// in the user's cache.
func TestBuildThenScan(t *testing.T) {
	cache := t.TempDir()
	for _, name := range cacheVariables() {
		t.Setenv(name, cache)
	}
	out := filepath.Join(t.TempDir(), "out.db")
	for _, test := range []struct{ build, scan []string }{
		{[]string{"-o", out}, []string{"--db", out}},
		{nil, nil},
	} {
		args := append([]string{"db", "build", "--from", advisories}, test.build...)
		code, stdout, stderr := start(t, args...)
		if code != 0 || stderr != "" || !strings.Contains(stdout, " advisories of ") {
			t.Fatalf("run(%q) = %d, stdout %q, stderr %q, want 0 and what was built", args, code, stdout, stderr)
		}
		args = append([]string{"image", "-f", "count", "-q", debian}, test.scan...)
		if code, stdout, stderr := start(t, args...); code != 0 || stdout != "24\n" {
			t.Errorf("run(%q) = %d, stdout %q, want 0, 24; stderr:\n%s", args, code, stdout, stderr)
		}
	}
}

// Records that cannot be read are told at the build, and at each scan with it.
func TestUnreadableRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	record, err := os.ReadFile(filepath.Join(advisories, "DEBIAN-CVE-2011-3374.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"good.json": string(record), "1.json": "{", "2.json": "{", "3.json": "{", "4.json": "{", "5.json": "{", "6.json\x1b": "",
		"7.json": "{", "8.json": "{",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "x.db")
	for _, test := range []struct {
		args     []string
		warnings int
	}{
		{[]string{"db", "build", "--from", dir, "-o", out}, 6},
		{[]string{"db", "build", "--from", dir, "-o", out, "--quiet"}, 0},
		{[]string{"image", "--db", out, debian}, 6},
		{[]string{"image", "--db", dir, debian}, 6},
		{[]string{"image", "--db", dir, debian, "--quiet"}, 0},
	} {
		code, _, stderr := start(t, test.args...)
		if n := strings.Count(stderr, "warning: "); code != 0 || n != test.warnings {
			t.Errorf("run(%q) = %d with %d warnings, want 0 with %d:\n%s", test.args, code, n, test.warnings, stderr)
		}
		if test.warnings > 0 && !strings.Contains(stderr, "2 more advisories could not be read") {
			t.Errorf("run(%q) does not say how many more there are:\n%s", test.args, stderr)
		}
	}
}

// A scan with a database that lacks records is not complete.
func TestUnreadRecordsFailTheGate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"good.json": `{"id":"TEST-2024-0009","affected":[{"package":{"ecosystem":"Debian:12","name":"none"},"versions":["1"]}]}`,
		"bad.json":  "{",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, quiet := range []string{"-q=false", "-q"} {
		code, _, stderr := start(t, "image", "--db", dir, debian, "--exit-code", "1", "-f", "count", quiet)
		if code != exitError || !strings.Contains(stderr, "not complete") {
			t.Errorf("run with %s = %d, stderr:\n%s\nwant %d, not complete", quiet, code, stderr, exitError)
		}
	}
	if err := os.Remove(filepath.Join(dir, "good.json")); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "x.db")
	if code, _, stderr := start(t, "db", "build", "--from", dir, "-o", out, "-q"); code != exitError || !strings.Contains(stderr, "none of 1 records") {
		t.Errorf("build of bad records alone = %d, stderr:\n%s\nwant %d, none of 1", code, stderr, exitError)
	}
}

// Several inputs may follow --from.
func TestBuildInputs(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "x.db")
	code, stdout, _ := start(t, "db", "build", "--from", filepath.Join(advisories, "TEST-2024-0002.json"), advisories, "-o", out)
	if code != exitError {
		t.Errorf("build of a file that is no zip = %d, stdout %s, want %d", code, stdout, exitError)
	}
	code, stdout, stderr := start(t, "db", "build", "--from", t.TempDir(), advisories, "-o", out)
	if code != 0 || !strings.Contains(stdout, "of 25 records") {
		t.Errorf("build of two inputs = %d, stdout %s, stderr %s, want 0 and 25 records", code, stdout, stderr)
	}
	if code, _, stderr := start(t, "db", "build", "--from", advisories, "-o", t.TempDir()); code != exitError || !strings.Contains(stderr, "directory") {
		t.Errorf("build to a directory = %d, stderr %s, want %d", code, stderr, exitError)
	}
}
