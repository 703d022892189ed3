package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/score"
)

// table writes each object with what costs it points, and what would give it some.
func (k Kubesec) table(out *bytes.Buffer, r *scan.Report) {
	for i := range r.Scores {
		result := &r.Scores[i]
		if i > 0 {
			out.WriteByte('\n')
		}
		verdict := result.Message()
		if result.Supported && result.Valid() {
			verdict += fmt.Sprintf(" of %d", result.Max)
		}
		if k.Color {
			color := text.FgGreen
			if result.Failed() {
				color = text.FgRed
			}
			verdict = color.Sprint(printable(verdict))
		} else {
			verdict = printable(verdict)
		}
		fmt.Fprintf(out, "%s (%s): %s\n", printable(result.Name), printable(result.Position().String()), verdict)
		if len(result.Containers) > 1 {
			scores := make([]string, len(result.Containers))
			for i, c := range result.Containers {
				scores[i] = fmt.Sprintf("%s %d", cell(c.Name), c.Score)
			}
			fmt.Fprintf(out, "containers: %s\n", strings.Join(scores, ", "))
		}
		g := grid{Columns: []column{{Name: "Points", Whole: true}, {Name: "Rule", Whole: true}, {Name: "Where"}, {Name: "Reason"}}}
		for _, item := range result.Critical {
			g.add(fmt.Sprint(item.Points), printable(item.ID), places(item), printable(item.Reason))
		}
		for _, item := range result.Advise {
			g.add(fmt.Sprintf("+%d", item.Points), printable(item.ID), places(item), printable(item.Reason))
		}
		if len(g.Rows) > 0 {
			g.draw(out, Table{Width: k.Width})
		}
	}
}

// maxPlaces is how many places of one item a table shows.
const maxPlaces = 5

// places are where an item is about, a line each.
func places(item score.Item) string {
	var lines []string
	for i, p := range item.Places {
		if i == maxPlaces {
			lines = append(lines, fmt.Sprintf("and %d more", len(item.Places)-i))
			break
		}
		line := "object"
		if p.Node != nil {
			at := p.Node.Place().Start
			line = fmt.Sprintf("line %d", at.Line)
			if at.Line == 0 {
				line = p.Node.Path()
			}
		}
		if p.Container != "" {
			line += ", " + p.Container
		}
		lines = append(lines, cell(line))
	}
	return strings.Join(lines, "\n")
}
