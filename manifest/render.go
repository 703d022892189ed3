package manifest

import (
	"context"
	"io/fs"
)

// A Renderer turns a directory, such as a chart, or a file, such as a packaged chart, into manifests.
// It is safe for concurrent use.
type Renderer interface {
	// Name is a word for messages: "helm".
	Name() string
	// Detect reports whether path, a file or directory of fsys, is for this renderer. Where it is a directory, nothing else in it is read.
	Detect(fsys fs.FS, path string, entry fs.DirEntry) bool
	// Render returns the manifests in a fixed order. Rendered texts beside an error are kept; the error becomes a Problem at path.
	Render(ctx context.Context, fsys fs.FS, path string) ([]Rendered, error)
}

// Rendered is the text that one source file became.
type Rendered struct {
	Path string // of the source in fsys: "chart/templates/web.yaml"; for a packaged chart below the package: "chart-1.tgz/chart/templates/web.yaml"
	Text []byte // YAML
	// Source maps lines: Source[i] is the line in the source file, from 1, that line i+1 of Text stands on, or 0 where that is not known. nil: not known at all.
	Source []int
}
