package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// readerHas are words of commands that are shown and cannot be run here, each with
// the reason. Of these commands the flags are tried, and nothing else.
func readerHas() map[string]string {
	return map[string]string{
		" debian:12":        "an image in a registry",
		"registry.example/": "a registry that there is not",
		"https://github.":   "a repository in the network",
		" db update":        "advisories in the network",
		"/.cache/trivy":     "a database of Trivy's",
		" osv/":             "records of OSV's",
		" image.tar":        "an archive of the reader's",
		" oci:layout":       "a layout of the reader's",
		" /mnt":             "a system of the reader's",
		" app.":             "a bill of materials of the reader's",
		" deploy/":          "manifests of the reader's",
		" charts/":          "charts of the reader's",
		" web.yaml":         "a manifest of the reader's",
		" Dockerfile":       "a Dockerfile of the reader's",
		" .\n":              "a directory of the reader's",
	}
}

// TestSamples runs what README.md and the pages in docs show, each page in a directory
// of its own that has the repository's testdata. No sample is left out: a block of a
// kind that is not known here fails.
//
//   - console: commands are run by a shell one after the other. What is shown of the
//     output has to be there; where nothing is shown, anything may be. A command that
//     fails is followed by "echo $?".
//   - yaml: it is well formed. If its first line is a comment with the name of a file, it
//     is written to that file. The steps of a workflow are run, and none may fail.
//   - go: it is part of an example that go test compiles and runs.
//   - sh: the first commands of README.md, which .ci/run runs.
func TestSamples(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("commands are shown as a POSIX shell takes them: ", err)
	}
	examples := exampleLines(t)
	used := make(map[string]bool)
	for _, p := range pages(t) {
		s := newSession(t, shell, used)
		for _, b := range p.blocks {
			switch b.kind {
			case "console":
				s.console(t, p, b)
			case "yaml":
				s.yaml(t, p, b)
			case "go":
				if !strings.Contains(examples, "\n"+unindented(b.text)) {
					t.Errorf("%s:%d: no example holds this:\n%s", p.name, b.line, b.text)
				}
			case "sh":
				if p.name != "README.md" {
					t.Errorf("%s:%d: commands are to be shown in a console block, as they are run then", p.name, b.line)
				}
			default:
				t.Errorf("%s:%d: there is no test of blocks of the kind %q", p.name, b.line, b.kind)
			}
		}
		for _, span := range p.spans {
			if strings.HasPrefix(span, "plimsoll ") {
				if out, code := s.run(t, tryFlags+span); code != 0 {
					t.Errorf("%s: %s:\n%s", p.name, span, out)
				}
			}
		}
	}
	for word, reason := range readerHas() {
		if !used[word] {
			t.Errorf("no command has %q (%s)", word, reason)
		}
	}
}

// exampleLines are the files whose examples pages may show, a line break before and
// after each line that is not empty, without indentation.
func exampleLines(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, path := range []string{"../../example_test.go", "library_test.go"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n" + unindented(string(text)))
	}
	return b.String()
}

// unindented is text without the blanks at the beginnings of its lines.
func unindented(text string) string {
	return regexp.MustCompile(`(?m)^[\t ]+`).ReplaceAllString(text, "")
}

// A session is what the commands of one page share.
type session struct {
	shell string
	dir   string          // the working directory of its commands
	bin   string          // where programs are installed
	code  int             // that of the last command
	used  map[string]bool // which of readerHas
}

func newSession(t *testing.T, shell string, used map[string]bool) *session {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "testdata"), os.DirFS("../../testdata")); err != nil {
		t.Fatal(err)
	}
	return &session{shell: shell, dir: dir, bin: t.TempDir(), used: used}
}

// Beginnings of commands.
const (
	// tryFlags makes the program tell what a command is for. It fails first where it
	// does not know a flag.
	tryFlags = `plimsoll() { command plimsoll "$@" --help; }` + "\n"
	// inRepository runs the Go tool where the modules are.
	inRepository = `go() { (cd "$REPOSITORY" && command go "$@"); }` + "\n"
)

// run runs a command and returns what it writes to its standard output and error, in
// the order of writing.
func (s *session) run(t *testing.T, text string) (output string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), s.shell, "-c", inRepository+"(exit "+strconv.Itoa(s.code)+")\n"+text)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GOWORK=", "REPOSITORY="+absolute(t, "../.."), "GOBIN="+s.bin)
	out, err := cmd.CombinedOutput()
	var e *exec.ExitError
	if err != nil && !errors.As(err, &e) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func (s *session) console(t *testing.T, p page, b block) {
	t.Helper()
	list := b.commands()
	if len(list) == 0 {
		t.Errorf("%s:%d: a console block begins with no command", p.name, b.line)
	}
	for i, c := range list {
		text := c.text
		if reason := s.cannotRun(text); reason != "" {
			if len(c.shown) > 0 {
				t.Errorf("%s:%d: this cannot be run (%s), and has an output", p.name, c.line, reason)
			}
			text = tryFlags + text
		}
		var out string
		out, s.code = s.run(t, text)
		told := i+1 < len(list) && list[i+1].text == "echo $?"
		if s.code != 0 && !told {
			t.Errorf("%s:%d: %s: exit code %d, and the page does not say so:\n%s", p.name, c.line, c.text, s.code, out)
		}
		if len(c.shown) > 0 && !matches(c.shown, outputLines(out)) {
			t.Errorf("%s:%d: %s writes\n%s", p.name, c.line, c.text, out)
		}
	}
}

// cannotRun is a reason of readerHas for a command, or empty.
func (s *session) cannotRun(text string) (reason string) {
	for word, why := range readerHas() {
		if strings.Contains(text+"\n", word) {
			s.used[word] = true
			reason = why
		}
	}
	return reason
}

func outputLines(out string) []string {
	list := strings.Split(strings.TrimRight(out, "\n"), "\n")
	for i, line := range list {
		list[i] = strings.TrimRight(line, " ")
	}
	return list
}

func (s *session) yaml(t *testing.T, p page, b block) {
	t.Helper()
	var workflow struct {
		Jobs map[string]struct{ Steps []struct{ Run, Uses string } }
	}
	if err := yaml.Unmarshal([]byte(b.text), &workflow); err != nil {
		t.Errorf("%s:%d: %v", p.name, b.line, err)
		return
	}
	first, _, _ := strings.Cut(b.text, "\n")
	if name, ok := strings.CutPrefix(first, "# "); ok && filepath.IsLocal(name) {
		file := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, job := range workflow.Jobs {
		for _, step := range job.Steps {
			if step.Run == "" {
				continue // others are what the host of the workflow has
			}
			if out, code := s.run(t, "set -e\n"+step.Run); code != 0 {
				t.Errorf("%s:%d: job %s: %s: exit code %d\n%s", p.name, b.line, name, step.Run, code, out)
			}
		}
	}
}
