package terminal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/terminal"
)

func TestSteers(t *testing.T) {
	t.Parallel()
	for _, r := range "\x00\x1b\n\t\x7f\u0085\u009b\u00ad\u200b\u202e\u2066\ufeff\U000e0041" {
		if !terminal.Steers(r) {
			t.Errorf("Steers(%q) = false", r)
		}
	}
	for _, r := range " a~é船\u00a0\u2028\ufffd\U0001f6a2" {
		if terminal.Steers(r) {
			t.Errorf("Steers(%q) = true", r)
		}
	}
}

func TestEscapeJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{\n\t\"a\": 1\r\n}":                "{\n\t\"a\": 1\r\n}",
		"\"船é\"":                            "\"船é\"",
		"[\"\u202ex\x7f\",\"\u009b31m\"]":   `["\u202ex\u007f","\u009b31m"]`,
		"\"\U000e0041\"":                    `"\udb40\udc41"`,
		"\"a\xffb\"":                        "\"a\ufffdb\"",
		`"\u001b\\"`:                        `"\u001b\\"`,
		strings.Repeat("x", 99) + "\u2066船": strings.Repeat("x", 99) + `\u2066船`,
	} {
		if got := string(terminal.EscapeJSON([]byte(text))); got != want {
			t.Errorf("EscapeJSON(%q) = %q, want %q", text, got, want)
		}
	}
}

// FuzzEscapeJSON holds that a document stays the same, and has nothing that steers.
func FuzzEscapeJSON(f *testing.F) {
	for _, seed := range []string{`{"a":["b"]}`, "[\"\u202e\x7f\u009b\",\n1]", "\"\U000e0041\xff\"", "船"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		got := terminal.EscapeJSON(text)
		if !bytes.Equal(text, before) {
			t.Fatalf("EscapeJSON(%q) changed its input", before)
		}
		var want, back any
		if json.Unmarshal(text, &want) != nil {
			return
		}
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatalf("EscapeJSON(%q) = %q: %v", text, got, err)
		}
		if a, b := fmt.Sprintf("%q", want), fmt.Sprintf("%q", back); a != b {
			t.Errorf("EscapeJSON(%q) = %q, which is %s, not %s", text, got, b, a)
		}
		if i := bytes.IndexFunc(got, func(r rune) bool { return !strings.ContainsRune("\n\r\t", r) && terminal.Steers(r) }); i >= 0 {
			t.Errorf("EscapeJSON(%q) = %q, which steers at %d", text, got, i)
		}
	})
}

func ExampleEscapeJSON() {
	fmt.Printf("%s\n", terminal.EscapeJSON([]byte("{\"name\": \"a\u202eb\"}")))
	// Output: {"name": "a\u202eb"}
}

func ExampleAppendJSON() {
	fmt.Printf("%s\n", terminal.AppendJSON(terminal.AppendJSON(nil, 'a'), '\u009b'))
	// Output: a\u009b
}

func ExampleSteers() {
	fmt.Println(terminal.Steers('\x1b'), terminal.Steers('a'))
	// Output: true false
}
