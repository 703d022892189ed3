package scan_test

import (
	"context"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// closedLate is a file that is executable, perhaps, and may not be read.
type closedLate struct{ stat, open error }

func (l closedLate) Stat() (fs.FileMode, int64, error) { return 0o755, 10, l.stat }
func (l closedLate) Open() (io.Reader, error)          { return nil, l.open }

// exes wants executables, all or those with some first bytes.
type exes struct{ magic string }

func (e exes) Name() string { return "exes" + e.magic }
func (exes) Version() int   { return 1 }
func (e exes) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Executable: true, Magic: e.magic}}
}
func (exes) Analyze(context.Context, *artifact.File) (artifact.Facts, error) {
	return artifact.Facts{}, nil
}

// A file that is wanted for what it is, and not for its name, and that does not
// say what it is, is a problem. One that is gone is none.
func TestUnreadableExecutable(t *testing.T) {
	t.Parallel()
	src := fileSource{
		artifact.NewLateFile("a", closedLate{stat: fs.ErrPermission}),
		artifact.NewLateFile("b", closedLate{open: fs.ErrPermission}),
		artifact.NewLateFile("c", closedLate{stat: fs.ErrNotExist}),
		artifact.NewLateFile("d", closedLate{open: fs.ErrNotExist}),
	}
	inv, err := scan.Inspect(t.Context(), src, scan.Options{Analyzers: append(listers(), exes{"\x7fELF"})})
	if err != nil {
		t.Fatal(err)
	}
	got := problems(inv.Problems)
	if want := "read a: read a: permission denied (hides some)\nread b: read b: permission denied (hides some)"; !strings.Contains(got, want) || len(inv.Problems) > 3 {
		t.Errorf("Inspect has the problems\n%s\nwant\n%s", got, want)
	}
}
