package analyze

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A limit behind the faults that are listed still makes the error one of a
// limit: what it cut must not be kept as all there is.
func TestFaultsLimit(t *testing.T) {
	t.Parallel()
	limit := fmt.Errorf("%w: more than 3 packages", artifact.ErrLimit)
	for name, note := range map[string]func(*faults, error){
		"add":  func(f *faults, err error) { f.add(7, []byte("keel"), err) },
		"note": func(f *faults, err error) { f.note(err) },
		"end":  func(f *faults, err error) { f.end(err) },
	} {
		for _, before := range []int{0, maxFaults - 1, maxFaults, 3 * maxFaults} {
			var f faults
			for i := range before {
				f.add(i+1, nil, errNoName)
			}
			if errors.Is(f.in("lock"), artifact.ErrLimit) {
				t.Fatalf("the error of %d faults is one of a limit", before)
			}
			note(&f, limit)
			f.add(8, nil, errNoVersion)
			err := f.in("lock")
			if !errors.Is(err, artifact.ErrLimit) {
				t.Errorf("%s of a limit after %d faults: the error is not one of a limit: %v", name, before, err)
			}
			if n := strings.Count(err.Error(), "line "); n > maxFaults {
				t.Errorf("%s after %d faults: %d are listed, of %d", name, before, n, maxFaults)
			}
		}
	}
}

func TestFaultsError(t *testing.T) {
	t.Parallel()
	var f faults
	f.note(nil)
	if err := f.in("lock"); err != nil {
		t.Errorf("faults without any are %v", err)
	}
	f.add(2, []byte("keel"), errNoVersion)
	f.note(errNoName)
	f.end(errors.New("the end"))
	for range maxFaults {
		f.note(errNoName)
	}
	got := f.in("lock").Error()
	if want := `read lock: the end; line 2: package "keel": no version; no name; `; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "; no name; and 3 more") {
		t.Errorf("the error is %s", got)
	}
	if !errors.Is(f.err(), errNoVersion) || errors.Is(f.err(), artifact.ErrLimit) {
		t.Errorf("the error matches another than those it lists: %v", f.err())
	}
}
