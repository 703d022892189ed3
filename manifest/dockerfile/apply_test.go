package dockerfile_test

import (
	"errors"
	"testing"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// An edit that changes what is behind it is refused.
func TestApply(t *testing.T) {
	t.Parallel()
	const text = "FROM debian:12\nRUN true\nRUN cat x\nUSER pilot\n"
	for _, row := range []struct {
		name       string
		start, end int
		text       string
		want       string // empty: it is refused
	}{
		{"a word", 19, 23, "false", "FROM debian:12\nRUN false\nRUN cat x\nUSER pilot\n"},
		{"a heredoc", 23, 23, " <<EOF\nx\nEOF", "FROM debian:12\nRUN true <<EOF\nx\nEOF\nRUN cat x\nUSER pilot\n"},
		{"a heredoc without end", 23, 23, " <<EOF", ""},
		{"a line that goes on", 33, 33, " \\", ""},
		{"a heredoc that swallows", 23, 23, " <<x\nx\nRUN <<USER", ""},
		{"another escape character", 0, 0, "# escape=`\n", "# escape=`\nFROM debian:12\nRUN true\nRUN cat x\nUSER pilot\n"},
		{"a quote without end", 19, 19, "\"", ""},
		{"no keyword", 24, 27, "RAN", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f := read(text).Objects[0].File()
			got, err := manifest.Apply(f, []manifest.Edit{{File: f, Start: row.start, End: row.end, Text: row.text}})
			if row.want == "" {
				if !errors.Is(err, manifest.ErrEdit) {
					t.Errorf("Apply = %q, %v, want an error that matches ErrEdit", got, err)
				}
				return
			}
			if err != nil || string(got) != row.want {
				t.Errorf("Apply = %q, %v, want %q", got, err, row.want)
			}
		})
	}
}
