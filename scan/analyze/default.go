// Package analyze holds the analyzers. Each is a variable that knows one format,
// with its specification as the comment: it turns one file of a layer or a
// directory into facts, which are the operating system, packages, and what is
// known of them. One that needs a file beside it joins both in Resolve.
//
// Which analyzers a target is read with is the table in default.go. A new one is
// a file of its own with a row there and in default_test.go, fixtures in
// testdata, an example and a fuzz target. What formats share has files of its
// own: documents and their lines (document.go), JSON (jsonmembers.go,
// jsonvalues.go), TOML (tomltree.go), YAML (yamlnodes.go), XML (xmlelements.go),
// records between blank lines (records.go), lists of components and their bounds
// (componentlist.go, pins.go), and what is wrong in a file (faults.go).
package analyze

import "github.com/plimsoll-go/plimsoll/scan/artifact"

// A row says for which targets an analyzer runs.
type row struct {
	analyzer artifact.Analyzer
	targets  target
}

// A target is a set of kinds of target.
type target uint8

const (
	image      target = 1 << iota // an image, or the root of a system
	filesystem                    // a directory
	repository                    // a checkout
	none       target = 0         // only where all are asked for

	system     = image | filesystem // what only an installed system has
	installed  = image              // packages of languages where they are installed
	locked     = filesystem | repository
	everywhere = image | filesystem | repository
)

// rows is the whole list: an analyzer, and the targets it runs for, which are
// those of Trivy where it has such an analyzer.
func rows() []row {
	return []row{
		{OSRelease, system},
		{Dpkg, system},
		{APK, system},
		{RPM, system},
		{RPMLog, system},
		{RPMManifest, system},
		{RedHatBuild, system},
		{RPMFile, none},
		{Chisel, system},
		{Bottlerocket, system},
		{Pacman, system},
		{Gentoo, system},

		{SBOM, image},
		{GoBinary, installed},
		{RustBinary, installed},
		{NodePackage, installed},
		{PythonPackage, installed},
		{CondaPackage, installed},
		{Jar, installed},
		{Gemspec, installed},
		{ComposerInstalled, installed},
		{RPackage, installed},

		{CargoLock, everywhere},
		{PythonEgg, everywhere},
		{DotnetDeps, everywhere},
		{NuGet, everywhere},
		{PackagesProps, everywhere},
		{Julia, everywhere},

		{GoMod, locked},
		{NPMLock, locked},
		{YarnLock, locked},
		{PNPMLock, locked},
		{BunLock, locked},
		{Requirements, locked},
		{Pipenv, locked},
		{Poetry, locked},
		{UV, locked},
		{PyLock, locked},
		{CondaEnvironment, locked},
		{Pom, locked},
		{GradleLock, locked},
		{SbtLock, locked},
		{Bundler, locked},
		{ComposerLock, locked},
		{Conan, locked},
		{Swift, locked},
		{CocoaPods, locked},
		{Pub, locked},
		{Hex, locked},
		{Rebar, locked},
		{Renv, locked},
		{CabalFreeze, locked},
		{StackLock, locked},
	}
}

// Image returns the analyzers that an image is read with: the system's packages,
// and those of languages that are installed. The slice is the caller's.
func Image() []artifact.Analyzer { return of(image) }

// Rootfs returns the analyzers for a directory that is the root of a system.
// They are those of [Image].
func Rootfs() []artifact.Analyzer { return of(image) }

// Filesystem returns the analyzers for a directory: the system's packages, and
// lock files.
func Filesystem() []artifact.Analyzer { return of(filesystem) }

// Repository returns the analyzers for a checkout: lock files.
func Repository() []artifact.Analyzer { return of(repository) }

// Everything returns all analyzers there are.
func Everything() []artifact.Analyzer {
	var list []artifact.Analyzer
	for _, r := range rows() {
		list = append(list, r.analyzer)
	}
	return list
}

func of(t target) []artifact.Analyzer {
	var list []artifact.Analyzer
	for _, r := range rows() {
		if r.targets&t != 0 {
			list = append(list, r.analyzer)
		}
	}
	return list
}
