package source

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func TestWalkEntries(t *testing.T) {
	t.Parallel()
	entries := []imagetest.Entry{
		imagetest.Dir("."),
		imagetest.Dir("usr/bin"),
		{Name: "./usr/bin/su", Mode: 0o4755, Content: "su"},
		{Name: "/etc//passwd", Content: "root"},
		{Name: "../../tmp/x/../y", Content: "y"},
		{Name: "tmp/", Type: tar.TypeDir, Mode: 0o1777},
		{Name: "g", Mode: 0o2640},
		imagetest.Symlink("bin", "usr/bin"),
		imagetest.Symlink("out", "../../etc/shadow"),
		imagetest.Hardlink("hard", "./usr/bin/../bin/su"),
		imagetest.Hardlink("climb", "../../etc/passwd"),
		{Name: "dev/null", Type: tar.TypeChar},
		{Name: "pipe", Type: tar.TypeFifo},
		{Name: "cont", Type: tar.TypeCont, Content: "c"},
		imagetest.Whiteout("etc/gone"),
		imagetest.Whiteout("top"),
		imagetest.Opaque("var/lib"),
		imagetest.Opaque("."),
		{Name: ".wh..wh.plnk/", Type: tar.TypeDir},
		imagetest.File(".wh..wh.aufs", ""),
		imagetest.File("a/.wh.", ""),
		imagetest.File("a/.wh..", ""),
		imagetest.File("a/.wh...", ""),
		imagetest.File("a/.wh....", ""),
		imagetest.File("..", "no file can be the root"),
		imagetest.File(strings.Repeat("long/", 60)+"name", "needs a PAX header"),
		imagetest.File("caf\xe9", "not UTF-8"),
		imagetest.File("empty", ""),
	}
	kind := func(k artifact.Kind, path, link string, mode fs.FileMode) seen {
		return seen{Entry: artifact.Entry{Path: path, Kind: k, Link: link, Mode: mode}}
	}
	file := func(path, content string, mode fs.FileMode) seen {
		e := kind(artifact.KindRegular, path, "", mode)
		e.Size, e.Content = int64(len(content)), content
		return e
	}
	want := []seen{
		kind(artifact.KindDir, ".", "", 0o755),
		kind(artifact.KindDir, "usr/bin", "", 0o755),
		file("usr/bin/su", "su", 0o755|fs.ModeSetuid),
		file("etc/passwd", "root", 0o644),
		file("tmp/y", "y", 0o644),
		kind(artifact.KindDir, "tmp", "", 0o777|fs.ModeSticky),
		file("g", "", 0o640|fs.ModeSetgid),
		kind(artifact.KindSymlink, "bin", "usr/bin", 0o644),
		kind(artifact.KindSymlink, "out", "../../etc/shadow", 0o644),
		kind(artifact.KindHardlink, "hard", "usr/bin/su", 0o644),
		kind(artifact.KindHardlink, "climb", "etc/passwd", 0o644),
		kind(artifact.KindOther, "dev/null", "", 0o644),
		kind(artifact.KindOther, "pipe", "", 0o644),
		file("cont", "c", 0o644),
		kind(artifact.KindWhiteout, "etc/gone", "", 0),
		kind(artifact.KindWhiteout, "top", "", 0),
		kind(artifact.KindOpaque, "var/lib", "", 0),
		kind(artifact.KindOpaque, ".", "", 0),
		kind(artifact.KindWhiteout, "a/...", "", 0),
		file(strings.Repeat("long/", 60)+"name", "needs a PAX header", 0o644),
		file("caf\xe9", "not UTF-8", 0o644),
		file("empty", "", 0o644),
	}
	for name, compress := range map[string]func([]byte) []byte{
		"gzip": imagetest.Gzip, "zstd": imagetest.Zstd, "plain": imagetest.Plain,
		"gzip members": func(b []byte) []byte {
			return slices.Concat(imagetest.Gzip(b[:1000]), imagetest.Gzip(nil), imagetest.Gzip(b[1000:]))
		},
		"zstd frames": func(b []byte) []byte {
			skippable := []byte{0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'}
			return slices.Concat(skippable, imagetest.Zstd(b[:1000]), imagetest.Zstd(b[1000:]), skippable)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := ociImage(t, Options{}, imagetest.Image{Layers: []imagetest.Layer{{Entries: entries, Compress: compress}}})
			for range 2 { // a layer can be walked again
				got, err := readLayer(t.Context(), a.Layers()[0])
				if err != nil {
					t.Fatalf("Walk = %v", err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("Walk visits (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// Global PAX headers are no entries.
func TestWalkGlobalHeader(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, hdr := range []*tar.Header{
		{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "x"}},
		{Typeflag: tar.TypeReg, Name: "file"},
	} {
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a := ociImage(t, Options{}, imagetest.Image{Layers: []imagetest.Layer{{Raw: buf.Bytes()}}})
	got, err := readLayer(t.Context(), a.Layers()[0])
	if len(got) != 1 || got[0].Path != "file" || err != nil {
		t.Errorf("Walk visits %v, %v, want file", got, err)
	}
}

// A program may tell archive/tar to refuse names that leave the root; ours are
// cleaned, whatever it does.
func TestWalkInsecurePath(t *testing.T) {
	t.Setenv("GODEBUG", "tarinsecurepath=0")
	entry := []imagetest.Entry{imagetest.File("../etc/passwd", "root"), imagetest.File("/b", "b")}
	if _, err := tar.NewReader(bytes.NewReader(imagetest.TarOf(entry...))).Next(); !errors.Is(err, tar.ErrInsecurePath) {
		t.Fatalf("archive/tar says %v, want ErrInsecurePath", err)
	}
	a := ociImage(t, Options{}, imagetest.Image{Layers: []imagetest.Layer{{Entries: entry}}})
	got, err := readLayer(t.Context(), a.Layers()[0])
	if len(got) != 2 || got[0].Path != "etc/passwd" || got[1].Path != "b" || err != nil {
		t.Errorf("Walk visits %v, %v, want etc/passwd and b", got, err)
	}
}

// What follows the tar stream, and what is missing at its end, is no fault as
// long as the digests hold.
func TestWalkTails(t *testing.T) {
	t.Parallel()
	whole := imagetest.TarOf(imagetest.File("a", "a"), imagetest.File("b", "b"))
	for name, raw := range map[string][]byte{
		"zeros":         slices.Concat(whole, make([]byte, 1<<20)),
		"other bytes":   slices.Concat(whole, []byte("more")),
		"no end blocks": whole[:len(whole)-1024],
		"one end block": whole[:len(whole)-512],
	} {
		for _, compress := range []func([]byte) []byte{imagetest.Gzip, imagetest.Zstd, imagetest.Plain} {
			a := ociImage(t, Options{}, imagetest.Image{Layers: []imagetest.Layer{{Raw: raw, Compress: compress}}})
			if got, err := readLayer(t.Context(), a.Layers()[0]); len(got) != 2 || err != nil {
				t.Errorf("%s: Walk visits %v, %v, want a and b", name, got, err)
			}
		}
	}
	a := ociImage(t, Options{}, imagetest.Image{Layers: []imagetest.Layer{{Raw: []byte{}}, {Raw: []byte{}, Compress: imagetest.Plain}}})
	for _, l := range a.Layers() {
		if got, err := readLayer(t.Context(), l); len(got) != 0 || err != nil {
			t.Errorf("Walk of no bytes visits %v, %v, want nothing", got, err)
		}
	}
}

func TestWalkBadLayer(t *testing.T) {
	t.Parallel()
	content := noise(300_000) // more than any buffer in between
	entries := []imagetest.Entry{imagetest.File("first", "1"), imagetest.File("big", content), imagetest.File("last", "2")}
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:n] } }
	flip := func(b []byte) []byte {
		b = bytes.Clone(b)
		b[len(b)/2] ^= 1
		return b
	}
	for _, row := range []struct {
		name    string
		layer   imagetest.Layer
		spoil   func([]byte) []byte // of the stored blob, once the image is made
		want    error
		message string
	}{
		{"gzip cut", imagetest.Layer{Break: cut(1000)}, nil, io.ErrUnexpectedEOF, ""},
		{"gzip cut in its header", imagetest.Layer{Break: cut(7)}, nil, io.ErrUnexpectedEOF, "gzip"},
		{"gzip without trailer", imagetest.Layer{Break: func(b []byte) []byte { return b[:len(b)-4] }}, nil, io.ErrUnexpectedEOF, ""},
		{"zstd cut", imagetest.Layer{Compress: imagetest.Zstd, Break: cut(1000)}, nil, io.ErrUnexpectedEOF, ""},
		{"zstd cut in its header", imagetest.Layer{Compress: imagetest.Zstd, Break: cut(5)}, nil, io.ErrUnexpectedEOF, ""},
		{"tar cut in a header", imagetest.Layer{Compress: imagetest.Plain, Break: cut(1024 + 100)}, nil, io.ErrUnexpectedEOF, ""},
		{"tar cut in content", imagetest.Layer{Compress: imagetest.Plain, Break: cut(5000)}, nil, io.ErrUnexpectedEOF, ""},
		{"tar cut in gzip", imagetest.Layer{Raw: imagetest.TarOf(entries...)[:5000]}, nil, io.ErrUnexpectedEOF, ""},
		{"gzip with a wrong checksum", imagetest.Layer{Break: func(b []byte) []byte {
			b = bytes.Clone(b)
			b[len(b)-8] ^= 1
			return b
		}}, nil, nil, "checksum"},
		{"bytes after gzip", imagetest.Layer{Break: func(b []byte) []byte { return append(bytes.Clone(b), "not a member of gzip"...) }}, nil, nil, "gzip"},
		{"no tar", imagetest.Layer{Raw: []byte(content[:5000])}, nil, tar.ErrHeader, "neither a tar stream nor one compressed"},
		{"no tar, plain", imagetest.Layer{Raw: []byte(content[:5000]), Compress: imagetest.Plain}, nil, tar.ErrHeader, "neither a tar stream nor one compressed"},
		{"a header that is none", imagetest.Layer{Raw: slices.Concat(imagetest.TarOf(entries[0])[:1024], []byte(content[:5000]))}, nil, tar.ErrHeader, ""},
		{"digest", imagetest.Layer{Compress: imagetest.Plain}, flip, artifact.ErrDigest, "stored bytes are sha256:"},
		{"digest of what follows the tar", imagetest.Layer{Raw: slices.Concat(imagetest.TarOf(entries...), make([]byte, 1<<20)), Compress: imagetest.Plain},
			func(b []byte) []byte {
				b = bytes.Clone(b)
				b[len(b)-1] = 1
				return b
			}, artifact.ErrDigest, "stored bytes are sha256:"},
		{"too many bytes", imagetest.Layer{Compress: imagetest.Plain}, func(b []byte) []byte { return append(bytes.Clone(b), make([]byte, 512)...) },
			artifact.ErrDigest, "more than the"},
		{"too few bytes", imagetest.Layer{Compress: imagetest.Plain}, func(b []byte) []byte { return b[:len(b)-512] },
			artifact.ErrDigest, "bytes are stored, want"},
		{"missing", imagetest.Layer{}, func([]byte) []byte { return nil }, fs.ErrNotExist, "blobs/sha256/"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if row.layer.Raw == nil {
				row.layer.Entries = entries
			}
			good := imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("good", "good")}}
			img := imagetest.Image{Layers: []imagetest.Layer{row.layer, good}}
			built := img.Build().Layers[0]
			files := imagetest.OCI(img)
			if row.spoil != nil {
				name := imagetest.BlobPath(built.Digest)
				if files[name] = row.spoil(files[name]); files[name] == nil {
					delete(files, name)
				}
			}
			a := openSource(t, OCIArchive(tempFile(t, files.Tar()), "", Options{}))
			err := a.Layers()[0].Walk(t.Context(), func(f *artifact.File) error {
				_, _ = f.Bytes() // the walk fails even if nobody else minds
				return nil
			})
			if err == nil || row.want != nil && !errors.Is(err, row.want) {
				t.Fatalf("Walk = %v, want an error matching %v", err, row.want)
			}
			checkMessage(t, "Walk", err, "read "+built.Digest+": ", row.message)
			if got, err := readLayer(t.Context(), a.Layers()[1]); len(got) != 1 || err != nil {
				t.Errorf("Walk of the layer above visits %v, %v, want good", got, err)
			}
		})
	}
}

// A layer without a digest is held to its diff ID, and the error names what was
// wanted and what was there. One with a digest is held to that alone.
func TestWalkDiffID(t *testing.T) {
	t.Parallel()
	wrong := "sha256:" + strings.Repeat("a", 64)
	img := imagetest.Image{Layers: []imagetest.Layer{{Raw: imagetest.TarOf(), DiffID: wrong}}}
	a, err := DockerArchive(tempFile(t, imagetest.Docker(img).Tar()), Options{}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	_, err = readLayer(t.Context(), a.Layers()[0])
	checkMessage(t, "Walk", err, "want "+wrong, "uncompressed bytes are "+imagetest.Digest(imagetest.TarOf()))
	if !errors.Is(err, artifact.ErrDigest) {
		t.Errorf("Walk = %v, want ErrDigest", err)
	}
	if _, err := readLayer(t.Context(), ociImage(t, Options{}, img).Layers()[0]); err != nil {
		t.Errorf("Walk of a layer with a digest = %v, want nil", err)
	}
}

// The error of what a blob is read from survives the decompressors.
func TestWalkSourceError(t *testing.T) {
	t.Parallel()
	for name, compress := range map[string]func([]byte) []byte{"gzip": imagetest.Gzip, "zstd": imagetest.Zstd, "plain": imagetest.Plain} {
		whole := compress(imagetest.TarOf(imagetest.File("first", "1"), imagetest.File("noise", noise(300_000))))
		for _, n := range []int{0, 2, 100, len(whole) / 2, len(whole) - 1} {
			closed := 0
			l := newLayer(artifact.Limits{}, func() io.Reader {
				return io.MultiReader(bytes.NewReader(whole[:n]), errorReader{artifact.ErrInterrupted})
			}, &closed)
			if _, err := readLayer(t.Context(), l); !errors.Is(err, artifact.ErrInterrupted) {
				t.Errorf("%s: Walk of a blob cut after %d bytes = %v, want ErrInterrupted", name, n, err)
			}
			if closed != 1 {
				t.Errorf("%s: Walk of a blob cut after %d bytes closes it %d times, want once", name, n, closed)
			}
		}
	}
}

// newLayer returns a layer of whatever open returns.
func newLayer(limits artifact.Limits, open func() io.Reader, closed *int) artifact.Layer {
	return &layer{
		limits: limits.WithDefaults(),
		total:  new(atomic.Int64),
		blob: blob{open: func(context.Context) (io.ReadCloser, error) {
			return closeCounter{open(), closed}, nil
		}},
	}
}

type closeCounter struct {
	io.Reader
	n *int
}

func (c closeCounter) Close() error {
	*c.n++
	return nil
}

// A walk hands on what visit returns, and leaves nothing open.
func TestWalkVisitError(t *testing.T) {
	t.Parallel()
	whole := imagetest.TarOf(imagetest.File("a", ""), imagetest.File("b", ""))
	closed, visits := 0, 0
	l := newLayer(artifact.Limits{}, func() io.Reader { return bytes.NewReader(whole) }, &closed)
	stop := errors.New("stop")
	err := l.Walk(t.Context(), func(*artifact.File) error {
		visits++
		return stop
	})
	if err != stop || visits != 1 || closed != 1 {
		t.Errorf("Walk = %v after %d visits, closed %d times, want visit's own error, 1 and 1", err, visits, closed)
	}
}

// A visit may leave content unread, or read a part, and does not fail the walk
// by an error that it keeps to itself.
func TestWalkPartialReads(t *testing.T) {
	t.Parallel()
	a := ociImage(t, Options{}, imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
		imagetest.File("a", noise(100_000)), imagetest.File("b", noise(100_000)), imagetest.File("c", "c"),
	}}}})
	var paths []string
	err := a.Layers()[0].Walk(t.Context(), func(f *artifact.File) error {
		paths = append(paths, f.Path)
		if f.Path == "b" {
			if got := len(f.Head()); got != 4096 {
				t.Errorf("Head() has %d bytes, want 4096", got)
			}
		}
		return nil
	})
	if want := []string{"a", "b", "c"}; err != nil || !slices.Equal(paths, want) {
		t.Errorf("Walk visits %v, %v, want %v", paths, err, want)
	}
}

