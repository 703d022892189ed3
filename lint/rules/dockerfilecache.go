package rules

import (
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A cacheRule is about a package manager that leaves a cache in the image.
type cacheRule struct {
	managers []string
	installs []string // the verbs
	clean    string   // the command that empties the cache
	cleans   func(program) bool
	dirs     []string // where it is
}

// dockerfileCacheRules are about what package managers leave in the image.
func dockerfileCacheRules() []*lint.Rule {
	const (
		doc         = " The cache of packages and lists stays in the layer, where nothing uses it."
		remediation = "Empty the cache at the end of the same RUN."
		url         = "https://docs.docker.com/build/building/best-practices/#run"
	)
	cleansAll := func(p program) bool {
		at, ok := p.does("clean")
		return ok && slices.Contains([]string{"yum", "dnf", "microdnf", "tdnf"}, p.name) &&
			slices.ContainsFunc(p.operands(at), func(w manifest.Word) bool { return w.Value == "all" })
	}
	return []*lint.Rule{{
		Name:        "dockerfile-yum-cache",
		Aliases:     trivyNames("0015", "DL3032"),
		Title:       "Cache of yum",
		Doc:         "Reports RUN instructions with a yum install and no yum clean all behind it." + doc,
		Remediation: remediation,
		URL:         url,
		Severity:    severity.High,
		Run: cacheRule{
			managers: []string{"yum"}, installs: []string{"install"},
			clean: "yum clean all", cleans: cleansAll, dirs: []string{"/var/cache/yum", "/var/cache/dnf"},
		}.run(),
	}, {
		Name:        "dockerfile-dnf-cache",
		Aliases:     trivyNames("0019", "DL3040"),
		Title:       "Cache of dnf",
		Doc:         "Reports RUN instructions with a dnf or tdnf install and no dnf clean all behind it." + doc,
		Remediation: remediation,
		URL:         url,
		Severity:    severity.High,
		Run: cacheRule{
			managers: []string{"dnf", "tdnf"},
			installs: []string{"install", "in", "reinstall", "rei", "install-n", "install-na", "install-nevra"},
			clean:    "dnf clean all", cleans: cleansAll, dirs: []string{"/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf"},
		}.run(),
	}, {
		Name:        "dockerfile-microdnf-cache",
		Aliases:     trivyNames("0027"),
		Title:       "Cache of microdnf",
		Doc:         "Reports RUN instructions with a microdnf install and no microdnf clean all behind it." + doc,
		Remediation: remediation,
		URL:         url,
		Severity:    severity.High,
		Run: cacheRule{
			managers: []string{"microdnf"}, installs: []string{"install", "reinstall"},
			clean: "microdnf clean all", cleans: cleansAll, dirs: []string{"/var/cache/yum", "/var/cache/dnf"},
		}.run(),
	}, {
		Name:        "dockerfile-zypper-cache",
		Aliases:     trivyNames("0020", "DL3036"),
		Title:       "Cache of zypper",
		Doc:         "Reports RUN instructions in which zypper installs, removes or patches something, and no zypper clean is behind it." + doc,
		Remediation: remediation,
		URL:         url,
		Severity:    severity.High,
		Run: cacheRule{
			managers: []string{"zypper"},
			installs: []string{"install", "in", "remove", "rm", "source-install", "si", "patch"},
			clean:    "zypper clean",
			cleans: func(p program) bool {
				_, ok := p.does("clean", "cc")
				return ok && p.name == "zypper"
			},
			dirs: []string{"/var/cache/zypp"},
		}.run(),
	}, {
		Name:        "dockerfile-apk-cache",
		Aliases:     trivyNames("0025", "DL3019"),
		Title:       "Cache of apk",
		Doc:         "Reports RUN instructions with an apk add without --no-cache." + doc,
		Remediation: "Add --no-cache, which needs no apk update either.",
		URL:         url,
		Severity:    severity.High,
		Run:         ofInstructions("RUN", runApkCache),
	}}
}

// run makes what the rule runs. A RUN is reported once, at its last install.
func (c cacheRule) run() func(*lint.Pass) error {
	return ofInstructions("RUN", func(r recipe, run *manifest.Instruction) {
		var last *program
		for p := range programs(run) {
			switch _, installs := p.does(c.installs...); {
			case installs && slices.Contains(c.managers, p.name):
				last = &p
			case c.cleans(p):
				last = nil
			}
		}
		if last == nil || mountsCache(run, c.dirs...) {
			return
		}
		clean := c.clean
		if last.name == "tdnf" {
			clean = "tdnf clean all"
		}
		r.between(run, last.word.Start, last.end(), last.name+" leaves its cache, without "+clean+" behind it",
			fixOf("add "+clean, r.appended(run, clean))...)
	})
}

func runApkCache(r recipe, run *manifest.Instruction) {
	if mountsCache(run, "/var/cache/apk", "/etc/apk/cache") {
		return
	}
	r.runs(run, "apk add has no --no-cache", "add --no-cache", func(p program) ([]manifest.Edit, bool) {
		verb, ok := p.does("add")
		if p.name != "apk" || !ok || p.has("--no-cache", 0) {
			return nil, false
		}
		return []manifest.Edit{r.insert(p.args[verb].End, " --no-cache")}, true
	})
}
