package imageconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A writer writes a recipe: the text, and the instructions that it has.
type writer struct {
	text    []byte
	out     *manifest.Dockerfile
	stage   *manifest.Stage
	current *manifest.Instruction
	shell   []string // that SHELL has set
	// preset is the shell of a RUN where nothing sets another.
	preset []string

	origins  []origin
	layers   int
	problems []error
	cut      int // values that were
	full     bool
	last     state
}

func newWriter(name string, windows bool) *writer {
	w := &writer{
		out:    &manifest.Dockerfile{File: &manifest.File{Path: name}, Escape: '\\'},
		stage:  &manifest.Stage{},
		preset: []string{"/bin/sh", "-c"},
		last:   newState(),
	}
	if windows {
		w.out.Escape = '`'
		w.preset = []string{"cmd", "/S", "/C"}
		w.text = append(w.text, "# escape=`\n"...)
	}
	w.begin("FROM", -1)
	w.stage.From = w.current
	w.word("scratch")
	w.stage.Image = w.current.Args[0]
	w.end()
	return w
}

// finish is the model of what was written.
func (w *writer) finish() *manifest.Dockerfile {
	if w.cut > 0 {
		w.problems = append(w.problems, limitf("%d of the image config's values were cut: they have more than %d bytes", w.cut, maxEntry))
	}
	if w.full {
		w.problems = append(w.problems, limitf("the image config is read up to %d bytes of a Dockerfile", maxText))
	}
	w.out.File.Text = w.text
	w.out.Stages = []*manifest.Stage{w.stage}
	return w.out
}

// clean is [clean], which counts what was cut.
func (w *writer) clean(text string) string {
	text, cut := clean(text)
	if cut {
		w.cut++
	}
	return text
}

// begin starts an instruction of a layer. It reports whether there is room for it.
func (w *writer) begin(keyword string, layer int) bool {
	if len(w.text) > maxText {
		w.full = true
		return false
	}
	start := len(w.text)
	w.origins = append(w.origins, origin{start, layer})
	w.text = append(w.text, keyword...)
	w.current = &manifest.Instruction{
		Stage: w.stage, Shell: w.shell, Start: start,
		Keyword: manifest.Word{Text: keyword, Value: keyword, Start: start, End: len(w.text)},
	}
	return true
}

// end ends an instruction.
func (w *writer) end() {
	i := w.current
	i.End = len(w.text)
	w.text = append(w.text, '\n')
	w.stage.Instructions = append(w.stage.Instructions, i)
	w.out.Instructions = append(w.out.Instructions, i)
}

// raw adds a text that is a word of the value given.
func (w *writer) raw(text, value string) manifest.Word {
	start := len(w.text)
	w.text = append(w.text, text...)
	return manifest.Word{Text: text, Value: value, Start: start, End: len(w.text)}
}

// word adds an argument.
func (w *writer) word(value string) {
	w.text = append(w.text, ' ')
	w.current.Args = append(w.current.Args, w.raw(quote(value, w.out.Escape), value))
}

// json adds arguments as a JSON array.
func (w *writer) json(words []string) {
	w.current.JSON = true
	w.text = append(w.text, " ["...)
	for k, value := range words {
		if k > 0 {
			w.text = append(w.text, ", "...)
		}
		value = w.clean(value)
		w.current.Args = append(w.current.Args, w.raw(jsonText(value), value))
	}
	w.text = append(w.text, ']')
}

// jsonText is a string as JSON, in which no character is escaped for HTML.
func jsonText(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always can be
	return strings.TrimSuffix(b.String(), "\n")
}

// variable adds what ENV, ARG or LABEL sets. The name is one.
func (w *writer) variable(v variable) {
	w.text = append(w.text, ' ')
	start := len(w.text)
	made := manifest.Variable{Name: w.raw(v.name, v.name), Set: v.set}
	if v.set {
		w.text = append(w.text, '=')
		value := line(v.value)
		text := quote(value, w.out.Escape)
		made.Value = w.raw(text, value)
	}
	all := string(w.text[start:])
	w.current.Args = append(w.current.Args, manifest.Word{Text: all, Value: all, Start: start, End: len(w.text)})
	w.current.Variables = append(w.current.Variables, made)
}

// note adds a comment with the start of a text that is no instruction.
func (w *writer) note(text string, layer int) {
	if len(w.text) > maxText {
		w.full = true
		return
	}
	text = strings.TrimSpace(line(text))
	if len(text) > maxNote {
		text = text[:maxNote]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
		text += "…"
	}
	w.origins = append(w.origins, origin{len(w.text), layer})
	w.text = append(w.text, "# "+text+"\n"...)
}

// instruction writes an instruction of one of the simple forms.
func (w *writer) instruction(st *step, layer int) {
	if !w.begin(st.keyword, layer) {
		return
	}
	switch st.keyword {
	case "CMD", "ENTRYPOINT":
		w.json(st.words)
	default:
		for _, flag := range st.flags {
			w.text = append(w.text, ' ')
			f := manifest.Flag{Word: w.raw(flag, flag)}
			f.Name, f.Value, _ = strings.Cut(strings.TrimPrefix(flag, "--"), "=")
			w.current.Flags = append(w.current.Flags, f)
		}
		for _, word := range st.words {
			if st.keyword == "USER" || st.keyword == "WORKDIR" || st.keyword == "STOPSIGNAL" {
				w.word(line(word))
			} else {
				w.word(oneWord(word))
			}
		}
		for _, v := range st.variables {
			w.variable(v)
		}
	}
	w.end()
}

// run writes a RUN, with a SHELL in front of it where its shell is another one.
func (w *writer) run(st *step, layer int) {
	script := strings.TrimSpace(st.script)
	if script == "" {
		w.note("RUN", layer)
		return
	}
	if st.shell != nil && !slices.Equal(st.shell, w.shellNow()) && w.begin("SHELL", layer) {
		w.json(st.shell)
		w.end()
		w.shell = slices.Clone(st.shell)
	}
	if !w.begin("RUN", layer) {
		return
	}
	w.text = append(w.text, ' ')
	if w.isOneLine(script) {
		w.current.Args = []manifest.Word{w.raw(script, script)}
	} else {
		w.heredoc(script)
	}
	w.end()
}

func (w *writer) shellNow() []string {
	if w.shell == nil {
		return w.preset
	}
	return w.shell
}

// isOneLine reports whether a script behind RUN is read as it is: it starts like a
// command, and has no line end, no continuation and nothing like a heredoc in it.
func (w *writer) isOneLine(script string) bool {
	c := script[0]
	isWord := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	return (isWord || strings.IndexByte("/._:({!$", c) >= 0) &&
		!strings.Contains(script, "\n") && !strings.Contains(script, "<<") && script[len(script)-1] != w.out.Escape
}

// heredoc adds a script as a heredoc, which ends in a line that it has not.
func (w *writer) heredoc(script string) {
	if strings.HasPrefix(script, "#!") {
		script = "\n" + script // a comment for the shell, not the name of another program
	}
	name := "EOF"
	for n := 1; strings.Contains(script, name); n++ {
		name = fmt.Sprintf("EOF%d", n)
	}
	w.current.Args = []manifest.Word{w.raw("<<"+name, "<<"+name)}
	w.text = append(w.text, '\n')
	h := manifest.Heredoc{Name: name, Text: script + "\n", Start: len(w.text)}
	w.text = append(w.text, h.Text...)
	h.End = len(w.text)
	w.text = append(w.text, name...)
	w.current.Heredocs = []manifest.Heredoc{h}
}
