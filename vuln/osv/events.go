package osv

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

type eventKind uint8

const (
	introduced eventKind = iota
	fixed
	lastAffected
	limit
)

// A mark is an event with the key of its version.
type mark struct {
	kind eventKind
	text string
	key  []byte // nil: before every version; no version has an empty key
	any  bool   // key is a bound without a release
}

// evaluate turns the events of one range into its affected intervals, sorted
// and apart. It is the schema's loop, run over the versions that events name
// and over the gaps between them instead of over one version.
func evaluate(events []Event, scheme version.Scheme) ([]Interval, error) {
	marks, limits, err := marksOf(events, scheme)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return bytes.Compare(a.key, b.key) })

	var spans []Interval
	affected := false // in the gap before the mark
	for len(marks) > 0 {
		n := 1
		for n < len(marks) && bytes.Equal(marks[0].key, marks[n].key) {
			n++
		}
		at, after, fix := affected, affected, ""
		for _, m := range marks[:n] {
			switch m.kind {
			case introduced:
				at, after = true, true
			case fixed:
				at, after, fix = false, false, m.text
			case lastAffected: // ends after its version, not at it
				after = false
			}
		}
		key, anyRelease, text := marks[0].key, marks[0].any, cmp.Or(fix, marks[n-1].text)
		if key == nil {
			text = "" // introduced "0" is no version
		}
		if !affected && at {
			spans = append(spans, Interval{Interval: version.Interval{Lower: key, AnyRelease: anyRelease}, LowerText: text})
		}
		if affected && !at {
			last := &spans[len(spans)-1]
			last.Upper, last.UpperText, last.Fixed, last.AnyRelease = key, text, fix, last.AnyRelease || anyRelease
		}
		if at && !after {
			last := &spans[len(spans)-1]
			last.Upper, last.UpperText, last.UpperInclusive, last.AnyRelease = key, text, true, last.AnyRelease || anyRelease
		}
		affected = after
		marks = marks[n:]
	}
	return cut(spans, limits), nil
}

// marksOf splits the events into those that change the state and the keys of
// the limits. No limits means that there is no limit.
func marksOf(events []Event, scheme version.Scheme) (marks, limits []mark, err error) {
	begins, unlimited := false, false
	for _, e := range events {
		m, err := e.mark()
		if err != nil {
			return nil, nil, err
		}
		switch {
		case m.kind == introduced && m.text == "0":
			begins = true
			marks = append(marks, m)
			continue
		case m.kind == limit && m.text == "*":
			unlimited = true
			continue
		}
		m.key, m.any, err = version.AppendBound(nil, scheme, m.text)
		if err != nil {
			return nil, nil, fmt.Errorf("a range bound: %w", err)
		}
		if m.kind == limit {
			limits = append(limits, m) // exclusive: a release makes no difference
			continue
		}
		begins = begins || m.kind == introduced
		marks = append(marks, m)
	}
	if !begins {
		return nil, nil, errors.New("a range without an introduced event")
	}
	if unlimited {
		limits = nil
	}
	return marks, limits, nil
}

// mark tells what kind of event e is. The schema allows one field.
func (e Event) mark() (mark, error) {
	m, n := mark{}, 0
	for _, f := range []mark{
		{kind: introduced, text: e.Introduced}, {kind: fixed, text: e.Fixed},
		{kind: lastAffected, text: e.LastAffected}, {kind: limit, text: e.Limit},
	} {
		if f.text != "" {
			m = f
			n++
		}
	}
	switch n {
	case 0:
		return mark{}, errors.New("a range event without a version")
	case 1:
		return m, nil
	}
	return mark{}, errors.New("a range event with more than one version")
}

// cut ends spans before the highest limit: a version need only be below one.
func cut(spans []Interval, limits []mark) []Interval {
	if len(limits) == 0 {
		return spans
	}
	end := slices.MaxFunc(limits, func(a, b mark) int { return bytes.Compare(a.key, b.key) })
	var out []Interval
	for _, s := range spans {
		if bytes.Compare(s.Lower, end.key) >= 0 {
			break
		}
		limited := Interval{
			Interval:  version.Interval{Lower: s.Lower, Upper: end.key, AnyRelease: s.AnyRelease},
			LowerText: s.LowerText, UpperText: end.text,
		}
		if compareUpper(&s, &limited) <= 0 {
			limited = s
		}
		out = append(out, limited)
	}
	return out
}
