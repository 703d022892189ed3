package analyze_test

import (
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// printPackages reads files as a scan would, and prints the packages.
func printPackages(a artifact.Analyzer, files map[string]string) {
	tree, errs := analyzetest.Run(context.Background(), a, files)
	for _, f := range tree.Files() {
		for _, c := range f.Facts.Components {
			fmt.Println(c.Type, c.Name, c.Version, c.Relationship, c.DependsOn)
		}
	}
	for _, err := range errs {
		fmt.Println(err)
	}
}

func ExampleGemspec() {
	printPackages(analyze.Gemspec, map[string]string{
		"usr/lib/gems/specifications/keel-1.2.0.gemspec": `Gem::Specification.new do |s|
  s.name = "keel".freeze
  s.version = "1.2.0"
end
`})
	// Output: gem keel 1.2.0 unknown []
}

func ExampleBundler() {
	printPackages(analyze.Bundler, map[string]string{"Gemfile.lock": `GEM
  remote: https://rubygems.org/
  specs:
    hull (2.0.1-x86_64-linux)
    keel (1.2.0)
      hull (~> 2.0)

DEPENDENCIES
  keel
`})
	// Output:
	// gem hull 2.0.1 indirect []
	// gem keel 1.2.0 direct [hull@2.0.1]
}

func ExampleComposerLock() {
	printPackages(analyze.ComposerLock, map[string]string{
		"composer.lock": `{"packages": [
			{"name": "ship/hull", "version": "2.0.1"},
			{"name": "ship/keel", "version": "v1.2.0", "require": {"php": ">=8", "ship/hull": "^2"}}
		]}`,
		"composer.json": `{"require": {"ship/keel": "^1"}}`,
	})
	// Output:
	// composer ship/hull 2.0.1 indirect []
	// composer ship/keel v1.2.0 direct [ship/hull@2.0.1]
}

func ExampleComposerInstalled() {
	printPackages(analyze.ComposerInstalled, map[string]string{
		"vendor/composer/installed.json": `{"packages": [{"name": "ship/keel", "version": "v1.2.0"}]}`,
	})
	// Output: composer ship/keel v1.2.0 unknown []
}
