package analyze

import (
	"errors"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// An answer is what can be said of a marker where not all is known.
type answer uint8

const (
	no answer = iota
	maybe
	yes
)

func answerOf(holds bool) answer {
	if holds {
		return yes
	}
	return no
}

var errMarker = errors.New("a marker that is not one")

// maxMarkerDepth bounds the brackets in brackets of a marker.
const maxMarkerDepth = 64

// evaluateMarker says whether a marker holds, given what compare says of each
// of its comparisons.
// https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
func evaluateMarker(marker string, compare func(left, operator, right string) answer) (answer, error) {
	m := markerParser{tokens: markerTokens(marker), compare: compare}
	a, err := m.or(0)
	if err == nil && len(m.tokens) > 0 {
		err = errMarker
	}
	if err != nil {
		return maybe, fmt.Errorf("%w: %.*q", err, maxQuote, marker)
	}
	return a, nil
}

type markerParser struct {
	tokens  []string
	compare func(left, operator, right string) answer
}

func (m *markerParser) peek() string {
	if len(m.tokens) == 0 {
		return ""
	}
	return m.tokens[0]
}

func (m *markerParser) next() string {
	token := m.peek()
	m.tokens = m.tokens[min(1, len(m.tokens)):]
	return token
}

func (m *markerParser) or(depth int) (answer, error) {
	a, err := m.and(depth)
	for err == nil && m.peek() == "or" {
		m.next()
		var b answer
		b, err = m.and(depth)
		a = max(a, b)
	}
	return a, err
}

func (m *markerParser) and(depth int) (answer, error) {
	a, err := m.comparison(depth)
	for err == nil && m.peek() == "and" {
		m.next()
		var b answer
		b, err = m.comparison(depth)
		a = min(a, b)
	}
	return a, err
}

func (m *markerParser) comparison(depth int) (answer, error) {
	if m.peek() == "(" {
		if depth == maxMarkerDepth {
			return maybe, artifact.ErrLimit
		}
		m.next()
		a, err := m.or(depth + 1)
		if err == nil && m.next() != ")" {
			err = errMarker
		}
		return a, err
	}
	left := m.next()
	operator := m.next()
	if operator == "not" {
		operator += " " + m.next()
	}
	right := m.next()
	if !isMarkerOperand(left) || !isMarkerOperator(operator) || !isMarkerOperand(right) {
		return maybe, errMarker
	}
	return m.compare(left, operator, right), nil
}

func isMarkerOperand(token string) bool {
	if _, ok := markerString(token); ok {
		return true
	}
	return token != "" && (isAlphanumeric(token[0]) || token[0] == '_')
}

func isMarkerOperator(token string) bool {
	switch token {
	case "==", "===", "!=", "<=", ">=", "<", ">", "~=", "in", "not in":
		return true
	}
	return false
}

// markerString is what a token in quotes holds. There are no escapes.
func markerString(token string) (string, bool) {
	if n := len(token); n >= 2 && (token[0] == '"' || token[0] == '\'') && token[n-1] == token[0] {
		return token[1 : n-1], true
	}
	return "", false
}

// markerTokens divides a marker. What is no token is one of its own.
func markerTokens(marker string) []string {
	var tokens []string
	for i := 0; i < len(marker); {
		c, end := marker[i], i+1
		switch {
		case isSpace(c) || c == '\n':
			i++
			continue
		case c == '"' || c == '\'':
			if n := strings.IndexByte(marker[end:], c); n >= 0 {
				end += n + 1
			} else {
				end = len(marker)
			}
		case isNameByte(c):
			for end < len(marker) && isNameByte(marker[end]) {
				end++
			}
		case strings.IndexByte("=<>!~", c) >= 0:
			for end < len(marker) && strings.IndexByte("=<>!~", marker[end]) >= 0 {
				end++
			}
		}
		tokens = append(tokens, marker[i:end])
		i = end
	}
	return tokens
}
