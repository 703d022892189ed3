package rules

import (
	"fmt"
	"regexp"
	"strings"
)

// A matcher says whether a string is what a parameter asks for.
type matcher func(string) bool

// newMatcher reads a pattern as KubeLinter does: a regular expression that may
// match anywhere, negated by a leading !; the empty pattern matches everything.
func newMatcher(pattern string) (matcher, error) {
	expr, negated := strings.CutPrefix(pattern, "!")
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("invalid regex %s: %w", pattern, err)
	}
	if pattern == "" {
		return func(string) bool { return true }, nil
	}
	return func(s string) bool { return re.MatchString(s) != negated }, nil
}
