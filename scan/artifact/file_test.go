package artifact_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A stream reads like a tar stream: once, and not at an offset.
type stream struct{ io.Reader }

func file(content string) *artifact.File {
	e := artifact.Entry{Path: "a/b", Kind: artifact.KindRegular, Size: int64(len(content))}
	return artifact.NewFile(e, stream{strings.NewReader(content)})
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Each way to read gives the whole content, in any order and more than once.
func TestFileReads(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 1000)
	for _, content := range []string{"", "short", long} {
		f := file(content)
		for range 2 {
			if got, want := string(f.Head()), content[:min(len(content), 4096)]; got != want {
				t.Errorf("Head has %d bytes, want %d", len(got), len(want))
			}
			if got := readAll(t, f.Open()); got != content {
				t.Errorf("Open reads %d bytes, want %d", len(got), len(content))
			}
			if b, err := f.Bytes(); err != nil || string(b) != content {
				t.Errorf("Bytes returns %d bytes and %v, want %d", len(b), err, len(content))
			}
			at, size, err := f.ReaderAt()
			if err != nil || size != int64(len(content)) {
				t.Fatalf("ReaderAt returns size %d and %v, want %d", size, err, len(content))
			}
			if got := readAll(t, io.NewSectionReader(at, 0, size)); got != content {
				t.Errorf("ReaderAt reads %d bytes, want %d", len(got), len(content))
			}
		}
	}
}

// A source that can seek is read in place.
func TestFileReaderAtSource(t *testing.T) {
	t.Parallel()
	src := strings.NewReader("content")
	f := artifact.NewFile(artifact.Entry{Path: "a", Kind: artifact.KindRegular, Size: 7}, src)
	if at, size, err := f.ReaderAt(); at != io.ReaderAt(src) || size != 7 || err != nil {
		t.Errorf("ReaderAt = %v, %d, %v, want the source itself", at, size, err)
	}
}

func TestFileWithoutContent(t *testing.T) {
	t.Parallel()
	f := artifact.NewFile(artifact.Entry{Path: "a", Kind: artifact.KindDir}, nil)
	if b, err := f.Bytes(); len(b) > 0 || err != nil || len(f.Head()) > 0 {
		t.Errorf("Bytes of a directory = %q, %v, want nothing", b, err)
	}
}

func TestFileCutShort(t *testing.T) {
	t.Parallel()
	e := artifact.Entry{Path: "a/b", Kind: artifact.KindRegular, Size: 10}
	f := artifact.NewFile(e, stream{strings.NewReader("half")})
	for range 2 {
		if b, err := f.Bytes(); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "a/b") {
			t.Errorf("Bytes = %q, %v, want io.ErrUnexpectedEOF of a/b", b, err)
		}
		if _, err := io.ReadAll(f.Open()); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("Open reads to %v, want io.ErrUnexpectedEOF", err)
		}
		if _, _, err := f.ReaderAt(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("ReaderAt error is %v, want io.ErrUnexpectedEOF", err)
		}
	}
	f = artifact.NewFile(e, stream{strings.NewReader("half")})
	if got := string(f.Head()); got != "half" {
		t.Errorf("Head = %q, want half", got)
	}
	if _, err := f.Bytes(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Bytes after Head: error is %v, want io.ErrUnexpectedEOF", err)
	}
}

func TestFileBounds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		limit, memory int64
		ok            bool
	}{{7, 7, true}, {6, 7, false}, {7, 6, false}} {
		f := file("content")
		f.Bind(t.Context(), tt.limit, artifact.NewMemory(tt.memory))
		b, err := f.Bytes()
		if tt.ok && (err != nil || string(b) != "content") || !tt.ok && !errors.Is(err, artifact.ErrLimit) {
			t.Errorf("Bytes with limits %d and %d = %q, %v, want success %v", tt.limit, tt.memory, b, err, tt.ok)
		}
		f.Release()
		if b, err := f.Bytes(); err == nil {
			t.Errorf("Bytes after Release = %q, want an error", b)
		}
	}
}

// Memory is handed on: a file waits for one before it, and no longer than its
// context lasts.
func TestFileMemoryIsShared(t *testing.T) {
	t.Parallel()
	memory := artifact.NewMemory(10)
	first := file("content")
	first.Bind(t.Context(), 10, memory)
	if _, err := first.Bytes(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	second := file("content")
	second.Bind(ctx, 10, memory)
	if b, err := second.Bytes(); !errors.Is(err, context.Canceled) {
		t.Errorf("Bytes beside a file that holds the memory = %q, %v, want context.Canceled", b, err)
	}
	first.Release()
	third := file("content")
	third.Bind(t.Context(), 10, memory)
	if _, err := third.Bytes(); err != nil {
		t.Errorf("Bytes after the first file was released: %v", err)
	}
}

func TestLimitsWithDefaults(t *testing.T) {
	t.Parallel()
	if got := (artifact.Limits{Entries: 7}).WithDefaults(); got.Entries != 7 || got.Layers == 0 || got.Layers != (artifact.Limits{}).WithDefaults().Layers {
		t.Errorf("WithDefaults = %+v, want Entries 7 and defaults", got)
	}
	if l := (artifact.Limits{}).WithDefaults(); l != l.WithDefaults() {
		t.Errorf("WithDefaults changes defaults: %+v", l.WithDefaults())
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	words := fmt.Sprint(artifact.KindOther, artifact.KindRegular, artifact.KindDir, artifact.KindSymlink, artifact.KindHardlink,
		artifact.KindWhiteout, artifact.KindOpaque, artifact.HidesNothing, artifact.HidesSome, artifact.HidesAll)
	if want := "special file regular file directory symbolic link hard link whiteout opaque whiteout nothing some all"; words != want {
		t.Errorf("words are %q, want %q", words, want)
	}
}

func ExampleNewFile() {
	content := []byte("ID=debian\n")
	f := artifact.NewFile(artifact.Entry{
		Path: "etc/os-release", Kind: artifact.KindRegular, Size: int64(len(content)),
	}, bytes.NewReader(content))
	b, err := f.Bytes()
	fmt.Printf("%s %q %v\n", f.Path, b, err)
	// Output: etc/os-release "ID=debian\n" <nil>
}

func ExampleProblem_String() {
	fmt.Println(artifact.Problem{
		Stage: artifact.StageAnalyze, Path: "var/lib/dpkg/status", Err: errors.New("line 7: no name"), Hides: artifact.HidesSome,
	})
	// Output: analyze var/lib/dpkg/status: line 7: no name (hides some)
}

func ExampleLimits_WithDefaults() {
	l := artifact.Limits{Layers: 10}.WithDefaults()
	fmt.Println(l.Layers, l.Links)
	// Output: 10 40
}
