package report_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/report"
)

// Nothing of a hostile report is markup: of what Markdown and HTML give a meaning,
// only that is left which the format writes itself.
func TestMarkdownHostile(t *testing.T) {
	t.Parallel()
	ours := regexp.MustCompile(`</?(details|summary|code)>|&#\d+;|&amp;|\*\*|^(> |## )|\[[^\[\]]*\]\(https://[^ ()|<>"\[\]]+\)`)
	reports := samples()
	reports["voyage"], reports["pirates"], reports["brig"] = voyage(t), pirates(t), brig(t)
	for name, r := range reports {
		columns := 0
		for line := range strings.Lines(render(t, report.Markdown{}, r)) {
			line = strings.TrimSuffix(line, "\n")
			if n := strings.Count(line, "|"); strings.HasPrefix(line, "|") && n != columns {
				if columns != 0 {
					t.Errorf("%s: a row of %d cells in a table of %d: %s", name, n-1, columns-1, line)
				}
				columns = n
			} else if n == 0 {
				columns = 0
			} else if !strings.HasPrefix(line, "|") {
				t.Errorf("%s: a line with a |: %s", name, line)
			}
			rest := ours.ReplaceAllString(line, "")
			if i := strings.IndexAny(rest, "<>`*_~[]\\#@&${}"); i >= 0 || strings.Contains(rest, "://") {
				t.Errorf("%s: %q is left, which means something, of %s", name, rest, line)
			}
		}
	}
}

// A comment holds what fits, the worst, and says what is left out.
func TestMarkdownLimit(t *testing.T) {
	t.Parallel()
	r := fleet(t, 20_000)
	out := render(t, report.Markdown{}, r)
	if len(out) > 65_536 || !strings.Contains(out, "| CRITICAL |") || strings.Contains(out, "| LOW |") || !strings.Contains(out, " more are not shown.\n\n</details>") {
		t.Errorf("a comment of %d bytes ends %q", len(out), out[len(out)-200:])
	}
	if n := strings.Count(render(t, report.Markdown{Limit: -1}, r), "\n| CRITICAL |"); n != 4000 {
		t.Errorf("without a limit there are %d critical vulnerabilities, want 4000", n)
	}
}

func ExampleMarkdown() {
	if err := (report.Markdown{}).Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ## Plimsoll: <code>boat:1</code>
	//
	// **1 vulnerability**, 1 with a fix.
	//
	// | Target | Type | Critical | High | Medium | Low | Unknown |
	// |---|---|--:|--:|--:|--:|--:|
	// | <code>boat:1 (debian 12.15)</code> | debian | 0 | 1 | 0 | 0 | 0 |
	//
	// <details><summary>1 vulnerability</summary>
	//
	// | Severity | Vulnerability | Package | Installed | Fixed | Title |
	// |---|---|---|---|---|---|
	// | HIGH | TEST-2024-0001 | <code>hull</code> | <code>1.0-1</code> | <code>1.0-2</code> | hull: leaks |
	//
	// </details>
}
