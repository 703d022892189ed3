package dockerfile

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// words adds the command that the exec form is, and the script in it.
func (s *script) words(words []manifest.Word) {
	if len(words) == 0 {
		return
	}
	s.i.Commands = append(s.i.Commands, manifest.Command{Words: words, Start: words[0].Start, End: words[len(words)-1].End})
	for k, w := range words {
		if k > 0 && isShell(words[0].Value) && isScriptOption(words[k-1].Value) && !strings.Contains(w.Text, "\\") && len(w.Text) >= 2 {
			s.parse(joined{w.Text[1 : len(w.Text)-1], []piece{{0, w.Start + 1}}}, 1)
			return
		}
	}
}

// isScriptOption reports whether the argument behind an option of a shell is a
// script: "-c", "-exc".
func isScriptOption(word string) bool {
	return strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--") && strings.HasSuffix(word, "c")
}

// scripts adds the commands of a script that another command is given: an argument
// of a shell behind -c, or a heredoc that is a shell's input.
func (s *script) scripts(call *syntax.CallExpr, stmt *syntax.Stmt) {
	if s.depth >= maxScripts {
		return
	}
	shell := -1
	for k, w := range call.Args {
		if isShell(w.Lit()) {
			shell = k
			break
		}
	}
	if shell < 0 {
		return
	}
	for k := shell + 1; k < len(call.Args); k++ {
		if isScriptOption(call.Args[k-1].Lit()) {
			s.quoted(call.Args[k])
			return
		}
	}
	for _, r := range stmt.Redirs {
		if r.Hdoc != nil {
			start, end := int(r.Hdoc.Pos().Offset()), min(int(r.Hdoc.End().Offset()), len(s.text.text))
			var stop strings.Builder
			s.value(&stop, r.Word.Parts, false)
			if last := start + strings.LastIndexByte(s.text.text[start:max(start, end)], '\n') + 1; strings.TrimLeft(s.text.text[last:max(last, end)], "\t") == stop.String() {
				end = last // without the line that ends it
			}
			s.slice(start, end)
			return
		}
	}
}

// quoted reads a word in quotes, without escapes in it, as a script.
func (s *script) quoted(w *syntax.Word) {
	if len(w.Parts) != 1 {
		return
	}
	switch p := w.Parts[0].(type) {
	case *syntax.SglQuoted:
		if !p.Dollar {
			s.slice(int(p.Left.Offset())+1, int(p.Right.Offset()))
		}
	case *syntax.DblQuoted:
		start, end := int(p.Left.Offset())+1, int(p.Right.Offset())
		if start < end && end <= len(s.text.text) && !strings.Contains(s.text.text[start:end], "\\") {
			s.slice(start, end)
		}
	case *syntax.Lit:
		s.slice(int(p.Pos().Offset()), int(p.End().Offset()))
	}
}

// slice reads a part of the script as a script of its own.
func (s *script) slice(start, end int) {
	end = min(end, len(s.text.text))
	if start >= end {
		return
	}
	text := joined{text: s.text.text[start:end], pieces: []piece{{0, s.text.start(start)}}}
	for _, p := range s.text.pieces {
		if start < p.at && p.at < end {
			text.pieces = append(text.pieces, piece{p.at - start, p.file})
		}
	}
	inner := script{d: s.d, i: s.i, operator: ";"}
	inner.parse(text, s.depth+1)
}
