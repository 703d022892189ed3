package scan

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/internal/imageconfig"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// ErrNoDecoder is matched by the problem that the commands of an image's history
// were not looked at, for want of a decoder that reads them.
var ErrNoDecoder = errors.New("no decoder for Dockerfiles")

// errNoConfig is the problem of an image without a config.
var errNoConfig = errors.New("the image has no config to look at")

// LintImage is the matcher that asks of an image's config and history what rules ask
// of a Dockerfile: whether it runs as root, exposes SSH, has secrets in its
// environment, and so on. It runs [ImageRules] over the Dockerfile that
// [ImageDockerfile] makes, and nothing over targets that are no images.
//
// The decoder finds the commands of RUN, as that of module manifest/dockerfile does.
// Where it is nil, or cannot read the text, nothing is said of commands, which is a
// Problem, matching [ErrNoDecoder] in the first case, if there are any.
//
// In images of Windows, which have no root, dockerfile-root-user does not run. A
// history does not have the mounts of RUN: a cache that was mounted looks like one
// that was left.
//
// Diagnostics have the layer that the instruction made, and no fixes. Comments of the
// history suppress nothing: the image is not to be asked about itself.
func LintImage(rules []*lint.Rule, opts lint.Options, decoder manifest.Decoder) Matcher {
	return &imageLinter{rules, opts, decoder}
}

type imageLinter struct {
	rules   []*lint.Rule
	opts    lint.Options
	decoder manifest.Decoder
}

func (l *imageLinter) Name() string { return "lint image config" }

func (l *imageLinter) Match(ctx context.Context, inv *Inventory) (Results, error) {
	if inv.Target.Kind != artifact.KindImage {
		return Results{}, nil
	}
	recipe, err := readRecipe(inv.Target)
	if err != nil {
		return Results{Problems: []Problem{configProblem(imageConfigName(inv.Target), err)}}, nil
	}
	file := recipe.Dockerfile.File
	dockerfile, problems := l.decode(recipe.Dockerfile)
	for _, err := range recipe.Problems {
		problems = append(problems, configProblem(file.Path, err))
	}
	rules := ImageRules(l.rules)
	if recipe.Windows {
		rules = slices.DeleteFunc(rules, func(r *lint.Rule) bool { return r != nil && r.Name == "dockerfile-root-user" })
	}
	found, err := lint.Run(ctx, []*manifest.Object{manifest.NewDockerfile(dockerfile)}, rules, l.opts)
	if err != nil {
		return Results{}, err
	}
	for i := range found.Diagnostics {
		l.place(&found.Diagnostics[i], recipe, inv)
	}
	for i := range found.Suppressed {
		l.place(&found.Suppressed[i].Diagnostic, recipe, inv)
	}
	res := lintResults(found)
	res.Files = []*manifest.File{file}
	res.Problems = append(res.Problems, problems...)
	return res, nil
}

// place names the layer of a diagnostic. The text is not the user's: there is nothing
// to mend.
func (l *imageLinter) place(d *lint.Diagnostic, recipe *imageconfig.Recipe, inv *Inventory) {
	d.Fixes = nil
	if at := recipe.Layer(d.Span.Start.Offset); at >= 0 && recipe.Layers == len(inv.Layers) {
		d.Layer = string(inv.Layers[at].DiffID)
	}
}

// decode is d with the commands that the decoder finds. All else is d's: whatever
// the decoder makes of the text, a value cannot become an instruction.
func (l *imageLinter) decode(d *manifest.Dockerfile) (*manifest.Dockerfile, []Problem) {
	runs := 0
	for range d.All("RUN") {
		runs++
	}
	if runs == 0 {
		return d, nil
	}
	unread := func(err error) []Problem {
		return []Problem{configProblem(d.File.Path, fmt.Errorf("the commands of %d RUN are not looked at: %w", runs, err))}
	}
	if l.decoder == nil {
		return d, unread(ErrNoDecoder)
	}
	bundle := l.decoder.Decode(d.File, manifest.Limits{})
	if len(bundle.Objects) != 1 || bundle.Objects[0].Dockerfile() == nil {
		err := errors.New("it is read as something else")
		if len(bundle.Problems) > 0 {
			err = bundle.Problems[0].Err
		}
		return d, unread(err)
	}
	decoded := bundle.Objects[0].Dockerfile().Instructions
	same := func(a, b *manifest.Instruction) bool {
		return a.Keyword == b.Keyword && a.Start == b.Start && a.End == b.End
	}
	if !slices.EqualFunc(d.Instructions, decoded, same) {
		return d, unread(errors.New("the decoder finds other instructions than there are"))
	}
	for k, i := range d.Instructions { // which nobody else has yet
		i.Commands = decoded[k].Commands
	}
	var problems []Problem
	for _, p := range bundle.Problems {
		if k := slices.IndexFunc(d.Instructions, func(i *manifest.Instruction) bool { return p.Position.Offset <= i.End }); k >= 0 && d.Instructions[k].Keyword.Value == "RUN" {
			problems = append(problems, configProblem(p.Position.String(), p.Err))
		}
	}
	return d, problems
}

// configProblem is a problem of an image's config, which hides some diagnostics.
func configProblem(path string, err error) Problem {
	return Problem{Stage: artifact.StageMatch, Path: path, Err: err, Hides: artifact.HidesSome}
}

// ImageDockerfile is the Dockerfile that the config and history of an image come to,
// with what could not be read of them. It starts with FROM scratch: a history has the
// steps of the bases too. What the config sets, and no step does, or does otherwise,
// stands at the end. A step that is no instruction is a comment in the text.
//
// The text is written so that no value of the image becomes an instruction. The file
// is named after the image, "app:1 <image config>". Instructions have no commands,
// which a decoder finds. An error is that of an image without a config, or with one
// that is no JSON.
func ImageDockerfile(target Target) (*manifest.Dockerfile, []error, error) {
	r, err := readRecipe(target)
	if err != nil {
		return nil, nil, err
	}
	return r.Dockerfile, r.Problems, nil
}

func readRecipe(target Target) (*imageconfig.Recipe, error) {
	if len(target.Config) == 0 {
		return nil, errNoConfig
	}
	return imageconfig.Read(imageConfigName(target), target.Config)
}

// imageConfigName is how the file of an image's config is called.
func imageConfigName(target Target) string {
	return target.Name + " " + imageconfig.Suffix
}

// ImageRules are those of rules that [LintImage] runs: those for Dockerfiles, but for
// some which a history cannot answer, or which are about a build that is over: those
// for the tags, names and copies of stages (dockerfile-latest-tag,
// dockerfile-duplicate-stage, dockerfile-copy-from-itself); for instructions of which
// the last one counts, since the others are those of the base
// (dockerfile-several-cmds, -several-entrypoints, -several-healthchecks); and for how
// something is written (dockerfile-maintainer, -shell-form, -copy-link,
// -copy-target-slash).
func ImageRules(rules []*lint.Rule) []*lint.Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r *lint.Rule) bool {
		return r != nil && (!slices.Contains(r.Kinds, lint.Dockerfile) || slices.Contains(notForImages(), r.Name))
	})
}

// notForImages are the names of the rules that are for the build alone.
func notForImages() []string {
	return []string{
		"dockerfile-latest-tag", "dockerfile-duplicate-stage", "dockerfile-copy-from-itself",
		"dockerfile-several-cmds", "dockerfile-several-entrypoints", "dockerfile-several-healthchecks",
		"dockerfile-maintainer", "dockerfile-shell-form", "dockerfile-copy-link", "dockerfile-copy-target-slash",
	}
}
