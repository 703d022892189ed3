package rules

import (
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfilePinRules are about packages that are installed without a version.
func dockerfilePinRules() []*lint.Rule {
	const doc = " Which version it is changes from one build to the next."
	return []*lint.Rule{{
		Name:        "dockerfile-pin-apt",
		Aliases:     []string{"DL3008"},
		Title:       "Package of apt without a version",
		Doc:         "Reports RUN instructions that install a package by apt-get or apt without a version." + doc,
		Remediation: "Write package=version.",
		URL:         "https://docs.docker.com/build/building/best-practices/#apt-get",
		Severity:    severity.Medium,
		Run: pins(func(p program) (int, bool) {
			at, ok := p.does("install")
			return at, ok && (p.name == "apt-get" || p.name == "apt")
		}, func(pkg string) bool {
			return strings.ContainsAny(pkg, "=/") || strings.HasSuffix(pkg, ".deb") || strings.HasSuffix(pkg, "-")
		}),
	}, {
		Name:        "dockerfile-pin-apk",
		Aliases:     []string{"DL3018"},
		Title:       "Package of apk without a version",
		Doc:         "Reports RUN instructions that add a package by apk without a version." + doc,
		Remediation: "Write package=version.",
		URL:         "https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper#Holding_a_specific_package_back",
		Severity:    severity.Medium,
		Run: pins(func(p program) (int, bool) {
			at, ok := p.does("add")
			return at, ok && p.name == "apk"
		}, func(pkg string) bool {
			return strings.ContainsAny(pkg, "=<>~") || strings.HasSuffix(pkg, ".apk") || strings.HasPrefix(pkg, "!")
		}),
	}, {
		Name:        "dockerfile-pin-pip",
		Aliases:     []string{"DL3013"},
		Title:       "Package of pip without a version",
		Doc:         "Reports RUN instructions that install a package by pip without a version, a file of requirements or one of constraints." + doc,
		Remediation: "Write package==version, or use a file of requirements.",
		URL:         "https://pip.pypa.io/en/stable/topics/repeatable-installs/",
		Severity:    severity.Medium,
		Run: pins(func(p program) (int, bool) {
			at, ok := pipInstall(&p)
			return at, ok && !p.has("--requirement", 'r') && !p.has("--constraint", 'c') && !p.has("--editable", 'e')
		}, func(pkg string) bool {
			return strings.ContainsAny(pkg, "=<>~@/") || pkg == "." || strings.HasPrefix(pkg, ".[") || strings.HasSuffix(pkg, ".whl")
		}),
	}, {
		Name:        "dockerfile-pin-npm",
		Aliases:     []string{"DL3016"},
		Title:       "Package of npm without a version",
		Doc:         "Reports RUN instructions that install a package by npm without a version." + doc,
		Remediation: "Write package@version, or use npm ci with a lock file.",
		URL:         "https://docs.npmjs.com/cli/commands/npm-install",
		Severity:    severity.Medium,
		Run: pins(func(p program) (int, bool) {
			at, ok := p.does("install", "i", "add")
			return at, ok && p.name == "npm"
		}, func(pkg string) bool {
			scoped := strings.HasPrefix(pkg, "@")
			return strings.Contains(strings.TrimPrefix(pkg, "@"), "@") || !scoped && strings.ContainsAny(pkg, "/:") ||
				strings.HasPrefix(pkg, ".") || strings.HasSuffix(pkg, ".tgz")
		}),
	}}
}

// pins makes what a rule runs: installs says whether, and where, a program installs
// the packages behind, and pinned whether one has a version or is a file.
func pins(installs func(program) (at int, ok bool), pinned func(pkg string) bool) func(*lint.Pass) error {
	return ofInstructions("RUN", func(r recipe, run *manifest.Instruction) {
		for p := range programs(run) {
			at, ok := installs(p)
			if !ok {
				continue
			}
			var names []string
			var first manifest.Word
			for _, w := range p.operands(at) {
				if w.Unknown || w.Value == "" || pinned(w.Value) {
					continue
				}
				if names == nil {
					first = w
				}
				names = append(names, w.Value)
			}
			if names != nil {
				r.at(run, first, "without a version: "+strings.Join(names, ", "))
				return
			}
		}
	})
}

// pipInstall reports whether a program is pip, or python -m pip, that installs, and
// where that stands.
func pipInstall(p *program) (at int, ok bool) {
	if strings.HasPrefix(p.name, "python") && len(p.args) > 1 && p.args[0].Value == "-m" && p.args[1].Value == "pip" {
		p.name, p.word, p.args = "pip", p.args[1], p.args[2:]
	}
	if version, isPip := strings.CutPrefix(p.name, "pip"); !isPip || strings.Trim(version, "0123456789.") != "" {
		return 0, false
	}
	p.name = "pip"
	at = slices.IndexFunc(p.args, func(w manifest.Word) bool { return w.Value == "install" })
	return at, at >= 0
}
