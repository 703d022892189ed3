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

func ExampleDotnetDeps() {
	printPackages(analyze.DotnetDeps, map[string]string{"app/Ship.deps.json": `{
		"runtimeTarget": {"name": "net8"},
		"targets": {"net8": {
			"Ship/1.0.0": {"dependencies": {"Keel": "1.2.0"}},
			"Keel/1.2.0": {"runtime": {"lib/net8.0/Keel.dll": {}}},
			"Rig.Analyzers/0.9.0": {}
		}},
		"libraries": {
			"Ship/1.0.0": {"type": "project"},
			"Keel/1.2.0": {"type": "package"},
			"Rig.Analyzers/0.9.0": {"type": "package"}
		}
	}`})
	// Output: nuget Keel 1.2.0 direct []
}

func ExampleNuGet() {
	printPackages(analyze.NuGet, map[string]string{"packages.lock.json": `{"dependencies": {"net8.0": {
		"Keel": {"type": "Direct", "resolved": "1.2.0", "dependencies": {"Hull": "2.0.0"}},
		"Hull": {"type": "Transitive", "resolved": "2.0.1"}
	}}}`})
	// Output:
	// nuget Keel 1.2.0 direct [Hull@2.0.1]
	// nuget Hull 2.0.1 indirect []
}

func ExamplePackagesProps() {
	printPackages(analyze.PackagesProps, map[string]string{"Directory.Packages.props": `<Project>
  <ItemGroup>
    <PackageVersion Include="Keel" Version="1.2.0" />
  </ItemGroup>
</Project>
`})
	// Output: nuget Keel 1.2.0 unknown []
}

func ExampleConan() {
	printPackages(analyze.Conan, map[string]string{"conan.lock": `{
		"version": "0.5",
		"requires": ["keel/1.2.0@dock/stable#4f3a%1675126491.773"]
	}`})
	// Output: conan keel 1.2.0 unknown []
}

func ExampleSwift() {
	printPackages(analyze.Swift, map[string]string{"Package.resolved": `{"version": 2, "pins": [{
		"identity": "keel",
		"location": "https://git.example.org/ship/keel.git",
		"state": {"revision": "6c89474e", "version": "1.2.0"}
	}]}`})
	// Output: swift git.example.org/ship/keel 1.2.0 unknown []
}

func ExampleCocoaPods() {
	printPackages(analyze.CocoaPods, map[string]string{"Podfile.lock": `PODS:
  - Hull (2.0.1)
  - Keel/Core (1.2.0):
    - Hull (~> 2.0)

DEPENDENCIES:
  - Keel/Core
`})
	// Output:
	// cocoapods Hull 2.0.1 indirect []
	// cocoapods Keel/Core 1.2.0 direct [Hull@2.0.1]
}

func ExamplePub() {
	printPackages(analyze.Pub, map[string]string{"pubspec.lock": `packages:
  keel:
    dependency: "direct main"
    source: hosted
    version: "1.2.0"
`})
	// Output: pub keel 1.2.0 direct []
}

func ExampleHex() {
	printPackages(analyze.Hex, map[string]string{"mix.lock": `%{
  "hull": {:hex, :hull, "2.0.1", "deb5b9ab", [:mix], [], "hexpm"},
  "keel": {:hex, :keel, "1.2.0", "e855647b", [:mix], [{:hull, "~> 2.0", [hex: :hull]}], "hexpm"},
}`})
	// Output:
	// hex hull 2.0.1 unknown []
	// hex keel 1.2.0 unknown [hull@2.0.1]
}

func ExampleRebar() {
	printPackages(analyze.Rebar, map[string]string{"rebar.lock": `{"1.2.0",
[{<<"keel">>,{pkg,<<"keel">>,<<"1.2.0">>},0}]}.
`})
	// Output: hex keel 1.2.0 direct []
}

func ExampleJulia() {
	printPackages(analyze.Julia, map[string]string{
		"Manifest.toml": `julia_version = "1.10.2"
manifest_format = "2.0"

[[deps.Dates]]
uuid = "ade2ca70-3891-5945-98fb-dc099432e06a"

[[deps.Keel]]
deps = ["Dates"]
uuid = "00000000-0000-0000-0000-000000000001"
version = "1.2.0"
`,
		"Project.toml": `[deps]
Keel = "00000000-0000-0000-0000-000000000001"
`})
	// Output:
	// julia Dates 1.10.2 indirect []
	// julia Keel 1.2.0 direct [Dates@1.10.2]
}

func ExampleRPackage() {
	printPackages(analyze.RPackage, map[string]string{"usr/lib/R/library/keel/DESCRIPTION": `Package: keel
Version: 1.2-3
License: GPL-2
Built: R 4.3.1; ; 2024-01-01 00:00:00 UTC; unix
`})
	// Output: cran keel 1.2-3 unknown []
}

func ExampleRenv() {
	printPackages(analyze.Renv, map[string]string{"renv.lock": `{"Packages": {
		"keel": {"Package": "keel", "Version": "1.2-3"}
	}}`})
	// Output: cran keel 1.2-3 unknown []
}

func ExampleCabalFreeze() {
	printPackages(analyze.CabalFreeze, map[string]string{"cabal.project.freeze": `constraints: any.hull ==2.0.1,
             any.keel ==1.2.0.4,
             keel +sail
`})
	// Output:
	// hackage hull 2.0.1 unknown []
	// hackage keel 1.2.0.4 unknown []
}

func ExampleStackLock() {
	printPackages(analyze.StackLock, map[string]string{"stack.yaml.lock": `packages:
- completed:
    hackage: keel-core-1.2.0.4@sha256:00,1234
  original:
    hackage: keel-core-1.2.0.4
`})
	// Output: hackage keel-core 1.2.0.4 direct []
}
