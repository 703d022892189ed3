package scan_test

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/cache"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// examplePackages is a matcher that names packages and judges nothing.
type examplePackages struct{}

func (examplePackages) Name() string { return "packages" }

func (examplePackages) Match(_ context.Context, inv *scan.Inventory) (scan.Results, error) {
	for _, c := range inv.Components {
		fmt.Println(inv.Target.Kind, c.Analyzer, c.ID(), "in", path.Base(c.Path))
	}
	return scan.Results{}, nil
}

// exampleDirectory is a checkout with a lock file, on a branch.
func exampleDirectory() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "plimsoll")
	if err != nil {
		panic(err)
	}
	for name, content := range map[string]string{
		"composer.lock": `{"packages": [{"name": "keel/hull", "version": "1.0.0"}], "packages-dev": [{"name": "keel/probe", "version": "2.0.0"}]}`,
		".git/HEAD":     "ref: refs/heads/main\n",
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			panic(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			panic(err)
		}
	}
	return dir, func() { os.RemoveAll(dir) }
}

func ExampleFilesystem() {
	dir, remove := exampleDirectory()
	defer remove()
	_, err := scan.Filesystem(context.Background(), dir, scan.Options{Matchers: []scan.Matcher{examplePackages{}}})
	fmt.Println(err)
	// Output:
	// filesystem composer keel/hull@1.0.0 in composer.lock
	// <nil>
}

func ExampleRepository() {
	dir, remove := exampleDirectory()
	defer remove()
	report, err := scan.Repository(context.Background(), dir, scan.Options{
		Matchers: []scan.Matcher{examplePackages{}}, DevDependencies: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("on", report.Target.Branch)
	// Output:
	// repository composer keel/hull@1.0.0 in composer.lock
	// repository composer keel/probe@2.0.0 in composer.lock
	// on main
}

// Lock files are not installed packages: only Everything reads them in the root
// of a system.
func ExampleRootfs() {
	dir, remove := exampleDirectory()
	defer remove()
	_, err := scan.Rootfs(context.Background(), dir, scan.Options{Matchers: []scan.Matcher{examplePackages{}}, Everything: true})
	fmt.Println(err)
	// Output:
	// rootfs composer keel/hull@1.0.0 in composer.lock
	// <nil>
}

func ExampleSBOM() {
	dir, remove := exampleDirectory()
	defer remove()
	file := filepath.Join(dir, "hull.cdx.json")
	const bill = `{"bomFormat": "CycloneDX", "components": [{"type": "library", "name": "hull", "purl": "pkg:composer/keel/hull@1.0.0"}]}`
	if err := os.WriteFile(file, []byte(bill), 0o644); err != nil {
		fmt.Println(err)
		return
	}
	_, err := scan.SBOM(context.Background(), file, scan.Options{Matchers: []scan.Matcher{examplePackages{}}})
	fmt.Println(err)
	// Output:
	// cyclonedx sbom keel/hull@1.0.0 in .
	// <nil>
}

// A layer that was read before is not read again, by this scan or another.
func ExampleCache() {
	image := source.Memory("boat", []source.MemoryEntry{})
	opts := scan.Options{Cache: cache.Memory(0)}
	for range 2 {
		inv, err := scan.Inspect(context.Background(), image, opts)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("walks:", inv.Stats.Walks, "cached:", inv.Stats.Cached)
	}
	// Output:
	// walks: 1 cached: 0
	// walks: 0 cached: 1
}

func ExampleOptions_Skips() {
	opts := scan.Options{SkipDirs: []string{"**/testdata"}, SkipFiles: []string{"*.jar"}}
	fmt.Println(opts.Skips("a/testdata", true), opts.Skips("a/testdata", false), opts.Skips("boat.jar", false))
	// Output: true false true
}
