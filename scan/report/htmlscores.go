package report

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/score"
)

// An htmlScore is how one object is hardened: a gauge, and what would raise it.
type htmlScore struct {
	Object  string // "Deployment/web.shop"
	Place   string // "web.yaml:3:1"
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

// maxHTMLScores is how many objects the page has gauges for, those with the lowest
// scores.
const maxHTMLScores = 200

// scoresOf are the scores of r's objects that have one, the lowest first.
func scoresOf(r *scan.Report) []htmlScore {
	var list []htmlScore
	for i := range r.Scores {
		s := &r.Scores[i]
		if !s.Supported || !s.Valid() {
			continue
		}
		h := htmlScore{Object: printable(s.Name), Place: printable(s.Position().String()), Score: s.Score, Most: s.Max, Passed: !s.Failed()}
		if s.Max > 0 {
			h.Percent = min(max(100*s.Score/s.Max, 0), 100)
		}
		for _, items := range [][]score.Item{s.Critical, s.Advise} {
			for _, item := range items {
				h.Advice = append(h.Advice, htmlAdvice{fmt.Sprintf("%+d", max(item.Points, -item.Points)), printable(item.ID + ": " + item.Reason)})
			}
		}
		list = append(list, h)
	}
	slices.SortStableFunc(list, func(a, b htmlScore) int { return a.Score - b.Score })
	return list[:min(len(list), maxHTMLScores)]
}
