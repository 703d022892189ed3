package plimsoll_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/osv"
)

var update = flag.Bool("update", false, "write testdata/images/alpine319.tar")

// The commands that README.md starts with are steps of .ci/run.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	commands := strings.Split(strings.TrimSpace(fenced(t, "sh")), "\n")
	if len(commands) != 2 {
		t.Errorf("README.md starts with the commands %q, want two", commands)
	}
	steps := strings.Split(readFile(t, ".ci/run"), "\n")
	for _, command := range commands {
		runs := func(line string) bool {
			return strings.HasPrefix(line, "step 'README: ") && strings.HasSuffix(line, "' "+command)
		}
		if !slices.ContainsFunc(steps, runs) {
			t.Errorf(".ci/run has no README step for %q", command)
		}
	}
}

// The function that README.md shows is the one of the example.
func TestReadmeSnippet(t *testing.T) {
	t.Parallel()
	if snippet := fenced(t, "go"); !strings.Contains(readFile(t, "example_test.go"), "\n"+snippet) {
		t.Errorf("example_test.go does not hold what README.md shows:\n%s", snippet)
	}
}

func TestAlpineImage(t *testing.T) {
	t.Parallel()
	const name = "alpine319.tar"
	images := filepath.Join(rootDir(t), "testdata", "images")
	file := filepath.Join(t.TempDir(), name)
	if *update {
		file = filepath.Join(images, name)
	}
	goRun(t, images, "run", "make.go", "-format", "docker", "-o", file, "-name", "plimsoll/alpine319:3.19.1",
		"alpine319/1-base=ADD the base system",
		"alpine319/2-tools=RUN apk add libexpat openssl && rm /etc/motd")
	if got, want := readFile(t, file), readFile(t, filepath.Join(images, name)); got != want {
		t.Errorf("%s is not what make.go makes of %s; run go test -run TestAlpineImage -update .", name, "alpine319/")
	}
}

func TestImages(t *testing.T) {
	t.Parallel()
	for _, want := range []struct {
		file       string
		os         string
		components int
		added      int // by the second layer
	}{
		{"debian12.tar", "debian 12.15", 106, 18},
		{"alpine319.tar", "alpine 3.19.1", 17, 2},
	} {
		t.Run(want.file, func(t *testing.T) {
			t.Parallel()
			inv := inspect(t, want.file)
			added := 0
			for _, c := range inv.Components {
				if c.Layer == 1 {
					added++
				}
			}
			if inv.OS == nil || inv.OS.String() != want.os || len(inv.Components) != want.components || added != want.added {
				t.Errorf("%s: OS %v, %d components, %d of layer 1, want %s, %d, %d",
					want.file, inv.OS, len(inv.Components), added, want.os, want.components, want.added)
			}
			if len(inv.Problems) > 0 {
				t.Errorf("%s: problems %v, want none", want.file, inv.Problems)
			}
			if len(inv.Layers) != 2 || inv.Layers[1].CreatedBy == "" {
				t.Errorf("%s: layers %+v, want two with a build step each", want.file, inv.Layers)
			}
			if n := len(readFile(t, filepath.Join("testdata", "images", want.file))); n > 300_000 {
				t.Errorf("%s has %d bytes, want at most 300,000", want.file, n)
			}
		})
	}
}

// Each advisory is about a package of one of the images, and lies in the file
// that its id names.
func TestAdvisories(t *testing.T) {
	t.Parallel()
	sources := make(map[vuln.Ecosystem][]string)
	for _, file := range []string{"debian12.tar", "alpine319.tar"} {
		inv := inspect(t, file)
		ecosystems, err := inv.OS.Ecosystems()
		if err != nil {
			t.Fatal(err)
		}
		ecosystem := ecosystems[0]
		for _, c := range inv.Components {
			sources[ecosystem] = append(sources[ecosystem], c.SourceName)
		}
	}
	files, err := filepath.Glob("testdata/advisories/*")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	withdrawn := 0
	for _, file := range files {
		entry, err := osv.Decode([]byte(readFile(t, file)))
		if err != nil {
			t.Errorf("decode %s: %v", file, err)
			continue
		}
		names = append(names, filepath.Join("testdata", "advisories", entry.ID+".json"))
		if entry.Withdrawn != "" {
			withdrawn++
		}
		for _, a := range entry.Affected {
			if !slices.Contains(sources[vuln.Ecosystem(a.Package.Ecosystem)], a.Package.Name) {
				t.Errorf("%s is about %s %s, which no image holds", file, a.Package.Ecosystem, a.Package.Name)
			}
		}
	}
	if diff := cmp.Diff(files, names); diff != "" {
		t.Errorf("files and the names that their ids give (-file +name):\n%s", diff)
	}
	if withdrawn != 2 {
		t.Errorf("%d advisories are withdrawn, want 2", withdrawn)
	}
}

// inspect lists what is in an image of testdata/images.
func inspect(t *testing.T, file string) *scan.Inventory {
	t.Helper()
	src, err := source.Parse(filepath.Join("testdata", "images", file), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	inv, err := scan.Inspect(context.Background(), src, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// fenced is the content of the first fenced block of that language in README.md.
func fenced(t *testing.T, language string) string {
	t.Helper()
	_, after, found := strings.Cut(readFile(t, "README.md"), "\n```"+language+"\n")
	block, _, closed := strings.Cut(after, "```\n")
	if !found || !closed {
		t.Fatalf("README.md has no block of %s", language)
	}
	return block
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
