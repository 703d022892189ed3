package helm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/ignore"
)

// ErrLink is matched by the error of a link in a chart: what it leads to is not
// read, since that may be anywhere.
var ErrLink = errors.New("link is not followed")

// A file of a chart; its name is relative to the chart.
type file struct {
	name string
	data []byte
}

// A loader reads the files of one chart and its subcharts, and keeps count.
type loader struct {
	limits  Limits
	entries int
	bytes   int64
}

func (l *loader) entry(ctx context.Context) error {
	if l.entries++; l.entries > l.limits.Entries {
		return over("entries", l.limits.Entries)
	}
	return ctx.Err()
}

// read reads one file to its end.
func (l *loader) read(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, l.limits.FileBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > l.limits.FileBytes {
		return nil, over("bytes of a file", l.limits.FileBytes)
	}
	if l.bytes += int64(len(data)); l.bytes > l.limits.ChartBytes {
		return nil, over("bytes of a chart", l.limits.ChartBytes)
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

// directory reads the chart in a directory, but for what its .helmignore leaves
// out. The errors of links and devices, which are left out too, come beside the
// files, as the second result.
func (l *loader) directory(ctx context.Context, fsys fs.FS, dir string) (files []file, left []error, err error) {
	rules, err := l.ignored(fsys, path.Join(dir, ignore.HelmIgnore))
	if err != nil {
		return nil, nil, err
	}

	err = fs.WalkDir(fsys, dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = l.entry(ctx)
		}
		if err != nil || name == dir {
			return err
		}
		relative := strings.TrimPrefix(name, dir+"/")
		info, err := entry.Info()
		if err != nil {
			return err
		}
		switch ignored := rules.Ignore(relative, info); {
		case ignored && entry.IsDir():
			return fs.SkipDir
		case ignored || entry.IsDir():
			return nil
		case entry.Type()&fs.ModeSymlink != 0:
			left = append(left, fmt.Errorf("%s: %w", relative, ErrLink))
			return nil
		case !entry.Type().IsRegular():
			left = append(left, fmt.Errorf("%s: not a regular file", relative))
			return nil
		}
		f, err := fsys.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		data, err := l.read(f)
		if err != nil {
			return fmt.Errorf("%s: %w", relative, err)
		}
		files = append(files, file{relative, data})
		return nil
	})
	return files, left, err
}

// ignored reads the file of what is left out; there need not be one.
func (l *loader) ignored(fsys fs.FS, name string) (*ignore.Rules, error) {
	rules := ignore.Empty()
	switch info, err := fs.Lstat(fsys, name); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w", name, ErrLink)
	default:
		f, err := fsys.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		text, err := l.read(f)
		if err == nil {
			rules, err = ignore.Parse(bytes.NewReader(text))
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	rules.AddDefaults()
	return rules, nil
}

// archive reads a packaged chart: a gzipped tar with all files in one directory.
func (l *loader) archive(ctx context.Context, r io.Reader) ([]file, error) {
	var files []file
	err := l.walkArchive(ctx, r, func(name string, header *tar.Header, content io.Reader) error {
		switch {
		case header.Typeflag == tar.TypeSymlink || header.Typeflag == tar.TypeLink:
			return fmt.Errorf("%s: %w", name, ErrLink)
		case header.Typeflag != tar.TypeReg:
			return fmt.Errorf("%s: not a regular file", name)
		}
		data, err := l.read(content)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, file{name, data})
		return nil
	})
	if err != nil {
		return nil, err
	}
	// Of two entries with one name the later one counts, as when it is unpacked.
	slices.Reverse(files)
	slices.SortStableFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(files, func(a, b file) bool { return a.name == b.name }), nil
}

// walkArchive calls visit for each entry that is no directory, with its name
// below the chart's directory.
func (l *loader) walkArchive(ctx context.Context, r io.Reader, visit func(name string, header *tar.Header, content io.Reader) error) error {
	stored := &io.LimitedReader{R: r, N: l.limits.ArchiveBytes + 1}
	inflated, err := gzip.NewReader(stored)
	if err != nil {
		return err
	}
	// Headers and padding count, so that no stream is inflated without end.
	unpacked := &io.LimitedReader{R: inflated, N: 2*l.limits.ChartBytes + int64(l.limits.Entries)*4096}
	for archive := tar.NewReader(unpacked); ; {
		header, err := archive.Next()
		switch {
		case stored.N <= 0:
			return over("bytes of a package", l.limits.ArchiveBytes)
		case unpacked.N <= 0:
			return over("bytes of a chart", l.limits.ChartBytes)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := l.entry(ctx); err != nil {
			return err
		}
		if header.Typeflag == tar.TypeDir || header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		name, err := inChart(header.Name)
		if err != nil {
			return err
		}
		if err := visit(name, header, archive); err != nil {
			return err
		}
	}
}

var drive = regexp.MustCompile(`^[A-Za-z]:`)

// inChart takes the chart's directory off the name of an entry.
func inChart(name string) (string, error) {
	slashed := strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "./")
	dir, rest, ok := strings.Cut(slashed, "/")
	if !ok || dir == "" || dir == ".." || drive.MatchString(rest) || !fs.ValidPath(rest) || rest == "." {
		return "", fmt.Errorf("package holds %q, which is not in the chart's directory", name)
	}
	return rest, nil
}
