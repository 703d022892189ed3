package rules

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfileScriptRules are about what RUN starts.
func dockerfileScriptRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "dockerfile-cd",
		Aliases:     trivyNames("0013", "DL3003"),
		Title:       "cd in a RUN",
		Doc:         "Reports RUN instructions that change their directory, other than in a subshell, a loop or the like. The next instruction is in the old one again.",
		Remediation: "Use WORKDIR, or a subshell: (cd dir && command).",
		URL:         "https://docs.docker.com/build/building/best-practices/#workdir",
		Severity:    severity.Medium,
		Run: ofInstructions("RUN", func(r recipe, run *manifest.Instruction) {
			for _, c := range run.Commands {
				if c.Words[0].Value == "cd" && !c.Nested && len(c.Words) > 1 {
					r.between(run, c.Start, c.End, "cd in a RUN, where WORKDIR would do")
					return
				}
			}
		}),
	}, {
		Name:        "dockerfile-curl-and-wget",
		Aliases:     trivyNames("0014", "DL4001"),
		Title:       "Both curl and wget",
		Doc:         "Reports RUN instructions that start wget in Dockerfiles that start curl too. One of them is enough, and one less to update.",
		Remediation: "Use one of them for all.",
		Severity:    severity.Low,
		Run: ofDockerfile(func(r recipe) {
			curl := false
			for run := range r.All("RUN") {
				for p := range programs(run) {
					curl = curl || p.name == "curl"
				}
			}
			if !curl {
				return
			}
			for run := range r.All("RUN") {
				for p := range programs(run) {
					if p.name == "wget" {
						r.at(run, p.word, "wget is used beside curl")
						break
					}
				}
			}
		}),
	}}
}

// dockerfileFormRules are about how instructions are written.
func dockerfileFormRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "dockerfile-shell-form",
		Aliases:     []string{"DL3025"},
		Title:       "CMD or ENTRYPOINT in the shell form",
		Doc:         "Reports CMD and ENTRYPOINT instructions that are no JSON arrays. A shell starts the program then, which does not pass signals on: the container does not stop when it is asked to.",
		Remediation: "Write a JSON array: CMD [\"program\", \"argument\"].",
		URL:         "https://docs.docker.com/build/building/best-practices/#cmd",
		Severity:    severity.Medium,
		Run: ofDockerfile(func(r recipe) {
			for _, i := range r.Instructions {
				if k := i.Keyword.Value; i.Stage == nil || k != "CMD" && k != "ENTRYPOINT" || i.JSON || len(i.Args) == 0 {
					continue
				}
				r.at(i, i.Args[0], i.Keyword.Value+" is in the shell form", fixOf("write a JSON array", r.execForm(i))...)
			}
		}),
	}, {
		Name:        "dockerfile-consecutive-run",
		Aliases:     []string{"DL3059"},
		Title:       "RUN behind a RUN",
		Doc:         "Reports RUN instructions directly behind another one with the same flags. Each is a layer.",
		Remediation: "Join them by &&, or write one heredoc, unless the cache is to hold them apart.",
		URL:         "https://docs.docker.com/build/building/best-practices/#run",
		Severity:    severity.Low,
		Run: ofDockerfile(func(r recipe) {
			for _, s := range r.Stages {
				for k, i := range s.Instructions {
					if k > 0 && i.Keyword.Value == "RUN" && s.Instructions[k-1].Keyword.Value == "RUN" && flagText(i) == flagText(s.Instructions[k-1]) {
						r.at(i, i.Keyword, "a RUN behind a RUN")
					}
				}
			}
		}),
	}, {
		Name:        "dockerfile-copy-relative",
		Aliases:     []string{"DL3045"},
		Title:       "COPY to a relative path without WORKDIR",
		Doc:         "Reports COPY instructions to a relative path in stages that have no WORKDIR in front of it. Where the files go depends on the base image.",
		Remediation: "Have a WORKDIR in front, or write the path from the root on.",
		URL:         "https://docs.docker.com/reference/dockerfile/#destination",
		Severity:    severity.Medium,
		Run:         ofDockerfile(runCopyRelative),
	}, {
		Name:        "dockerfile-copy-link",
		Title:       "COPY without --link",
		Doc:         "Reports COPY instructions without --link. With it, the files are a layer of their own, which stays in the cache when what is in front of it changes, such as the base image. It does not follow links in the image, and does not know its users by name.",
		Remediation: "Add --link where no directory on the way to the target is a link.",
		URL:         "https://docs.docker.com/reference/dockerfile/#copy---link",
		Severity:    severity.Low,
		Run: ofInstructions("COPY", func(r recipe, i *manifest.Instruction) {
			if owner := i.Flag("chown"); i.Flag("link") != nil || owner != nil && !isNumeric(owner.Value) {
				return
			}
			r.at(i, i.Keyword, "COPY has no --link", lint.Fix{
				Message: "add --link", Edits: []manifest.Edit{r.insert(i.Keyword.End, " --link")},
			})
		}),
	}}
}

// flagText is what flags an instruction has.
func flagText(i *manifest.Instruction) string {
	var b strings.Builder
	for _, f := range i.Flags {
		b.WriteString(f.Word.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

// execForm are the edits that make one simple command of plain words a JSON array.
func (r recipe) execForm(i *manifest.Instruction) []manifest.Edit {
	if len(i.Commands) != 1 || len(i.Commands[0].Assign) > 0 {
		return nil
	}
	c := i.Commands[0]
	if c.Start != i.Args[0].Start || c.End != i.Args[0].End {
		return nil
	}
	words := make([]string, len(c.Words))
	for k, w := range c.Words {
		if w.Unknown || strings.ContainsAny(w.Value, "\"\\*?[~\n") {
			return nil
		}
		words[k] = `"` + w.Value + `"`
	}
	return []manifest.Edit{r.replaced(c.Start, c.End, "["+strings.Join(words, ", ")+"]")}
}

func runCopyRelative(r recipe) {
	in := make(map[*manifest.Stage]bool) // those that end in a WORKDIR of the file
	for _, s := range r.Stages {
		in[s] = in[s.Base]
		for _, i := range s.Instructions {
			switch i.Keyword.Value {
			case "WORKDIR":
				in[s] = true
			case "COPY":
				if len(i.Args) < 2 || in[s] {
					continue
				}
				if target := i.Args[len(i.Args)-1]; !isAbsolute(target) {
					r.at(i, target, "the target "+target.Text+" is relative, and there is no WORKDIR")
				}
			}
		}
	}
}
