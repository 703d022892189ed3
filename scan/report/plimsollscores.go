package report

import (
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/score"
)

// The parts of [Plimsoll] that are about scores.
type (
	plimsollScore struct {
		Object     string                   `json:"object"`
		Path       string                   `json:"path"`
		Supported  bool                     `json:"supported"`
		Error      string                   `json:"error,omitempty"`
		Score      int                      `json:"score"`
		Max        int                      `json:"max"`
		Threshold  int                      `json:"threshold"`
		Failed     bool                     `json:"failed"`
		Critical   []plimsollScoreItem      `json:"critical"`
		Passed     []plimsollScoreItem      `json:"passed"`
		Advise     []plimsollScoreItem      `json:"advise"`
		Containers []plimsollContainerScore `json:"containers,omitempty"`
	}
	plimsollScoreItem struct {
		ID       string               `json:"id"`
		Points   int                  `json:"points"`
		Selector string               `json:"selector,omitempty"`
		Reason   string               `json:"reason,omitempty"`
		Places   []plimsollScorePlace `json:"places,omitempty"`
	}
	plimsollScorePlace struct {
		Container string        `json:"container,omitempty"`
		Message   string        `json:"message,omitempty"`
		Span      *plimsollSpan `json:"span,omitempty"`
	}
	plimsollContainerScore struct {
		Name  string `json:"name"`
		Score int    `json:"score"`
	}
)

// plimsollScores are those of r, in its order.
func plimsollScores(r *scan.Report) []plimsollScore {
	var list []plimsollScore
	for i := range r.Scores {
		s := &r.Scores[i]
		j := plimsollScore{
			Object: s.Name, Path: s.File, Supported: s.Supported, Error: errorText(s.Err), Score: s.Score, Max: s.Max,
			Threshold: s.Threshold, Failed: s.Failed(),
			Critical: plimsollScoreItems(s.Critical), Passed: plimsollScoreItems(s.Passed), Advise: plimsollScoreItems(s.Advise),
		}
		for _, c := range s.Containers {
			j.Containers = append(j.Containers, plimsollContainerScore{c.Name, c.Score})
		}
		list = append(list, j)
	}
	return list
}

func plimsollScoreItems(items []score.Item) []plimsollScoreItem {
	list := make([]plimsollScoreItem, 0, len(items))
	for _, item := range items {
		j := plimsollScoreItem{ID: item.ID, Points: item.Points, Selector: item.Selector, Reason: item.Reason}
		for _, p := range item.Places {
			place := plimsollScorePlace{Container: p.Container, Message: p.Message}
			if p.Node != nil {
				span := plimsollSpanOf(p.Node.Place())
				place.Span = &span
			}
			j.Places = append(j.Places, place)
		}
		list = append(list, j)
	}
	return list
}
