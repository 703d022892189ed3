package analyze_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// renderPins is what an analyzer says of files, as lines of text.
func renderPins(tree *artifact.Tree, errs map[string]error) string {
	var b strings.Builder
	for _, f := range tree.Files() {
		if !f.Facts.Empty() {
			fmt.Fprintf(&b, "%s\n", f.Path)
		}
		for _, c := range f.Facts.Components {
			fmt.Fprintf(&b, "  %s\n", renderPin(c))
		}
		for _, name := range slices.Sorted(maps.Keys(f.Facts.Custom)) {
			fmt.Fprintf(&b, "  custom %s %s\n", name, f.Facts.Custom[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(errs)) {
		fmt.Fprintf(&b, "error: %s\n", strings.ReplaceAll(errs[name].Error(), "; ", ";\n\t"))
	}
	return b.String()
}

func renderPin(c artifact.Component) string {
	s := fmt.Sprintf("%s %s %s", c.Type, c.Name, c.Version)
	if c.SourceName != c.Name || c.SourceVersion != c.Version {
		s += fmt.Sprintf(" from %s %s", c.SourceName, c.SourceVersion)
	}
	s += ": " + c.Relationship.String()
	if c.Dev {
		s += ", dev"
	}
	if c.Licenses != nil {
		s += fmt.Sprintf(", under %q", c.Licenses)
	}
	if c.DependsOn != nil {
		s += ", needs " + strings.Join(c.DependsOn, " ")
	}
	for i, l := range c.Lines {
		s += []string{", lines", ""}[min(i, 1)] + fmt.Sprintf(" %d-%d", l.First, l.Last)
	}
	return s
}

// pinFixtures says what reads which directory of testdata.
func pinFixtures() map[string][]artifact.Analyzer {
	return map[string][]artifact.Analyzer{
		"gemspec":         {analyze.Gemspec},
		"bundler":         {analyze.Bundler},
		"composer":        {analyze.ComposerLock},
		"composer-vendor": {analyze.ComposerInstalled},
		"dotnet":          {analyze.DotnetDeps},
		"nuget":           {analyze.NuGet},
		"packages-props":  {analyze.PackagesProps},
		"conan":           {analyze.Conan},
		"swift":           {analyze.Swift},
		"cocoapods":       {analyze.CocoaPods},
		"pub":             {analyze.Pub},
		"hex":             {analyze.Hex},
		"rebar":           {analyze.Rebar},
		"julia":           {analyze.Julia},
		"r":               {analyze.RPackage, analyze.Renv},
		"haskell":         {analyze.CabalFreeze, analyze.StackLock},
	}
}

// TestPinsGolden holds what is said of each directory of a fixture to the golden
// file beside it.
func TestPinsGolden(t *testing.T) {
	t.Parallel()
	for format, analyzers := range pinFixtures() {
		cases, err := os.ReadDir(filepath.Join("testdata", format))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range cases {
			if !d.IsDir() {
				continue
			}
			dir := filepath.Join("testdata", format, d.Name())
			files := readTree(t, dir)
			got := ""
			for _, a := range analyzers {
				got += renderPins(analyzetest.Run(t.Context(), a, files))
			}
			golden(t, dir+".golden", got)
		}
	}
}

// TestPinsLineEnds holds each fixture with CRLF, with a byte order mark and
// without a last line feed to the same facts.
func TestPinsLineEnds(t *testing.T) {
	t.Parallel()
	for format, analyzers := range pinFixtures() {
		for _, dir := range fixtureDirs(t, format) {
			files := readTree(t, dir)
			for _, a := range analyzers {
				want := renderPins(analyzetest.Run(t.Context(), a, files))
				for what, change := range map[string]func(string) string{
					"CRLF":            func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
					"byte order mark": func(s string) string { return "\ufeff" + s },
					"no final LF":     func(s string) string { return strings.TrimRight(s, "\n") },
				} {
					changed := make(map[string]string)
					for name, text := range files {
						changed[name] = change(text)
					}
					got := renderPins(analyzetest.Run(t.Context(), a, changed))
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s: Analyze(%s) with %s: -want +got\n%s", a.Name(), dir, what, diff)
					}
				}
			}
		}
	}
}

func fixtureDirs(t testing.TB, format string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("testdata", format))
	if err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for _, d := range entries {
		if d.IsDir() {
			dirs = append(dirs, filepath.Join("testdata", format, d.Name()))
		}
	}
	return dirs
}

// A pinFile is an analyzer with the path of a file it reads.
type pinFile struct {
	analyzer artifact.Analyzer
	path     string
}

func pinFiles() []pinFile {
	return []pinFile{
		{analyze.Gemspec, "gems/specifications/keel-1.0.gemspec"},
		{analyze.Bundler, "Gemfile.lock"},
		{analyze.ComposerLock, "composer.lock"},
		{analyze.ComposerLock, "composer.json"},
		{analyze.ComposerInstalled, "vendor/composer/installed.json"},
		{analyze.DotnetDeps, "app.deps.json"},
		{analyze.NuGet, "packages.lock.json"},
		{analyze.NuGet, "packages.config"},
		{analyze.PackagesProps, "Directory.Packages.props"},
		{analyze.Conan, "conan.lock"},
		{analyze.Swift, "Package.resolved"},
		{analyze.CocoaPods, "Podfile.lock"},
		{analyze.Pub, "pubspec.lock"},
		{analyze.Hex, "mix.lock"},
		{analyze.Rebar, "rebar.lock"},
		{analyze.Julia, "Manifest.toml"},
		{analyze.Julia, "Project.toml"},
		{analyze.RPackage, "library/keel/DESCRIPTION"},
		{analyze.Renv, "renv.lock"},
		{analyze.CabalFreeze, "cabal.project.freeze"},
		{analyze.StackLock, "stack.yaml.lock"},
	}
}

// TestPinsPatterns holds each analyzer to wanting the files it reads.
func TestPinsPatterns(t *testing.T) {
	t.Parallel()
	files := append(pinFiles(),
		pinFile{analyze.Bundler, "a/gems.locked"},
		pinFile{analyze.Gemspec, "usr/share/gems/specifications/default/json-2.6.1.gemspec"},
		pinFile{analyze.PackagesProps, "src/PACKAGES.PROPS"},
		pinFile{analyze.Julia, "a/JuliaManifest.toml"},
		pinFile{analyze.Julia, "a/Manifest-v1.11.toml"},
		pinFile{analyze.Julia, "a/JuliaProject.toml"},
	)
	for _, f := range files {
		if !analyzetest.Wants(f.analyzer, f.path, 0o644) {
			t.Errorf("%s does not want %s", f.analyzer.Name(), f.path)
		}
	}
	for _, f := range []pinFile{
		{analyze.Gemspec, "gems/keel-1.0/keel.gemspec"},
		{analyze.Bundler, "Gemfile"},
		{analyze.Julia, "Cargo.toml"},
		{analyze.DotnetDeps, "deps.json"},
	} {
		if analyzetest.Wants(f.analyzer, f.path, 0o644) {
			t.Errorf("%s wants %s", f.analyzer.Name(), f.path)
		}
	}
}

// TestPinsHostile gives every reader content that is no such file, or is made
// to exhaust it.
func TestPinsHostile(t *testing.T) {
	t.Parallel()
	const deep = 20000
	for _, f := range pinFiles() {
		for what, text := range map[string]string{
			"nothing":         "",
			"blanks":          " \n\t\n ",
			"NUL":             strings.Repeat("\x00", 100),
			"invalid UTF-8":   "\xff\xfe\xfa{\"a\xff\": [",
			"deep arrays":     strings.Repeat("[", deep),
			"deep objects":    strings.Repeat(`{"packages":`, deep),
			"deep terms":      "%" + strings.Repeat("{", deep),
			"deep YAML":       "PODS: " + strings.Repeat("[", deep),
			"deep TOML":       "a = " + strings.Repeat("[", deep),
			"deep XML":        strings.Repeat("<a>", deep),
			"null":            "null",
			"a number":        "7",
			"an array":        "[[], {}, null, 1]",
			"an object":       `{"packages": {}, "pins": 1, "dependencies": [], "libraries": null, "Packages": "x", "requires": {}}`,
			"an alias":        "a: &a [*a, *a]\nPODS: *a\npackages: *a\n",
			"a constant line": strings.Repeat("constraints: any.a ==1\n", 1000),
		} {
			facts := check(t, f.analyzer, f.path, []byte(text))
			for _, c := range facts.Components {
				if what != "a constant line" {
					t.Errorf("%s: Analyze(%s) = %s, want nothing", f.path, what, renderPin(c))
				}
			}
		}
		e := artifact.Entry{Path: f.path, Kind: artifact.KindRegular, Size: 17 << 20}
		facts, err := f.analyzer.Analyze(t.Context(), artifact.NewFile(e, strings.NewReader("")))
		if !facts.Empty() || !errors.Is(err, artifact.ErrLimit) {
			t.Errorf("%s: Analyze(17 MiB) = %+v, %v, want a limit", f.path, facts, err)
		}
		e.Size = 100
		facts, err = f.analyzer.Analyze(t.Context(), artifact.NewFile(e, strings.NewReader("{")))
		if !facts.Empty() || err == nil {
			t.Errorf("%s: Analyze(cut short) = %+v, %v, want an error", f.path, facts, err)
		}
	}
}

// TestPinsCut holds each fixture, cut anywhere, to an error or a package less
// at most: what is cut off is never passed over in silence.
func TestPinsCut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		analyzer artifact.Analyzer
		file     string
	}{
		{analyze.ComposerLock, "composer/app/composer.lock"},
		{analyze.ComposerInstalled, "composer-vendor/app/composer/installed.json"},
		{analyze.DotnetDeps, "dotnet/program/Ship.deps.json"},
		{analyze.NuGet, "nuget/app/packages.lock.json"},
		{analyze.Swift, "swift/v1/Package.resolved"},
		{analyze.Conan, "conan/v2/conan.lock"},
		{analyze.Hex, "hex/app/mix.lock"},
		{analyze.Renv, "r/renv/renv.lock"},
	} {
		content, err := os.ReadFile(filepath.Join("testdata", row.file))
		if err != nil {
			t.Fatal(err)
		}
		content = []byte(strings.TrimSpace(string(content)))
		for n := 1; n < len(content); n += 37 {
			if _, err := row.analyzer.Analyze(t.Context(), newFile(row.file, content[:n])); err == nil {
				t.Errorf("%s: Analyze(first %d bytes) = no error", row.file, n)
			}
		}
	}
}

