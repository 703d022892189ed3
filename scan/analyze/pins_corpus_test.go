package analyze_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// lockFiles are the files of the corpus's image of lock files, by path.
func lockFiles(t *testing.T) map[string]string {
	t.Helper()
	return corpusFiles(t, "lockfiles.docker.tar", func(string) bool { return true })
}

// nameVersions is "name version" of each component of a tree, sorted.
func nameVersions(tree *artifact.Tree) []string {
	var list []string
	for _, f := range tree.Files() {
		for _, c := range f.Facts.Components {
			list = append(list, c.Name+" "+c.Version)
		}
	}
	slices.Sort(list)
	return list
}

// TestPinsCorpus reads the corpus's lock files: without an error, and as
// established tools do where they say what they find.
func TestPinsCorpus(t *testing.T) {
	t.Parallel()
	files := lockFiles(t)
	peers := map[string][][]string{
		"Trivy": corpus.Fields(t, corpus.Dir(t), "images", "expected", "lockfiles.docker.packages.tsv"),
		"Syft":  corpus.Fields(t, corpus.Dir(t), "images", "expected", "lockfiles.docker.syft-packages.tsv"),
	}
	for _, row := range []struct {
		analyzer artifact.Analyzer
		dir      string
		peer     string // "": none reads the file in an image
		kind     string
		count    int
	}{
		{analyze.Julia, "src/julia/", "Trivy", "julia", 2},
		{analyze.PackagesProps, "src/packagesprops/", "Trivy", "packages-props", 1},
		{analyze.NuGet, "src/nuget/", "Syft", "dotnet", 2},
		{analyze.ComposerInstalled, "src/composer-vendor/", "Syft", "php-composer", 3},
		{analyze.ComposerLock, "src/composer/", "", "", 2},
		{analyze.Bundler, "src/bundler/", "", "", 52},
		{analyze.Conan, "src/conan/", "", "", 7},
		{analyze.Swift, "src/swift/", "", "", 2},
		{analyze.CocoaPods, "src/cocoapods/", "", "", 1},
		{analyze.Pub, "src/pubspec/", "", "", 2},
		{analyze.Hex, "src/mixlock/", "", "", 10},
	} {
		own := maps.Clone(files)
		maps.DeleteFunc(own, func(name, _ string) bool { return !strings.HasPrefix(name, row.dir) })
		tree, errs := analyzetest.Run(t.Context(), row.analyzer, own)
		got := nameVersions(tree)
		t.Logf("%s", renderPins(tree, errs))
		if len(got) != row.count || len(errs) > 0 {
			t.Errorf("%s: Analyze() = %d packages, %v, want %d", row.dir, len(got), errs, row.count)
		}
		var want []string
		for _, p := range peers[row.peer] {
			if p[0] == row.kind && strings.HasPrefix(strings.TrimPrefix(p[3], "/"), row.dir) {
				want = append(want, p[1]+" "+p[2])
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, got); row.peer != "" && diff != "" {
			t.Errorf("%s: Analyze(): -%s +got\n%s", row.dir, row.peer, diff)
		}
	}
}

// ruby runs a program of Ruby's, with arguments. Where there is no Ruby, or it has
// no Bundler, the test is skipped.
func ruby(t *testing.T, program string, args ...string) []string {
	t.Helper()
	if err := exec.Command("ruby", "-rbundler", "-e", "").Run(); err != nil {
		t.Skipf("no ruby with bundler: %v", err)
	}
	cmd := exec.Command("ruby", append([]string{"-rbundler", "-e", program}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ruby: %v", err)
	}
	return strings.Split(strings.TrimRight(string(out), "\n"), "\n")
}

// TestBundlerAsBundler holds Bundler to what Bundler's own parser reads.
func TestBundlerAsBundler(t *testing.T) {
	t.Parallel()
	const program = `
		Dir.chdir(File.dirname(ARGV[0])) # beside a Gemfile
		lock = Bundler::LockfileParser.new(File.read(ARGV[0]))
		direct = lock.dependencies.keys
		puts lock.specs.map { |s| "#{s.name} #{s.version} #{direct.include?(s.name) ? 'direct' : 'indirect'}" }.uniq.sort`
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Gemfile"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	locks := map[string]string{
		"corpus":  lockFiles(t)["src/bundler/Gemfile.lock"],
		"fixture": readTree(t, "testdata/bundler/app")["Gemfile.lock"],
	}
	for name, text := range locks {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		want := ruby(t, program, file)
		facts, err := analyze.Bundler.Analyze(t.Context(), newFile("Gemfile.lock", []byte(text)))
		if err != nil {
			t.Errorf("%s: Analyze() = %v", name, err)
		}
		var got []string
		for _, c := range facts.Components {
			got = append(got, c.Name+" "+c.Version+" "+c.Relationship.String())
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: Analyze(): -Bundler +got\n%s", name, diff)
		}
	}
}

// TestGemspecAsRubyGems holds Gemspec to what RubyGems reads of the gems that
// are installed here.
func TestGemspecAsRubyGems(t *testing.T) {
	t.Parallel()
	const program = `
		files = Gem.path.flat_map { |d| Dir[d + "/specifications/{,default/}*.gemspec"] }
		(files + ARGV).each do |f|
			s = Gem::Specification.load(f)
			puts [f, s.name, s.version, s.licenses.join(",")].join("\t")
		end`
	fixtures, err := filepath.Glob("testdata/gemspec/installed/gems/specifications/*.gemspec")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("Glob() = %v, %v, want specifications", fixtures, err)
	}
	list := ruby(t, program, fixtures...)
	t.Logf("%d gems", len(list))
	for _, line := range list {
		file, want, _ := strings.Cut(line, "\t")
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		facts, err := analyze.Gemspec.Analyze(t.Context(), newFile(strings.TrimPrefix(file, "/"), content))
		if err != nil || len(facts.Components) != 1 {
			t.Errorf("Analyze(%s) = %+v, %v, want a gem", file, facts, err)
			continue
		}
		c := facts.Components[0]
		if got := c.Name + "\t" + c.Version + "\t" + strings.Join(c.Licenses, ","); got != want {
			t.Errorf("Analyze(%s) = %q, want %q", file, got, want)
		}
	}
}
