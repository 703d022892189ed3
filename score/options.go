package score

import (
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// Options say how to score. The zero value is a default to start with.
type Options struct {
	// Compat asks for Kubesec's answers where they are wrong too: see [Differences].
	Compat bool
	// Rules are those that give and take points; nil: all of [Rules]. See [Select] and
	// [Custom].
	Rules []Rule
	// MinScore is the least score that passes.
	MinScore int
	// Validate says why an object is not valid, and is not scored then; nil: where the
	// API server would refuse it for a value of another type, and in compat mode never.
	Validate func(*manifest.Object) error
	// Values are what fixes write. Where a field is empty it is taken to be a CPU
	// request of 100m and limit of 500m, a memory request of 128Mi and limit of 256Mi,
	// as far as they fit what is written; 10001 for user and group; a claim of 1Gi; and
	// for the service account the object's own name, or that of its first container.
	Values lint.Values
	// Limits bound what [Read] and [Handler] read.
	Limits manifest.Limits
}

// ErrRule is matched when there is no rule of a name.
var ErrRule = errors.New("no such rule")

// Select returns the rules of some ids out of all, in the order of all. Ids that there
// are not are an error.
func Select(all []Rule, ids ...string) ([]Rule, error) {
	var errs []error
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(r Rule) bool { return r.ID == id }) {
			errs = append(errs, fmt.Errorf("%w: %s", ErrRule, id))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return slices.DeleteFunc(slices.Clone(all), func(r Rule) bool { return !slices.Contains(ids, r.ID) }), nil
}
