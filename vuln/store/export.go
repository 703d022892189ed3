package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/internal/download"
	"github.com/plimsoll-go/plimsoll/vuln/osv"
)

// PublicExport is where OSV publishes all records, a directory for each
// ecosystem.
// https://google.github.io/osv.dev/data/#data-dumps
const PublicExport = "https://storage.googleapis.com/osv-vulnerabilities"

// Bounds of what an export may send.
const (
	maxNames = 1 << 20   // ecosystems.txt
	maxList  = 512 << 20 // modified_id.csv: 50 bytes a record
)

// A tag is what a server says of a file, to ask for it again only if it has
// changed.
type tag struct {
	etag, lastModified string
}

func (s *source) tag() tag {
	if s == nil {
		return tag{}
	}
	return tag{s.ETag, s.LastModified}
}

// errUnchanged is returned for a file that still has the tag asked with.
var errUnchanged = errors.New("unchanged")

// An export is laid out as OSV's is: ecosystems.txt, and for each ecosystem
// all.zip, modified_id.csv and <ID>.json. The error of a file that is not there
// matches [fs.ErrNotExist].
type export interface {
	ecosystems(ctx context.Context) ([]string, error)
	// list is modified_id.csv: when each record was modified.
	list(ctx context.Context, ecosystem string, known tag) (map[string]time.Time, tag, error)
	// archive writes all.zip to f.
	archive(ctx context.Context, ecosystem string, known tag, f *os.File, progress func(done, total int64)) (tag, error)
	record(ctx context.Context, ecosystem, id string) ([]byte, error)
	// name is the address of a file, for people.
	name(ecosystem, file string) string
}

// newExport tells an address from a directory.
func newExport(opts *Options) (export, error) {
	base := opts.Source
	if base == "" {
		base = PublicExport
	}
	u, err := url.Parse(base)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return &httpExport{base: u, client: download.Client{HTTP: opts.HTTP}, maxBytes: opts.maxBytes()}, nil
	}
	if strings.Contains(base, "://") {
		return nil, fmt.Errorf("source %q: want a directory, or an address that begins with http:// or https://", base)
	}
	info, err := os.Stat(base)
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("source %s: want a directory laid out as OSV's export", base)
	}
	return &dirExport{base}, nil
}

// An httpExport is an export behind an address.
type httpExport struct {
	base     *url.URL
	client   download.Client
	maxBytes int64
}

func (x *httpExport) name(ecosystem, file string) string {
	return x.base.JoinPath(url.PathEscape(ecosystem), url.PathEscape(file)).Redacted()
}

func (x *httpExport) address(parts ...string) string {
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return x.base.JoinPath(parts...).String()
}

func (x *httpExport) ecosystems(ctx context.Context) ([]string, error) {
	data, _, err := x.client.Bytes(ctx, download.Request{URL: x.address("ecosystems.txt"), MaxBytes: maxNames})
	if err != nil {
		return nil, notExist(err)
	}
	return lines(data), nil
}

func (x *httpExport) list(ctx context.Context, ecosystem string, known tag) (map[string]time.Time, tag, error) {
	req := download.Request{URL: x.address(ecosystem, "modified_id.csv"), MaxBytes: maxList, ETag: known.etag, LastModified: known.lastModified}
	data, res, err := x.client.Bytes(ctx, req)
	if err != nil {
		return nil, tag{}, notExist(err)
	}
	if res.NotModified {
		return nil, known, errUnchanged
	}
	rows, err := parseList(bytes.NewReader(data))
	if err != nil {
		return nil, tag{}, fmt.Errorf("read %s: %w", x.name(ecosystem, "modified_id.csv"), err)
	}
	return rows, tag{res.ETag, res.LastModified}, nil
}

func (x *httpExport) archive(ctx context.Context, ecosystem string, known tag, f *os.File, progress func(done, total int64)) (tag, error) {
	res, err := x.client.File(ctx, download.Request{
		URL: x.address(ecosystem, "all.zip"), MaxBytes: x.maxBytes, Progress: progress,
		ETag: known.etag, LastModified: known.lastModified,
	}, f)
	if err != nil {
		return tag{}, notExist(err)
	}
	if res.NotModified {
		return known, errUnchanged
	}
	return tag{res.ETag, res.LastModified}, nil
}

