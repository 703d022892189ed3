package version

import (
	"errors"
	"fmt"
	"strings"
)

// ErrInvalid is matched by the error for a string that is no version of its
// scheme. Such a string has no key: what it is compared for cannot be judged.
var ErrInvalid = errors.New("invalid version")

// An Error says where and why a string is no version of a scheme. It matches
// [ErrInvalid].
type Error struct {
	Scheme string // "deb"
	Value  string // the whole string, as given
	Offset int    // of the byte at fault in Value; len(Value) when something is missing at its end
	Reason string // "empty revision"
}

// Error is one line. Of a Value longer than any version it shows the start.
func (e *Error) Error() string {
	value, more := e.Value, ""
	if len(value) > maxLength {
		value, more = value[:shownLength], "..."
	}
	return fmt.Sprintf("invalid %s version %q%s: %s at byte %d", e.Scheme, value, more, e.Reason, e.Offset)
}

// Unwrap returns [ErrInvalid].
func (e *Error) Unwrap() error { return ErrInvalid }

// maxLength bounds a version in bytes, and with it the key and the time that
// hostile input can ask for. shownLength is what an error shows of a longer one.
const (
	maxLength   = 256
	shownLength = 32
)

// A flaw is where and why a string is no version; the zero flaw is none. It is
// not an error yet, because Compare must not allocate one.
type flaw struct {
	offset int
	reason string
}

func (f flaw) found() bool { return f.reason != "" }

func (f flaw) err(s Scheme, v string) error {
	if !f.found() {
		return nil
	}
	return &Error{Scheme: s.String(), Value: v, Offset: f.offset, Reason: f.reason}
}

// checkLength finds the flaws that no scheme allows.
func checkLength(v string) flaw {
	if v == "" {
		return flaw{0, "empty version"}
	}
	if len(v) > maxLength {
		return flaw{maxLength, "more than 256 bytes"}
	}
	return flaw{}
}

// compareFlawed orders two strings when at least one has a flaw: those that
// have come after those that have not, and are ordered by bytes.
func compareFlawed(a string, fa flaw, b string, fb flaw) int {
	switch {
	case !fa.found():
		return -1
	case !fb.found():
		return +1
	}
	return strings.Compare(a, b)
}
