package scan

import (
	"context"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// Filesystem scans a directory, or one file of it: the packages of a system that
// is installed there, and those that lock files name. See source.Directory for
// what is read of it, and [Options] for what is left out.
func Filesystem(ctx context.Context, dir string, opts Options) (*Report, error) {
	return Run(ctx, opts.directory(dir, artifact.KindFilesystem), opts)
}

// Rootfs scans a directory that is the root of a system, such as an unpacked
// image: what [Image] looks for.
func Rootfs(ctx context.Context, dir string, opts Options) (*Report, error) {
	return Run(ctx, opts.directory(dir, artifact.KindRootfs), opts)
}

// Repository scans a checkout: what lock files name. The report's target has the
// commit that is checked out.
func Repository(ctx context.Context, dir string, opts Options) (*Report, error) {
	return Run(ctx, opts.directory(dir, artifact.KindRepository), opts)
}

// directory is the source of dir, without what is to be skipped.
func (o *Options) directory(dir string, kind artifact.TargetKind) Source {
	from := source.DirectoryOptions{Kind: kind}
	if len(o.SkipDirs)+len(o.SkipFiles) > 0 {
		from.Skip = o.Skips
	}
	return source.Directory(dir, from)
}

// Skips reports whether SkipDirs, for a directory, or SkipFiles leave out what is
// at path. A source that can leave it out spares the work of reading it.
func (o *Options) Skips(path string, dir bool) bool {
	if dir {
		return matches(o.SkipDirs, path)
	}
	return matches(o.SkipFiles, path)
}
