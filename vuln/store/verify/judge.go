package verify

import (
	"bytes"
	"fmt"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A verdict is what was found of one interval.
type verdict struct {
	comparator    string
	judged        int
	faults        []*fault
	disagreements []Disagreement
}

// judge holds the interval of j against its spelling and the comparator.
func (j *job) judge(opts Options) (v verdict) {
	disagree := func(tried, format string, args ...any) {
		d := j.first
		d.Version, d.Cause = tried, fmt.Sprintf(format, args...)
		v.disagreements = append(v.disagreements, d)
	}
	i := &j.interval
	spelled := true
	for _, bound := range []struct {
		key  []byte
		text string
		name string
	}{{i.Lower, i.LowerText, "lower"}, {i.Upper, i.UpperText, "upper"}} {
		if bound.key == nil && bound.text == "" {
			continue
		}
		key, anyRelease, err := version.AppendBound(nil, j.scheme, bound.text)
		if err != nil || !bytes.Equal(key, bound.key) || anyRelease && !i.AnyRelease {
			disagree("", "the %s bound has not the key of its spelling", bound.name)
			spelled = false
		}
	}
	p := peerOf(j.scheme)
	if p == nil || !spelled {
		return v
	}
	v.comparator = p.name
	explained := func(versions ...string) bool {
		f := p.fault(versions...)
		if f != nil {
			v.faults = append(v.faults, f)
		}
		return f != nil
	}
	if i.Lower != nil && i.Upper != nil {
		c, err := p.compare(i.LowerText, i.UpperText)
		switch {
		case err != nil && !explained(i.LowerText, i.UpperText):
			disagree("", "%s cannot read a bound: %v", p.name, err)
		case err == nil && c > 0 && !explained(i.LowerText, i.UpperText):
			disagree("", "%s has the lower bound above the upper", p.name)
		}
	}
	for _, text := range []string{i.LowerText, i.UpperText} {
		if text == "" {
			continue
		}
		for _, tried := range append([]string{text}, neighbours(text, opts)...) {
			key, err := j.scheme.AppendKey(nil, tried)
			if err != nil {
				continue // a neighbour that is no version
			}
			theirs, err := p.holds(i, tried)
			if err != nil {
				if tried == text && !explained(text) {
					disagree(tried, "cannot be read by %s: %v", p.name, err)
				}
				continue
			}
			v.judged++
			if ours := i.Contains(key); ours != theirs && !explained(tried, i.LowerText, i.UpperText) {
				disagree(tried, "is in the interval: the database says %t, %s %t", ours, p.name, theirs)
			}
		}
	}
	return v
}
