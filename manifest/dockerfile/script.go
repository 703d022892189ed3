package dockerfile

import (
	"errors"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// commands adds what an instruction starts.
func (d *decoder) commands(i *manifest.Instruction, t *instructionText, next int) {
	s := &script{d: d, i: i}
	if i.JSON {
		s.words(i.Args[len(i.Args)-len(jsonStrings(t.text, t.pos, t.stop)):])
		return
	}
	if t.pos >= t.stop || i.Keyword.Value == "HEALTHCHECK" && i.Args[0].Value == "NONE" || !d.isUnix(i) {
		return
	}
	text := joined{text: t.text[t.pos:t.stop]}
	for _, p := range t.pieces {
		if p.at < t.stop {
			text.pieces = append(text.pieces, piece{p.at - t.pos, p.file})
		}
	}
	if len(i.Heredocs) == 0 {
		s.parse(text, 0)
		return
	}
	if h := i.Heredocs[0]; isHeredocAlone(text.text) {
		if interpreter, ok := strings.CutPrefix(h.Text, "#!"); ok && !isShell(firstProgram(interpreter)) {
			return
		}
		s.parse(d.linesUpTo(joined{}, next, h.End), 0)
		return
	}
	// The shell sees the heredocs behind its own line.
	last := i.Heredocs[len(i.Heredocs)-1]
	text.text += "\n"
	text = d.linesUpTo(text, next, last.End)
	text.pieces = append(text.pieces, piece{len(text.text), last.End})
	text.text += last.Name
	s.parse(text, 0)
}

// isHeredocAlone reports whether a heredoc is all that RUN is given: it is the script.
func isHeredocAlone(text string) bool {
	rest, ok := strings.CutPrefix(text, "<<")
	return ok && !strings.ContainsAny(strings.TrimSpace(strings.TrimPrefix(rest, "-")), " \t<>|&;")
}

// firstProgram is the base name of the program that #! names.
func firstProgram(line string) string {
	line, _, _ = strings.Cut(line, "\n")
	words := strings.Fields(line)
	if len(words) > 1 && path.Base(words[0]) == "env" {
		words = words[1:]
	}
	if len(words) == 0 {
		return ""
	}
	return path.Base(words[0])
}

// isShell reports whether a program is a shell whose scripts are read here.
func isShell(name string) bool {
	switch path.Base(name) {
	case "sh", "bash", "dash", "ash", "ksh", "mksh":
		return true
	}
	return false
}

// isUnix reports whether the shell of an instruction is one of Unix. Without SHELL
// it is that of the image: Windows is known by the escape character, which its paths
// need, and by the names of Microsoft's images.
func (d *decoder) isUnix(i *manifest.Instruction) bool {
	if len(i.Shell) > 0 {
		return isShell(strings.TrimSuffix(strings.ToLower(i.Shell[0]), ".exe"))
	}
	return d.out.Escape != '`' && (d.state == nil || !d.state.windows)
}

// A script finds the commands of an instruction.
type script struct {
	d     *decoder
	i     *manifest.Instruction
	text  joined
	depth int // scripts that are an argument of one in another
	// operator is what stands in front of the next command.
	operator string
	nested   int // compound commands around it
}

// parse adds the commands of a script.
func (s *script) parse(text joined, depth int) {
	at := text.start(0)
	if len(text.text) > maxScript || mayNest(text.text) > maxNesting {
		s.d.problem(at, limitf(at, "a script that is too long, or too deep, to be read"))
		return
	}
	if s.d.scripts == nil {
		s.d.scripts = syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangBash))
	}
	file, err := s.d.scripts.Parse(strings.NewReader(text.text), "")
	if err != nil {
		if p := (syntax.ParseError{}); errors.As(err, &p) && depth == 0 {
			at = text.start(min(int(p.Pos.Offset()), len(text.text)))
			err = errors.New(p.Text)
		}
		if depth == 0 {
			s.d.problem(at, syntaxf(at, "shell: %s", err))
		}
		return
	}
	inner := script{d: s.d, i: s.i, text: text, depth: depth, operator: s.operator, nested: depth}
	inner.stmts(file.Stmts)
	inner.notes(file.Last)
}

