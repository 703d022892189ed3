package plimsoll_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"
)

const modulePath = "github.com/plimsoll-go/plimsoll"

// An importRule says what a package may import beside the standard library.
// Test files may import anything.
type importRule struct {
	inside  []string // packages of this module, by directory
	outside []string // modules
}

// importRules has a row for each package of the root module, by directory.
// The direction is that of ARCHITECTURE.md. No row allows internal/corpus or
// internal/imagetest: they are for test files.
func importRules() map[string]importRule {
	return map[string]importRule{
		".":             {},
		"vuln/version":  {},
		"vuln/severity": {},
		"vuln":          {inside: []string{"vuln/version", "vuln/severity"}},
		"vuln/cvss": {
			inside:  []string{"vuln/severity"},
			outside: []string{"github.com/pandatix/go-cvss"},
		},
		"vuln/osv":    {inside: []string{"vuln", "vuln/cvss", "vuln/version", "vuln/severity"}},
		"vuln/enrich": {inside: []string{"vuln", "vuln/cvss"}},
		"vuln/store": {
			inside: []string{"internal/boltfile", "internal/download", "vuln", "vuln/enrich", "vuln/osv", "vuln/version", "vuln/severity"},
			outside: []string{
				"go.etcd.io/bbolt", "github.com/gofrs/flock", "github.com/klauspost/compress", "golang.org/x/sync",
			},
		},
		"vuln/store/remote": {
			inside:  []string{"vuln/store"},
			outside: []string{"github.com/google/go-containerregistry", "github.com/klauspost/compress"},
		},
		"vuln/store/verify": {
			inside: []string{"vuln/osv", "vuln/store", "vuln/version"},
			outside: []string{
				"github.com/Masterminds/semver/v3", "github.com/knqyf263/go-deb-version", "github.com/knqyf263/go-rpm-version",
				"golang.org/x/sync",
			},
		},
		"vuln/vex": {
			inside:  []string{"vuln"},
			outside: []string{"github.com/package-url/packageurl-go"},
		},
		"vuln/trivydb": {
			inside:  []string{"internal/boltfile", "vuln", "vuln/cvss", "vuln/version", "vuln/severity"},
			outside: []string{"go.etcd.io/bbolt"},
		},
		"manifest": {
			inside:  []string{"internal/kubetypes", "internal/label"},
			outside: []string{"gopkg.in/yaml.v3"},
		},
		"lint":          {inside: []string{"manifest", "vuln/severity"}},
		"lint/rules":    {inside: []string{"internal/label", "lint", "manifest", "vuln/severity"}},
		"lint/linttest": {inside: []string{"lint", "manifest"}},
		"score":         {inside: []string{"internal/terminal", "lint", "manifest"}},
		"scan/artifact": {
			inside:  []string{"manifest", "vuln"},
			outside: []string{"golang.org/x/sync"},
		},
		"scan/source": {
			inside:  []string{"scan/artifact", "vuln"},
			outside: []string{"github.com/google/go-containerregistry", "github.com/klauspost/compress"},
		},
		"scan/analyze": {
			inside: []string{"internal/rpmdb", "scan/artifact", "vuln"},
			outside: []string{
				"github.com/pelletier/go-toml/v2", "gopkg.in/yaml.v3", "github.com/package-url/packageurl-go",
				"github.com/CycloneDX/cyclonedx-go", "github.com/spdx/tools-golang", "github.com/klauspost/compress",
				"golang.org/x/mod",
			},
		},
		"scan/analyze/analyzetest": {inside: []string{"scan/artifact"}},
		"scan": {
			inside: []string{
				"internal/imageconfig", "lint", "manifest", "scan/artifact", "scan/source", "scan/analyze", "score", "vuln", "vuln/severity",
			},
			outside: []string{"golang.org/x/sync", "github.com/bmatcuk/doublestar/v4"},
		},
		"scan/suppress": {
			inside:  []string{"internal/packageurl", "lint", "scan", "scan/artifact", "vuln/vex"},
			outside: []string{"gopkg.in/yaml.v3", "github.com/bmatcuk/doublestar/v4"},
		},
		"scan/cache": {outside: []string{"github.com/gofrs/flock"}},
		"scan/report": {
			inside: []string{
				"internal/imageconfig", "internal/packageurl", "internal/terminal", "lint", "manifest", "scan", "scan/artifact", "score",
				"vuln", "vuln/severity",
			},
			outside: []string{
				"github.com/jedib0t/go-pretty/v6", "github.com/package-url/packageurl-go", "github.com/owenrumney/go-sarif/v2",
				"github.com/CycloneDX/cyclonedx-go", "github.com/spdx/tools-golang",
			},
		},
		"internal/rpmdb":       {},
		"internal/imageconfig": {inside: []string{"manifest"}},
		"internal/boltfile":    {outside: []string{"go.etcd.io/bbolt"}},
		"internal/download":    {},
		"internal/kubetypes":   {},
		"internal/label":       {},
		"internal/terminal":    {},
		"internal/corpus":      {inside: []string{"vuln"}},
		"internal/packageurl": {
			inside:  []string{"scan/artifact", "vuln"},
			outside: []string{"github.com/package-url/packageurl-go"},
		},
		"internal/imagetest": {outside: []string{"github.com/klauspost/compress"}},

		"examples/scanimage":      {inside: []string{"scan", "scan/report", "vuln/store"}},
		"examples/cigate":         {inside: []string{"scan", "vuln/severity", "vuln/store"}},
		"examples/customanalyzer": {inside: []string{"scan", "scan/analyze", "scan/source", "vuln"}},
		"examples/customrule":     {inside: []string{"lint", "scan", "vuln/severity"}},
		"examples/scanmanifest":   {inside: []string{"lint", "lint/rules", "scan", "score"}},
		"examples/scoreserver":    {inside: []string{"score"}},
		"examples/scorewebhook":   {inside: []string{"score"}},
		"examples/custommatcher":  {inside: []string{"scan", "scan/report", "vuln", "vuln/severity"}},
	}
}

