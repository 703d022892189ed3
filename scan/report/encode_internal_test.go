package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/terminal"
)

// indented is text as writeJSON lays it out.
func indented(t *testing.T, text []byte) string {
	t.Helper()
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	indent(w, text)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// FuzzIndent compares the layout of any document with the standard library's.
func FuzzIndent(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `{"a":[],"b":{}}`, `[[[{"a":null}]],1.5e3,true]`, `"x"`, `{"a,b":"{[\"\\"}`, `"\\"`, `""`, `[{},[],{}]`, "\"船\u202e\u009b\U000e0041\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var v any
		if json.Unmarshal(text, &v) != nil {
			return
		}
		var compact, want bytes.Buffer
		enc := json.NewEncoder(&compact)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		got := indented(t, compact.Bytes())
		for _, r := range got {
			if r != '\n' && terminal.Steers(r) {
				t.Errorf("indent(%q) has %q", text, r)
			}
		}
		if err := json.Indent(&want, compact.Bytes(), "", "  "); err != nil {
			t.Fatal(err)
		}
		if strings.IndexFunc(want.String(), func(r rune) bool { return r != '\n' && terminal.Steers(r) }) < 0 {
			if got != want.String() {
				t.Errorf("indent(%q) = %q, want %q", text, got, want.String())
			}
			return
		}
		var back any
		if err := json.Unmarshal([]byte(got), &back); err != nil {
			t.Fatalf("indent(%q) = %q: %v", text, got, err)
		}
		again, err := json.Marshal(back)
		if err != nil {
			t.Fatal(err)
		}
		if first, err := json.Marshal(v); err != nil || !bytes.Equal(first, again) {
			t.Errorf("indent(%q) = %q, which is another document", text, got)
		}
	})
}
