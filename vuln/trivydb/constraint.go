package trivydb

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A constraint is a set of versions: those that meet all comparators of one of
// its alternatives. It is made once for each advisory of a package; asking it
// compares keys.
type constraint [][]comparator

type comparator struct {
	op  operator
	key []byte
}

type operator uint8

const (
	equal operator = iota
	unequal
	less
	atMost
	greater
	atLeast
)

// Bounds of what is parsed.
const (
	maxConstraint = 64 << 10 // bytes
	maxParts      = 4096
)

// holds reports whether a version with that key is in the set.
func (c constraint) holds(key []byte) bool {
	for _, all := range c {
		in := true
		for _, x := range all {
			if !x.holds(key) {
				in = false
				break
			}
		}
		if in {
			return true
		}
	}
	return false
}

func (x *comparator) holds(key []byte) bool {
	c := bytes.Compare(key, x.key)
	switch x.op {
	case equal:
		return c == 0
	case unequal:
		return c != 0
	case less:
		return c < 0
	case atMost:
		return c <= 0
	case greater:
		return c > 0
	}
	return c >= 0
}

// parseConstraint reads what Trivy's database says of versions: comparators with
// a comma or a space between those that must all hold, "||" between
// alternatives; and Maven's ranges, "[1.0,2.0),[3.0]". Beside the plain
// operators it knows "^", "~", "~>", ranges with a dash and "x" or "*" for any
// number.
func parseConstraint(text string, scheme version.Scheme) (constraint, error) {
	if len(text) > maxConstraint {
		return nil, fmt.Errorf("a constraint of %d bytes, more than %d", len(text), maxConstraint)
	}
	var c constraint
	for part := range strings.SplitSeq(text, "||") {
		p := parser{scheme: scheme}
		part = strings.TrimSpace(part)
		var err error
		if strings.HasPrefix(part, "[") || strings.HasPrefix(part, "(") {
			err = p.ranges(part)
		} else if err = p.comparators(part); err == nil {
			p.alternatives = append(p.alternatives, p.all)
		}
		if err != nil {
			return nil, fmt.Errorf("constraint %.80q: %w", text, err)
		}
		if c = append(c, p.alternatives...); len(c) > maxParts {
			return nil, fmt.Errorf("a constraint of more than %d parts", maxParts)
		}
	}
	return c, nil
}

// A parser reads one alternative of a constraint.
type parser struct {
	scheme       version.Scheme
	alternatives constraint
	all          []comparator // of the alternative that is read
}

// ranges reads Maven's notation, each range an alternative.
// https://maven.apache.org/enforcer/enforcer-rules/versionRanges.html
func (p *parser) ranges(text string) error {
	for text != "" {
		end := strings.IndexAny(text, "])")
		if end < 0 || text[0] != '[' && text[0] != '(' {
			return fmt.Errorf("%.40q is no range", text)
		}
		p.all = nil
		open, shut, body := text[0], text[end], text[1:end]
		low, high, isRange := strings.Cut(body, ",")
		low, high = strings.TrimSpace(low), strings.TrimSpace(high)
		switch {
		case !isRange && open == '[' && shut == ']':
			if err := p.add(equal, low); err != nil {
				return err
			}
		case !isRange:
			return fmt.Errorf("%.40q is no range", text[:end+1])
		default:
			lower, upper := atLeast, atMost
			if open == '(' {
				lower = greater
			}
			if shut == ')' {
				upper = less
			}
			if low != "" {
				if err := p.add(lower, low); err != nil {
					return err
				}
			}
			if high != "" {
				if err := p.add(upper, high); err != nil {
					return err
				}
			}
		}
		p.alternatives = append(p.alternatives, p.all)
		text = strings.TrimLeft(text[end+1:], ", ")
	}
	return nil
}

// comparators reads those that must all hold. None at all is any version.
func (p *parser) comparators(text string) error {
	if low, high, ok := strings.Cut(text, " - "); ok {
		if err := p.comparator(">=", strings.TrimSpace(low)); err != nil {
			return err
		}
		return p.comparator("<=", strings.TrimSpace(high))
	}
	rest := text
	for {
		rest = strings.TrimLeft(rest, ", \t")
		if rest == "" {
			return nil
		}
		n := len(rest) - len(strings.TrimLeft(rest, "<>=!~^"))
		op := rest[:n]
		rest = strings.TrimLeft(rest[n:], " \t")
		end := strings.IndexAny(rest, ", \t")
		if end < 0 {
			end = len(rest)
		}
		if err := p.comparator(op, rest[:end]); err != nil {
			return err
		}
		if rest = rest[end:]; len(p.all) > maxParts {
			return fmt.Errorf("more than %d comparators", maxParts)
		}
	}
}

func (p *parser) comparator(op, v string) error {
	if v == "" {
		return fmt.Errorf("%q without a version", op)
	}
	if numbers, any := wildcard(v); any {
		return p.wild(op, numbers)
	}
	switch op {
	case "", "=", "==":
		return p.add(equal, v)
	case "!=":
		return p.add(unequal, v)
	case "<":
		return p.add(less, v)
	case "<=", "=<":
		return p.add(atMost, v)
	case ">":
		return p.add(greater, v)
	case ">=", "=>":
		return p.add(atLeast, v)
	case "~>", "~", "^":
		limit, err := bump(op, v)
		if err != nil {
			return err
		}
		if op == "~>" && p.scheme == version.RubyGems {
			limit += ".a"
		}
		if err := p.add(atLeast, v); err != nil {
			return err
		}
		return p.add(less, limit)
	}
	return fmt.Errorf("unknown operator %q", op)
}