// dependencies gives the reason for each direct dependency, by the module's
// directory. One that is needed for tests alone says so.
func dependencies() map[string]map[string]string {
	return map[string]map[string]string{
		".": {
			"github.com/google/go-containerregistry":   "registry protocol, credentials, and the names of images",
			"github.com/klauspost/compress":            "inflates gzip faster than the standard library, and zstd",
			"golang.org/x/mod":                         "go.mod files as Go reads them, with positions",
			"golang.org/x/sync":                        "bounded groups of goroutines and a weighted semaphore",
			"go.etcd.io/bbolt":                         "the file format of the advisory database, and of Trivy's",
			"github.com/gofrs/flock":                   "one process at a time updates a database, on every system",
			"github.com/pandatix/go-cvss":              "scores of CVSS 2.0, 3.0, 3.1 and 4.0 vectors",
			"github.com/package-url/packageurl-go":     "package URLs in reports and statements",
			"github.com/jedib0t/go-pretty/v6":          "tables that know the width of a character",
			"github.com/owenrumney/go-sarif/v2":        "diagnostics in SARIF",
			"github.com/pelletier/go-toml/v2":          "lock files and manifests in TOML, with positions",
			"github.com/CycloneDX/cyclonedx-go":        "bills of materials",
			"github.com/spdx/tools-golang":             "bills of materials",
			"github.com/bmatcuk/doublestar/v4":         "patterns of files to leave out, in which ** stands for directories",
			"gopkg.in/yaml.v3":                         "lock files and manifests in YAML, with positions",
			"github.com/santhosh-tekuri/jsonschema/v6": "tests: reports against the schemas of their formats",
			"github.com/google/go-cmp":                 "tests: readable differences",
			"github.com/knqyf263/go-deb-version":       "the independent check of a built database: Debian versions",
			"github.com/knqyf263/go-rpm-version":       "the independent check of a built database: rpm versions",
			"github.com/knqyf263/go-apk-version":       "tests: the apk order that other scanners use, to be measured against",
			"github.com/Masterminds/semver/v3":         "the independent check of a built database: semantic versions",
		},
		"lint/cel": {
			modulePath:       "the library",
			"cel.dev/cel-go": "the Common Expression Language",
		},
		"lint/schema": {
			modulePath:                                 "the library",
			"github.com/yannh/kubeconform":             "which schema a kind has, and whether an object fits it",
			"github.com/santhosh-tekuri/jsonschema/v6": "what a schema refers to, and what of an object does not fit it",
			"golang.org/x/text":                        "in which language it says so",
		},
		"internal/kubetypes/gen": {
			"k8s.io/api":               "types of the API, of which KEDA's have some inside",
			"k8s.io/apimachinery":      "the types that decode themselves, and the registry of kinds",
			"k8s.io/client-go":         "the kinds of the API, as clients know them",
			"github.com/openshift/api": "the kinds of two of OpenShift's groups",
			"github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring": "the kinds of the Prometheus operator",
			"k8s.io/apiextensions-apiserver":                                         "a type of raw JSON among those of the Prometheus operator",

			modulePath: "tests: what it says of the types, against the decoder of client-go",
		},
		"manifest/dockerfile": {
			modulePath:                 "the library",
			"github.com/moby/buildkit": "what an instruction of a Dockerfile is, and variables as it replaces them",
			"mvdan.cc/sh/v3":           "the commands of shell scripts, with positions",
			"github.com/google/go-cmp": "tests: readable differences",
		},
		"manifest/helm": {
			modulePath:                                 "the library",
			"helm.sh/helm/v4":                          "the syntax of --set and .helmignore; tests: helm itself as the reference",
			"github.com/Masterminds/semver/v3":         "constraints on the versions of charts and of Kubernetes",
			"github.com/Masterminds/sprig/v3":          "the functions of helm's templates",
			"github.com/BurntSushi/toml":               "the functions of templates on TOML, as helm has them",
			"github.com/gobwas/glob":                   "patterns of files in templates, as helm has them",
			"github.com/santhosh-tekuri/jsonschema/v6": "schemas of values, as helm has them, without its network",
			"github.com/spf13/cast":                    "numbers as templates write them",
			"sigs.k8s.io/yaml":                         "the functions of templates on YAML, as helm has them",
			"github.com/google/go-cmp":                 "tests: readable differences",
			"go.yaml.in/yaml/v3":                       "tests: documents in what was rendered",
			"golang.org/x/tools":                       "tests: file systems as text",
		},
		"manifest/kustomize": {
			modulePath:                    "the library",
			"sigs.k8s.io/kustomize/api":   "kustomizations",
			"sigs.k8s.io/kustomize/kyaml": "the file system that kustomize reads",
			"sigs.k8s.io/yaml":            "writes a kustomization as kustomize reads it",
			"go.yaml.in/yaml/v3":          "what a file refers to, before kustomize follows it",
			"github.com/google/go-cmp":    "tests: readable differences",
			"golang.org/x/tools":          "tests: file systems as text",
		},
		"scan/report/browser": {
			modulePath:                     "the library",
			"github.com/chromedp/chromedp": "tests: a browser, driven through its protocol",
			"github.com/chromedp/cdproto":  "tests: the words of that protocol",
		},
		"scan/source/git": {
			modulePath:                    "the library",
			"github.com/go-git/go-git/v5": "git's protocol and objects",
		},
		"scan/source/daemon": {
			modulePath:                             "the library",
			"github.com/containerd/containerd/api": "containerd's protocol",
			"google.golang.org/grpc":               "carries it",
		},
		"examples/plimsoll": {
			modulePath:                          "the library",
			modulePath + "/scan/source/git":     "repositories that are not checked out",
			modulePath + "/scan/source/daemon":  "images of container engines",
			modulePath + "/lint/cel":            "rules that are expressions",
			modulePath + "/lint/schema":         "objects against JSON schemas",
			modulePath + "/manifest/dockerfile": "Dockerfiles, and the commands of an image's history",
			modulePath + "/manifest/helm":       "charts",
			modulePath + "/manifest/kustomize":  "kustomizations",
			"github.com/go-git/go-git/v5":       "the credentials of a repository",
			"github.com/spf13/cobra":            "commands and flags, shell completion, manual pages",
			"github.com/schollz/progressbar/v3": "the progress line",
			"github.com/spf13/pflag":            "a set of flags that several commands have",
			"github.com/jedib0t/go-pretty/v6":   "the table of scoring rules",
			"gopkg.in/yaml.v3":                  "the list of scoring rules as YAML; settings, with the place of each",
			"golang.org/x/term":                 "whether there is a terminal, and its width",

			"github.com/google/go-containerregistry": "credentials that flags name, and what a registry answers; tests: a registry",
			"go.etcd.io/bbolt":                       "tests: a database of Trivy's",
			"github.com/google/go-cmp":               "tests: readable differences",
			"github.com/rogpeppe/go-internal":        "tests: scripts of the command line",
		},
	}
}

