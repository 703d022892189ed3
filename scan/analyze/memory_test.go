package analyze_test

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// TestLockMemory holds lock files that are made to take much memory, one for
// each way of reading them, to less than 200 MiB for the whole process. It is
// not parallel: it measures the process.
func TestLockMemory(t *testing.T) {
	if corpus.Race {
		t.Skip("memory is another with the race detector")
	}
	// numbered is n parts with their number, and line feeds up to what a document
	// may have.
	numbered := func(before, part string, n int, after string) string {
		var b strings.Builder
		b.WriteString(before)
		for i := range n {
			fmt.Fprintf(&b, part, i)
		}
		b.WriteString(after)
		return b.String() + strings.Repeat("\n", 16<<20-b.Len())
	}
	for _, row := range []struct {
		name     string
		analyzer artifact.Analyzer
		path     string
		text     func() string
	}{
		{"TOML, keys of many parts", analyze.CargoLock, "Cargo.toml", func() string { return numbered("", "a%d"+strings.Repeat(".b", 31)+"=1\n", 5000, "") }},
		{"YAML, a mapping", analyze.Pub, "pubspec.lock", func() string { return "packages: {" + strings.Repeat("a: b,", 3<<17-4) + "}\n" }},
		{"JSON, dependencies", analyze.Renv, "renv.lock", func() string {
			return `{"Packages":{"a":{"Version":"1","Requirements":["b"` + strings.Repeat(`,"b"`, 4<<20-100) + `]}}}`
		}},
		{"JSON, packages", analyze.ComposerLock, "composer.lock", func() string { return numbered(`{"packages":[`, `{"name":"a%d","version":"1"},`, 1<<16+9, `{}]}`) }},
	} {
		content := []byte(row.text())
		debug.FreeOSMemory()
		var err error
		if most := peak(func() {
			_, err = row.analyzer.Analyze(t.Context(), analyzetest.File(row.path, content))
		}); most > 200<<20 {
			t.Errorf("%s: Analyze(%d bytes) = %.100v made the process %d MiB", row.name, len(content), err, most>>20)
		} else {
			t.Logf("%s: Analyze(%d bytes) = %.100v, %d MiB", row.name, len(content), err, most>>20)
		}
	}
}