// wildcard cuts "1.2.x" to its numbers; any is false for a version without a
// part that is x or *.
func wildcard(v string) (numbers string, any bool) {
	parts := strings.Split(v, ".")
	for i, part := range parts {
		if part == "x" || part == "X" || part == "*" {
			return strings.Join(parts[:i], "."), true
		}
	}
	return "", false
}

// wild reads an operator on all versions that begin with numbers.
func (p *parser) wild(op, numbers string) error {
	if numbers == "" || numbers == "v" {
		switch op {
		case "", "=", "==", ">=", "=>", "<=", "=<", "~", "~>", "^":
			return nil // any version
		}
		return fmt.Errorf("%q of any version", op)
	}
	next, err := increment(numbers, strings.Count(numbers, "."))
	if err != nil {
		return err
	}
	switch op {
	case "", "=", "==", "~", "~>":
		if err := p.add(atLeast, numbers); err != nil {
			return err
		}
		return p.add(less, next)
	case "^":
		limit, err := bump(op, numbers)
		if err != nil {
			return err
		}
		if err := p.add(atLeast, numbers); err != nil {
			return err
		}
		return p.add(less, limit)
	case "<":
		return p.add(less, numbers)
	case "<=", "=<":
		return p.add(less, next)
	case ">":
		return p.add(atLeast, next)
	case ">=", "=>":
		return p.add(atLeast, numbers)
	}
	return fmt.Errorf("unknown operator %q", op)
}

// bump is the first version that "~", "~>" or "^" leaves out.
//
//	~> 1.2.3  1.3    ~1.2.3  1.3    ^1.2.3  2
//	~> 1.2    2      ~1.2    1.3    ^0.2.3  0.3
//	~> 1      2      ~1      2      ^0.0.3  0.0.4
//
// Ruby leaves out the pre-releases of that one, too.
//
// https://guides.rubygems.org/patterns/#pessimistic-version-constraint
// https://github.com/npm/node-semver#advanced-range-syntax
func bump(op, v string) (string, error) {
	release, _, _ := strings.Cut(strings.TrimPrefix(v, "v"), "-")
	release, _, _ = strings.Cut(release, "+")
	parts := strings.Split(release, ".")
	at := 0
	switch op {
	case "~>":
		for n, part := range parts { // up to a pre-release: 1.2.0.rc1
			if strings.Trim(part, "0123456789") != "" {
				parts = parts[:n]
				break
			}
		}
		if len(parts) == 0 {
			return "", fmt.Errorf("%q begins with no number", v)
		}
		at = max(0, len(parts)-2)
	case "~":
		at = min(1, len(parts)-1)
	case "^":
		for at < len(parts)-1 && parts[at] == "0" {
			at++
		}
	}
	return increment(release, at)
}

// increment adds one to a number of v and cuts what is after it.
func increment(v string, at int) (string, error) {
	parts := strings.Split(strings.TrimPrefix(v, "v"), ".")
	n, err := strconv.ParseUint(parts[at], 10, 63)
	if err != nil {
		return "", fmt.Errorf("%q of %q is no number", parts[at], v)
	}
	parts[at] = strconv.FormatUint(n+1, 10)
	return strings.Join(parts[:at+1], "."), nil
}

// add adds a comparator. A lower bound of 0 is none.
func (p *parser) add(op operator, v string) error {
	if v == "0" && op == atLeast {
		return nil
	}
	key, err := keyOf(p.scheme, v)
	if err != nil {
		return err
	}
	p.all = append(p.all, comparator{op, key})
	return nil
}

// keyOf is the key of a version, or of one that lacks numbers with zeros in their
// place, as Trivy reads it: "1.2" is "1.2.0".
func keyOf(scheme version.Scheme, v string) ([]byte, error) {
	key, err := scheme.AppendKey(nil, v)
	if err == nil {
		return key, nil
	}
	bare := strings.TrimPrefix(v, "v")
	if bare == "" {
		return nil, err
	}
	if key, err := scheme.AppendKey(nil, bare); err == nil {
		return key, nil
	}
	end := strings.IndexAny(bare, "-+")
	if end < 0 {
		end = len(bare)
	}
	for n := strings.Count(bare[:end], "."); n < 2; n++ {
		bare = bare[:end] + ".0" + bare[end:]
		end += 2
		if key, err := scheme.AppendKey(nil, bare); err == nil {
			return key, nil
		}
	}
	return nil, err
}

// fixedOf names the versions that fix, each once: those that are patched, else the
// bounds below which all are vulnerable.
func fixedOf(vulnerable, patched []string) string {
	list := patched
	if len(list) == 0 {
		for _, text := range vulnerable {
			for part := range strings.SplitSeq(text, ",") {
				part = strings.TrimSpace(part)
				if bound, ok := strings.CutPrefix(part, "<"); ok && !strings.HasPrefix(bound, "=") {
					list = append(list, strings.TrimSpace(bound))
				}
			}
		}
	}
	var once []string
	for _, v := range list {
		if !slices.Contains(once, v) {
			once = append(once, v)
		}
	}
	return strings.Join(once, ", ")
}