// A reach says what importing a package costs, tests of the package excluded.
type reach struct {
	modules int      // the most there may be, this one included; 0: any number
	never   []string // packages and modules that must not be reached
}

func reaches() map[string]reach {
	return map[string]reach{
		"vuln/version": {modules: 1},
		"vuln":         {modules: 1},
		"vuln/vex":     {modules: 2},
		"manifest":     {modules: 2},
		"lint":         {modules: 2},
		"lint/rules":   {modules: 2},
		"score":        {modules: 2},
		"scan": {
			modules: 20,
			never: []string{
				modulePath + "/vuln/store", modulePath + "/vuln/osv", modulePath + "/scan/report",
				modulePath + "/vuln/trivydb", modulePath + "/vuln/cvss", "go.etcd.io/bbolt", "github.com/pandatix/go-cvss",
			},
		},
	}
}

// readsEnvironment names the functions that may read the environment, each with
// the reason. A program that wants none of it does not call them.
func readsEnvironment() map[string]string {
	return map[string]string{
		"scan/source.DefaultKeychain": "finds the credentials that docker login keeps",
		"vuln/store.DefaultDir":       "finds the user's cache directory",
		"vuln/trivydb.DefaultPath":    "finds Trivy's database in the user's cache directory",
	}
}

// mutableVariables names the package-level variables whose type could be
// changed in place, each with the reason why nobody does.
func mutableVariables() map[string]string {
	return map[string]string{}
}

