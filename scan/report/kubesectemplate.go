package report

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/score"
)

// A kubesecResult has the fields that Kubesec's templates know.
type kubesecResult struct {
	Object, FileName, Message string
	Valid                     bool
	Score                     int
	Rules                     []kubesecItem
	Scoring                   struct{ Critical, Passed, Advise []kubesecItem }
}

type kubesecItem struct {
	ID, Selector, Reason, Link string
	Points, Weight, Containers int
}

// template executes the template with the functions that Kubesec gives its own.
func (k Kubesec) template(out *bytes.Buffer, r *scan.Report) error {
	t, err := template.New("template").Funcs(template.FuncMap{
		"toLower":        strings.ToLower,
		"joinSlices":     joinItems,
		"getCurrentTime": func() string { return r.Created.UTC().Format(time.RFC3339) },
		"escapeString":   template.HTMLEscapeString,
		"endWithPeriod": func(s string) string {
			if s == "" || strings.HasSuffix(s, ".") {
				return s
			}
			return s + "."
		},
	}).Parse(k.Template)
	if err != nil {
		return fmt.Errorf("parse template: %w", err)
	}
	results := make([]kubesecResult, 0, len(r.Scores))
	for i := range r.Scores {
		s := &r.Scores[i]
		result := kubesecResult{Object: s.Name, FileName: s.File, Message: s.Message(), Valid: s.Valid(), Score: s.Score}
		result.Scoring.Critical = kubesecItems(s.Critical)
		result.Scoring.Passed = kubesecItems(s.Passed)
		result.Scoring.Advise = kubesecItems(s.Advise)
		result.Rules = joinItems(result.Scoring.Critical, result.Scoring.Passed, result.Scoring.Advise)
		results = append(results, result)
	}
	return t.Execute(out, results)
}

func kubesecItems(items []score.Item) []kubesecItem {
	list := make([]kubesecItem, 0, len(items))
	for _, item := range items {
		list = append(list, kubesecItem{ID: item.ID, Selector: item.Selector, Reason: item.Reason, Points: item.Points, Containers: len(item.Places)})
	}
	return list
}

func joinItems(lists ...[]kubesecItem) []kubesecItem {
	var all []kubesecItem
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
