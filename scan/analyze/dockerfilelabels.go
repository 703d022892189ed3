package analyze

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// dockerfileLabels are those of the labels with the names wanted that a
// Dockerfile sets, the last of each. A variable in a value stands for what ENV
// or ARG gave it before, and for nothing if none did.
// https://docs.docker.com/reference/dockerfile/#label
func dockerfileLabels(text []byte, wanted ...string) (map[string]string, error) {
	labels, variables := make(map[string]string), make(map[string]string)
	for n, line := range dockerfileInstructions(text) {
		word, rest := line, ""
		if i := strings.IndexAny(line, " \t"); i >= 0 {
			word, rest = line[:i], line[i:]
		}
		var keep func(name, value string) bool
		switch strings.ToUpper(word) {
		case "LABEL":
			keep = func(name, value string) bool {
				if slices.Contains(wanted, name) {
					labels[name] = value
				}
				return true
			}
		case "ENV", "ARG":
			keep = func(name, value string) bool {
				if len(value) <= maxValue {
					variables[name] = value
				}
				return len(variables) <= maxVariables
			}
		default:
			continue
		}
		if err := dockerfileAssign(rest, variables, keep); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return labels, nil
}

// dockerfileInstructions yields the instructions of a Dockerfile, each as one line, with
// the number of its first. Comments are left out, those within one, too.
func dockerfileInstructions(text []byte) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		var joined strings.Builder
		first := 0
		for n, line := range lines(text) {
			trimmed := trimBlanks(line)
			if len(trimmed) == 0 || trimmed[0] == '#' {
				continue
			}
			if first == 0 {
				first = n
			}
			part, more := bytes.CutSuffix(trimmed, []byte{'\\'})
			joined.Write(part)
			if more {
				joined.WriteByte(' ')
				continue
			}
			if !yield(first, joined.String()) {
				return
			}
			joined.Reset()
			first = 0
		}
		if first != 0 {
			yield(first, joined.String())
		}
	}
}

// Bounds of a Dockerfile's names and values. Descriptions in labels have some
// KB.
const (
	maxVariables = 4096
	maxWord      = 64 << 10
)

var errOpenQuote = errors.New("a quotation that does not end")

// dockerfileAssign gives name=value pairs, or one "name value", to keep, which
// returns false when there are too many.
func dockerfileAssign(rest string, variables map[string]string, keep func(name, value string) bool) error {
	rest = strings.Trim(rest, " \t")
	// The old form has no equals sign in its first word.
	if name, old, ok := strings.Cut(rest, " "); ok && !strings.ContainsAny(name, `="'`) {
		value, _, err := dockerfileWord(old, variables, true)
		if err == nil && !keep(name, value) {
			err = errVariables()
		}
		return err
	}
	for rest != "" {
		word, left, err := dockerfileWord(rest, variables, false)
		if err != nil {
			return err
		}
		name, value, _ := strings.Cut(word, "=")
		if !keep(name, value) {
			return errVariables()
		}
		rest = strings.TrimLeft(left, " \t")
	}
	return nil
}

func errVariables() error {
	return fmt.Errorf("%w: more than %d variables", artifact.ErrLimit, maxVariables)
}

// dockerfileWord takes the first word off s, or all of it, and returns it
// without its quotes and with its variables replaced.
func dockerfileWord(s string, variables map[string]string, all bool) (word, rest string, err error) {
	var b strings.Builder
	var quote byte
	for i := 0; i < len(s); i++ {
		if b.Len() > maxWord {
			break
		}
		switch c := s[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && !all && (c == ' ' || c == '\t'):
			return b.String(), s[i:], nil // of maxWord bytes at most
		case c == '\\' && quote != '\'' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case c == '$' && quote != '\'':
			name, size := variableName(s[i+1:])
			b.WriteString(variables[name])
			i += size
		default:
			b.WriteByte(c)
		}
	}
	switch {
	case b.Len() > maxWord:
		return "", "", fmt.Errorf("%w: more than %d bytes in a word", artifact.ErrLimit, maxWord)
	case quote != 0:
		return "", "", errOpenQuote
	}
	return b.String(), "", nil
}

// variableName is the name at the start of s, NAME or {NAME}, and how many bytes
// it takes. What shells can say within the braces beside is not known here: such
// a variable is nothing.
func variableName(s string) (name string, size int) {
	if strings.HasPrefix(s, "{") {
		if end := strings.IndexByte(s, '}'); end > 0 {
			return s[1:end], end + 1
		}
		return "", 0
	}
	for size < len(s) && (s[size] == '_' || '0' <= s[size] && s[size] <= '9' || 'A' <= s[size]&^0x20 && s[size]&^0x20 <= 'Z') {
		size++
	}
	return s[:size], size
}
