package rules

import (
	"fmt"
	"regexp"
	"strings"
)

// A matcher is a condition on a string, as KubeLinter's parameters write it: a
// regular expression that may match anywhere in the string, or, after a leading !,
// one that may not. The zero matcher, written as nothing, holds for every string.
type matcher struct {
	re     *regexp.Regexp // nil: anything
	negate bool
}

// newMatcher reads a matcher.
func newMatcher(text string) (matcher, error) {
	if text == "" {
		return matcher{}, nil
	}
	expr, negate := strings.CutPrefix(text, "!")
	re, err := regexp.Compile(expr)
	if err != nil {
		return matcher{}, err
	}
	return matcher{re, negate}, nil
}

// matches reports whether m holds for s.
func (m matcher) matches(s string) bool {
	return m.re == nil || m.re.MatchString(s) != m.negate
}

// A patternList is a list of regular expressions. They are not negated by a
// leading !, and the empty list matches nothing.
type patternList []*regexp.Regexp

// newPatternList compiles the expressions of a parameter.
func newPatternList(exprs []string) (patternList, error) {
	list := make(patternList, len(exprs))
	for i, expr := range exprs {
		re, err := regexp.Compile(expr)
		if err != nil {
			return nil, fmt.Errorf("invalid regex %s: %w", expr, err)
		}
		list[i] = re
	}
	return list, nil
}

// matches reports whether one of the expressions matches somewhere in s.
func (l patternList) matches(s string) bool {
	for _, re := range l {
		if re.MatchString(s) {
			return true
		}
	}
	return false
}
