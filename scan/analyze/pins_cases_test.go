package analyze_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// TestPinsCases shows what each reader makes of a file: "name version" and what
// else there is to say, and errors.
func TestPinsCases(t *testing.T) {
	t.Parallel()
	gemspec := func(lines string) string {
		return "Gem::Specification.new do |s|\n" + lines + "\nend\n"
	}
	const rig = "specifications/rig-1.0.gemspec"
	for _, row := range []struct {
		name     string
		analyzer artifact.Analyzer
		path     string
		text     string
		want     string // components, and the error after its path, joined with "; "
	}{
		{"quotes", analyze.Gemspec, rig, gemspec(`s.name = 'r"ig'; s.version = "1"` + "\n" + `s.version = "1.\"0"`), `r"ig 1."0`},
		{"a backslash that stays", analyze.Gemspec, rig, gemspec("s.name = 'a\\.b\\'c\\\\'\ns.version = '1'"), `a\.b'c\ 1`},
		{"%q", analyze.Gemspec, rig, gemspec("s.name = %q<rig>.freeze\ns.version = %q/2.0/"), "rig 2.0"},
		{"a string put together", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = \"#{X}.1\""), "rig 1.0"},
		{"a sum", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '2' + X"), "rig 1.0"},
		{"a method of a string", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '2'.succ"), "rig 1.0"},
		{"a comment after", analyze.Gemspec, rig, gemspec("s.name = 'rig' # x\ns.version = '2' # y"), "rig 2"},
		{"a condition after", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '2' if s.respond_to? :version="), "rig 2"},
		{"the last assignment", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '2'\ns.version = '3'"), "rig 3"},
		{"another variable", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '2'\nt.version = '3'\nss.version = '4'"), "rig 2"},
		{"another field", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '2'\ns.rubygems_version = '3'\ns.installed_by_version = '4'"), "rig 2"},
		{"braces", analyze.Gemspec, rig, "Gem::Specification.new { |gem|\ngem.name = 'rig'\ngem.version = '2'\n}\n", "rig 2"},
		{"a name with hyphens", analyze.Gemspec, "specifications/net-rig-2-4.0.2.gemspec", gemspec("s.name = 'net-rig-2'\ns.version = V"), "net-rig-2 4.0.2"},
		{"a file of another name", analyze.Gemspec, "specifications/net-2.0.gemspec", gemspec("s.name = 'rig'\ns.version = V"), `error: package "rig": no version in a string`},
		{"a stub of another name", analyze.Gemspec, "specifications/x.gemspec", "# stub: hull 1 ruby lib\n" + gemspec("s.name = 'rig'\ns.version = V"), `error: package "rig": no version in a string`},
		{"a stub alone", analyze.Gemspec, "specifications/x.gemspec", "# stub: hull 1 ruby lib\n" + gemspec(""), "hull 1"},
		{"no specification", analyze.Gemspec, rig, "s.name = 'rig'\ns.version = '2'\n", "error: no Gem::Specification.new"},
		{"a directory that only ends so", analyze.Gemspec, "myspecifications/rig-1.0.gemspec", gemspec("s.name = 'rig'"), ""},
		{"a gem of Ruby's own", analyze.Gemspec, "specifications/default/rig-1.0.gemspec", gemspec("s.name = 'rig'\ns.version = '2'"), "rig 2"},
		{"one licence", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '2'\ns.license = 'MIT'"), "rig 2 under MIT"},
		{"licences", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '2'\ns.licenses = ['MIT'.freeze , \"Ruby\",]"), "rig 2 under MIT,Ruby"},
		{"licences cut", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '2'\ns.licenses = ['MIT',\n'Ruby']"), "rig 2"},
		{"a long version", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '" + strings.Repeat("9", 5000) + "'"), "error: line 3: limit reached: more than 4096 bytes in version"},
		{"a long description", analyze.Gemspec, rig, gemspec("s.name = 'rig'\ns.version = '2'\ns.description = '" + strings.Repeat("9", 5000) + "'"), "rig 2"},

		{"a prerelease and a platform", analyze.Bundler, "Gemfile.lock", "GEM\n  specs:\n    a (1.0.0.pre.1-x86_64-linux-musl)\n", "a 1.0.0.pre.1 indirect"},
		{"two versions", analyze.Bundler, "Gemfile.lock", "GEM\n  specs:\n    a (1.0-java)\n    a (2.0)\n    b (1)\n      a\n", "a 1.0 indirect; a 2.0 indirect; b 1 indirect needs a@1.0"},
		{"an empty version", analyze.Bundler, "Gemfile.lock", "GEM\n  specs:\n    a ()\n", `error: line 3: package "a": no version`},
		{"no specs", analyze.Bundler, "Gemfile.lock", "GEM\n    a (1)\n", ""},

		{"nothing for development", analyze.ComposerLock, "composer.lock", `{"packages":[{"name":"a/b","version":"1"}],"packages-dev":null}`, "a/b 1"},
		{"needed to run and to test", analyze.ComposerLock, "composer.lock", `{"packages":[{"name":"a/b","version":"1"}],"packages-dev":[{"name":"a/b","version":"1"}]}`, "a/b 1"},
		{"require in another case", analyze.ComposerLock, "composer.lock", `{"packages":[{"name":"A/b","version":"1"},{"name":"c/d","version":"2","require":{"a/B":"*"}}]}`, "A/b 1; c/d 2 needs A/b@1"},
		{"require is a list", analyze.ComposerLock, "composer.lock", `{"packages":[{"name":"a/b","version":"1","require":[],"license":{}}]}`, "a/b 1"},
		{"a number for a version", analyze.ComposerLock, "composer.lock", `{"packages":[{"name":"a/b","version":1},{"name":"c/d","version":"2"}]}`, `c/d 2; error: line 1: package "a/b": JSON number where it does not belong, in version`},
		{"no packages", analyze.ComposerLock, "composer.lock", `{}`, "error: line 1: no packages"},
		{"no JSON", analyze.ComposerLock, "composer.lock", "{\n\"packages\": [\n}", "error: line 3: invalid character '}' looking for beginning of value"},
		{"a package of a package", analyze.ComposerLock, "a/vendor/b/c/composer.lock", `{"packages":[{"name":"a/b","version":"1"}]}`, ""},
		{"another's installed.json", analyze.ComposerInstalled, "etc/installed.json", `{"x":1}`, ""},
		{"another's list", analyze.ComposerInstalled, "etc/installed.json", `[{"x":1}]`, ""},
		{"a broken one of Composer's", analyze.ComposerInstalled, "vendor/composer/installed.json", `[{"x":1}]`, "error: line 1: no name"},
		{"one without packages", analyze.ComposerInstalled, "vendor/composer/installed.json", `{"dev":true}`, "error: line 1: no packages"},

		{"no target", analyze.DotnetDeps, "a.deps.json", `{"libraries":{"A/1":{"type":"package"},"B/2":{"type":"PACKAGE"}}}`, "A 1; B 2"},
		{"another target", analyze.DotnetDeps, "a.deps.json", `{"runtimeTarget":{"name":"x"},"targets":{"y":{"A/1":{}}},"libraries":{"A/1":{"type":"package"}}}`, "A 1"},
		{"compiled only", analyze.DotnetDeps, "a.deps.json", `{"runtimeTarget":{"name":"x"},"targets":{"x":{"A/1":{"compile":{}}}},"libraries":{"A/1":{"type":"package"}}}`, ""},
		{"a broken target", analyze.DotnetDeps, "a.deps.json", `{"runtimeTarget":{"name":"x"},"targets":{"x":[]},"libraries":{"A/1":{"type":"package"}}}`, "A 1; error: line 1: [ where { belongs"},

		{"for a project", analyze.NuGet, "packages.ship.lock.json", `{"dependencies":{"net8.0":{"A":{"type":"Direct","resolved":"1"}}}}`, "A 1 direct"},
		{"names in any case", analyze.NuGet, "packages.lock.json", `{"dependencies":{"n":{"A":{"type":"Direct","resolved":"1","dependencies":{"b":"1"}},"B":{"type":"Transitive","resolved":"2"}}}}`, "A 1 direct needs B@2; B 2 indirect"},
		{"a new type", analyze.NuGet, "packages.lock.json", `{"dependencies":{"n":{"A":{"type":"Other","resolved":"1"}}}}`, "A 1"},
		{"cut XML", analyze.NuGet, "packages.config", "<packages>\n<package id='A' version='1'/>\n<package", "A 1; error: line 3: XML syntax error on line 3: unexpected EOF"},

		{"a reference of a namespace", analyze.PackagesProps, "a.packages.props", `<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><ItemGroup><PackageVersion Include="A" Version="1"/></ItemGroup></Project>`, "A 1"},
		{"a property in a property", analyze.PackagesProps, "a.packages.props", `<Project><PropertyGroup><A>1</A><B>$(A).2</B></PropertyGroup><ItemGroup><PackageVersion Include="A" Version="$(B)"/></ItemGroup></Project>`, `error: line 1: package "A": a version that is a property or a range: "$(B)"`},
		{"a property set twice", analyze.PackagesProps, "a.packages.props", `<Project><PropertyGroup><A>1</A><a>2</a></PropertyGroup><ItemGroup><PackageVersion Include="A" Version="$(A)"/></ItemGroup></Project>`, `error: line 1: package "A": a version that is a property or a range: "$(A)"`},

		{"a channel", analyze.Conan, "conan.lock", `{"requires":["a/1@_/_#r"]}`, "a 1"},
		{"no version", analyze.Conan, "conan.lock", `{"requires":["a/#r"]}`, `error: line 1: package "a": no version`},
		{"a node that needs itself", analyze.Conan, "conan.lock", `{"graph_lock":{"nodes":{"0":{"requires":["1"]},"1":{"ref":"a/1","requires":["1","9"]}}}}`, "a 1 direct"},
		{"no root", analyze.Conan, "conan.lock", `{"graph_lock":{"nodes":{"3":{"ref":"a/1"}}}}`, "a 1 indirect"},

		{"with a password", analyze.Swift, "Package.resolved", `{"pins":[{"location":"https://me:secret@h/A.git/","state":{"version":"1"}}]}`, "h/A 1"},
		{"a drive", analyze.Swift, "Package.resolved", `{"pins":[{"identity":"a","location":"C:\\src\\a","state":{"version":"1"}}]}`, "a 1"},
		{"no pins", analyze.Swift, "Package.resolved", `{"pins":[]}`, ""},

		{"an alias", analyze.CocoaPods, "Podfile.lock", "x: &x A (1)\nPODS:\n- *x\n- B (2)\n", "B 2 indirect; error: line 3: a pod that is not name (version)"},
		{"no PODS", analyze.CocoaPods, "Podfile.lock", "DEPENDENCIES: []\n", "error: line 1: no packages"},
		{"a version that looks like a number", analyze.Pub, "pubspec.lock", "packages:\n  a:\n    version: 1.10\n", "a 1.10"},
		{"an SDK of no bound", analyze.Pub, "pubspec.lock", "packages:\n  a:\n    source: sdk\n    description: x\n    version: '0.0.0'\nsdks:\n  x: any\n", "a 0.0.0"},
		{"an SDK of a caret", analyze.Pub, "pubspec.lock", "packages:\n  a:\n    source: sdk\n    description: x\n    version: '0.0.0'\nsdks:\n  x: ^3.4.5\n", "a 3.4.5"},

		{"a quoted atom", analyze.Hex, "mix.lock", `%{"a": {:hex, :"a-b", "1"}}`, "a-b 1"},
		{"no map", analyze.Hex, "mix.lock", `["a"]`, "error: line 1: no map"},
		{"two maps", analyze.Hex, "mix.lock", "%{}\n%{}", "error: line 2: something after the end"},
		{"conflict marks", analyze.Hex, "mix.lock", "%{\n<<<<<<< HEAD\n}", "error: line 2: unexpected end"},
		{"old rebar", analyze.Rebar, "rebar.lock", `[{<<"a">>,{pkg,<<"a">>,<<"1">>},0}].`, "a 1 direct"},
		{"empty rebar", analyze.Rebar, "rebar.lock", "[].\n", ""},
		{"no dot", analyze.Rebar, "rebar.lock", "[]", "error: line 1: no dot after a term"},

		{"another's manifest", analyze.Julia, "Manifest.toml", "[[package]]\nname = 'x'\n", ""},
		{"no TOML", analyze.Julia, "Manifest.toml", "manifest_format = \"2.0\"\n[[deps.A]]\nuuid = \"u\"\nversion = \"1\"\n= 3\n", "A 1; error: line 5: invalid character at start of key: U+003D '='"},

		{"a source", analyze.RPackage, "keel/DESCRIPTION", "Package: keel\nVersion: 1\n", ""},
		{"no version of R's", analyze.RPackage, "keel/DESCRIPTION", "Package: keel\nBuilt: R 4\n", `error: package "keel": no version`},
	} {
		facts, err := row.analyzer.Analyze(t.Context(), newFile(row.path, []byte(row.text)))
		if !analyzetest.Wants(row.analyzer, row.path, 0o644) {
			t.Errorf("%s: %s does not want %s", row.name, row.analyzer.Name(), row.path)
		}
		var got []string
		for _, c := range facts.Components {
			s := c.Name + " " + c.Version
			if c.Relationship != artifact.RelationshipUnknown {
				s += " " + c.Relationship.String()
			}
			if len(c.Licenses) > 0 {
				s += " under " + strings.Join(c.Licenses, ",")
			}
			if len(c.DependsOn) > 0 {
				s += " needs " + strings.Join(c.DependsOn, ",")
			}
			if c.Dev {
				s += " dev"
			}
			got = append(got, s)
		}
		if err != nil {
			got = append(got, "error: "+strings.TrimPrefix(err.Error(), "read "+row.path+": "))
		}
		if diff := cmp.Diff(row.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
	}
}

// TestPinsLimits holds readers to their bounds on what is kept.
func TestPinsLimits(t *testing.T) {
	t.Parallel()
	if corpus.Race {
		t.Skip("a long work of single goroutines")
	}
	const most = 1 << 16
	var gems, julia strings.Builder
	gems.WriteString("GEM\n  specs:\n")
	julia.WriteString("manifest_format = \"2.0\"\n")
	for i := range most + 2 {
		fmt.Fprintf(&gems, "    a (%d)\n", i)
		julia.WriteString("[[deps.A]]\nuuid=\"u\"\nversion=\"1\"\n")
	}
	for _, row := range []struct {
		name     string
		analyzer artifact.Analyzer
		path     string
		text     string
		want     int
		err      string
	}{
		{"packages", analyze.Bundler, "Gemfile.lock", gems.String(), most, "line 65539: limit reached: more than 65536 packages"},
		{"entries", analyze.Julia, "Manifest.toml", julia.String(), 1, "line 196610: limit reached: more than 65536 packages"},
		{"needs", analyze.Renv, "renv.lock", `{"Packages":{"a":{"Version":"1","Requirements":["b"` + strings.Repeat(`,"b"`, 1<<19) + `]}}}`, 1,
			"line 1: limit reached: more than 524288 that packages need"},
		{"terms", analyze.Hex, "mix.lock", "%{" + strings.Repeat("a,", 1<<18) + "}", 0, "line 1: limit reached: more than 262144 terms"},
		{"terms in each other", analyze.Rebar, "rebar.lock", strings.Repeat("[", 200), 0, "line 1: limit reached: more than 100 terms in each other"},
		{"elements in each other", analyze.NuGet, "packages.config", strings.Repeat("<a>", 100), 0, "line 1: limit reached: more than 64 elements in each other"},
		{"YAML", analyze.Pub, "pubspec.lock", strings.Repeat("#\n", 1<<20), 0, "limit reached: 1048576 places for a value, of 786432"},
		{"a long name", analyze.Conan, "conan.lock", `{"requires":["` + strings.Repeat("a", 5000) + `/1"]}`, 0,
			`line 1: package "` + strings.Repeat("a", 64) + `": limit reached: more than 4096 bytes in a name or version`},
	} {
		facts, err := row.analyzer.Analyze(t.Context(), newFile(row.path, []byte(row.text)))
		if len(facts.Components) != row.want {
			t.Errorf("%s: Analyze() = %d components, want %d", row.name, len(facts.Components), row.want)
		}
		if !errors.Is(err, artifact.ErrLimit) || err.Error() != "read "+row.path+": "+row.err {
			t.Errorf("%s: Analyze() = %v, want a limit, %s", row.name, err, row.err)
		}
	}
}

// TestPinsResolve shows what a manifest beside a lock file says, and that
// nothing is left of it.
func TestPinsResolve(t *testing.T) {
	t.Parallel()
	const lock = `{"packages":[{"name":"a/b","version":"1"}],"packages-dev":[{"name":"c/d","version":"2"}]}`
	for _, row := range []struct {
		name     string
		analyzer artifact.Analyzer
		files    map[string]string
		want     string
	}{
		{"none", analyze.ComposerLock, map[string]string{"x/composer.lock": lock, "composer.json": `{"require":{"a/b":"*"}}`},
			"x/composer.lock\n  composer a/b 1: unknown, lines 1-1\n  composer c/d 2: unknown, dev, lines 1-1\n"},
		{"one each", analyze.ComposerLock, map[string]string{
			"x/composer.lock": lock, "x/composer.json": `{"require":{"A/B":"*"}}`,
			"y/composer.lock": lock, "y/composer.json": `{"require":[],"require-dev":{"c/d":"*"}}`,
		}, "x/composer.lock\n  composer a/b 1: direct, lines 1-1\n  composer c/d 2: indirect, dev, lines 1-1\n" +
			"y/composer.lock\n  composer a/b 1: indirect, lines 1-1\n  composer c/d 2: direct, dev, lines 1-1\n"},
		{"a broken one", analyze.ComposerLock, map[string]string{"composer.lock": lock, "composer.json": "{"},
			"composer.lock\n  composer a/b 1: unknown, lines 1-1\n  composer c/d 2: unknown, dev, lines 1-1\n" +
				"error: resolve composer.lock: read composer.json: line 1: unexpected end of JSON input\n"},
		{"a broken one alone", analyze.ComposerLock, map[string]string{"composer.json": "{"}, ""},
		{"a broken project", analyze.Julia, map[string]string{
			"Manifest.toml": "[[A]]\nuuid = \"u\"\nversion = \"1\"\n", "Project.toml": "[deps]\n{{A}} = 1\n",
			"x/Project.toml": "{{",
		}, "Manifest.toml\n  julia A 1: unknown, lines 1-3\n" +
			"error: resolve Manifest.toml: read Project.toml: line 2: invalid character at start of key: U+007B '{'\n"},
		{"Julia's own name wins", analyze.Julia, map[string]string{
			"Manifest-v1.11.toml": "manifest_format = \"2.0\"\n[[deps.A]]\nuuid = \"u\"\nversion = \"1\"\n",
			"Project.toml":        "",
			"JuliaProject.toml":   "[deps]\nA = \"u\"\n",
		}, "Manifest-v1.11.toml\n  julia A 1: direct, lines 2-4\n"},
		{"a circle", analyze.Julia, map[string]string{
			"Manifest.toml": "manifest_format = \"2.0\"\n[[deps.A]]\ndeps = [\"B\"]\nuuid = \"u\"\nversion = \"1\"\n[[deps.B]]\ndeps = [\"A\"]\nuuid = \"v\"\nversion = \"2\"\n",
			"Project.toml":  "[extras]\nB = \"v\"\n",
		}, "Manifest.toml\n  julia A 1: indirect, dev, needs B@2, lines 2-5\n  julia B 2: direct, dev, needs A@1, lines 6-9\n"},
	} {
		got := renderPins(analyzetest.Run(t.Context(), row.analyzer, row.files))
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", row.name, diff)
		}
	}
}
