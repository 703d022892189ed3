package score

import (
	"errors"
	"io"
	"sync/atomic"
)

// errBusy is matched when too much is held.
var errBusy = errors.New("too many requests at a time")

// A budget is how many bytes may be held.
type budget struct {
	used atomic.Int64
	most int64
}

// A tab is what one request holds of a budget.
type tab struct {
	budget *budget
	n      int64
}

// add puts n bytes on the tab, if there are as many left.
func (t *tab) add(n int) bool {
	if t.budget.used.Add(int64(n)) > t.budget.most {
		t.budget.used.Add(-int64(n))
		return false
	}
	t.n += int64(n)
	return true
}

func (t *tab) close() { t.budget.used.Add(-t.n) }

// A charged reader puts what it reads on a tab.
type charged struct {
	from io.Reader
	to   *tab
}

// Read implements [io.Reader].
func (c *charged) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if !c.to.add(n) {
		return 0, errBusy
	}
	return n, err
}
