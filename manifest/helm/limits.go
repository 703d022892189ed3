package helm

import (
	"errors"
	"fmt"
)

// ErrLimit is matched by the errors of charts that go beyond a limit.
var ErrLimit = errors.New("chart is over a limit")

// Limits bound what one chart may cost. Zero is the default of each.
//
// They do not bound the time of a single function that a template calls. Those
// that make keys or hashes on purpose slowly take up to some seconds; the limit of
// steps lets them be called fifty times.
type Limits struct {
	ArchiveBytes int64 // of a package as it is stored; 20 MiB
	ChartBytes   int64 // of all files of a chart and its subcharts, unpacked; 64 MiB
	FileBytes    int64 // of one of them; 5 MiB
	Entries      int   // files and directories; 10,000
	Depth        int   // charts within charts; 8
	Charts       int   // subcharts, once for each alias; 250
	// OutputBytes is the most that templates may write and functions may return,
	// with what other templates then take up; 64 MiB.
	OutputBytes int64
	Steps       int // templates begun and rounds of loops; 5 million
	Nesting     int // templates that include templates; 500
}

func (l Limits) withDefaults() Limits {
	set := func(n *int64, value int64) {
		if *n == 0 {
			*n = value
		}
	}
	count := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	set(&l.ArchiveBytes, 20<<20)
	set(&l.ChartBytes, 64<<20)
	set(&l.FileBytes, 5<<20)
	set(&l.OutputBytes, 64<<20)
	count(&l.Entries, 10_000)
	count(&l.Depth, 8)
	count(&l.Charts, 250)
	count(&l.Steps, 5_000_000)
	count(&l.Nesting, 500)
	return l
}

func over(what string, limit any) error {
	return fmt.Errorf("%w: more than %v %s", ErrLimit, limit, what)
}
