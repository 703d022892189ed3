package analyze

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Bounds of the files that one database lists as its packages'. A kernel's
// headers are some 30,000, a desktop's packages together some 500,000.
const (
	maxOwnedText = 64 << 20 // bytes of a list
	maxOwned     = 1 << 21
	maxOwnedPath = 4 << 10 // bytes of a path, as PATH_MAX
)

var (
	errOwnedPath = fmt.Errorf("%w: a path of more than %d bytes", artifact.ErrLimit, maxOwnedPath)
	errManyOwned = fmt.Errorf("%w: more than %d files", artifact.ErrLimit, maxOwned)
	errNotPath   = errors.New("not the path of a file")
)

// ownedPath is p as [artifact.Entry] spells paths; "" for the root.
func ownedPath(p string) string {
	p = strings.TrimPrefix(p, "/")
	if strings.HasPrefix(p, ".") || strings.HasPrefix(p, "/") || strings.HasSuffix(p, "/") || strings.Contains(p, "//") || strings.Contains(p, "/.") {
		p = strings.TrimPrefix(path.Clean("/"+p), "/") // nothing leaves the root
	}
	return p
}

// withoutParents drops those of paths that another of them lies in. An empty
// directory cannot be told from a file.
func withoutParents(paths []string) []string {
	parents := make(map[string]bool)
	last := "" // most files lie beside the one before
	for _, p := range paths {
		i := strings.LastIndexByte(p, '/')
		if i > 0 && p[:i] == last {
			continue
		}
		last = p[:max(i, 0)]
		for ; i > 0; i = strings.LastIndexByte(p, '/') {
			if p = p[:i]; parents[p] {
				break
			}
			parents[p] = true
		}
	}
	return slices.DeleteFunc(paths, func(p string) bool { return parents[p] })
}

// ownedList reads a list of files, a line each: path finds the path in a line,
// false where there is none. The paths share the memory of one copy of f.
func ownedList(f *artifact.File, pathOf func(line string) (string, bool)) ([]string, error) {
	if f.Size > maxOwnedText {
		return nil, fmt.Errorf("read %s: %w: %d bytes in a list of files, of %d", f.Path, artifact.ErrLimit, f.Size, maxOwnedText)
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var (
		owned []string
		wrong faults
		n     int
	)
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		p, ok := pathOf(line)
		switch {
		case !ok:
			wrong.add(n, nil, errNotPath)
			continue
		case len(p) > maxOwnedPath:
			wrong.add(n, nil, errOwnedPath)
			continue
		case len(owned) == maxOwned:
			wrong.add(n, nil, errManyOwned)
			return owned, wrong.in(f.Path)
		}
		if p = ownedPath(p); p != "" {
			owned = append(owned, p)
		}
	}
	return owned, wrong.in(f.Path)
}

// joinedPaths are paths made of a directory and a name, in one run of memory.
type joinedPaths struct {
	text []byte
	ends []int // of each path in text
}

// add appends dir/name.
func (j *joinedPaths) add(dir, name []byte) error {
	switch {
	case len(name) == 0:
		return errNotPath
	case len(dir)+1+len(name) > maxOwnedPath:
		return errOwnedPath
	case len(j.ends) == maxOwned:
		return errManyOwned
	}
	if len(dir) > 0 {
		j.text = append(append(j.text, dir...), '/')
	}
	j.text = append(j.text, name...)
	j.ends = append(j.ends, len(j.text))
	return nil
}

// list returns the paths, as [artifact.Entry] spells them.
func (j *joinedPaths) list() []string {
	if len(j.ends) == 0 {
		return nil
	}
	text, start := string(j.text), 0
	paths := make([]string, 0, len(j.ends))
	for _, end := range j.ends {
		if p := ownedPath(text[start:end]); p != "" {
			paths = append(paths, p)
		}
		start = end
	}
	return paths
}
