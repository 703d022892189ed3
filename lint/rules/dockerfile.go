package rules

import (
	"bytes"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// The groups of the rules for Dockerfiles.
const (
	// Dockerfile is all of them.
	Dockerfile = "dockerfile"
	// Hadolint are those that hadolint has and Trivy has not. They do not run by
	// default.
	Hadolint = "hadolint"
)

// dockerfileRules are about Dockerfiles. Those with an alias DS-… are checks of
// Trivy's, with its severities; aliases DL… are the names that hadolint has.
func dockerfileRules() []*lint.Rule {
	checks := slices.Concat(
		dockerfileImageRules(),
		dockerfileUserRules(),
		dockerfilePortRules(),
		dockerfileCopyRules(),
		dockerfileWorkdirRules(),
		dockerfileOnceRules(),
		dockerfileAptRules(),
		dockerfileCacheRules(),
		dockerfileScriptRules(),
		dockerfileSecretRules(),
	)
	for _, r := range checks {
		r.Default = true
	}
	more := slices.Concat(dockerfilePinRules(), dockerfileHygieneRules(), dockerfileFormRules())
	for _, r := range more {
		r.Groups = append(r.Groups, Hadolint)
	}
	all := append(checks, more...)
	for _, r := range all {
		r.Groups = append(r.Groups, Dockerfile)
		r.Kinds = []lint.Kind{lint.Dockerfile}
	}
	return all
}

// trivyNames are the names that Trivy has, and had, for its check of a number of
// four digits, and those of other tools.
func trivyNames(number string, others ...string) []string {
	return append([]string{"DS-" + number, "AVD-DS-" + number, "DS" + number[1:]}, others...)
}

// A recipe is a pass that looks at a Dockerfile.
type recipe struct {
	*lint.Pass
	*manifest.Dockerfile
}

// ofDockerfile makes what a rule runs of a function that looks at a Dockerfile.
func ofDockerfile(look func(recipe)) func(*lint.Pass) error {
	return func(p *lint.Pass) error {
		if d := p.Object.Dockerfile(); d != nil {
			look(recipe{p, d})
		}
		return nil
	}
}

// ofInstructions makes what a rule runs of a function that looks at each instruction
// of a keyword.
func ofInstructions(keyword string, look func(recipe, *manifest.Instruction)) func(*lint.Pass) error {
	return ofDockerfile(func(r recipe) {
		for i := range r.All(keyword) {
			look(r, i)
		}
	})
}

// at reports something at a word of an instruction.
func (r recipe) at(i *manifest.Instruction, w manifest.Word, message string, fixes ...lint.Fix) {
	r.between(i, w.Start, w.End, message, fixes...)
}

// between reports something at a part of an instruction, which is its cause.
func (r recipe) between(i *manifest.Instruction, start, end int, message string, fixes ...lint.Fix) {
	r.ReportDiagnosticAt(r.Span(start, end), lint.Diagnostic{
		Message: message, Cause: r.Span(i.Start, i.End), Fixes: fixes,
	})
}

// missing reports what the file as a whole lacks, at its last FROM. The cause is the
// file, without a line.
func (r recipe) missing(message string) {
	at := r.Dockerfile.Span(0, 0)
	if s := r.Final(); s != nil && s.From != nil {
		at = r.Span(s.From.Start, s.From.End)
	}
	whole := manifest.Position{Path: r.File.Path}
	r.ReportDiagnosticAt(at, lint.Diagnostic{Message: message, Cause: manifest.Span{Start: whole, End: whole}})
}

// insert is the edit that adds a text at an offset.
func (r recipe) insert(at int, text string) manifest.Edit {
	return manifest.Edit{File: r.File, Start: at, End: at, Text: text}
}

// replaced is the edit that makes a part of the file another text.
func (r recipe) replaced(start, end int, text string) manifest.Edit {
	return manifest.Edit{File: r.File, Start: start, End: end, Text: text}
}

// withoutLines is the edit that deletes the lines of an instruction.
func (r recipe) withoutLines(i *manifest.Instruction) manifest.Edit {
	text := r.File.Text
	start, end := bytes.LastIndexByte(text[:i.Start], '\n')+1, len(text)
	if n := bytes.IndexByte(text[i.End:], '\n'); n >= 0 {
		end = i.End + n + 1
	}
	return r.replaced(start, end, "")
}

// runs reports a RUN once, at the first program that is wrong, with the edits of all
// that are. The exec form is not edited.
func (r recipe) runs(run *manifest.Instruction, message, fix string, wrong func(program) ([]manifest.Edit, bool)) {
	var first *program
	var edits []manifest.Edit
	for p := range programs(run) {
		more, is := wrong(p)
		if !is {
			continue
		}
		if first == nil {
			first = &p
		}
		edits = append(edits, more...)
	}
	if first == nil {
		return
	}
	if run.JSON {
		edits = nil
	}
	r.between(run, first.word.Start, first.end(), message, fixOf(fix, edits)...)
}

// appended are the edits that add a command to the end of a RUN. There are none
// where the commands are not all joined by &&, or something stands behind the last.
func (r recipe) appended(run *manifest.Instruction, command string) []manifest.Edit {
	if run.JSON || len(run.Heredocs) > 0 || len(run.Commands) == 0 {
		return nil
	}
	for k, c := range run.Commands {
		if c.Nested || k > 0 && c.Operator != "&&" {
			return nil
		}
	}
	if last := run.Commands[len(run.Commands)-1]; last.End != run.End {
		return nil
	}
	return []manifest.Edit{r.insert(run.End, " && "+command)}
}

// fixOf is a fix where there are edits, and none where there are not.
func fixOf(message string, edits []manifest.Edit) []lint.Fix {
	if len(edits) == 0 {
		return nil
	}
	return []lint.Fix{{Message: message, Edits: edits}}
}

// sameCase is a keyword in small letters where another one is written so.
func sameCase(keyword, as string) string {
	if as == strings.ToLower(as) {
		return strings.ToLower(keyword)
	}
	return keyword
}