func TestWalkCancel(t *testing.T) {
	t.Parallel()
	a := ociImage(t, Options{}, imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
		imagetest.File("a", ""), imagetest.File("b", ""), imagetest.File("c", ""),
	}}}})
	ctx, cancel := context.WithCancel(t.Context())
	visits := 0
	err := a.Layers()[0].Walk(ctx, func(*artifact.File) error {
		visits++
		cancel()
		return nil
	})
	if err != context.Canceled || visits != 1 {
		t.Errorf("Walk = %v after %d visits, want %v after 1", err, visits, context.Canceled)
	}
	if err := a.Layers()[0].Walk(ctx, func(*artifact.File) error { visits++; return nil }); err != context.Canceled || visits != 1 {
		t.Errorf("Walk with a cancelled context = %v after %d visits, want %v and none more", err, visits, context.Canceled)
	}
}

// Cancelling ends also the skipping of one large file, and of what follows the
// tar stream.
func TestWalkCancelInside(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 4<<20)
	for name, raw := range map[string][]byte{
		"file": imagetest.TarOf(imagetest.File("a", big), imagetest.File("b", "")),
		"tail": slices.Concat(imagetest.TarOf(imagetest.File("a", "")), []byte(big)),
	} {
		closed := 0
		l := newLayer(artifact.Limits{}, func() io.Reader { return bytes.NewReader(raw) }, &closed)
		ctx := newCountdown(t, 10)
		visits := 0
		err := l.Walk(ctx, func(*artifact.File) error { visits++; return nil })
		if err != context.Canceled || visits != 1 || closed != 1 {
			t.Errorf("%s: Walk = %v after %d visits, closed %d times, want %v after 1, closed once", name, err, visits, closed, context.Canceled)
		}
	}
}

