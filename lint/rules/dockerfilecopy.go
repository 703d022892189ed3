package rules

import (
	"path"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfileCopyRules are about ADD and COPY.
func dockerfileCopyRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "dockerfile-add-instead-of-copy",
		Aliases:     trivyNames("0005", "DL3020"),
		Title:       "ADD where COPY would do",
		Doc:         "Reports ADD instructions of what is neither an archive, which ADD unpacks, nor at a URL or in a repository of git, from where it fetches. ADD does one of these as soon as its source looks like it; COPY never does.",
		Remediation: "Write COPY.",
		URL:         "https://docs.docker.com/build/building/best-practices/#add-or-copy",
		Severity:    severity.Low,
		Run:         ofInstructions("ADD", runAddInsteadOfCopy),
	}, {
		Name:        "dockerfile-copy-from-itself",
		Aliases:     trivyNames("0006", "DL3023"),
		Title:       "COPY from the stage that it is in",
		Doc:         "Reports COPY instructions whose --from names the stage that they are in. A stage cannot be copied from before it is made.",
		Remediation: "Name an earlier stage, or use RUN cp.",
		URL:         "https://docs.docker.com/build/building/multi-stage/",
		Severity:    severity.Critical,
		Run: ofInstructions("COPY", func(r recipe, i *manifest.Instruction) {
			f := i.Flag("from")
			if f != nil && i.Stage.Name.Value != "" && strings.EqualFold(f.Value, i.Stage.Name.Value) {
				r.at(i, f.Word, "the stage "+i.Stage.Name.Value+" copies from itself")
			}
		}),
	}, {
		Name:        "dockerfile-copy-target-slash",
		Aliases:     trivyNames("0011", "DL3021"),
		Title:       "COPY of several sources to what is no directory",
		Doc:         "Reports COPY instructions with several sources whose target does not end in a slash. Docker asks for the slash: without it builders other than BuildKit fail, and readers take the target for a file.",
		Remediation: "End the target in a slash.",
		URL:         "https://docs.docker.com/reference/dockerfile/#destination",
		Severity:    severity.Critical,
		Run: ofInstructions("COPY", func(r recipe, i *manifest.Instruction) {
			if len(i.Args) < 3 {
				return
			}
			target := i.Args[len(i.Args)-1]
			if strings.HasSuffix(target.Value, "/") || strings.HasSuffix(target.Text, "/") {
				return
			}
			at := target.End
			if strings.HasSuffix(target.Text, `"`) || strings.HasSuffix(target.Text, "'") {
				at--
			}
			r.at(i, target, "the target "+target.Text+" of several sources does not end in a slash",
				lint.Fix{Message: "add a slash", Edits: []manifest.Edit{r.insert(at, "/")}})
		}),
	}}
}

func runAddInsteadOfCopy(r recipe, i *manifest.Instruction) {
	if len(i.Args) < 2 {
		return
	}
	known := true
	for _, source := range i.Args[:len(i.Args)-1] {
		if isArchive(source.Value) || isRemote(source.Value) {
			return
		}
		known = known && !source.Unknown
	}
	for _, name := range []string{"checksum", "keep-git-dir", "unpack"} {
		if i.Flag(name) != nil {
			return // COPY has no such flag
		}
	}
	var edits []manifest.Edit
	if known {
		edits = append(edits, r.replaced(i.Keyword.Start, i.Keyword.End, sameCase("COPY", i.Keyword.Text)))
	}
	r.at(i, i.Keyword, "ADD copies a file, as COPY does", fixOf("write COPY", edits)...)
}

// isArchive reports whether a source is, or is named like, an archive that ADD
// unpacks.
func isArchive(source string) bool {
	source = strings.ToLower(source)
	switch path.Ext(source) {
	case ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".tlz":
		return true
	}
	return strings.Contains(source, ".tar")
}

// isRemote reports whether a source is fetched.
func isRemote(source string) bool {
	return strings.Contains(source, "://") || strings.Contains(source, "git@")
}

// isNumeric reports whether a user and a group, "1000:1000", are numbers.
func isNumeric(owner string) bool {
	for part := range strings.SplitSeq(owner, ":") {
		if _, err := strconv.ParseUint(part, 10, 32); err != nil {
			return false
		}
	}
	return true
}