// mayNest counts the places in a script at which something may be opened, or joined
// to what is before it: the parser goes as deep.
func mayNest(text string) int {
	n, signs := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{', '[', '`', '|', '&', '!', '?':
			n++
		case '-', '+', '~', '=', '*': // of arithmetic
			signs++
		}
	}
	n += signs / 5
	for _, word := range []string{"if", "for", "while", "until", "case", "select", "time", "coproc", "function"} {
		n += strings.Count(text, word)
	}
	return n
}

// notes adds the comments of a script.
func (s *script) notes(comments []syntax.Comment) {
	for _, c := range comments {
		start, end := s.text.start(int(c.Hash.Offset())), s.text.end(int(c.End().Offset()))
		s.d.out.Comments = append(s.d.out.Comments, manifest.Comment{
			Span: s.d.out.Span(start, end),
			Text: strings.TrimSpace(c.Text),
		})
	}
}

// stmts adds the commands of a list.
func (s *script) stmts(list []*syntax.Stmt) {
	for _, stmt := range list {
		s.stmt(stmt)
		s.operator = ";"
	}
}

func (s *script) stmt(stmt *syntax.Stmt) {
	s.notes(stmt.Comments)
	switch cmd := stmt.Cmd.(type) {
	case nil:
	case *syntax.CallExpr:
		s.call(cmd, stmt)
	case *syntax.BinaryCmd:
		s.stmt(cmd.X)
		s.operator = cmd.Op.String()
		s.stmt(cmd.Y)
	case *syntax.Block:
		s.stmts(cmd.Stmts)
		s.notes(cmd.Last)
	default:
		s.inside(cmd)
	}
	for _, r := range stmt.Redirs {
		s.substitutions(r)
	}
}

// inside adds the commands in what is no simple command.
func (s *script) inside(node syntax.Node) {
	s.nested++
	s.operator = ";"
	syntax.Walk(node, func(n syntax.Node) bool {
		if stmt, ok := n.(*syntax.Stmt); ok {
			s.stmt(stmt)
			s.operator = ";"
			return false
		}
		return true
	})
	s.nested--
}

// substitutions adds the commands in the substitutions of a word or redirection.
func (s *script) substitutions(node syntax.Node) {
	operator := s.operator
	s.inside(node)
	s.operator = operator
}

// call adds a simple command, with what is in its words.
func (s *script) call(call *syntax.CallExpr, stmt *syntax.Stmt) {
	for _, a := range call.Assigns {
		s.substitutions(a)
	}
	for _, w := range call.Args {
		if !isLiteral(w) {
			s.substitutions(w)
		}
	}
	if len(call.Args) == 0 {
		return
	}
	c := manifest.Command{Operator: s.operator, Nested: s.nested > 0}
	for _, a := range call.Assigns {
		c.Assign = append(c.Assign, s.word(a, nil))
	}
	for _, w := range call.Args {
		c.Words = append(c.Words, s.word(w, w))
	}
	c.Start = s.text.start(int(call.Pos().Offset()))
	c.End = c.Words[len(c.Words)-1].End
	s.i.Commands = append(s.i.Commands, c)
	s.scripts(call, stmt)
}

func isLiteral(w *syntax.Word) bool { return w.Lit() != "" }

// word is a word of a command.
func (s *script) word(node syntax.Node, word *syntax.Word) manifest.Word {
	start, end := int(node.Pos().Offset()), int(node.End().Offset())
	end = max(start, min(end, len(s.text.text)))
	text := s.text.text[min(start, end):end]
	w := manifest.Word{Text: text, Value: text, Start: s.text.start(start), End: s.text.end(end)}
	switch {
	case word == nil || word.Lit() == text && !strings.Contains(text, "\\"):
	case s.d.expanded > maxExpanded: // substitutions in each other
		w.Unknown = true
	default:
		var b strings.Builder
		w.Unknown = !s.value(&b, word.Parts, false)
		w.Value = b.String()
		s.d.expanded += b.Len()
	}
	return w
}

// value writes what parts of a word say without quotes and escapes. It reports
// whether that is known: what is not is written as it stands.
func (s *script) value(b *strings.Builder, parts []syntax.WordPart, quoted bool) bool {
	known := true
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(unescape(p.Value, quoted))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			known = s.value(b, p.Parts, true) && known
		default:
			start, end := int(p.Pos().Offset()), min(int(p.End().Offset()), len(s.text.text))
			if start < end {
				b.WriteString(s.text.text[start:end])
			}
			known = false
		}
	}
	return known
}

// unescape removes backslashes: in double quotes those alone that mean something.
func unescape(text string, quoted bool) string {
	if !strings.Contains(text, "\\") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && (!quoted || strings.IndexByte("$`\"\\\n", text[i+1]) >= 0) {
			i++
			if text[i] == '\n' {
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

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