func TestWalkTotalBytes(t *testing.T) {
	t.Parallel()
	one := imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("a", strings.Repeat("a", 1<<20))}}
	two := imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("b", strings.Repeat("b", 1<<20))}}
	img := imagetest.Image{Layers: []imagetest.Layer{one, two}}
	each := int64(len(img.Build().Layers[0].Tar))
	for _, row := range []struct {
		limit int64
		fails int // index of the layer
	}{{2 * each, 2}, {2*each - 1, 1}, {each, 1}, {each - 1, 0}} {
		a := ociImage(t, Options{Limits: artifact.Limits{TotalBytes: row.limit}}, img)
		for i, l := range a.Layers() {
			_, err := readLayer(t.Context(), l)
			if i < row.fails && err != nil || i == row.fails && !errors.Is(err, artifact.ErrTotal) {
				t.Errorf("TotalBytes %d: Walk of layer %d of %d bytes = %v", row.limit, i, each, err)
			}
		}
	}
}

func TestWalkRatio(t *testing.T) {
	t.Parallel()
	zeros := func(n int64) []imagetest.Entry {
		return []imagetest.Entry{imagetest.File("zeros", string(make([]byte, n)))}
	}
	for _, row := range []struct {
		name     string
		bytes    int64
		compress func([]byte) []byte
		ratio    int64
		fails    bool // only this layer: other limits hold
	}{
		{"gzip at its best", artifact.RatioFloor + 1<<20, imagetest.Gzip, 0, false},
		{"zstd bomb", artifact.RatioFloor + 1<<20, imagetest.Zstd, 0, true},
		{"zstd bomb below the floor", artifact.RatioFloor - 1<<20, imagetest.Zstd, 0, false},
		{"zstd bomb, allowed", artifact.RatioFloor + 1<<20, imagetest.Zstd, 1 << 20, false},
		{"gzip of a lower ratio", artifact.RatioFloor + 1<<20, imagetest.Gzip, 500, true},
		{"plain", artifact.RatioFloor + 1<<20, imagetest.Plain, 1, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			img := imagetest.Image{Layers: []imagetest.Layer{{Entries: zeros(row.bytes), Compress: row.compress}}}
			opts := Options{Limits: artifact.Limits{Ratio: row.ratio}}
			err := ociImage(t, opts, img).Layers()[0].Walk(t.Context(), func(*artifact.File) error { return nil })
			if got := errors.Is(err, artifact.ErrLimit) && !errors.Is(err, artifact.ErrTotal); got != row.fails || !got && err != nil {
				t.Errorf("Walk = %v, want a limit reached: %t", err, row.fails)
			}
			// The same without a known size.
			whole := img.Build().Layers[0].Blob
			l := newLayer(opts.Limits, func() io.Reader { return bytes.NewReader(whole) }, new(int))
			err = l.Walk(t.Context(), func(*artifact.File) error { return nil })
			if got := errors.Is(err, artifact.ErrLimit); got != row.fails || !got && err != nil {
				t.Errorf("Walk without a size = %v, want a limit reached: %t", err, row.fails)
			}
		})
	}
}

// A frame may ask for a window of gigabytes.
func TestWalkZstdWindow(t *testing.T) {
	t.Parallel()
	// A frame header that announces a window of 2 GiB, and an empty last block.
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00}
	l := newLayer(artifact.Limits{}, func() io.Reader { return bytes.NewReader(frame) }, new(int))
	_, err := readLayer(t.Context(), l)
	checkMessage(t, "Walk", err, "window")
}
