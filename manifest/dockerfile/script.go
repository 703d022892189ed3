package dockerfile

import (
	"errors"
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
