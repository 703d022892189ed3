package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The number of workers cannot be seen in what is written, in any format.
func TestWorkers(t *testing.T) {
	t.Parallel()
	manifests := fleetOfManifests(t)
	commands := map[string][]string{}
	for _, format := range scanFormatNames() {
		image := []string{"image", "--db", advisories, "--no-cache", "-q", "-f", format, debian}
		if format == "template" {
			image = append(image, "--template", "{{ range . }}{{ range .Vulnerabilities }}{{ .VulnerabilityID }} {{ end }}{{ end }}")
		}
		commands["image as "+format] = image
	}
	for _, format := range []string{"plain", "json", "sarif", "html"} {
		commands["lint as "+format] = []string{"lint", "--add-all-built-in", "--exclude", "schema-validation", "--format", format, manifests}
	}
	for _, format := range []string{"json", "table", "sarif", "html"} {
		commands["score as "+format] = []string{"score", "--format", format, manifests}
	}
	for name, args := range commands {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var first string
			for _, workers := range []string{"1", "8"} {
				code, stdout, stderr := start(t, append(args[:len(args):len(args)], "--workers", workers)...)
				out := momentless(stdout) + stderr
				if code > 1 || len(stdout) < 3 {
					t.Fatalf("run(%q) with %s workers = %d, %d bytes, %s", args, workers, code, len(stdout), stderr)
				}
				if first == "" {
					first = out
				} else if diff := cmp.Diff(first, out); diff != "" {
					t.Errorf("run(%q) differs with 8 workers (-1 +8):\n%s", args, diff)
				}
			}
		})
	}
}

// fleetOfManifests is a directory with many files, some with mistakes.
func fleetOfManifests(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range strings.Fields("anchor boom capstan davit ensign fender galley helm iron jib keel luff mast nave oar plank quay rudder sail tiller") {
		text := `apiVersion: apps/v1
kind: Deployment
metadata: {name: ` + name + `}
spec:
  selector: {matchLabels: {app: ` + name + `}}
  template:
    metadata: {labels: {app: ` + name + `}}
    spec:
      containers:
      - {name: a, image: "` + name + `:latest", securityContext: {privileged: ` + map[bool]string{true: "true", false: "false"}[len(name)%2 == 0] + `}}
      - {name: b, image: "` + name + `"}
`
		path := filepath.Join(dir, name[:1], name+".yaml")
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// momentless is a report without when it was made, which some formats have, and the
// ids that are made of it.
func momentless(report string) string {
	return regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?|\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`).ReplaceAllString(report, "TIME")
}
