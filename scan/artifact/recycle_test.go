package artifact_test

import (
	"io"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Content that nothing refers to becomes that of the next file, whose bytes are
// its own to the last; a file is not read after it.
func TestFileRecycle(t *testing.T) {
	t.Parallel()
	memory := artifact.NewMemory(1 << 20)
	for _, content := range []string{strings.Repeat("a", 9000), "b", "", strings.Repeat("c", 20000), strings.Repeat("d", 8999)} {
		f := file(content)
		f.Bind(t.Context(), 1<<20, memory)
		if b, err := f.Bytes(); string(b) != content || err != nil {
			t.Errorf("Bytes = %d bytes, %v, want the %d of its own", len(b), err, len(content))
		}
		f.Recycle()
		if b, err := f.Bytes(); err == nil {
			t.Errorf("Bytes after Recycle = %q, want an error", b)
		}
		if _, err := io.ReadAll(f.Open()); err == nil {
			t.Error("Open after Recycle reads, want an error")
		}
	}
	// All of the memory is free again.
	whole := file(strings.Repeat("e", 1<<20))
	whole.Bind(t.Context(), 1<<20, memory)
	if _, err := whole.Bytes(); err != nil {
		t.Errorf("Bytes of all the memory after Recycle: %v", err)
	}
}
