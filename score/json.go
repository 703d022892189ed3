package score

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/internal/terminal"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// WriteJSON writes results as Kubesec does: an array, indented by two blanks. Exact
// leaves out what Kubesec does not write: the most an object can have, positions, the
// scores of containers.
func WriteJSON(w io.Writer, results []Result, exact bool) error {
	list := make([]jsonResult, 0, len(results))
	for i := range results {
		list = append(list, newJSONResult(&results[i], exact))
	}
	return writeIndented(w, "scores", list)
}

// WriteRules writes rules as Kubesec lists them, as JSON.
func WriteRules(w io.Writer, rules []Rule) error {
	list := make([]jsonRule, 0, len(rules))
	for _, r := range rules {
		list = append(list, jsonRule{r.ID, r.Selector, r.Reason, r.Kinds, r.Points, r.Advise})
	}
	return writeIndented(w, "scoring rules", list)
}

func writeIndented(w io.Writer, what string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", what, err)
	}
	if _, err := w.Write(append(terminal.EscapeJSON(text), '\n')); err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	return nil
}

type jsonRule struct {
	ID       string   `json:"id"`
	Selector string   `json:"selector"`
	Reason   string   `json:"reason"`
	Kinds    []string `json:"kinds"`
	Points   int      `json:"points"`
	Advise   int      `json:"advise"`
}

type jsonResult struct {
	Object     string          `json:"object"`
	Valid      bool            `json:"valid"`
	FileName   string          `json:"fileName"`
	Message    string          `json:"message,omitempty"`
	Score      int             `json:"score"`
	Max        int             `json:"max,omitempty"`
	Line       int             `json:"line,omitempty"`
	Containers []jsonContainer `json:"containers,omitempty"`
	Scoring    jsonScoring     `json:"scoring"`
}

type jsonContainer struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Score int    `json:"score"`
}

type jsonScoring struct {
	Critical []jsonItem `json:"critical,omitempty"`
	Passed   []jsonItem `json:"passed,omitempty"`
	Advise   []jsonItem `json:"advise,omitempty"`
}

type jsonItem struct {
	ID       string      `json:"id"`
	Selector string      `json:"selector"`
	Reason   string      `json:"reason"`
	Points   int         `json:"points"`
	Places   []jsonPlace `json:"places,omitempty"`
}

type jsonPlace struct {
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	Container string `json:"container,omitempty"`
	Field     string `json:"field,omitempty"`
	Message   string `json:"message,omitempty"`
}

func newJSONResult(r *Result, exact bool) jsonResult {
	j := jsonResult{
		Object: r.Name, Valid: r.Valid(), FileName: r.File, Message: r.Message(), Score: r.Score,
		Scoring: jsonScoring{jsonItems(r.Critical, exact), jsonItems(r.Passed, exact), jsonItems(r.Advise, exact)},
	}
	if exact {
		return j
	}
	j.Max, j.Line = r.Max, r.Position().Line
	for _, c := range r.Containers {
		j.Containers = append(j.Containers, jsonContainer{c.Name, kindName(c.Kind), c.Score})
	}
	return j
}

func jsonItems(items []Item, exact bool) []jsonItem {
	list := make([]jsonItem, 0, len(items))
	for _, item := range items {
		j := jsonItem{ID: item.ID, Selector: item.Selector, Reason: item.Reason, Points: item.Points}
		for _, p := range item.Places {
			if exact || p.Node == nil {
				continue
			}
			at := p.Node.Place().Start
			j.Places = append(j.Places, jsonPlace{at.Line, at.Column, p.Container, p.Node.Path(), p.Message})
		}
		list = append(list, j)
	}
	return list
}

func kindName(k manifest.ContainerKind) string {
	switch k {
	case manifest.InitContainer:
		return "init"
	case manifest.EphemeralContainer:
		return "ephemeral"
	}
	return "container"
}
