// Package analyzetest is a kit for tests of analyzers: it makes files, and runs
// an analyzer as a scan would.
package analyzetest

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// File makes a regular file that can be read at any offset, as those of a
// directory can. Its mode is 0o644.
func File(path string, content []byte) *artifact.File {
	return artifact.NewFile(entry(path, 0o644, content), bytes.NewReader(content))
}

// Executable is as [File], with mode 0o755.
func Executable(path string, content []byte) *artifact.File {
	return artifact.NewFile(entry(path, 0o755, content), bytes.NewReader(content))
}

// Stream is as [Executable], but can be read once only and from the start, as
// those of an image can.
func Stream(path string, content []byte) *artifact.File {
	return artifact.NewFile(entry(path, 0o755, content), struct{ io.Reader }{bytes.NewReader(content)})
}

func entry(path string, mode fs.FileMode, content []byte) artifact.Entry {
	return artifact.Entry{Path: path, Kind: artifact.KindRegular, Mode: mode, Size: int64(len(content))}
}

// Wants reports whether a wants a file of that path and mode. Magic is not
// asked.
func Wants(a artifact.Analyzer, name string, mode fs.FileMode) bool {
	return slices.ContainsFunc(a.Patterns(), func(p artifact.Pattern) bool {
		base, dir := path.Base(name), path.Dir(name)
		return (p.Path == "" || p.Path == name) &&
			(p.Base == "" || p.Base == base) &&
			strings.HasPrefix(base, p.Prefix) &&
			strings.HasSuffix(strings.ToLower(base), strings.ToLower(p.Suffix)) &&
			(p.Dir == "" || p.Dir == dir) &&
			strings.HasSuffix(dir, p.DirSuffix) &&
			(!p.Executable || mode&0o111 != 0)
	})
}

// Run analyzes those of files, by path, that a wants, and resolves what it
// finds. Errors are returned by path, that of Resolve under "".
func Run(ctx context.Context, a artifact.Analyzer, files map[string]string) (*artifact.Tree, map[string]error) {
	var list []*artifact.TreeFile
	errs := make(map[string]error)
	for name, content := range files {
		if !Wants(a, name, 0o644) {
			continue
		}
		facts, err := a.Analyze(ctx, File(name, []byte(content)))
		if err != nil {
			errs[name] = err
		}
		list = append(list, &artifact.TreeFile{Path: name, Facts: facts})
	}
	tree := artifact.NewTree(list...)
	if r, ok := a.(artifact.Resolver); ok {
		if err := r.Resolve(tree); err != nil {
			errs[""] = err
		}
	}
	return tree, errs
}
