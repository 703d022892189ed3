package analyze_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A defaultRow is an analyzer, by its variable, with its name and whether it
// runs for an image (and a root filesystem), a directory and a checkout.
type defaultRow struct {
	variable                      string
	analyzer                      artifact.Analyzer
	name                          string
	image, filesystem, repository bool
}

// defaultRows is the whole table. It is Trivy's, by its lists TypeOSes,
// TypeIndividualPkgs and TypeLockfiles (pkg/fanal/analyzer/const.go) and by what
// each of its commands switches off, but for the rows with a comment.
func defaultRows() []defaultRow {
	const yes, no = true, false
	return []defaultRow{
		// The system: not in a checkout.
		{"OSRelease", analyze.OSRelease, "os-release", yes, yes, no},
		{"Dpkg", analyze.Dpkg, "dpkg", yes, yes, no},
		{"APK", analyze.APK, "apk", yes, yes, no},
		{"RPM", analyze.RPM, "rpm", yes, yes, no},
		{"RPMLog", analyze.RPMLog, "rpm-log", yes, yes, no}, // ours: Trivy does not see that a database has a log that is not merged
		{"RPMManifest", analyze.RPMManifest, "rpmqa", yes, yes, no},
		{"RedHatBuild", analyze.RedHatBuild, "redhat-build", yes, yes, no}, // Trivy has two, redhat-content-manifest and redhat-dockerfile
		{"RPMFile", analyze.RPMFile, "rpm-archive", no, no, no},            // in Trivy only with TRIVY_EXPERIMENTAL_RPM_ARCHIVE
		{"Chisel", analyze.Chisel, "chisel", yes, yes, no},                 // ours
		{"Bottlerocket", analyze.Bottlerocket, "bottlerocket-inventory", yes, yes, no},
		{"Pacman", analyze.Pacman, "pacman", yes, yes, no},  // ours
		{"Gentoo", analyze.Gentoo, "portage", yes, yes, no}, // ours

		// Packages of languages where they are installed, and bills of them.
		{"SBOM", analyze.SBOM, "sbom", yes, no, no},
		{"GoBinary", analyze.GoBinary, "gobinary", yes, no, no},
		{"RustBinary", analyze.RustBinary, "rustbinary", yes, no, no},
		{"NodePackage", analyze.NodePackage, "node-pkg", yes, no, no},
		{"PythonPackage", analyze.PythonPackage, "python-pkg", yes, no, no},
		{"CondaPackage", analyze.CondaPackage, "conda-pkg", yes, no, no},
		{"Jar", analyze.Jar, "jar", yes, no, no},
		{"Gemspec", analyze.Gemspec, "gemspec", yes, no, no},
		{"ComposerInstalled", analyze.ComposerInstalled, "composer-vendor", yes, no, no},
		{"RPackage", analyze.RPackage, "r-package", yes, no, no}, // ours

		// In none of Trivy's lists, and so read everywhere.
		{"CargoLock", analyze.CargoLock, "cargo", yes, yes, yes},
		{"PythonEgg", analyze.PythonEgg, "python-egg", yes, yes, yes},
		{"DotnetDeps", analyze.DotnetDeps, "dotnet-core", yes, yes, yes},
		{"NuGet", analyze.NuGet, "nuget", yes, yes, yes},
		{"PackagesProps", analyze.PackagesProps, "packages-props", yes, yes, yes},
		{"Julia", analyze.Julia, "julia", yes, yes, yes},

		// Lock files: not in an image.
		{"GoMod", analyze.GoMod, "gomod", no, yes, yes},
		{"NPMLock", analyze.NPMLock, "npm", no, yes, yes},
		{"YarnLock", analyze.YarnLock, "yarn", no, yes, yes},
		{"PNPMLock", analyze.PNPMLock, "pnpm", no, yes, yes},
		{"BunLock", analyze.BunLock, "bun", no, yes, yes},
		{"Requirements", analyze.Requirements, "pip", no, yes, yes},
		{"Pipenv", analyze.Pipenv, "pipenv", no, yes, yes},
		{"Poetry", analyze.Poetry, "poetry", no, yes, yes},
		{"UV", analyze.UV, "uv", no, yes, yes},
		{"PyLock", analyze.PyLock, "pylock", no, yes, yes},
		{"CondaEnvironment", analyze.CondaEnvironment, "conda-environment", no, yes, yes},
		{"Pom", analyze.Pom, "pom", no, yes, yes},
		{"GradleLock", analyze.GradleLock, "gradle", no, yes, yes},
		{"SbtLock", analyze.SbtLock, "sbt", no, yes, yes},
		{"Bundler", analyze.Bundler, "bundler", no, yes, yes},
		{"ComposerLock", analyze.ComposerLock, "composer", no, yes, yes},
		{"Conan", analyze.Conan, "conan", no, yes, yes},
		{"Swift", analyze.Swift, "swift", no, yes, yes},
		{"CocoaPods", analyze.CocoaPods, "cocoapods", no, yes, yes},
		{"Pub", analyze.Pub, "pub", no, yes, yes},
		{"Hex", analyze.Hex, "hex", no, yes, yes},
		{"Rebar", analyze.Rebar, "rebar", no, yes, yes},             // ours
		{"Renv", analyze.Renv, "renv", no, yes, yes},                // ours
		{"CabalFreeze", analyze.CabalFreeze, "cabal", no, yes, yes}, // ours
		{"StackLock", analyze.StackLock, "stack", no, yes, yes},     // ours
	}
}

