// Command customrule is a linter with a rule of one's own.
//
//	customrule DIRECTORY REGISTRY
//
// It exits with 0 if all images are from REGISTRY, 1 if not, 2 if nobody knows.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func oneRegistry(registry string) *lint.Rule {
	return &lint.Rule{Name: "one-registry", Kinds: []lint.Kind{lint.DeploymentLike}, Run: func(p *lint.Pass) error {
		for c := range p.Containers() {
			if c.Image.Set() && !strings.HasPrefix(c.Image.Value, registry+"/") {
				p.Reportf(c.Image.Node, "image %q is not from %s", c.Image.Value, registry)
			}
		}
		return nil
	}}
}

// check says on w what is wrong below dir, and how to exit.
func check(ctx context.Context, w io.Writer, dir string, rules ...*lint.Rule) (exit int, err error) {
	bundle, err := manifest.Load(ctx, os.DirFS(dir), ".", manifest.Options{})
	if err != nil {
		return 2, err
	}
	result, err := lint.Run(ctx, bundle.Objects, rules, lint.Options{})
	if err != nil {
		return 2, err
	}
	for _, d := range result.Diagnostics {
		fmt.Fprintf(w, "%s: %s\n", d.Span.Start, d.Message)
		exit = 1
	}
	if len(bundle.Problems)+len(result.Problems) > 0 {
		return 2, fmt.Errorf("not all was judged: %v %v", bundle.Problems, result.Problems)
	}
	return exit, nil
}

func main() {
	exit, err := 2, errors.New("usage: customrule DIRECTORY REGISTRY")
	if len(os.Args) == 3 {
		exit, err = check(context.Background(), os.Stdout, os.Args[1], oneRegistry(os.Args[2]))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(exit)
}
