package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// project is a directory with a lock file, a manifest of Julia's, which every
// target has, and a package that is only needed for tests.
func project(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"composer.lock":               `{"packages": [{"name": "keel/hull", "version": "1.0.0"}], "packages-dev": [{"name": "keel/probe", "version": "2.0.0"}]}`,
		"docs/Manifest.toml":          "julia_version = \"1.10.0\"\nmanifest_format = \"2.0\"\n\n[[deps.Mast]]\nuuid = \"6f1fad26-d15e-5dc8-ae53-837a1d7b8c9f\"\nversion = \"0.1.0\"\n",
		"test/testdata/composer.lock": `{"packages": [{"name": "keel/fixture", "version": "3.0.0"}], "packages-dev": []}`,
		"broken/composer.lock":        `{`,
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

// packages are the names in a JSON report.
func packages(t *testing.T, text string) string {
	t.Helper()
	var report struct {
		Results []struct{ Packages []struct{ Name string } }
	}
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var names []string
	for _, r := range report.Results {
		for _, p := range r.Packages {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, " ")
}

func TestTargets(t *testing.T) {
	t.Parallel()
	dir := project(t)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"fs":           {[]string{"fs", dir}, "keel/hull keel/fixture Mast"},
		"alias":        {[]string{"filesystem", dir}, "keel/hull keel/fixture Mast"},
		"repo":         {[]string{"repo", dir}, "keel/hull keel/fixture Mast"},
		"alias of it":  {[]string{"repository", dir}, "keel/hull keel/fixture Mast"},
		"rootfs":       {[]string{"rootfs", dir}, "Mast"},
		"everything":   {[]string{"rootfs", "--everything", dir}, "keel/hull keel/fixture Mast"},
		"one file":     {[]string{"fs", filepath.Join(dir, "composer.lock")}, "keel/hull"},
		"dev":          {[]string{"fs", "--include-dev-deps", dir}, "keel/hull keel/probe keel/fixture Mast"},
		"skip dirs":    {[]string{"fs", "--skip-dirs", "**/testdata,docs", dir}, "keel/hull"},
		"skip files":   {[]string{"fs", "--skip-files", "*.lock", dir}, "keel/fixture Mast"},
		"system alone": {[]string{"fs", "--pkg-types", "os", dir}, ""},
		"libraries":    {[]string{"fs", "--vuln-type", "library", dir}, "keel/hull keel/fixture Mast"},
		"no packages":  {[]string{"fs", "--list-all-pkgs=false", dir}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append(test.args[:1:1], append([]string{"--db", advisories, "-f", "json", "-q", "--offline-scan"}, test.args[1:]...)...)
			code, stdout, stderr := start(t, args...)
			if code != 0 || stderr != "" {
				t.Errorf("run(%q) = %d, stderr:\n%s", args, code, stderr)
			}
			if got := packages(t, stdout); got != test.want {
				t.Errorf("run(%q) lists %q, want %q", args, got, test.want)
			}
		})
	}
	// What cannot be read is said, and fails a gate.
	code, _, stderr := start(t, "fs", "--db", advisories, "-f", "count", "--exit-code", "1", dir)
	if code != 3 || !strings.Contains(stderr, "broken/composer.lock") {
		t.Errorf("run() of a broken lock file = %d, stderr:\n%s\nwant 3 and its name", code, stderr)
	}
}

// Each reference has its report, one after the other.
func TestSeveral(t *testing.T) {
	t.Parallel()
	code, stdout, _ := start(t, "image", "--db", advisories, "-f", "json", debian, "./nosuch.tar", alpine)
	if code != 3 {
		t.Errorf("run() of two images and one that is not there = %d, want 3", code)
	}
	decoder := json.NewDecoder(strings.NewReader(stdout))
	for _, want := range []string{debian, alpine} {
		var report struct{ ArtifactName string }
		if err := decoder.Decode(&report); err != nil || report.ArtifactName != want {
			t.Errorf("the report is of %q, error %v, want %s", report.ArtifactName, err, want)
		}
	}
}

func TestListPackages(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := start(t, "fs", "--db", advisories, "--list-all-pkgs", "--skip-dirs", "broken", project(t))
	if code != 0 || stderr != "" || !strings.Contains(stdout, "composer.lock (composer): packages\n") || !strings.Contains(stdout, "keel/hull") {
		t.Errorf("run() = %d, stderr:\n%s\nstdout:\n%s\nwant tables of packages", code, stderr, stdout)
	}
}

