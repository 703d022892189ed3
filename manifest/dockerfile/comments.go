package dockerfile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// comments adds the comments that have a line of their own, says what those of
// scripts are about, and sorts all.
func (d *decoder) comments() {
	whole := manifest.Span{Start: d.file.Position(0), End: d.file.Position(len(d.file.Text))}
	for i := range d.out.Comments { // of scripts
		at := d.out.Comments[i].Span.Start.Offset
		k, _ := slices.BinarySearchFunc(d.out.Instructions, at, func(i *manifest.Instruction, at int) int { return cmp.Compare(i.End, at) })
		if k < len(d.out.Instructions) {
			d.out.Comments[i].Entry = d.out.Span(d.out.Instructions[k].Start, d.out.Instructions[k].End)
		}
	}
	k := 0 // of the instruction that ends at or behind the line
	all := d.out.Instructions
	for _, l := range d.lines {
		for k < len(all) && all[k].End < l.start {
			k++
		}
		text := d.file.Text[l.start:l.end]
		if !isComment(text) || inHeredoc(all, k, l.start) {
			continue
		}
		at := l.start + strings.IndexByte(string(text), '#')
		c := manifest.Comment{
			Span: manifest.Span{Start: d.file.Position(at), End: d.file.Position(l.end)},
			Text: strings.TrimSpace(string(d.file.Text[at+1 : l.end])),
		}
		switch {
		case k < len(all) && (k > 0 || all[k].Start < at):
			c.Entry = d.out.Span(all[k].Start, all[k].End)
		case k == 0:
			c.Entry = whole
		}
		d.out.Comments = append(d.out.Comments, c)
	}
	slices.SortStableFunc(d.out.Comments, func(a, b manifest.Comment) int {
		return cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset)
	})
}

// inHeredoc reports whether an offset is in a heredoc of instruction k: what looks
// like a comment there is a part of a file, or one of the script's.
func inHeredoc(all []*manifest.Instruction, k, offset int) bool {
	return k < len(all) && slices.ContainsFunc(all[k].Heredocs, func(h manifest.Heredoc) bool {
		return h.Start <= offset && offset < h.End
	})
}
