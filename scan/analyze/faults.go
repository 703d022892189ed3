package analyze

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

const (
	maxFaults = 20 // faults of a file that are listed; the others are counted
	maxQuote  = 64 // bytes of a name that are quoted
)

// faults collects what is wrong in one file.
type faults struct {
	list  []error
	more  int
	limit bool // one of those not listed is a limit
}

// add notes err of the package that a record names, if it does, at a line.
func (f *faults) add(line int, name []byte, err error) {
	switch {
	case len(f.list) >= maxFaults: // it will not be read
	case len(name) == 0:
		err = fmt.Errorf("line %d: %w", line, err)
	default:
		err = fmt.Errorf("line %d: package %.*q: %w", line, maxQuote, name, err)
	}
	f.note(err)
}

// note notes err, which says itself where it is, or is of the whole file. Nil is
// nothing wrong.
func (f *faults) note(err error) {
	switch {
	case err == nil:
	case len(f.list) >= maxFaults:
		f.more++
		f.limit = f.limit || errors.Is(err, artifact.ErrLimit)
	default:
		f.list = append(f.list, err)
	}
}

// end notes, ahead of all else, why the file was not read to its end.
func (f *faults) end(err error) { f.list = slices.Insert(f.list, 0, err) }

// err is nil, or one error that unwraps to all that are listed. It matches
// [artifact.ErrLimit] if any of them all does: whoever keeps facts must know
// that a limit cut them.
func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return &joined{f.list, f.more, f.limit}
}

// in is err with the path of the file.
func (f *faults) in(path string) error {
	if err := f.err(); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// joined is as errors.Join, on one line.
type joined struct {
	list  []error
	more  int
	limit bool
}

func (j *joined) Error() string {
	var b strings.Builder
	for i, err := range j.list {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(err.Error())
	}
	if j.more > 0 {
		fmt.Fprintf(&b, "; and %d more", j.more)
	}
	return b.String()
}

func (j *joined) Unwrap() []error { return j.list }

func (j *joined) Is(target error) bool { return j.limit && target == artifact.ErrLimit }
