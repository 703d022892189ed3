package scan_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// parse is the source that ref names.
func parse(tb testing.TB, ref string) scan.Source {
	tb.Helper()
	return parseIn(tb, ref, "")
}

// parseIn is parse with a directory for temporary files.
func parseIn(tb testing.TB, ref, temp string) scan.Source {
	tb.Helper()
	src, err := source.Parse(ref, source.Options{TempDir: temp})
	if err != nil {
		tb.Fatal(err)
	}
	return src
}
