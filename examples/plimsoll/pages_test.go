package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A page is a document for users: README.md, or one of docs.
type page struct {
	name   string // "docs/ci.md"
	blocks []block
	spans  []string // what stands between single backquotes outside of blocks
	links  []string // where its links and images lead, outside of blocks
}

// A block is what stands between two fences.
type block struct {
	line int    // that of its first fence
	kind string // "console"; empty: the fence says nothing
	text string
}

// pages are all pages of the repository.
func pages(t *testing.T) []page {
	t.Helper()
	paths, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var list []page
	for _, path := range append(paths, "../../README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p := readPage(t, string(text))
		p.name = strings.TrimPrefix(filepath.ToSlash(path), "../../")
		list = append(list, p)
	}
	return list
}

func readPage(t *testing.T, text string) page {
	t.Helper()
	var p page
	var prose, inside strings.Builder
	open := false
	number := 0
	for line := range strings.Lines(text) {
		number++
		kind, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && open:
			p.blocks[len(p.blocks)-1].text = inside.String()
			open = false
		case fence:
			p.blocks = append(p.blocks, block{line: number, kind: kind})
			inside.Reset()
			open = true
		case open:
			inside.WriteString(line)
		default:
			prose.WriteString(line)
		}
	}
	if open {
		t.Errorf("line %d: a block has no end", p.blocks[len(p.blocks)-1].line)
	}
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(prose.String(), -1) {
		p.spans = append(p.spans, m[1])
	}
	for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(prose.String(), -1) {
		p.links = append(p.links, m[1])
	}
	return p
}

// A command is one of a console block, with what the page shows of its output.
type command struct {
	line  int // that of the page
	text  string
	shown []string
}

// commands are those of a console block: lines that begin with "$ ", each with the
// lines that go on with "> ". The others are output.
func (b block) commands() []command {
	var list []command
	for i, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
		if text, ok := strings.CutPrefix(line, "$ "); ok {
			list = append(list, command{line: b.line + 1 + i, text: text})
			continue
		}
		if len(list) == 0 {
			return nil
		}
		last := &list[len(list)-1]
		if text, ok := strings.CutPrefix(line, "> "); ok && len(last.shown) == 0 {
			last.text += "\n" + text
		} else {
			last.shown = append(last.shown, strings.TrimRight(line, " "))
		}
	}
	return list
}

// matches reports whether output is what a page shows: a line "..." stands for any
// number of lines, one that ends with "..." for any that begins as it does.
func matches(shown, output []string) bool {
	if len(shown) == 0 {
		return len(output) == 0
	}
	if shown[0] == "..." {
		for i := range len(output) + 1 {
			if matches(shown[1:], output[i:]) {
				return true
			}
		}
		return false
	}
	if len(output) == 0 {
		return false
	}
	beginning, cut := strings.CutSuffix(shown[0], "...")
	if shown[0] != output[0] && (!cut || !strings.HasPrefix(output[0], beginning)) {
		return false
	}
	return matches(shown[1:], output[1:])
}

// Links within the repository lead somewhere.
func TestPageLinks(t *testing.T) {
	t.Parallel()
	for _, p := range pages(t) {
		for _, link := range p.links {
			file, _, _ := strings.Cut(link, "#")
			if file == "" || strings.Contains(file, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join("../..", filepath.Dir(p.name), file)); err != nil {
				t.Errorf("%s: a link leads nowhere: %v", p.name, err)
			}
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		shown, output string
		want          bool
	}{
		{"a b", "a b", true},
		{"a b", "a c", false},
		{"a b", "a b c", false},
		{"... b", "a a b", true},
		{"... b", "b", true},
		{"... b", "a b c", false},
		{"a ... c ...", "a b c d e", true},
		{"a ... d ... c", "a b c d e", false},
		{"ab... d", "abc d", true},
		{"ab... d", "acb d", false},
	} {
		if got := matches(strings.Fields(row.shown), strings.Fields(row.output)); got != row.want {
			t.Errorf("matches(%q, %q) = %v, want %v", row.shown, row.output, got, row.want)
		}
	}
}
