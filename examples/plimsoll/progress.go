package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// A progress is one line on a terminal that tells how far long work is. It is
// for one goroutine at a time.
type progress struct {
	w    io.Writer // nil: silent
	what string
	bar  *progressbar.ProgressBar // nil: nothing is drawn
}

// newProgress draws on stderr if that is a terminal where somebody looks, and that
// can move its cursor.
func newProgress(stderr io.Writer, quiet bool) *progress {
	if _, ok := terminal(stderr); !ok || quiet || os.Getenv("CI") != "" || os.Getenv("TERM") == "dumb" {
		return &progress{}
	}
	return &progress{w: stderr}
}

// show draws the line anew, ten times a second at most.
func (p *progress) show(what string, done, total int) {
	if p.w == nil {
		return
	}
	if p.what != what {
		p.clear()
		p.what = what
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(20),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
	}
	if p.bar != nil {
		p.bar.Set(done)
	}
}

// update draws the line for the update of a database.
func (p *progress) update(u store.Progress) {
	switch u.Step {
	case "fetch":
		p.show("Fetching "+u.Source, int(u.Done), int(u.Total))
	case "read":
		p.show("Reading "+u.Source, int(u.Done), int(u.Total))
	default:
		p.clear()
	}
}

// clear removes the line; others can be written then.
func (p *progress) clear() {
	if p.bar != nil {
		p.bar.Clear()
		p.bar = nil
	}
}