func TestImportDirection(t *testing.T) {
	t.Parallel()
	rules := importRules()
	for _, p := range goList(t, rootDir(t), "./...") {
		dir := directoryOf(p.ImportPath)
		rule, ok := rules[dir]
		if !ok {
			t.Errorf("package %s has no row in importRules", dir)
			continue
		}
		delete(rules, dir)
		for _, imported := range p.Imports {
			if !rule.allows(imported) {
				t.Errorf("package %s imports %s: its row in importRules does not allow that", dir, imported)
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(rules)) {
		t.Errorf("importRules has a row for %s, which is no package", dir)
	}
}

func TestImportRule(t *testing.T) {
	t.Parallel()
	rule := importRule{inside: []string{"vuln"}, outside: []string{"golang.org/x/sync"}}
	for _, row := range []struct {
		imported string
		want     bool
	}{
		{"net/http", true},
		{modulePath + "/vuln", true},
		{modulePath + "/vuln/store", false},
		{modulePath, false},
		{modulePath + "x/vuln", false},
		{"golang.org/x/sync/errgroup", true},
		{"golang.org/x/sync", true},
		{"golang.org/x/syncmap", false},
		{"go.etcd.io/bbolt", false},
	} {
		if got := rule.allows(row.imported); got != row.want {
			t.Errorf("allows(%q) = %t, want %t", row.imported, got, row.want)
		}
	}
}

// The programs of modules of their own are written on the public API alone,
// though their paths would let them import internal packages. A module inside
// internal is no program for users: it makes a part of the library.
func TestNestedModulesUsePublicAPI(t *testing.T) {
	t.Parallel()
	for _, m := range nestedModules(t) {
		if strings.HasPrefix(m.name, "internal/") {
			continue
		}
		for _, p := range goList(t, m.dir, "./...") {
			for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
				if strings.HasPrefix(imported, modulePath+"/internal/") {
					t.Errorf("package %s imports %s", p.ImportPath, imported)
				}
			}
		}
	}
}

func TestDependencies(t *testing.T) {
	t.Parallel()
	reasons := dependencies()
	for _, m := range allModules(t) {
		want := reasons[m.name]
		delete(reasons, m.name)
		for _, path := range m.direct {
			if want[path] == "" {
				t.Errorf("module %s requires %s: dependencies gives no reason", m.name, path)
			}
			delete(want, path)
		}
		for _, path := range slices.Sorted(maps.Keys(want)) {
			t.Errorf("dependencies gives a reason for %s, which module %s does not require", path, m.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(reasons)) {
		t.Errorf("dependencies has a table for %s, which is no module", name)
	}
}

func TestReach(t *testing.T) {
	t.Parallel()
	for dir, rule := range reaches() {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			modules := make(map[string]bool)
			for _, p := range goList(t, rootDir(t), "-deps", "./"+dir) {
				if p.Standard {
					continue
				}
				modules[p.Module.Path] = true
				if slices.Contains(rule.never, p.ImportPath) || slices.Contains(rule.never, p.Module.Path) {
					t.Errorf("%s reaches %s", dir, p.ImportPath)
				}
			}
			names := slices.SortedFunc(maps.Keys(modules), cmp.Compare[string])
			t.Logf("an importer of %s reaches %d modules: %s", dir, len(names), strings.Join(names, " "))
			if rule.modules > 0 && len(names) > rule.modules {
				t.Errorf("an importer of %s reaches %d modules, want at most %d", dir, len(names), rule.modules)
			}
		})
	}
}

func (r importRule) allows(imported string) bool {
	if imported == modulePath || strings.HasPrefix(imported, modulePath+"/") {
		return slices.Contains(r.inside, directoryOf(imported))
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		return true // the standard library
	}
	return slices.ContainsFunc(r.outside, func(module string) bool {
		return imported == module || strings.HasPrefix(imported, module+"/")
	})
}

// directoryOf is the directory of a package of the root module, "." for its root.
func directoryOf(importPath string) string {
	if importPath == modulePath {
		return "."
	}
	return strings.TrimPrefix(importPath, modulePath+"/")
}
