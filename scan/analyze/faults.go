package analyze

import (
	"fmt"
	"strings"
)

const (
	maxFaults = 20 // faults of a file that are listed; the others are counted
	maxQuote  = 64 // bytes of a name that are quoted
)

// faults collects what is wrong in one file.
type faults struct {
	list []error
	more int
}

// add notes err of the package that a record names, if it does, at a line.
func (f *faults) add(line int, name []byte, err error) {
	switch {
	case len(f.list) == maxFaults:
		f.more++
	case len(name) == 0:
		f.list = append(f.list, fmt.Errorf("line %d: %w", line, err))
	default:
		f.list = append(f.list, fmt.Errorf("line %d: package %.*q: %w", line, maxQuote, name, err))
	}
}

// err is nil, or one error that unwraps to all that are listed.
func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return &joined{f.list, f.more}
}

// joined is as errors.Join, on one line.
type joined struct {
	list []error
	more int
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
