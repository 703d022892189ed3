package lint

import (
	"path"
	"strings"
)

// What a pattern may have: bytes, and patterns that its braces stand for.
const (
	maxPattern      = 1024
	maxAlternatives = 100
)

// matchGlob reports whether name fits pattern: that of [path.Match], in which **
// as a whole element stands for any number of elements, and {a,b} for a or b. A
// pattern that is malformed fits nothing.
func matchGlob(pattern, name string) bool {
	alternatives, err := braces(pattern)
	if err != nil {
		return false
	}
	elems := strings.Split(name, "/")
	for _, p := range alternatives {
		if matchElems(strings.Split(p, "/"), elems) {
			return true
		}
	}
	return false
}

// matchElems compares element by element. The last ** alone is gone back to, so
// that the time is at most the product of the lengths.
func matchElems(pattern, name []string) bool {
	p, n := 0, 0
	star, from := -1, 0 // the last ** seen, and what it reaches up to
	for n < len(name) || p < len(pattern) {
		if p < len(pattern) && pattern[p] == "**" {
			star, from = p, n
			p++
			continue
		}
		if p < len(pattern) && n < len(name) {
			if ok, err := path.Match(pattern[p], name[n]); ok && err == nil {
				p, n = p+1, n+1
				continue
			}
		}
		if star < 0 || from >= len(name) {
			return false
		}
		from++
		p, n = star+1, from
	}
	return true
}

// braces lists the patterns without braces that one with them stands for.
func braces(pattern string) ([]string, error) {
	if len(pattern) > maxPattern {
		return nil, path.ErrBadPattern
	}
	open := indexUnescaped(pattern, 0, "{")
	if open < 0 {
		return []string{pattern}, nil
	}
	depth, from := 0, open+1
	var parts []string
	for i := open; i >= 0; i = indexUnescaped(pattern, i+1, "{},") {
		switch {
		case pattern[i] == '{':
			depth++
			continue
		case pattern[i] == '}':
			depth--
		}
		if depth > 1 || depth == 1 && pattern[i] == '}' {
			continue
		}
		parts = append(parts, pattern[from:i])
		from = i + 1
		if depth == 0 {
			return expand(pattern[:open], parts, pattern[from:])
		}
	}
	return nil, path.ErrBadPattern
}

func expand(before string, parts []string, after string) ([]string, error) {
	var list []string
	tails, err := braces(after)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		middles, err := braces(part)
		if err != nil {
			return nil, err
		}
		if len(list)+len(middles)*len(tails) > maxAlternatives {
			return nil, path.ErrBadPattern
		}
		for _, middle := range middles {
			for _, tail := range tails {
				list = append(list, before+middle+tail)
			}
		}
	}
	return list, nil
}

// indexUnescaped is the place of the first of chars at or after from, -1 where
// there is none.
func indexUnescaped(s string, from int, chars string) int {
	for i := from; i < len(s); i++ {
		if s[i] == '\\' {
			i++
			continue
		}
		if strings.IndexByte(chars, s[i]) >= 0 {
			return i
		}
	}
	return -1
}

// Ignores reports whether [Config].IgnorePaths leave out a file or folder. Names
// and patterns that are relative are so to dir, with slashes. A pattern that fits a
// folder leaves out all that is in it; in KubeLinter, and with compat, that takes
// "folder/**".
func (c *Config) Ignores(dir, name string, compat bool) bool {
	name = absolute(dir, name)
	for _, pattern := range c.IgnorePaths {
		pattern = absolute(dir, pattern)
		for up := name; ; up = path.Dir(up) {
			if matchGlob(pattern, up) {
				return true
			}
			if compat || up == path.Dir(up) {
				break
			}
		}
	}
	return false
}

func absolute(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(dir, name)
}
