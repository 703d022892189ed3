// Package severity is the five-step label that advisories, lint rules and gates
// share, with no opinion on how a label is chosen.
package severity

import (
	"errors"
	"fmt"
	"strings"
)

// A Level says how bad something is. Levels are ordered: a greater value is
// worse, and Unknown, the zero value, is below all others.
type Level uint8

// The levels, from the least to the worst.
const (
	Unknown Level = iota
	Low
	Medium
	High
	Critical
)

// ErrInvalid is matched by the errors of [Parse].
var ErrInvalid = errors.New("invalid severity")

// Levels lists all levels from Unknown to Critical. The caller owns the slice.
func Levels() []Level { return []Level{Unknown, Low, Medium, High, Critical} }

// String returns the label in capitals, as reports print it.
func (l Level) String() string {
	switch l {
	case Unknown:
		return "UNKNOWN"
	case Low:
		return "LOW"
	case Medium:
		return "MEDIUM"
	case High:
		return "HIGH"
	case Critical:
		return "CRITICAL"
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// Parse reads a label in any case. The error of any other word matches
// [ErrInvalid] and lists the labels there are.
func Parse(s string) (Level, error) {
	for _, l := range Levels() {
		if strings.EqualFold(s, l.String()) {
			return l, nil
		}
	}
	return Unknown, fmt.Errorf("%w %q: want UNKNOWN, LOW, MEDIUM, HIGH or CRITICAL", ErrInvalid, s)
}

// FromScore is the rating of a CVSS 3.x or 4.0 base score between 0 and 10:
// low from 0.1, medium from 4.0, high from 7.0, critical from 9.0. The score 0
// ("none") has no level of its own and is Unknown.
//
// https://www.first.org/cvss/v3.1/specification-document section 5
func FromScore(score float64) Level {
	switch {
	case score >= 9:
		return Critical
	case score >= 7:
		return High
	case score >= 4:
		return Medium
	case score > 0:
		return Low
	}
	return Unknown
}

// MarshalText writes the label.
func (l Level) MarshalText() ([]byte, error) {
	if l > Critical {
		return nil, fmt.Errorf("%w: %s", ErrInvalid, l)
	}
	return []byte(l.String()), nil
}

// UnmarshalText is [Parse].
func (l *Level) UnmarshalText(text []byte) error {
	v, err := Parse(string(text))
	if err != nil {
		return err
	}
	*l = v
	return nil
}
