package imageconfig

import (
	"strconv"
	"strings"
)

// cutWord cuts a text at the first run of blanks.
func cutWord(text string) (word, rest string) {
	i := strings.IndexAny(text, " \t\n")
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimLeft(text[i:], " \t\n")
}

// list reads the words of a history's list: "80 443", "[80/tcp 443/tcp]",
// "map[80/tcp:{}]", `["nginx" "-g" "daemon off;"]`, or JSON.
func list(text string) []string {
	_, text, isMap := cutMap(text)
	if !strings.HasPrefix(text, "[") {
		return strings.Fields(text)
	}
	text = strings.TrimSuffix(text[1:], "]")
	var words []string
	for text = strings.TrimLeft(text, " \t\n,"); text != ""; text = strings.TrimLeft(text, " \t\n,") {
		if quoted, err := strconv.QuotedPrefix(text); err == nil && text[0] == '"' {
			words, text = append(words, unquoted(quoted)), text[len(quoted):]
			continue
		}
		word, rest := cutWord(text)
		if isMap {
			word, _, _ = strings.Cut(word, ":{")
		}
		words, text = append(words, word), rest
	}
	return words
}

// cutMap cuts the word in front of what fmt prints of a map.
func cutMap(text string) (before, list string, ok bool) {
	if rest, ok := strings.CutPrefix(text, "map["); ok {
		return "map", "[" + rest, true
	}
	return "", text, false
}

// A variable is what ENV, ARG or LABEL sets.
type variable struct {
	name, value string
	set         bool
}

// variables reads NAME=VALUE pairs. Builders write values without quotes, so that a
// value goes on up to what looks like the next pair; known values help.
func variables(text string, known map[string]string) []variable {
	var all []variable
	for text != "" {
		name, rest, ok := cutName(text)
		if !ok {
			if len(all) > 0 {
				_, text = cutWord(text)
				continue
			}
			if name, rest = cutWord(text); rest == "" || !isName(name) {
				return nil
			}
			return []variable{{name, rest, true}} // ENV NAME the rest
		}
		value := valueOf(rest, known[name])
		all = append(all, variable{name, unquoted(value), true})
		text = strings.TrimLeft(rest[len(value):], " \t\n")
	}
	return all
}

// cutName cuts a text at the = behind a name.
func cutName(text string) (name, rest string, ok bool) {
	i := strings.IndexByte(text, '=')
	if i < 0 || !isName(text[:i]) {
		return "", text, false
	}
	return text[:i], text[i+1:], true
}

// valueOf is the value that a text starts with, as it is written.
func valueOf(text, known string) string {
	if rest, ok := strings.CutPrefix(text, known); ok && known != "" && (rest == "" || strings.IndexByte(" \t\n", rest[0]) >= 0) {
		return known
	}
	if quoted, err := strconv.QuotedPrefix(text); err == nil && text[0] == '"' {
		return quoted
	}
	for i := range len(text) {
		if text[i] == ' ' && startsPair(text[i+1:]) {
			return text[:i]
		}
	}
	return text
}

// startsPair reports whether a text starts with NAME=.
func startsPair(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '=':
			return isName(text[:i])
		case c <= ' ' || i > 200:
			return false
		}
	}
	return false
}

// unquoted is what a text in quotes stands for, and any other text itself.
func unquoted(value string) string {
	if len(value) > 1 && value[0] == '"' {
		if s, err := strconv.Unquote(value); err == nil {
			s, _ = clean(s)
			return s
		}
	}
	return value
}

// arguments reads what ARG declares: names, with values perhaps. Behind a value, a
// word without = is a part of it unless it is in capitals.
func arguments(text string) []variable {
	var all []variable
	for word := range strings.FieldsSeq(text) {
		name, value, set := strings.Cut(word, "=")
		last := len(all) - 1
		switch {
		case isName(name) && (set || last < 0 || !all[last].set || name == strings.ToUpper(name)):
			all = append(all, variable{name, value, set})
		case last >= 0 && all[last].set:
			all[last].value += " " + word
		}
	}
	return all
}
