package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A tally counts findings by severity.
type tally [severity.Critical + 1]int

func (t *tally) add(l severity.Level) { t[min(l, severity.Critical)]++ }

func (t *tally) addAll(other tally) {
	for i, n := range other {
		t[i] += n
	}
}

func (t tally) total() int {
	n := 0
	for _, count := range t {
		n += count
	}
	return n
}

// compare puts the one with more of the worst first.
func (t tally) compare(other tally) int {
	for i := len(t) - 1; i >= 0; i-- {
		if t[i] != other[i] {
			return other[i] - t[i]
		}
	}
	return 0
}

// String is "2 critical, 1 low", the worst first, or "none".
func (t tally) String() string {
	var words []string
	for _, c := range t.counts() {
		if c.N > 0 {
			words = append(words, fmt.Sprintf("%d %s", c.N, c.Class))
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

// An htmlLevel is a severity as the page shows it.
type htmlLevel struct {
	Word  string // "CRITICAL"
	Class string // "critical", the word for styles and sentences
}

func levelOf(l severity.Level) htmlLevel {
	word := min(l, severity.Critical).String()
	return htmlLevel{word, strings.ToLower(word)}
}

// An htmlCount is how many there are of a severity.
type htmlCount struct {
	htmlLevel
	N int
}

// counts are those of all severities, the worst first.
func (t tally) counts() []htmlCount {
	var list []htmlCount
	for _, l := range slices.Backward(severity.Levels()) {
		list = append(list, htmlCount{levelOf(l), t[l]})
	}
	return list
}

// An htmlBar is a bar of segments, the worst first.
type htmlBar struct {
	Label    string // for those who do not see it
	Total    int
	Segments []htmlSegment
}

// An htmlSegment is a part of a bar. X, Width and Middle are percentages of the
// longest bar.
type htmlSegment struct {
	htmlCount
	X, Width, Middle string
	Wide             bool // enough for its number
}

// bar is t where the longest bar is of most findings.
func (t tally) bar(most int) htmlBar {
	b := htmlBar{Label: t.String(), Total: t.total()}
	x := 0.0
	for _, c := range t.counts() {
		if c.N == 0 {
			continue
		}
		width := 100 * float64(c.N) / float64(max(most, 1))
		b.Segments = append(b.Segments, htmlSegment{
			htmlCount: c, X: percent(x), Width: percent(width), Middle: percent(x + width/2), Wide: width >= 8,
		})
		x += width
	}
	return b
}

func percent(x float64) string { return fmt.Sprintf("%.2f%%", x) }
