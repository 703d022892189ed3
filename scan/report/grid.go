package report

import (
	"bytes"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A grid is one table of a report: cells of one or more lines, all printable.
type grid struct {
	Columns []column
	Rows    [][]string
	Merge   bool // draw equal cells of a column that follow each other as one
}

type column struct {
	Name     string
	Severity bool // holds severities: may be coloured
	Whole    bool // is wrapped only when all others are as narrow as can be
	Least    int  // is left out rather than narrower than this; 0 is never
}

func (g *grid) add(cells ...string) { g.Rows = append(g.Rows, cells) }

// remove takes out the column of that name.
func (g *grid) remove(name string) {
	i := slices.IndexFunc(g.Columns, func(c column) bool { return c.Name == name })
	g.Columns = slices.Delete(g.Columns, i, i+1)
	for n := range g.Rows {
		g.Rows[n] = slices.Delete(g.Rows[n], i, i+1)
	}
}

// draw writes the grid with box drawing characters.
func (g *grid) draw(out *bytes.Buffer, t Table) {
	columns, widths := g.layout(t.Width)
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.Style().Options.SeparateRows = true
	w.Style().Format.Header = text.FormatDefault
	w.Style().Format.HeaderAlign = text.AlignCenter
	w.Style().Size.WidthMax = t.Width
	var header table.Row
	var configs []table.ColumnConfig
	for n, i := range columns {
		header = append(header, wrap(g.Columns[i].Name, widths[i]))
		configs = append(configs, table.ColumnConfig{Number: n + 1, AutoMerge: g.Merge})
	}
	w.AppendHeader(header)
	w.SetColumnConfigs(configs)
	for _, cells := range g.Rows {
		var row table.Row
		for _, i := range columns {
			s := wrap(cells[i], widths[i])
			if t.Color && g.Columns[i].Severity {
				s = colored(s, cells[i])
			}
			row = append(row, s)
		}
		w.AppendRow(row)
	}
	out.WriteString(w.Render())
	out.WriteByte('\n')
}

// layout chooses the columns to draw, and the width of each of g's, so that a
// line has at most total columns; 0 is no bound.
func (g *grid) layout(total int) (columns, widths []int) {
	widths = make([]int, len(g.Columns))
	for i, c := range g.Columns {
		columns = append(columns, i)
		widths[i] = text.LongestLineLen(c.Name)
		for _, row := range g.Rows {
			widths[i] = max(widths[i], text.LongestLineLen(row[i]))
		}
	}
	if total <= 0 {
		return columns, widths
	}
	natural := slices.Clone(widths)
	g.shrink(columns, widths, total)
	kept := slices.DeleteFunc(slices.Clone(columns), func(i int) bool {
		return widths[i] < min(g.Columns[i].Least, natural[i])
	})
	if len(kept) < len(columns) {
		copy(widths, natural)
		g.shrink(kept, widths, total)
	}
	return kept, widths
}

// minColumn is what a column keeps however narrow the table.
const minColumn = 6

// shrink takes from the widest of columns until a line fits in total: first from
// those that may be wrapped, then from all.
func (g *grid) shrink(columns, widths []int, total int) {
	sum := 1 // the left border
	for _, i := range columns {
		sum += widths[i] + 3 // two spaces and a border
	}
	for _, all := range []bool{false, true} {
		for ; sum > total; sum-- {
			widest := -1
			for _, i := range columns {
				if (all || !g.Columns[i].Whole) && widths[i] > minColumn && (widest < 0 || widths[i] > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			widths[widest]--
		}
	}
}

// wrap breaks each line of s between words so that it fits in width columns, and
// within a word that is longer.
func wrap(s string, width int) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = text.WrapSoft(lines[i], width)
	}
	return strings.Join(lines, "\n")
}

// colored marks each line of s, a severity's label after wrapping.
func colored(s, label string) string {
	level, err := severity.Parse(label)
	if err != nil {
		return s
	}
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = colorOf(level) + lines[i] + "\x1b[0m"
	}
	return strings.Join(lines, "\n")
}

// colorOf is the code that starts l's colour: SGR of ECMA-48, section 8.3.117,
// and the bright colours that terminals have beside it.
// https://ecma-international.org/publications-and-standards/standards/ecma-48/
func colorOf(l severity.Level) string {
	switch l {
	case severity.Critical:
		return "\x1b[31m" // red
	case severity.High:
		return "\x1b[91m" // bright red
	case severity.Medium:
		return "\x1b[33m" // yellow
	case severity.Low:
		return "\x1b[34m" // blue
	}
	return "\x1b[36m" // cyan
}
