// Package corpus finds the directory of real inputs that tests are held
// against. It is not part of the repository.
package corpus

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Dir returns the corpus directory: $PLIMSOLL_CORPUS, else shared/corpus beside
// the repository. Where it is absent the test is skipped, but with CI=true it
// fails.
func Dir(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("PLIMSOLL_CORPUS")
	if dir == "" {
		_, file, _, _ := runtime.Caller(0) // <root>/internal/corpus/corpus.go
		dir = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("find corpus: %v", err)
		}
		tb.Skipf("no corpus: %v", err)
	}
	return dir
}
