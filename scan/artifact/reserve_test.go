package artifact_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// seekable is as file, of a source that can seek.
func seekable(content string) *artifact.File {
	e := artifact.Entry{Path: "a/b", Kind: artifact.KindRegular, Size: int64(len(content))}
	return artifact.NewFile(e, strings.NewReader(content))
}

// What is reserved is taken together with the content, where that is held, and
// given back.
func TestFileReserve(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what  string
		file  func(string) *artifact.File
		most  int64 // that can be reserved beside 7 bytes of content, of 10
		after int64 // that others can have when release was called
	}{
		{"a stream", file, 3, 3},
		{"a file that can seek", seekable, 10, 10},
	} {
		memory := artifact.NewMemory(10)
		f := row.file("content")
		f.Bind(t.Context(), 10, memory)
		if _, err := f.Reserve(row.most + 1); !errors.Is(err, artifact.ErrLimit) {
			t.Errorf("%s: Reserve(%d) = %v, want a limit", row.what, row.most+1, err)
		}
		release, err := f.Reserve(row.most)
		if err != nil {
			t.Fatalf("%s: Reserve(%d) = %v", row.what, row.most, err)
		}
		if free(t, memory, 1) {
			t.Errorf("%s: Reserve(%d) leaves memory to others", row.what, row.most)
		}
		if at, size, err := f.ReaderAt(); err != nil || readAll(t, io.NewSectionReader(at, 0, size)) != "content" {
			t.Errorf("%s: ReaderAt beside what is reserved: %v", row.what, err)
		}
		release()
		release() // again is nothing
		if !free(t, memory, row.after) || row.after < 10 && free(t, memory, row.after+1) {
			t.Errorf("%s: release does not leave %d bytes to others", row.what, row.after)
		}
		f.Release()
		if !free(t, memory, 10) {
			t.Errorf("%s: Release does not leave all to others", row.what)
		}
	}
}

// free reports whether n bytes are to be had of memory at once.
func free(t *testing.T, memory *artifact.Memory, n int64) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	f := seekable("")
	f.Bind(ctx, 0, memory)
	release, err := f.Reserve(n)
	if err == nil {
		release()
	}
	return err == nil
}

func TestFileReserveErrors(t *testing.T) {
	t.Parallel()
	f := file("content")
	if release, err := f.Reserve(1 << 40); err != nil {
		t.Errorf("Reserve without a bound = %v", err)
	} else {
		release()
	}
	f.Bind(t.Context(), 10, artifact.NewMemory(10))
	if _, err := f.Bytes(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Reserve(1); err == nil || errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Reserve after Bytes = %v, want an error that is no limit", err)
	}
	f.Release()
	if _, err := f.Reserve(1); err == nil {
		t.Error("Reserve after Release = no error")
	}
	// Content that may not be read is not paid for.
	large := file("content")
	large.Bind(t.Context(), 5, artifact.NewMemory(5))
	if _, err := large.Reserve(5); err != nil {
		t.Errorf("Reserve beside content that is too large = %v", err)
	}
	if _, err := large.Bytes(); !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Bytes of content that is too large = %v, want a limit", err)
	}
}

func ExampleFile_Reserve() {
	const archive = "something that is unpacked into memory"
	f := artifact.NewFile(artifact.Entry{Path: "lib/a.jar", Kind: artifact.KindRegular, Size: int64(len(archive))}, strings.NewReader(archive))
	f.Bind(context.Background(), 1<<20, artifact.NewMemory(1<<20))
	defer f.Release()

	release, err := f.Reserve(64 << 10)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer release()
	_, err = f.Reserve(1 << 30)
	fmt.Println(err)
	// Output: reserve memory for lib/a.jar: limit reached: 1073741824 bytes at once, of 1048576
}
