// Command customanalyzer lists what a directory holds, with a format of one's own
// beside those that are known: files called VENDORED, a line for each package,
// "npm lodash 4.17.20".
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// vendored implements scan.Analyzer.
type vendored struct{}

func (vendored) Name() string             { return "vendored" }
func (vendored) Version() int             { return 1 }
func (vendored) Patterns() []scan.Pattern { return []scan.Pattern{{Base: "VENDORED"}} }
func (vendored) Analyze(_ context.Context, f *scan.File) (facts scan.Facts, err error) {
	text, err := f.Bytes()
	for line := range strings.Lines(string(text)) {
		part := strings.Fields(line)
		if len(part) != 3 {
			return facts, fmt.Errorf("read %s: %q is not a type, a name and a version", f.Path, line)
		}
		facts.Components = append(facts.Components, scan.Component{Package: vuln.Package{Type: vuln.PackageType(part[0]), Name: part[1], Version: part[2]}})
	}
	return facts, err
}

func main() {
	dir := source.Directory(os.Args[len(os.Args)-1], source.DirectoryOptions{})
	inv, err := scan.Inspect(context.Background(), dir, scan.Options{Analyzers: append(analyze.Filesystem(), vendored{})})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, c := range inv.Components {
		fmt.Println(c.Type, c.Name, c.Version, c.Path)
	}
}
