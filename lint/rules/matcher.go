package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A matcher says whether a string is what a parameter asks for.
type matcher func(string) bool

// newMatcher reads a pattern as KubeLinter does: a regular expression that may
// match anywhere, negated by a leading !; the empty pattern matches everything.
func newMatcher(pattern string) (matcher, error) {
	if pattern == "" {
		return func(string) bool { return true }, nil
	}
	expr, negated := strings.CutPrefix(pattern, "!")
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("invalid regex %s: %w", pattern, err)
	}
	return func(s string) bool { return re.MatchString(s) != negated }, nil
}

// anyMatches reports whether one of a parameter's expressions, which are not
// negated by a leading !, matches somewhere in s.
func anyMatches(exprs []*regexp.Regexp, s string) bool {
	return slices.ContainsFunc(exprs, func(re *regexp.Regexp) bool { return re.MatchString(s) })
}
