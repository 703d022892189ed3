package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// SBOM judges the packages that the bill of materials in a file names; see
// [InspectSBOM].
func SBOM(ctx context.Context, file string, opts Options) (*Report, error) {
	if opts.Database == nil && len(opts.Matchers) == 0 {
		return nil, ErrNoMatcher
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open bill of materials: %w", err)
	}
	defer f.Close()
	inv, err := InspectSBOM(ctx, file, f, opts)
	if err != nil {
		return nil, err
	}
	return Judge(ctx, inv, opts)
}

// InspectSBOM lists what a bill of materials names: CycloneDX in JSON or XML,
// SPDX 2 in JSON or as tags and values; see analyze.ReadSBOM. The target has that
// name, and the kind of the bill.
//
// Component.Path is the file that the bill says a package was found in; Layer
// means nothing, since there is none. Of opts, what selects packages counts, and
// Limits.FileBytes. A package that cannot be read is a Problem; an error is a
// document that is no bill of materials, or cannot be read at all.
func InspectSBOM(ctx context.Context, name string, r io.Reader, opts Options) (*Inventory, error) {
	if err := errors.Join(ctx.Err(), checkGlobs(opts.SkipDirs, opts.SkipFiles)); err != nil {
		return nil, err
	}
	limit := opts.Limits.WithDefaults().FileBytes
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%w: more than %d bytes in a file", ErrLimit, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("read bill of materials %s: %w", name, err)
	}
	bill, err := analyze.ReadSBOM(text)
	if bill.Kind == "" {
		return nil, fmt.Errorf("read bill of materials %s: %w", name, err)
	}
	inv := &Inventory{Target: Target{Kind: bill.Kind, Name: name}, OS: opts.system(bill.OS)}
	if err != nil {
		inv.Problems = append(inv.Problems, Problem{
			Stage: artifact.StageAnalyze, Path: name, Err: err, Hides: artifact.HidesSome,
		})
	}
	for _, c := range bill.Components {
		c.Path, c.Inside, c.Analyzer = c.Inside, "", analyze.SBOM.Name()
		inv.Components = append(inv.Components, c)
	}
	if len(inv.Components) == 0 {
		inv.Problems = append(inv.Problems, Problem{Stage: artifact.StageResolve, Err: ErrNoPackages, Hides: artifact.HidesAll})
	}
	inv.Components = opts.selects(inv.Components)
	dropReferences(inv.Components, func(*Component) string { return "the bill" }) // wherever each was found
	inv.Components = sortComponents(inv.Components)
	return inv, nil
}
