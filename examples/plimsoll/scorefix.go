package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/score"
)

// mend writes the advice into the files, and says what the scores were and become.
func (f *scoreFlags) mend(ctx context.Context, opts score.Options, args []string) error {
	before, err := f.scoreFiles(ctx, opts, args)
	if err != nil {
		return err
	}
	var files []*manifest.File
	edits := make(map[*manifest.File][]manifest.Edit)
	for i := range before {
		r := &before[i]
		if r.Object == nil || r.Err != nil || !r.Supported {
			continue
		}
		found, err := r.Edits(f.ids...)
		f.warnUnfollowed(r, err)
		if len(found) == 0 {
			continue
		}
		file := r.Object.File()
		if edits[file] == nil {
			files = append(files, file)
		}
		edits[file] = append(edits[file], found...)
	}
	for _, file := range files {
		text, err := manifest.Apply(file, edits[file])
		if err != nil {
			return fmt.Errorf("fix %s: %w", file.Path, err)
		}
		if err := rewrite(file.Path, file.Text, text); err != nil {
			return err
		}
	}
	after, err := f.scoreFiles(ctx, opts, args)
	if err != nil {
		return err
	}
	if len(after) != len(before) {
		return fmt.Errorf("fix: there were %d objects, and are %d", len(before), len(after))
	}
	for i := range after {
		if before[i].Supported {
			fmt.Fprintln(f.stdout, printable(fmt.Sprintf("%s: %s: score %d of %d, was %d", after[i].Position(), after[i].Name, after[i].Score, after[i].Max, before[i].Score)))
		}
	}
	fmt.Fprintf(f.stderr, "followed the advice in %d files\n", len(files))
	return nil
}

// scoreFiles scores what can be mended. In compat mode too it is all objects that
// there are: what Kubesec does not see stays as it is otherwise.
func (f *scoreFlags) scoreFiles(ctx context.Context, opts score.Options, args []string) ([]score.Result, error) {
	inv, err := f.inspect(ctx, args)
	if err != nil {
		return nil, err
	}
	warnProblems(f.stderr, inv.Problems)
	return score.Run(inv.Objects, opts), nil
}

// warnUnfollowed says which advice stays.
func (f *scoreFlags) warnUnfollowed(r *score.Result, err error) {
	if err == nil {
		return
	}
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	for _, err := range list {
		if u := (*score.Unfollowed)(nil); errors.As(err, &u) && errors.Is(err, score.ErrRule) && slices.Contains(f.ids, u.ID) {
			continue // it is a rule, and not for this object
		}
		warn(f.stderr, fmt.Sprintf("%s: %s: %v", r.Position(), r.Name, err))
	}
}
