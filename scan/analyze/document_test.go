package analyze

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	const text = "{\n  \"a\": 1,\n  \"b\\\"\\\\\" : {\n \"c\": [\n]},\n\"d\":\"x\"}\n"
	x := newLineIndex([]byte(text))
	var got []string
	err := members([]byte(text), func(key string, value json.RawMessage, first, end int) error {
		span := x.span(first, end)[0]
		got = append(got, fmt.Sprintf("%s %d-%d %q", key, span.First, span.Last, value))
		return nil
	})
	want := `a 2-2 "1"|b"\ 3-5 "{\n \"c\": [\n]}"|d 6-6 "\"x\""`
	if s := strings.Join(got, "|"); s != want || err != nil {
		t.Errorf("members = %s, %v, want %s", s, err, want)
	}
	for _, bad := range []string{"", "[]", "{", `{"a"`, `{"a":}`, `{"a":1}{}`, `{"a":1} x`, "null", strings.Repeat(`{"a":`, 20000)} {
		if err := members([]byte(bad), func(string, json.RawMessage, int, int) error { return nil }); err == nil {
			t.Errorf("members(%.20q) = nil, want an error", bad)
		}
	}
}

func TestElements(t *testing.T) {
	t.Parallel()
	const text = "[ 1,\n {\"a\":\n2}, \"x\" ]"
	x := newLineIndex([]byte(text))
	var got []string
	err := elements([]byte(text), func(value json.RawMessage, first, end int) error {
		span := x.span(first, end)[0]
		got = append(got, fmt.Sprintf("%d-%d %s", span.First, span.Last, value))
		return nil
	})
	want := "1-1 1|2-3 {\"a\":\n2}|3-3 \"x\""
	if s := strings.Join(got, "|"); s != want || err != nil {
		t.Errorf("elements = %s, %v, want %s", s, err, want)
	}
	for _, bad := range []string{"", "{}", "[", "[1", "[1]]", "[1] 2"} {
		if err := elements([]byte(bad), func(json.RawMessage, int, int) error { return nil }); err == nil {
			t.Errorf("elements(%q) = nil, want an error", bad)
		}
	}
}

// TestLineIndex holds the index to counting, around the ends of its blocks.
func TestLineIndex(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "\n", "a", "a\n", "\n\n\n", strings.Repeat("\n", 3*lineBlock), strings.Repeat("ab\n", lineBlock),
		strings.Repeat("a", lineBlock-1) + "\n" + strings.Repeat("b", lineBlock) + "\nc", strings.Repeat("a", 2*lineBlock),
	} {
		x := newLineIndex([]byte(text))
		for offset := range len(text) + 1 {
			if got, want := x.line(offset), 1+strings.Count(text[:offset], "\n"); got != want {
				t.Fatalf("line(%d) of %.20q (%d bytes) = %d, want %d", offset, text, len(text), got, want)
			}
		}
		lines := strings.Split(text, "\n")
		for i, want := range lines {
			if got := string(x.content(i + 1)); got != want {
				t.Fatalf("content(%d) of %.20q (%d bytes) = %.20q, want %.20q", i+1, text, len(text), got, want)
			}
		}
		for _, number := range []int{-1, 0, len(lines) + 1} {
			if got := x.content(number); got != nil {
				t.Errorf("content(%d) of %.20q (%d bytes) = %.20q, want none", number, text, len(text), got)
			}
		}
	}
}
