package main

import (
	"context"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func testRoot() *cobra.Command { return newRoot(nil, strings.NewReader(""), io.Discard, io.Discard) }

// What --generate-default-config writes can be taken as it is: without the comments it
// is a file that sets every flag to its default.
func TestDefaultSettings(t *testing.T) {
	t.Parallel()
	text := regexp.MustCompile(`(?m)^#((?:  )?[a-z][a-z0-9-]*:|[a-z]+(?: [a-z]+)+:)`).ReplaceAllString(defaultSettings(testRoot()), "$1")
	root := testRoot()
	file, err := readSettings("default.yaml", []byte(text), root)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.settings) < 100 {
		t.Errorf("%d settings, want 100 or more", len(file.settings))
	}
	for cmd := range commandsOf(root) {
		if err := file.apply(cmd); err != nil {
			t.Errorf("%s: %v", cmd.CommandPath(), err)
		}
	}
}

// A file sets no flag that its keys do not name, and never ends the program.
func FuzzReadSettings(f *testing.F) {
	for _, text := range []string{
		"", "#", "null", "severity: [HIGH]\n", "lint: {include: a}\n", "db update: {ecosystem: [npm]}\n", "- a", "a: *b", "x: &x {x: *x}",
		"severity: !!binary aGk=\n", "? [a]\n: b\n", "<<: {format: json}\n", "format:\n", "workers: 1e3",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		root := testRoot()
		file, err := readSettings("f.yaml", text, root)
		if err != nil {
			if !strings.Contains(err.Error(), "f.yaml") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		for cmd := range commandsOf(root) {
			if err := file.apply(cmd); err != nil && !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Errorf("error %q has no place", err)
			}
		}
	})
}

// Every command says how it is used and what its exit codes are.
func TestHelp(t *testing.T) {
	t.Parallel()
	seen := 0
	for cmd := range commandsOf(testRoot()) {
		seen++
		name := cmd.CommandPath()
		if cmd.Example == "" {
			t.Errorf("%s has no example", name)
		}
		if cmd.HasParent() && !strings.Contains(cmd.Long, "Exit codes:") {
			t.Errorf("%s does not say its exit codes", name)
		}
		for line := range strings.Lines(cmd.Long + "\n" + cmd.Example) {
			if n := len(strings.TrimRight(line, "\n")); n > 100 {
				t.Errorf("%s: a line of its help is %d bytes long: %s", name, n, line)
			}
		}
	}
	if seen < 30 {
		t.Errorf("%d commands, want 30 or more", seen)
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"imgae"}, `unknown command "imgae" for "plimsoll"; did you mean image?`},
		{[]string{"db", "udpate"}, `; did you mean update?`},
		{[]string{"image", "--ignore-unfix", "x"}, "unknown flag: --ignore-unfix; did you mean ignore-unfixed?"},
		{[]string{"score", "--min-scor=3", "x"}, "; did you mean min-score?"},
		{[]string{"lint", "explain", "privileged-contaner"}, "; did you mean privileged-container?"},
		{[]string{"image", "--format", "sarfi", "x"}, "; did you mean sarif?"},
		{[]string{"lint", "--include", "latest-tga", "x"}, "; did you mean latest-tag?"},
		{[]string{"score", "--rules", "RunAsNonroot", "x"}, "; did you mean RunAsNonRoot?"},
	} {
		_, _, stderr := start(t, test.args...)
		if !strings.Contains(stderr, test.want) {
			t.Errorf("run(%q): stderr %q, want %q in it", test.args, stderr, test.want)
		}
	}
	if got := didYouMean("qqqqqq", []string{"image", "lint"}); got != "" {
		t.Errorf("didYouMean(qqqqqq) = %q, want nothing", got)
	}
	if code := run(context.Background(), []string{"--version"}, strings.NewReader(""), io.Discard, io.Discard); code != 0 {
		t.Errorf("--version exits with %d", code)
	}
}
