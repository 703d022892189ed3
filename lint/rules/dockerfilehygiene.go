package rules

import (
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfileHygieneRules are about programs that RUN had better start otherwise.
func dockerfileHygieneRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "dockerfile-dist-upgrade",
		Aliases:     trivyNames("0024", "DL3005"),
		Title:       "apt-get dist-upgrade",
		Doc:         "Reports RUN instructions with an apt-get dist-upgrade. It may remove packages of the base image. Trivy's check of it is deprecated.",
		Remediation: "Use a newer base image.",
		Severity:    severity.High,
		Run: ofInstructions("RUN", func(r recipe, run *manifest.Instruction) {
			for p := range programs(run) {
				if _, ok := p.does("dist-upgrade"); ok && p.name == "apt-get" {
					r.between(run, p.word.Start, p.end(), "apt-get dist-upgrade may remove packages of the base image")
					return
				}
			}
		}),
	}, {
		Name:        "dockerfile-apt",
		Aliases:     []string{"DL3027"},
		Title:       "apt in a script",
		Doc:         "Reports RUN instructions that start apt, which is for people: it warns that its output and options change.",
		Remediation: "Use apt-get and apt-cache.",
		URL:         "https://manpages.debian.org/stable/apt/apt.8.en.html",
		Severity:    severity.Medium,
		Run:         ofInstructions("RUN", runApt),
	}, {
		Name:        "dockerfile-apt-lists",
		Aliases:     []string{"DL3009"},
		Title:       "Lists of apt in the image",
		Doc:         "Reports RUN instructions that update the lists of apt, and do not delete them then. They stay in the layer.",
		Remediation: "End the RUN in rm -rf /var/lib/apt/lists/*, or mount a cache there.",
		URL:         "https://docs.docker.com/build/building/best-practices/#apt-get",
		Severity:    severity.Low,
		Run:         ofInstructions("RUN", runAptLists),
	}, {
		Name:        "dockerfile-pip-cache",
		Aliases:     []string{"DL3042"},
		Title:       "Cache of pip",
		Doc:         "Reports RUN instructions that install by pip without --no-cache-dir, where neither PIP_NO_CACHE_DIR is set nor a cache mounted. The packages stay in the layer a second time.",
		Remediation: "Add --no-cache-dir.",
		URL:         "https://pip.pypa.io/en/stable/topics/caching/#disabling-caching",
		Severity:    severity.Medium,
		Run:         ofDockerfile(runPipCache),
	}, {
		Name:        "dockerfile-pipefail",
		Aliases:     []string{"DL4006"},
		Title:       "Pipe whose failure is not seen",
		Doc:         "Reports RUN instructions with a pipe where the shell has no pipefail. The status of the last command alone counts then: a download that fails in front of it does not end the build.",
		Remediation: "Have SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"] in front, or set -o pipefail first where the shell knows it.",
		URL:         "https://docs.docker.com/build/building/best-practices/#using-pipes",
		Severity:    severity.Medium,
		Run:         ofInstructions("RUN", runPipefail),
	}, {
		Name:        "dockerfile-wget-progress",
		Aliases:     []string{"DL3047"},
		Title:       "wget that draws a progress bar",
		Doc:         "Reports RUN instructions that start wget without --progress, and without an option that keeps it quiet. Its bar fills the log of a build.",
		Remediation: "Add --progress=dot:giga, or -nv.",
		URL:         "https://www.gnu.org/software/wget/manual/wget.html#Download-Options",
		Severity:    severity.Low,
		Run:         ofInstructions("RUN", runWgetProgress),
	}}
}

func runApt(r recipe, run *manifest.Instruction) {
	r.runs(run, "apt is for people, not for scripts", "write apt-get", func(p program) ([]manifest.Edit, bool) {
		_, same := p.does("install", "remove", "update", "upgrade", "purge", "autoremove", "clean", "autoclean", "build-dep", "source", "download")
		if p.name != "apt" || !same || p.word.Text != "apt" {
			return nil, p.name == "apt"
		}
		return []manifest.Edit{r.replaced(p.word.Start, p.word.End, "apt-get")}, true
	})
}

func runAptLists(r recipe, run *manifest.Instruction) {
	if mountsCache(run, "/var/lib/apt/lists", "/var/lib/apt") {
		return
	}
	var update *program
	for p := range programs(run) {
		_, ok := p.does("update")
		switch {
		case ok && (p.name == "apt-get" || p.name == "apt"):
			update = &p
		case p.name == "rm" && slices.ContainsFunc(p.args, func(w manifest.Word) bool { return strings.HasPrefix(w.Value, "/var/lib/apt") }):
			update = nil
		}
	}
	if update != nil {
		r.between(run, update.word.Start, update.end(), "the lists of apt are not deleted",
			fixOf("delete them", r.appended(run, "rm -rf /var/lib/apt/lists/*"))...)
	}
}

func runPipCache(r recipe) {
	off := make(map[*manifest.Stage]bool) // those whose environment turns the cache off
	for _, s := range r.Stages {
		off[s] = off[s.Base]
		for _, i := range s.Instructions {
			for _, v := range i.Variables {
				if v.Name.Value == "PIP_NO_CACHE_DIR" && i.Keyword.Value != "LABEL" {
					off[s] = v.Value.Value != ""
				}
			}
			if i.Keyword.Value == "RUN" && !off[s] {
				r.pipCache(i)
			}
		}
	}
}

func (r recipe) pipCache(run *manifest.Instruction) {
	for _, f := range run.Flags {
		if f.Name == "mount" && strings.Contains(f.Value, "type=cache") && (strings.Contains(f.Value, "pip") || strings.Contains(f.Value, ".cache")) {
			return
		}
	}
	r.runs(run, "pip install keeps its cache, without --no-cache-dir", "add --no-cache-dir", func(p program) ([]manifest.Edit, bool) {
		at, ok := pipInstall(&p)
		sets := slices.ContainsFunc(p.command.Assign, func(w manifest.Word) bool { return strings.HasPrefix(w.Value, "PIP_NO_CACHE_DIR=") })
		if !ok || sets || p.has("--no-cache-dir", 0) {
			return nil, false
		}
		return []manifest.Edit{r.insert(p.args[at].End, " --no-cache-dir")}, true
	})
}

func runPipefail(r recipe, run *manifest.Instruction) {
	if slices.Contains(run.Shell, "pipefail") {
		return
	}
	for _, c := range run.Commands {
		pipefail := slices.ContainsFunc(c.Words, func(w manifest.Word) bool { return w.Value == "pipefail" })
		switch {
		case pipefail:
			return
		case strings.HasPrefix(c.Operator, "|") && c.Operator != "||":
			r.between(run, c.Start, c.End, "the failure of what is piped into "+c.Words[0].Value+" is not seen")
			return
		}
	}
}

func runWgetProgress(r recipe, run *manifest.Instruction) {
	r.runs(run, "wget draws a progress bar", "add --progress=dot:giga", func(p program) ([]manifest.Edit, bool) {
		if p.name != "wget" || p.has("--progress", 'q') || p.has("--quiet", 'o') || p.has("--no-verbose", 'a') ||
			p.has("--output-file", 0) || p.has("--append-output", 0) || p.has("-nv", 0) || p.has("--version", 'V') {
			return nil, false
		}
		return []manifest.Edit{r.insert(p.word.End, " --progress=dot:giga")}, true
	})
}
