package rules

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfileAptRules are about how apt-get is called, and about lists of packages.
func dockerfileAptRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "dockerfile-apt-get-yes",
		Aliases:     trivyNames("0021", "DL3014"),
		Title:       "apt-get install that may ask",
		Doc:         "Reports RUN instructions with an apt-get install that may ask whether to go on: it has none of -y, --yes, --assume-yes and -qq. There is nobody to answer, and the build fails.",
		Remediation: "Add -y.",
		URL:         "https://docs.docker.com/build/building/best-practices/#apt-get",
		Severity:    severity.High,
		Run: ofInstructions("RUN", func(r recipe, run *manifest.Instruction) {
			r.aptInstalls(run, "apt-get install may ask, without -y", "add -y", func(p program, _ int) (manifest.Edit, bool) {
				return r.insert(p.word.End, " -y"), !assumesYes(p)
			})
		}),
	}, {
		Name:        "dockerfile-apt-get-recommends",
		Aliases:     trivyNames("0029", "DL3015"),
		Title:       "apt-get install of recommended packages",
		Doc:         "Reports RUN instructions with an apt-get install without --no-install-recommends. It installs what its packages recommend too, which the image does not need, and which has flaws of its own.",
		Remediation: "Add --no-install-recommends, and the packages that are needed.",
		URL:         "https://docs.docker.com/build/building/best-practices/#apt-get",
		Severity:    severity.High,
		Run: ofInstructions("RUN", func(r recipe, run *manifest.Instruction) {
			r.aptInstalls(run, "apt-get install has no --no-install-recommends", "add --no-install-recommends", func(p program, verb int) (manifest.Edit, bool) {
				return r.insert(p.args[verb].End, " --no-install-recommends"), !leavesRecommends(p)
			})
		}),
	}, {
		Name:        "dockerfile-update-alone",
		Aliases:     trivyNames("0017"),
		Title:       "Update of package lists alone",
		Doc:         "Reports RUN instructions that update the lists of a package manager, apk, apt, dnf, yum or zypper, and do not install anything then. The layer is cached: an instruction that installs later does so from lists that are as old as the cache, and fails once the packages are gone.",
		Remediation: "Update and install in one RUN.",
		URL:         "https://docs.docker.com/build/building/best-practices/#apt-get",
		Severity:    severity.High,
		Run:         ofInstructions("RUN", runUpdateAlone),
	}}
}

// aptInstalls reports a RUN with an apt-get install that is wrong: see recipe.runs.
func (r recipe) aptInstalls(run *manifest.Instruction, message, fix string, wrong func(p program, verb int) (manifest.Edit, bool)) {
	r.runs(run, message, fix, func(p program) ([]manifest.Edit, bool) {
		verb, ok := p.does("install")
		if p.name != "apt-get" || !ok {
			return nil, false
		}
		edit, is := wrong(p, verb)
		return []manifest.Edit{edit}, is
	})
}

// assumesYes reports whether apt-get does not ask. Its man page says of -qq, which is
// -q=2 too, that it implies -y.
func assumesYes(p program) bool {
	quiet := 0
	for _, w := range p.args {
		switch {
		case w.Value == "-q=2" || strings.Contains(strings.ToLower(w.Value), "apt::get::assume-yes=true"):
			return true
		case w.Value == "--quiet":
			quiet++
		case isShortOption(w.Value):
			quiet += strings.Count(w.Value, "q")
		}
	}
	return quiet > 1 || p.has("--yes", 'y') || p.has("--assume-yes", 0)
}

// leavesRecommends reports whether apt-get installs no recommended packages.
func leavesRecommends(p program) bool {
	for _, w := range p.args {
		switch strings.ToLower(strings.Trim(w.Value, `"'`)) {
		case "--no-install-recommends", "--install-recommends=false", "apt::install-recommends=false", "apt::install-recommends=0",
			"-oapt::install-recommends=false", "-oapt::install-recommends=0", "--option=apt::install-recommends=false":
			return true
		}
	}
	return false
}

// listManager is the package manager whose lists a program updates or uses, empty
// where it does neither.
func listManager(name string) string {
	switch name {
	case "apt-get", "apt", "aptitude":
		return "apt"
	case "yum", "apk", "dnf", "zypper":
		return name
	}
	return ""
}

func runUpdateAlone(r recipe, run *manifest.Instruction) {
	updated := make(map[string]program) // that nothing was installed behind, by manager
	used := make(map[string]bool)       // some update of the manager
	var order []string
	for p := range programs(run) {
		manager := listManager(p.name)
		at := p.verb()
		if manager == "" || at < 0 {
			continue
		}
		switch p.args[at].Value {
		case "update", "up":
			if _, ok := updated[manager]; !ok {
				updated[manager] = p
				order = append(order, manager)
			}
		case "upgrade", "install", "in", "source-install", "si", "reinstall", "groupinstall", "localinstall", "add",
			"dist-upgrade", "full-upgrade", "build-dep", "source", "download":
			if _, ok := updated[manager]; ok {
				used[manager] = true
			}
		}
	}
	for _, manager := range order {
		if p := updated[manager]; !used[manager] {
			r.between(run, p.word.Start, p.end(), p.name+" update has no install behind it in the same RUN")
			return
		}
	}
}
