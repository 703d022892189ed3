package report

import "github.com/plimsoll-go/plimsoll/scan"

// An htmlScore is how one object is hardened: a gauge, and what would raise it.
type htmlScore struct {
	Object  string // "apps/v1 Deployment shop/web"
	Place   string // "web.yaml:3"
	Score   int
	Most    int // the best there is
	Percent int // of the gauge that is filled, 0 to 100
	Passed  bool
	Advice  []htmlAdvice // what gains the most first
}

// An htmlAdvice is one thing that would raise a score.
type htmlAdvice struct {
	Points string // "+3"
	Text   string
}

// scoresOf are the scores of r's objects, in their order. A report has none today.
func scoresOf(*scan.Report) []htmlScore { return nil }