// TestDefaults holds the lists of analyzers to the table, and in its order.
func TestDefaults(t *testing.T) {
	t.Parallel()
	names := func(list []artifact.Analyzer) []string {
		var names []string
		for _, a := range list {
			names = append(names, a.Name())
		}
		return names
	}
	var everything, image, filesystem, repository []string
	for _, row := range defaultRows() {
		if got := row.analyzer.Name(); got != row.name {
			t.Errorf("%s.Name() = %s, want %s", row.variable, got, row.name)
		}
		if got := row.analyzer.Version(); got < 1 {
			t.Errorf("%s.Version() = %d, want 1 or more", row.variable, got)
		}
		if slices.Contains(everything, row.name) {
			t.Errorf("two analyzers are called %s", row.name)
		}
		everything = append(everything, row.name)
		if row.image {
			image = append(image, row.name)
		}
		if row.filesystem {
			filesystem = append(filesystem, row.name)
		}
		if row.repository {
			repository = append(repository, row.name)
		}
	}
	for _, list := range []struct {
		name      string
		want      []string
		analyzers []artifact.Analyzer
	}{
		{"Image", image, analyze.Image()},
		{"Rootfs", image, analyze.Rootfs()},
		{"Filesystem", filesystem, analyze.Filesystem()},
		{"Repository", repository, analyze.Repository()},
		{"Everything", everything, analyze.Everything()},
	} {
		if diff := cmp.Diff(list.want, names(list.analyzers)); diff != "" {
			t.Errorf("%s(): -want +got\n%s", list.name, diff)
		}
	}
}

// TestDefaultsAreWhole holds the table to all exported variables of the package
// that are analyzers.
func TestDefaultsAreWhole(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, row := range defaultRows() {
		want = append(want, row.variable)
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, exportedAnalyzers(file)...)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("analyzers that have a row (-) and that there are (+):\n%s", diff)
	}
}

// exportedAnalyzers are the exported variables of a file that are declared as an
// artifact.Analyzer or artifact.Resolver.
func exportedAnalyzers(file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		vars, ok := decl.(*ast.GenDecl)
		if !ok || vars.Tok != token.VAR {
			continue
		}
		for _, spec := range vars.Specs {
			spec := spec.(*ast.ValueSpec)
			of, ok := spec.Type.(*ast.SelectorExpr)
			if !ok || of.Sel.Name != "Analyzer" && of.Sel.Name != "Resolver" {
				continue
			}
			for _, name := range spec.Names {
				if name.IsExported() {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}
