package label_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/label"
)

func TestSyntax(t *testing.T) {
	t.Parallel()
	for s, want := range map[string][2]bool{ // a name, a prefix
		"": {false, false}, "a": {true, true}, "A": {true, false}, "9": {true, true}, "a.b": {true, true}, "a_b": {true, false},
		"a-b": {true, true}, "-a": {false, false}, "a-": {false, false}, ".a": {false, false}, "a.": {false, false}, "a..b": {true, false},
		"a.-b": {true, false}, "a b": {false, false}, "a/b": {false, false}, "é": {false, false}, "a\n": {false, false}, "_": {false, false},
	} {
		if got := [2]bool{label.IsName(s), label.IsPrefix(s)}; got != want {
			t.Errorf("IsName and IsPrefix of %q = %v, want %v", s, got, want)
		}
	}
}

// FuzzSyntax compares with the expressions that the API server's messages have.
func FuzzSyntax(f *testing.F) {
	name := regexp.MustCompile(`^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$`)
	prefix := regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	for _, s := range []string{"", "a", "a-b.c_D", "a..b", "-", "a.b-", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := label.IsName(s), name.MatchString(s); got != want {
			t.Errorf("IsName(%q) = %t, want %t", s, got, want)
		}
		if got, want := label.IsPrefix(s), prefix.MatchString(s); got != want {
			t.Errorf("IsPrefix(%q) = %t, want %t", s, got, want)
		}
	})
}

func ExampleIsName() {
	fmt.Println(label.IsName("web-1.2_a"), label.IsName("web 1"))
	// Output: true false
}

func ExampleIsPrefix() {
	fmt.Println(label.IsPrefix("app.example.com"), label.IsPrefix("App"))
	// Output: true false
}

func ExampleCut() {
	fmt.Println(label.Cut("example.com/team"))
	// Output: example.com team true
}
