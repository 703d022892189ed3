package dockerfile

import (
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// isKeyword reports whether a word, whatever its case, starts an instruction.
func isKeyword(word string) bool {
	switch strings.ToUpper(word) {
	case "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
		"MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR":
		return true
	}
	return false
}

// An instructionText is the text of an instruction, which is read from left to right.
type instructionText struct {
	joined
	pos, stop int // of what is to be read
	escape    byte
}

// word is a part of the text.
func (t *instructionText) word(at token) manifest.Word {
	text := t.text[at.start:at.end]
	return manifest.Word{Text: text, Value: text, Start: t.start(at.start), End: t.end(at.end)}
}

// instruction adds the instruction that a node is.
func (d *decoder) instruction(node *parser.Node) error {
	if len(d.out.Instructions) == maxInstructions {
		at := d.lines[node.StartLine-1].start
		return limitf(at, "more than %d instructions", maxInstructions)
	}
	text, next := d.join(node)
	t := &instructionText{joined: text, escape: d.out.Escape}
	t.stop = trimEnd(t.text, 0)
	heredocs := d.heredocs(node, next)
	i := d.read(t, node, heredocs, next)
	i.Start, i.End = i.Keyword.Start, t.end(t.stop)
	if len(heredocs) > 0 {
		i.End = d.lines[node.EndLine-1].end
	}
	d.out.Instructions = append(d.out.Instructions, i)
	d.place(i)
	return nil
}

// read reads an instruction from its keyword on.
func (d *decoder) read(t *instructionText, node *parser.Node, heredocs []manifest.Heredoc, next int) *manifest.Instruction {
	i := &manifest.Instruction{Heredocs: heredocs}
	if d.state != nil {
		i.Shell = d.state.shell
	}
	t.pos = skipBlanks(t.text, t.pos)
	from := t.pos
	for t.pos < t.stop && !isBlank(t.text[t.pos]) {
		t.pos++
	}
	i.Keyword = t.word(token{from, t.pos})
	i.Keyword.Value = strings.ToUpper(i.Keyword.Text)
	t.pos = skipBytes(t.text, t.pos, t.stop)
	d.flags(i, t, node)
	d.arguments(i, t, node, next)
	return i
}

// flags reads as many flags as the parser has found.
func (d *decoder) flags(i *manifest.Instruction, t *instructionText, node *parser.Node) {
	for _, parsed := range node.Flags {
		from := t.pos
		t.pos = flagWord(t.text, from, t.stop, t.escape)
		f := manifest.Flag{Word: t.word(token{from, t.pos})}
		if !strings.ContainsAny(f.Word.Text, "\"'"+string(t.escape)) {
			parsed = f.Word.Text // of which the parser makes something else where it is not ASCII
		}
		name, value, _ := strings.Cut(parsed, "=")
		f.Name, f.Value = strings.TrimPrefix(name, "--"), value
		i.Flags = append(i.Flags, f)
		t.pos = skipBytes(t.text, t.pos, t.stop)
	}
	if rest := t.text[t.pos:t.stop]; strings.HasPrefix(rest, "--") && (len(rest) == 2 || unicode.IsSpace(rune(rest[2]))) {
		t.pos = skipBytes(t.text, t.pos+len("--"), t.stop)
	}
}

// arguments reads what stands behind the flags.
func (d *decoder) arguments(i *manifest.Instruction, t *instructionText, node *parser.Node, next int) {
	i.JSON = node.Attributes["json"]
	switch i.Keyword.Value {
	case "ONBUILD":
		if node.Next != nil && len(node.Next.Children) > 0 {
			i.Trigger = d.read(t, node.Next.Children[0], i.Heredocs, next)
			i.Trigger.Start, i.Trigger.End = i.Trigger.Keyword.Start, t.end(t.stop)
		}
		return
	case "HEALTHCHECK":
		from := t.pos
		for t.pos < t.stop && !unicode.IsSpace(rune(t.text[t.pos])) { // as in skipBytes
			t.pos++
		}
		if from == t.pos {
			return
		}
		kind := t.word(token{from, t.pos})
		kind.Value = strings.ToUpper(kind.Text)
		i.Args = append(i.Args, kind)
		t.pos = skipBytes(t.text, t.pos, t.stop)
	}
	d.words(i, t)
	switch i.Keyword.Value {
	case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK":
		d.commands(i, t, next)
	}
}

// words adds the arguments of most instructions.
func (d *decoder) words(i *manifest.Instruction, t *instructionText) {
	var tokens []token
	switch i.Keyword.Value {
	case "ARG", "ENV", "LABEL":
		d.variables(i, t)
		return
	case "ADD", "COPY", "EXPOSE", "FROM", "VOLUME":
		tokens = blankSeparated(t.text, t.pos, t.stop)
	default:
		if t.pos < t.stop {
			tokens = []token{{t.pos, t.stop}}
		}
	}
	if i.JSON {
		tokens = jsonStrings(t.text, t.pos, t.stop)
	}
	for _, at := range tokens {
		w := t.word(at)
		if i.JSON {
			w.Value = unquoteJSON(w.Text)
		}
		i.Args = append(i.Args, w)
	}
}

// variables reads what ARG, ENV and LABEL set.
func (d *decoder) variables(i *manifest.Instruction, t *instructionText) {
	tokens := shellWords(t.text, t.pos, t.stop, t.escape)
	if len(tokens) == 0 {
		return
	}
	if i.Keyword.Value != "ARG" && !strings.Contains(t.text[tokens[0].start:tokens[0].end], "=") {
		// ENV NAME the rest of the line
		name := blankSeparated(t.text, t.pos, t.stop)[0]
		value := token{min(skipBlanks(t.text, name.end), t.stop), t.stop}
		i.Args = []manifest.Word{t.word(name), t.word(value)}
		i.Variables = []manifest.Variable{{Name: i.Args[0], Value: i.Args[1], Set: true}}
		return
	}
	for _, at := range tokens {
		i.Args = append(i.Args, t.word(at))
		name, _, set := strings.Cut(t.text[at.start:at.end], "=")
		v := manifest.Variable{Name: t.word(token{at.start, at.start + len(name)}), Set: set}
		if set {
			v.Value = t.word(token{at.start + len(name) + 1, at.end})
		}
		i.Variables = append(i.Variables, v)
	}
}

// heredocs finds the texts of a node's heredocs from a line on.
func (d *decoder) heredocs(node *parser.Node, next int) []manifest.Heredoc {
	var list []manifest.Heredoc
	for _, doc := range node.Heredocs {
		if next >= len(d.lines) {
			break
		}
		h := manifest.Heredoc{Name: doc.Name, Start: d.lines[next].start, End: d.lines[next].start}
		for ; next < node.EndLine; next++ {
			l := d.lines[next]
			text := string(d.file.Text[l.start:l.end])
			if doc.Chomp {
				text = strings.TrimLeft(text, "\t")
			}
			h.End = l.start
			if text == doc.Name {
				next++
				break
			}
		}
		h.Text = string(d.file.Text[h.Start:h.End])
		list = append(list, h)
	}
	return list
}

// place puts an instruction in its stage, and notes what it sets.
func (d *decoder) place(i *manifest.Instruction) {
	key := i.Keyword.Value
	if !isKeyword(key) {
		d.problem(i.Start, syntaxf(i.Start, "unknown instruction %.40q", i.Keyword.Text))
	}
	if len(i.Args) == 0 && i.Trigger == nil && isKeyword(key) && key != "CMD" && key != "ENTRYPOINT" && key != "VOLUME" {
		d.problem(i.Start, syntaxf(i.Start, "%s without arguments", key))
	}
	if key == "FROM" {
		d.stage(i)
		return
	}
	if d.state == nil && key != "ARG" {
		if isKeyword(key) {
			d.problem(i.Start, syntaxf(i.Start, "%s in front of the first FROM", key))
		}
		d.start(&manifest.Stage{})
	}
	s := d.global
	if d.state != nil {
		s = d.state.scope
		i.Stage = d.out.Stages[len(d.out.Stages)-1]
		i.Stage.Instructions = append(i.Stage.Instructions, i)
	}
	d.replace(i, s)
	d.set(i, s)
	if key == "SHELL" && i.JSON {
		d.state.shell = nil
		for _, w := range i.Args {
			d.state.shell = append(d.state.shell, w.Value)
		}
	}
}

// stage starts a stage.
func (d *decoder) stage(from *manifest.Instruction) {
	d.replace(from, d.global)
	s := &manifest.Stage{From: from, Instructions: []*manifest.Instruction{from}}
	if len(from.Args) > 0 {
		s.Image = from.Args[0]
	}
	switch {
	case len(from.Args) == 3 && strings.EqualFold(from.Args[1].Text, "as"):
		s.Name = from.Args[2]
		s.Name.Value = strings.ToLower(s.Name.Value)
	case len(from.Args) > 1:
		d.problem(from.Args[1].Start, syntaxf(from.Args[1].Start, "FROM wants an image, or an image, AS and a name"))
	}
	from.Stage = s
	d.start(s)
}

// start makes a stage the one that instructions are added to.
func (d *decoder) start(s *manifest.Stage) {
	s.Index = len(d.out.Stages)
	d.out.Stages = append(d.out.Stages, s)
	if d.byName == nil {
		d.byName, d.states = make(map[string]*manifest.Stage), make(map[*manifest.Stage]*state)
	}
	image := strings.ToLower(s.Image.Value)
	if s.Base = d.byName[image]; s.Base != nil {
		base := d.states[s.Base]
		d.state = &state{newScope(base.scope), base.shell, base.windows}
	} else {
		windows := strings.Contains(image, "windows") || strings.Contains(image, "nanoserver")
		d.state = &state{scope: newScope(nil), windows: windows}
	}
	d.states[s] = d.state
	if s.Name.Value != "" {
		d.byName[s.Name.Value] = s
	}
}

// replace replaces the variables of an instruction that has them replaced.
// https://docs.docker.com/reference/dockerfile/#environment-replacement
func (d *decoder) replace(i *manifest.Instruction, s *scope) {
	switch i.Keyword.Value {
	case "ADD", "ARG", "COPY", "ENV", "EXPOSE", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR":
	default:
		return
	}
	for k := range i.Flags {
		w := i.Flags[k].Word
		w.Text = i.Flags[k].Value
		d.expand(&w, s)
		i.Flags[k].Value = w.Value
		i.Flags[k].Word.Unknown = w.Unknown
	}
	for k := range i.Variables {
		d.expand(&i.Variables[k].Name, s)
		d.expand(&i.Variables[k].Value, s)
	}
	if i.Variables != nil {
		return
	}
	for k := range i.Args {
		w := &i.Args[k]
		if !i.JSON {
			d.expand(w, s)
		} else if strings.Contains(w.Value, "$") {
			text := w.Text
			w.Text = w.Value
			d.expand(w, s)
			w.Text = text
		}
	}
}

// set notes the variables that an instruction sets.
func (d *decoder) set(i *manifest.Instruction, s *scope) {
	for _, v := range i.Variables {
		name := v.Name.Value
		switch i.Keyword.Value {
		case "ENV":
			s.vars[name] = variable{value: v.Value.Value, unknown: v.Value.Unknown}
		case "ARG":
			if old, ok := s.find(name); ok && !old.arg {
				continue // the environment stands before an ARG
			}
			set := variable{value: v.Value.Value, unknown: v.Value.Unknown || !v.Set, arg: true}
			if outer, ok := d.global.vars[name]; ok && !v.Set && s != d.global {
				set = outer
			}
			s.vars[name] = set
		}
	}
}
