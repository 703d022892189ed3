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

// numbered is content of n bytes in which no two long stretches are the same.
func numbered(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i>>16) ^ byte(i>>8)*7 ^ byte(i)
	}
	return b
}

// The tail is the same whether the content can be sought, is held, or is too
// large to be held; and it can be had twice.
func TestFileTail(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 4096, 5000, artifact.TailSize, artifact.TailSize + 1, 2 * artifact.TailSize, 5*artifact.TailSize + 12345} {
		content := numbered(size)
		want := content[max(0, size-artifact.TailSize):]
		e := artifact.Entry{Path: "a/b", Kind: artifact.KindRegular, Size: int64(size)}
		for name, f := range map[string]*artifact.File{
			"seekable": artifact.NewFile(e, bytes.NewReader(content)),
			"held":     artifact.NewFile(e, stream{bytes.NewReader(content)}),
			"refused":  artifact.NewFile(e, stream{bytes.NewReader(content)}),
		} {
			refused := name == "refused" && size > 100
			if name == "refused" {
				f.Bind(t.Context(), 100, nil)
			}
			for range 2 {
				if got, err := f.Tail(); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s: Tail of %d bytes returns %d bytes and %v, want the last %d", name, size, len(got), err, len(want))
				}
			}
			if got, err := f.Bytes(); refused != errors.Is(err, artifact.ErrLimit) || !refused && !bytes.Equal(got, content) {
				t.Errorf("%s: Bytes after Tail of %d bytes returns %d bytes and %v, want refusal %t", name, size, len(got), err, refused)
			}
			if got := f.Head(); !bytes.Equal(got, content[:min(size, 4096)]) {
				t.Errorf("%s: Head after Tail of %d bytes returns %d bytes", name, size, len(got))
			}
			f.Release()
			if b, err := f.Tail(); err == nil && name != "seekable" {
				t.Errorf("%s: Tail after Release = %d bytes, want an error", name, len(b))
			}
		}
	}
}

func TestFileTailCutShort(t *testing.T) {
	t.Parallel()
	e := artifact.Entry{Path: "a/b", Kind: artifact.KindRegular, Size: 10_000}
	for _, have := range []string{"half", strings.Repeat("x", 6000)} {
		f := artifact.NewFile(e, stream{strings.NewReader(have)})
		f.Bind(t.Context(), 100, nil)
		for range 2 {
			if b, err := f.Tail(); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "a/b") {
				t.Errorf("Tail = %d bytes, %v, want io.ErrUnexpectedEOF of a/b", len(b), err)
			}
		}
	}
}

// A file that can be sought and became shorter has no tail made of zeros.
func TestFileTailShrunk(t *testing.T) {
	t.Parallel()
	for _, have := range []string{"", "half"} {
		f := artifact.NewFile(artifact.Entry{Path: "a/b", Kind: artifact.KindRegular, Size: 8}, strings.NewReader(have))
		if b, err := f.Tail(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("Tail = %q, %v, want io.ErrUnexpectedEOF", b, err)
		}
	}
}

func TestFileTailCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := artifact.Entry{Path: "a/b", Kind: artifact.KindRegular, Size: 1 << 40}
	f := artifact.NewFile(e, stream{zeros{}})
	f.Bind(ctx, 100, nil)
	if _, err := f.Tail(); !errors.Is(err, context.Canceled) {
		t.Errorf("Tail with a cancelled context: error is %v, want context.Canceled", err)
	}
}

// Reading a large content to its tail takes no more than the tail.
func TestFileTailMemory(t *testing.T) {
	const size = 32 << 20
	got := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			f := artifact.NewFile(artifact.Entry{Path: "a/b", Kind: artifact.KindRegular, Size: size}, stream{zeros{}})
			f.Bind(b.Context(), 100, nil)
			if tail, err := f.Tail(); err != nil || len(tail) != artifact.TailSize {
				b.Errorf("Tail = %d bytes, %v", len(tail), err)
			}
		}
	}).AllocedBytesPerOp()
	if got > 4*artifact.TailSize {
		t.Errorf("Tail of %d bytes takes %d bytes, want %d at most", size, got, 4*artifact.TailSize)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func ExampleFile_Tail() {
	content := strings.Repeat("x", 2*artifact.TailSize) + "the end"
	f := artifact.NewFile(artifact.Entry{
		Path: "usr/bin/large", Kind: artifact.KindRegular, Size: int64(len(content)),
	}, stream{strings.NewReader(content)})
	f.Bind(context.Background(), 1<<20, artifact.NewMemory(1<<20))

	_, err := f.Bytes()
	fmt.Println(errors.Is(err, artifact.ErrLimit))
	tail, err := f.Tail()
	fmt.Printf("%d %q %v\n", len(tail), tail[len(tail)-7:], err)
	// Output:
	// true
	// 1048576 "the end" <nil>
}