// fuzzPins fuzzes the reader of a path, seeded with files of that name.
func fuzzPins(f *testing.F, a artifact.Analyzer, path string, seeds ...string) {
	for _, pattern := range seeds {
		seed(f, "testdata/"+pattern)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		facts := check(t, a, path, content)
		ids := make(map[string]bool)
		for _, c := range facts.Components {
			if ids[c.ID()] {
				t.Errorf("Analyze() has %s twice", c.ID())
			}
			ids[c.ID()] = true
		}
		for _, c := range facts.Components {
			if !slices.IsSorted(c.DependsOn) {
				t.Errorf("%s needs %q, want them sorted", c.ID(), c.DependsOn)
			}
			for _, id := range c.DependsOn {
				if !ids[id] {
					t.Errorf("%s needs %s, which is not there", c.ID(), id)
				}
			}
		}
	})
}

func FuzzGemspec(f *testing.F) {
	fuzzPins(f, analyze.Gemspec, "specifications/keel-1.0.gemspec", "gemspec/byhand/specifications/*")
}
func FuzzBundler(f *testing.F) {
	fuzzPins(f, analyze.Bundler, "Gemfile.lock", "bundler/*/*")
}
func FuzzComposerLock(f *testing.F) {
	fuzzPins(f, analyze.ComposerLock, "composer.lock", "composer/*/*")
}
func FuzzComposerInstalled(f *testing.F) {
	fuzzPins(f, analyze.ComposerInstalled, "composer/installed.json", "composer-vendor/*/*/*")
}
func FuzzDotnetDeps(f *testing.F) {
	fuzzPins(f, analyze.DotnetDeps, "a.deps.json", "dotnet/*/*")
}
func FuzzNuGet(f *testing.F) {
	fuzzPins(f, analyze.NuGet, "packages.lock.json", "nuget/app/*")
}
func FuzzPackagesConfig(f *testing.F) {
	fuzzPins(f, analyze.NuGet, "packages.config", "nuget/config/*")
}
func FuzzPackagesProps(f *testing.F) {
	fuzzPins(f, analyze.PackagesProps, "packages.props", "packages-props/*/*")
}
func FuzzConan(f *testing.F) {
	fuzzPins(f, analyze.Conan, "conan.lock", "conan/*/*")
}
func FuzzSwift(f *testing.F) {
	fuzzPins(f, analyze.Swift, "Package.resolved", "swift/*/*")
}
func FuzzCocoaPods(f *testing.F) {
	fuzzPins(f, analyze.CocoaPods, "Podfile.lock", "cocoapods/*/*")
}
func FuzzPub(f *testing.F) {
	fuzzPins(f, analyze.Pub, "pubspec.lock", "pub/*/*")
}
func FuzzHex(f *testing.F) {
	fuzzPins(f, analyze.Hex, "mix.lock", "hex/*/*")
}
func FuzzRebar(f *testing.F) {
	fuzzPins(f, analyze.Rebar, "rebar.lock", "rebar/*/*")
}
func FuzzJulia(f *testing.F) {
	fuzzPins(f, analyze.Julia, "Manifest.toml", "julia/*/Manifest.toml")
}
func FuzzJuliaProject(f *testing.F) {
	fuzzPins(f, analyze.Julia, "Project.toml", "julia/app/*")
}
func FuzzRPackage(f *testing.F) {
	fuzzPins(f, analyze.RPackage, "DESCRIPTION", "r/library/*/*")
}
func FuzzRenv(f *testing.F) {
	fuzzPins(f, analyze.Renv, "renv.lock", "r/renv/*")
}
func FuzzCabalFreeze(f *testing.F) {
	fuzzPins(f, analyze.CabalFreeze, "cabal.project.freeze", "haskell/*/cabal*")
}
func FuzzStackLock(f *testing.F) {
	fuzzPins(f, analyze.StackLock, "stack.yaml.lock", "haskell/*/stack*")
}
