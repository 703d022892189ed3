package lint

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// directive is what a comment that suppresses starts with.
const directive = "plimsoll:ignore"

// A directiveText is what a comment says behind the word that it starts with.
type directiveText struct {
	rules  []string
	until  time.Time // zero: it does not expire
	reason string
}

// parseDirective reads a comment: "plimsoll:ignore rule,rule until=2027-01-31
// reason". ok is false for a comment that is none of ours.
func parseDirective(comment string) (d directiveText, ok bool, err error) {
	rest, ok := strings.CutPrefix(comment, directive)
	if !ok || rest != "" && !strings.ContainsAny(rest[:1], " \t") {
		return directiveText{}, false, nil
	}
	words := strings.Fields(rest)
	for more := true; more && len(words) > 0; words = words[1:] {
		if strings.HasPrefix(words[0], "until=") {
			break
		}
		more = strings.HasSuffix(words[0], ",") || len(words) > 1 && strings.HasPrefix(words[1], ",")
		for name := range strings.SplitSeq(words[0], ",") {
			if name != "" {
				d.rules = append(d.rules, name)
			}
		}
	}
	if len(words) > 0 {
		if day, ok := strings.CutPrefix(words[0], "until="); ok {
			if d.until, err = time.Parse(time.DateOnly, day); err != nil {
				return d, true, fmt.Errorf("%s until %q: want a day such as 2027-01-31", directive, day)
			}
			words = words[1:]
		}
	}
	d.reason = strings.Join(words, " ")
	if len(d.rules) == 0 {
		return d, true, errors.New(directive + " names no rule: * is all of them")
	}
	return d, true, nil
}

// trivyDirective is what a comment of Trivy's that suppresses starts with.
const trivyDirective = "trivy:ignore:"

// parseTrivyDirective reads a comment of Trivy's: "trivy:ignore:DS-0002", or several
// of these in one line, with ":exp:2027-01-31" behind the name perhaps. The first
// day counts for all, and what follows is the reason.
// https://trivy.dev/docs/latest/configuration/filtering/#by-inline-comments
func parseTrivyDirective(comment string) (d directiveText, ok bool, err error) {
	if !strings.HasPrefix(comment, trivyDirective) {
		return directiveText{}, false, nil
	}
	words := strings.Fields(comment)
	for ; len(words) > 0; words = words[1:] {
		rest, is := strings.CutPrefix(strings.TrimLeft(words[0], "#"), trivyDirective)
		if !is && words[0] != "#" {
			break
		}
		name, options, _ := strings.Cut(rest, ":")
		if name != "" {
			d.rules = append(d.rules, name)
		}
		_, day, is := strings.Cut(":"+options, ":exp:")
		if !is || !d.until.IsZero() {
			continue
		}
		day, _, _ = strings.Cut(day, ":")
		if d.until, err = time.Parse(time.DateOnly, day); err != nil {
			return d, true, fmt.Errorf("%s until %q: want a day such as 2027-01-31", trivyDirective, day)
		}
	}
	d.reason = strings.Join(words, " ")
	if len(d.rules) == 0 {
		return d, true, errors.New(trivyDirective + " names no rule")
	}
	return d, true, nil
}

// expired reports whether now is after the day until; a zero time never is.
func expired(until, now time.Time) bool {
	return !until.IsZero() && !now.IsZero() && !now.Before(until.AddDate(0, 0, 1))
}

// comments reads the comments of the documents that objects are in.
func (s *suppressor) comments(objects []*manifest.Object) {
	files := make(map[*manifest.File]bool)
	s.byText = make(map[text][]*suppression)
	for _, o := range objects {
		at := textOf(o)
		if _, done := s.byText[at]; done {
			continue
		}
		has, known := files[at.file]
		if !known {
			has = bytes.Contains(at.file.Text, []byte(directive)) || bytes.Contains(at.file.Text, []byte(trivyDirective))
			files[at.file] = has
		}
		if has {
			s.byText[at] = s.commentsOf(o)
		}
	}
}

// A text is what has comments of its own: a document, or a Dockerfile.
type text struct {
	file     *manifest.File
	document *manifest.Document // nil for a Dockerfile
}

func textOf(o *manifest.Object) text { return text{o.File(), o.Node.Document()} }

func (s *suppressor) commentsOf(o *manifest.Object) []*suppression {
	list := []*suppression{}
	for _, c := range o.Comments() {
		d, ok, err := parseDirective(c.Text)
		if !ok {
			d, ok, err = parseTrivyDirective(c.Text)
		}
		if !ok {
			continue
		}
		if err != nil {
			s.problem(c.Span.Start, err)
			continue
		}
		if expired(d.until, s.opts.Now) {
			s.problem(c.Span.Start, fmt.Errorf("%s %s expired on %s", directive, strings.Join(d.rules, ","), d.until.Format(time.DateOnly)))
			continue
		}
		list = append(list, s.add(&suppression{
			by: "comment", position: c.Span.Start, reason: d.reason, rules: d.rules,
			from: c.Entry.Start.Offset, to: c.Entry.End.Offset,
		}))
	}
	return slices.Clip(list)
}