func TestSBOMOfStandardInput(t *testing.T) {
	t.Parallel()
	const bill = `{"bomFormat": "CycloneDX", "components": [
		{"type": "operating-system", "name": "debian", "version": "12"},
		{"type": "library", "name": "curl", "purl": "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12"}]}`
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"sbom", "--db", advisories, "-f", "json", "-"}, strings.NewReader(bill), &out, &errs)
	if code != 0 || packages(t, out.String()) != "curl" || !strings.Contains(out.String(), "CVE-2023-38545") {
		t.Errorf("run() = %d, stderr:\n%s\nstdout:\n%s\nwant curl and CVE-2023-38545", code, &errs, &out)
	}
}

// Waiting for standard input can be interrupted.
func TestSBOMOfStandardInputInterrupted(t *testing.T) {
	t.Parallel()
	stdin, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	var stderr strings.Builder
	code := run(ctx, []string{"sbom", "--db", advisories, "-"}, stdin, io.Discard, &stderr)
	if code != 3 || !strings.Contains(stderr.String(), "standard input") {
		t.Errorf("run() = %d, stderr:\n%s\nwant 3", code, &stderr)
	}
}

// A second scan of an image reads nothing of its layers: they may be gone.
func TestLayerCache(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	scan := func(args ...string) (int, string, string) {
		return start(t, append([]string{"image", "--db", advisories, "--cache-dir", dir, "-f", "count", "-q", "--ignore-problems", "--exit-code", "9", alpine}, args...)...)
	}
	scan("--no-cache")
	if _, err := os.Stat(filepath.Join(dir, "layers")); !os.IsNotExist(err) {
		t.Errorf("--no-cache keeps layers: %v", err)
	}
	_, want, _ := scan()
	if kept, err := filepath.Glob(filepath.Join(dir, "layers", "*", "*")); err != nil || len(kept) == 0 {
		t.Errorf("the cache has %v, %v, want layers", kept, err)
	}
	code, got, _ := start(t, "image", "--db", advisories, "--cache-dir", dir, "-f", "count", "-q", damaged(t, alpine))
	if code != 0 || got != want {
		t.Errorf("with the cache a damaged image has %s findings, exit %d, want %s", got, code, want)
	}
}

// A repository that a URL names is fetched.
func TestRepositoryURL(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		args []string
		want int
	}{
		{[]string{"--branch", "a", "--tag", "b", "https://127.0.0.1:1/x"}, 2},
		{[]string{"--branch", "main", "."}, 2},
		{[]string{"http://127.0.0.1:1/keel.git"}, 3},
	} {
		code, _, stderr := start(t, append([]string{"repo", "--db", advisories}, row.args...)...)
		if code != row.want {
			t.Errorf("run(repo %q) = %d, stderr:\n%s\nwant %d", row.args, code, stderr, row.want)
		}
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	for ref, want := range map[string]bool{
		"https://example.com/a": true, "ssh://git@example.com/a": true, "git@example.com:a/b": true, "dir": false, "./a@b:c": true, "c:\\dir": false, "file:///x": false,
	} {
		if isURL(ref) != want {
			t.Errorf("isURL(%q) = %t, want %t", ref, !want, want)
		}
	}
}

// The token is for HTTP; ssh has keys.
func TestRepositoryToken(t *testing.T) {
	t.Setenv("PLIMSOLL_GIT_TOKEN", "hush")
	code, _, stderr := start(t, "repo", "--db", advisories, "ssh://git@127.0.0.1:1/x")
	if code != 3 || strings.Contains(stderr, "invalid auth method") || strings.Contains(stderr, "hush") {
		t.Errorf("run() = %d, stderr:\n%s\nwant 3, and that there is no such host", code, stderr)
	}
}

// Images of an engine are asked of it.
func TestEngine(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"docker:plimsoll-none"}, {"containerd:plimsoll-none"}, {"--image-src", "podman,remote", "127.0.0.1:1/none"}} {
		code, _, stderr := start(t, append([]string{"image", "--db", advisories}, args...)...)
		if code != 3 || !strings.Contains(stderr, "none") {
			t.Errorf("run(image %q) = %d, stderr:\n%s\nwant 3 and the name", args, code, stderr)
		}
	}
	if code, _, stderr := start(t, "image", "--db", advisories, "--image-src", "moon", "x"); code != 2 || !strings.Contains(stderr, "--image-src moon") {
		t.Errorf("run() = %d, %s, want 2", code, stderr)
	}
}