func (x *httpExport) record(ctx context.Context, ecosystem, id string) ([]byte, error) {
	data, _, err := x.client.Bytes(ctx, download.Request{URL: x.address(ecosystem, id+".json"), MaxBytes: osv.MaxSize})
	return data, notExist(err)
}

// notExist makes the error of a file that a server has not match fs.ErrNotExist.
func notExist(err error) error {
	if errors.Is(err, download.ErrNotFound) {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return err
}

// A dirExport is an export in a directory.
type dirExport struct {
	dir string
}

func (x *dirExport) name(ecosystem, file string) string {
	return filepath.Join(x.dir, ecosystem, file)
}

// path is that of a file below the directory; names of records and ecosystems
// must not lead out of it.
func (x *dirExport) path(parts ...string) (string, error) {
	rel := filepath.Join(parts...)
	if !filepath.IsLocal(rel) || len(parts) > 1 && filepath.Dir(rel) != parts[0] {
		return "", fmt.Errorf("%q is no name of a file: %w", parts, fs.ErrNotExist)
	}
	return filepath.Join(x.dir, rel), nil
}

func (x *dirExport) ecosystems(context.Context) ([]string, error) {
	entries, err := os.ReadDir(x.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(x.dir, e.Name(), "all.zip")); err == nil {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (x *dirExport) list(_ context.Context, ecosystem string, known tag) (map[string]time.Time, tag, error) {
	path, err := x.path(ecosystem, "modified_id.csv")
	if err != nil {
		return nil, tag{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, tag{}, err
	}
	defer f.Close()
	now, err := fileTag(f)
	if err != nil {
		return nil, tag{}, err
	}
	if now == known {
		return nil, known, errUnchanged
	}
	rows, err := parseList(io.LimitReader(f, maxList))
	if err != nil {
		return nil, tag{}, fmt.Errorf("read %s: %w", path, err)
	}
	return rows, now, nil
}

func (x *dirExport) archive(ctx context.Context, ecosystem string, known tag, f *os.File, _ func(done, total int64)) (tag, error) {
	path, err := x.path(ecosystem, "all.zip")
	if err != nil {
		return tag{}, err
	}
	in, err := os.Open(path)
	if err != nil {
		return tag{}, err
	}
	defer in.Close()
	now, err := fileTag(in)
	if err != nil {
		return tag{}, err
	}
	if now == known {
		return known, errUnchanged
	}
	if _, err := io.Copy(f, contextReader{ctx, in}); err != nil {
		return tag{}, fmt.Errorf("copy %s: %w", path, err)
	}
	return now, nil
}

func (x *dirExport) record(_ context.Context, ecosystem, id string) ([]byte, error) {
	path, err := x.path(ecosystem, id+".json")
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, osv.MaxSize+1))
}

func fileTag(f *os.File) (tag, error) {
	info, err := f.Stat()
	if err != nil {
		return tag{}, err
	}
	return tag{etag: fmt.Sprintf("%d bytes", info.Size()), lastModified: info.ModTime().UTC().Format(time.RFC3339Nano)}, nil
}

// A contextReader ends with ctx.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// parseList reads lines of time and id, "2024-08-15T00:05:00Z,PYSEC-2021-123",
// in any order. Of several lines for one id the latest counts. In the list of
// all ecosystems ids have their directory before them, which is cut off.
func parseList(r io.Reader) (map[string]time.Time, error) {
	rows := make(map[string]time.Time)
	scan := bufio.NewScanner(r)
	for n := 1; scan.Scan(); n++ {
		line := strings.TrimSpace(scan.Text())
		if line == "" {
			continue
		}
		stamp, id, ok := strings.Cut(line, ",")
		id = id[strings.LastIndexByte(id, '/')+1:]
		at, err := time.Parse(time.RFC3339, stamp)
		if !ok || err != nil || id == "" || len(id) > maxName {
			return nil, fmt.Errorf("line %d: %.80q is not a time and an id", n, line)
		}
		if old, ok := rows[id]; !ok || at.After(old) {
			rows[id] = at.UTC()
		}
	}
	if err := scan.Err(); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New("it lists no records")
	}
	return rows, nil
}

// lines are those of data that are not empty.
func lines(data []byte) []string {
	var list []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}
