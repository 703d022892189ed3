package analyze

import (
	"path"
	"strings"
)

// isWorkspace reports whether dir, relative to the project, is one of its
// workspaces: the last of the patterns that matches it is not negated with "!".
// A pattern is a path with *, ? and [ ] in its elements, as [path.Match] has
// them; ** is any number of elements. What lies in a node_modules is none.
func isWorkspace(patterns []string, dir string) bool {
	if dir == "." || strings.HasPrefix(dir, "../") || belowNodeModules(dir+"/") {
		return false
	}
	elements := strings.Split(dir, "/")
	is := false
	for _, p := range patterns {
		p, negated := strings.CutPrefix(p, "!")
		p = strings.Trim(strings.TrimPrefix(p, "./"), "/")
		if matchElements(strings.Split(p, "/"), elements) {
			is = !negated
		}
	}
	return is
}

// matchElements matches a pattern with a path, both split at their slashes. Of
// several ** only the last is ever taken back, which is enough, as with * in a
// name: it takes steps in the order of the product of their lengths.
func matchElements(pattern, elements []string) bool {
	p, e := 0, 0
	star, taken := -1, 0
	for e < len(elements) {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			star, taken = p, e
			p++
			continue
		case p < len(pattern) && matchElement(pattern[p], elements[e]):
			p++
			e++
			continue
		case star < 0:
			return false
		}
		taken++
		p, e = star+1, taken
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern)
}

func matchElement(pattern, element string) bool {
	ok, err := path.Match(pattern, element)
	return err == nil && ok
}

// workspacePatterns are the patterns that a package.json has for workspaces: a
// list, or an object with the list under packages.
func workspacePatterns(value []byte) []string {
	if jsonObject(value) {
		object := value
		value = nil
		for m := range validMembers(object, 0) {
			if string(m.key) == "packages" {
				value = m.value
			}
		}
	}
	if len(value) == 0 || value[0] != '[' {
		return nil
	}
	var list []string
	for m := range validMembers(value, 0) {
		if s, err := jsonString(m.value); err == nil && s != "" && len(s) <= maxPattern && len(list) < maxPatterns {
			list = append(list, s)
		}
	}
	return list
}

// Bounds of the patterns of a project's workspaces, which are matched with each
// directory that may be one.
const (
	maxPatterns = 1 << 10
	maxPattern  = 256 // bytes of one
)
