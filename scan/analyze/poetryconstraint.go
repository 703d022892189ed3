package analyze

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// poetryConstraint reports whether constraint admits v, or cannot be read:
// https://python-poetry.org/docs/dependency-specification/. Alternatives are
// divided by ||; of the clauses of one, divided by commas, all must hold.
func poetryConstraint(constraint, v string) bool {
	for alternative := range strings.SplitSeq(strings.ReplaceAll(constraint, "||", "|"), "|") {
		all := true
		for clause := range strings.SplitSeq(alternative, ",") {
			if !poetryClause(strings.TrimSpace(clause), v) {
				all = false
				break
			}
		}
		if all {
			return true
		}
	}
	return false
}

func poetryClause(clause, v string) bool {
	operand := strings.TrimLeft(clause, "=<>!~^")
	operator := clause[:len(clause)-len(operand)]
	operand = strings.TrimSpace(operand)
	if operand == "" || operand == "*" || strings.ContainsAny(operand, " \t") {
		return true
	}
	if prefix, ok := strings.CutSuffix(operand, ".*"); ok {
		in := between(v, prefix, len(releaseOf(prefix))-1)
		return in == (operator != "!=")
	}
	c, ok := comparePyPI(v, operand)
	if !ok {
		return true
	}
	switch release := releaseOf(operand); operator {
	case "", "=", "==", "===":
		return c == 0
	case "!=":
		return c != 0
	case ">":
		return c > 0
	case ">=":
		return c >= 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case "~": // the last part may rise, but not the first two
		return between(v, operand, min(1, len(release)-1))
	case "~=": // the last part may rise
		return between(v, operand, max(0, len(release)-2))
	case "^": // what is right of the first part that is not zero
		first := 0
		for first < len(release)-1 && release[first] == 0 {
			first++
		}
		return between(v, operand, first)
	}
	return true
}

// between reports whether v is at least low, and below what low is with its
// release cut after the part at index, and that part raised.
func between(v, low string, index int) bool {
	release := releaseOf(low)
	if index < 0 || index >= len(release) {
		return true
	}
	var high strings.Builder
	if epoch, _, ok := strings.Cut(low, "!"); ok {
		high.WriteString(epoch + "!")
	}
	for i, n := range release[:index+1] {
		if i == index {
			n++
		}
		if i > 0 {
			high.WriteByte('.')
		}
		high.WriteString(strconv.Itoa(n))
	}
	above, ok := comparePyPI(v, low)
	below, ok2 := comparePyPI(v, high.String())
	return !ok || !ok2 || above >= 0 && below < 0
}

// comparePyPI compares two versions, if they are such.
func comparePyPI(a, b string) (int, bool) {
	scheme, err := vuln.TypePyPI.Scheme()
	if err != nil {
		return 0, false
	}
	keyA, errA := scheme.AppendKey(nil, a)
	keyB, errB := scheme.AppendKey(nil, b)
	return bytes.Compare(keyA, keyB), errA == nil && errB == nil
}

// releaseOf is the numbers that v starts with, after an epoch; nil if one is
// longer than those of any version.
func releaseOf(v string) []int {
	if _, after, ok := strings.Cut(v, "!"); ok {
		v = after
	}
	v = strings.TrimPrefix(v, "v")
	var release []int
	for part := range strings.SplitSeq(v, ".") {
		end := 0
		for end < len(part) && part[end] >= '0' && part[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(part[:end])
		if err != nil || end > 9 {
			break
		}
		release = append(release, n)
		if end < len(part) {
			break
		}
	}
	return release
}
