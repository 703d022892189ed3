package imageconfig

import (
	"strconv"
	"strings"
)

// A step is one entry of a history, read.
type step struct {
	keyword   string // empty: the entry is no instruction
	flags     []string
	words     []string
	variables []variable
	shell     []string // of RUN, nil where the entry names none
	script    string
	args      []string // of a build, whose values RUN saw
}

// known are the values of variables that the config has, by name: they tell where a
// value in the history ends.
type known struct{ environment, labels map[string]string }

// parseStep reads what a builder wrote of a step. These are the forms:
//
//	/bin/sh -c #(nop)  ENV A=b           the classic builder, buildah: an instruction
//	/bin/sh -c apt-get update            the same: RUN
//	|1 A=b /bin/sh -c apt-get update     with the arguments of the build
//	RUN /bin/sh -c apt-get update # buildkit
//	RUN |1 A=b /bin/sh -c apt-get update # buildkit
//	COPY a b # buildkit
//	ENV A=b                              BuildKit, kaniko
//	cmd /S /C dir                        Windows; with #(nop) too
//
// The shell is that of SHELL. What is none of these, such as the names that jib, ko,
// bazel and buildpacks write, is no instruction, and neither is the exec form of the
// classic builder's RUN, which looks like any text.
func parseStep(text string, k *known) step {
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "# buildkit"))
	if word, rest := cutWord(text); word == "RUN" {
		return parseRun(rest)
	}
	shell, script, ok := cutShell(text)
	switch rest, isInstruction := strings.CutPrefix(script, "#(nop)"); {
	case ok && isInstruction:
		return parseInstruction(strings.TrimSpace(rest), k)
	case ok:
		return step{keyword: "RUN", shell: shell, script: script}
	case strings.HasPrefix(text, "|"):
		if run := parseRun(text); run.args != nil || run.shell != nil {
			return run
		}
		return step{}
	}
	return parseInstruction(text, k)
}

// parseRun reads a RUN, with the arguments and the shell in front of the script.
func parseRun(text string) step {
	run := step{keyword: "RUN", script: text}
	if count, rest, ok := cutCount(text); ok {
		run.args, run.script = cutBuildArgs(rest, count)
	}
	if shell, script, ok := cutShell(run.script); ok {
		run.shell, run.script = shell, script
	}
	for strings.HasPrefix(run.script, "--") { // flags, which most builders leave out
		_, run.script = cutWord(run.script)
	}
	return run
}

// cutCount reads the |N in front of the arguments of a build.
func cutCount(text string) (count int, rest string, ok bool) {
	word, rest := cutWord(text)
	number, ok := strings.CutPrefix(word, "|")
	count, err := strconv.Atoi(number)
	return count, rest, ok && err == nil && count >= 0
}

// cutBuildArgs cuts a text behind as many NAME=VALUE pairs. Values may have blanks in
// them: the shell ends the last one, or the number where there is none.
func cutBuildArgs(text string, count int) (names []string, script string) {
	at := 0
	for rest, n := text, 0; rest != ""; n++ {
		if _, _, ok := cutShell(rest); ok {
			at = len(text) - len(rest)
			break
		}
		_, rest = cutWord(rest)
		if n < count {
			at = len(text) - len(rest)
		}
	}
	for word := range strings.FieldsSeq(text[:at]) {
		if name, _, ok := cutName(word); ok {
			names = append(names, name)
		}
	}
	return names, text[at:]
}

// maxOptions bounds the options of a shell.
const maxOptions = 16

// cutShell cuts a command line behind the shell that it starts and the option for a
// script: "/bin/bash -o pipefail -c", "cmd /S /C".
func cutShell(text string) (shell []string, script string, ok bool) {
	program, rest := cutWord(text)
	unix := isUnixShell(program)
	if !unix && !isWindowsShell(program) {
		return nil, text, false
	}
	shell = []string{program}
	for len(shell) < maxOptions && rest != "" {
		var option string
		option, rest = cutWord(rest)
		shell = append(shell, option)
		switch {
		case unix && strings.HasPrefix(option, "-") && !strings.HasPrefix(option, "--") && strings.HasSuffix(option, "c"),
			!unix && (strings.EqualFold(option, "/C") || strings.EqualFold(option, "-Command") || strings.EqualFold(option, "-c")):
			return shell, rest, true
		case strings.HasPrefix(option, "-") || unix && strings.HasPrefix(option, "+") || !unix && strings.HasPrefix(option, "/"):
		default:
			return nil, text, false
		}
		if unix && !strings.HasPrefix(option, "--") && strings.HasSuffix(option, "o") { // -o pipefail
			option, rest = cutWord(rest)
			shell = append(shell, option)
		}
	}
	return nil, text, false
}

func isUnixShell(program string) bool {
	switch program[strings.LastIndexByte(program, '/')+1:] {
	case "sh", "bash", "ash", "dash", "ksh", "mksh", "zsh":
		return true
	}
	return false
}

func isWindowsShell(program string) bool {
	name := strings.ToLower(program[strings.LastIndexAny(program, `/\`)+1:])
	switch strings.TrimSuffix(name, ".exe") {
	case "cmd", "powershell", "pwsh":
		return true
	}
	return false
}

// parseInstruction reads an instruction that is no RUN. FROM, MAINTAINER, ONBUILD and
// SHELL say nothing of the image, or say it elsewhere.
func parseInstruction(text string, k *known) step {
	keyword, rest := cutWord(text)
	rest = strings.TrimSpace(rest)
	st := step{keyword: keyword}
	switch keyword {
	case "ENV":
		st.variables = variables(rest, k.environment)
	case "LABEL":
		st.variables = variables(rest, k.labels)
	case "ARG":
		st.variables = arguments(rest)
	case "COPY", "ADD":
		return copyStep(keyword, rest)
	case "EXPOSE", "VOLUME":
		st.words = list(rest)
	case "USER", "WORKDIR", "STOPSIGNAL":
		if rest != "" {
			st.words = []string{rest}
		}
	case "CMD", "ENTRYPOINT":
		if st.words = list(rest); !strings.HasPrefix(rest, "[") && rest != "" {
			st.words = []string{"/bin/sh", "-c", rest}
		}
		return st
	case "HEALTHCHECK":
		return st
	default:
		return step{}
	}
	if len(st.words) == 0 && len(st.variables) == 0 {
		return step{}
	}
	return st
}

// copyStep reads COPY and ADD. The classic builder writes the hash of what was copied
// in place of its name, "file:0123 in /app": whether ADD unpacked an archive cannot be
// told then, and the step is none.
func copyStep(keyword, text string) step {
	st := step{keyword: keyword}
	for strings.HasPrefix(text, "--") {
		var flag string
		flag, text = cutWord(text)
		if name := strings.TrimPrefix(flag, "--"); !isPlain(name) {
			return step{}
		}
		st.flags = append(st.flags, flag)
	}
	st.words = list(text)
	if len(st.words) > 2 && st.words[1] == "in" {
		switch kind, _, _ := strings.Cut(st.words[0], ":"); kind {
		case "file", "multi":
			if keyword == "ADD" {
				return step{}
			}
			fallthrough
		case "dir":
			st.words = append(st.words[:1:1], st.words[2:]...)
		}
	}
	if len(st.words) < 2 {
		return step{}
	}
	return st
}
