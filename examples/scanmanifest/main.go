// Command scanmanifest lints and scores the manifests at a path:
//
//	scanmanifest PATH
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/score"
)

func main() {
	if err := run(context.Background(), os.Stdout, strings.Join(os.Args[1:], " ")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, path string) error {
	defaults := slices.DeleteFunc(rules.All(), func(r *lint.Rule) bool { return !r.Default })
	rep, err := scan.Manifests(ctx, path, scan.Options{Matchers: []scan.Matcher{scan.Lint(defaults, lint.Options{}), scan.Score(score.Options{})}})
	if err != nil {
		return err
	}
	for _, d := range rep.Diagnostics {
		fmt.Fprintf(w, "%s: %s: %s\n", d.Span.Start, d.Rule, d.Message)
	}
	for _, s := range rep.Scores {
		fmt.Fprintf(w, "%s: %s: %s\n", s.Position(), s.Name, s.Message())
	}
	for _, p := range rep.Problems {
		fmt.Fprintln(w, p)
	}
	return nil
}
