package linttest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A want is a pattern for what is to be found on a line.
type want struct {
	line    int
	problem bool   // of a problem, not of a diagnostic
	quoted  string // as it is written
	pattern *regexp.Regexp
	used    bool
}

// inComments are the wants in the comments of f.
func inComments(f *file) ([]*want, error) {
	var all []*want
	var errs []error
	line := 0
	for content := range strings.Lines(f.text) {
		line++
		wants, err := inLine(content)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.at(line), err))
		}
		for _, w := range wants {
			w.line = line
			all = append(all, w)
		}
	}
	return all, errors.Join(errs...)
}

// inCommentLines are the wants in the comments of f that have a line of their own.
// They are for the next line that is none.
func inCommentLines(f *file) ([]*want, error) {
	var all, open []*want
	var errs []error
	line := 0
	for content := range strings.Lines(f.text) {
		line++
		if !strings.HasPrefix(strings.TrimSpace(content), "#") {
			for _, w := range open {
				w.line = line
			}
			all, open = append(all, open...), nil
			continue
		}
		wants, err := inLine(content)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.at(line), err))
		}
		open = append(open, wants...)
	}
	if len(open) > 0 {
		errs = append(errs, fmt.Errorf("%s: no line behind what is wanted", f.at(line)))
	}
	return all, errors.Join(errs...)
}

// inLine are the wants in the comments at the end of a line.
func inLine(rest string) ([]*want, error) {
	var all []*want
	for {
		comment, ok := nextComment(rest)
		if !ok {
			return all, nil
		}
		rest = comment
		word, after := firstWord(comment)
		if word != "want" && word != "problem" {
			continue
		}
		wants, after, err := patterns(after)
		if err != nil {
			return all, fmt.Errorf("# %s: %w", word, err)
		}
		for _, w := range wants {
			w.problem = word == "problem"
		}
		all = append(all, wants...)
		rest = after
	}
}

// nextComment is what stands behind the next # that starts a comment.
func nextComment(line string) (text string, ok bool) {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[i+1:], true
		}
	}
	return "", false
}

// firstWord is the word that a text starts with, of lower-case letters.
func firstWord(text string) (word, rest string) {
	text = strings.TrimLeft(text, " \t")
	end := 0
	for end < len(text) && 'a' <= text[end] && text[end] <= 'z' {
		end++
	}
	return text[:end], text[end:]
}

// patterns reads quoted patterns up to the end of a text, or the next comment.
func patterns(text string) (list []*want, rest string, err error) {
	for {
		text = strings.TrimSpace(text)
		if text == "" || text[0] == '#' {
			break
		}
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil || quoted[0] == '\'' {
			return nil, "", fmt.Errorf("want a regexp in quotes or backquotes, got %s", text)
		}
		source, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", quoted, err)
		}
		pattern, err := regexp.Compile(source)
		if err != nil {
			return nil, "", err
		}
		list = append(list, &want{quoted: quoted, pattern: pattern})
		text = text[len(quoted):]
	}
	if list == nil {
		return nil, "", errors.New("want a regexp in quotes or backquotes, got none")
	}
	return list, text, nil
}

// inSection are the wants of a section for another one, which cannot have
// comments: lines such as
//
//	12: "regexp"
//	14: problem "regexp"
func inSection(f *file) ([]*want, error) {
	var all []*want
	var errs []error
	line := 0
	for content := range strings.Lines(f.text) {
		line++
		content = strings.TrimSpace(content)
		if content == "" || content[0] == '#' {
			continue
		}
		wants, err := inWantLine(content)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.at(line), err))
		}
		all = append(all, wants...)
	}
	return all, errors.Join(errs...)
}

func inWantLine(text string) ([]*want, error) {
	number, rest, _ := strings.Cut(text, ":")
	of, err := strconv.Atoi(number)
	if err != nil || of < 1 {
		return nil, fmt.Errorf("want the number of a line and a colon, got %s", text)
	}
	word, after := firstWord(rest)
	if word != "" && word != "problem" {
		return nil, fmt.Errorf("want a regexp in quotes or problem, got %s", word)
	}
	wants, _, err := patterns(after)
	for _, w := range wants {
		w.line, w.problem = of, word == "problem"
	}
	return wants, err
}

// match finds the first want for a text on a line that is not used yet, and uses
// it.
func match(wants []*want, line int, problem bool, text string) bool {
	for _, w := range wants {
		if w.line == line && w.problem == problem && !w.used && w.pattern.MatchString(text) {
			w.used = true
			return true
		}
	}
	return false
}
