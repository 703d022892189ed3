package dockerfile

import (
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// isHeredocAlone reports whether a heredoc is all that RUN is given: it is the script.
func isHeredocAlone(text string) bool {
	rest, ok := strings.CutPrefix(text, "<<")
	return ok && !strings.ContainsAny(strings.TrimSpace(strings.TrimPrefix(rest, "-")), " \t<>|&;")
}

// firstProgram is the base name of the program that #! names.
func firstProgram(line string) string {
	line, _, _ = strings.Cut(line, "\n")
	words := strings.Fields(line)
	if len(words) > 1 && path.Base(words[0]) == "env" {
		words = words[1:]
	}
	if len(words) == 0 {
		return ""
	}
	return path.Base(words[0])
}

// isShell reports whether a program is a shell whose scripts are read here.
func isShell(name string) bool {
	switch path.Base(name) {
	case "sh", "bash", "dash", "ash", "ksh", "mksh":
		return true
	}
	return false
}

// isUnix reports whether the shell of an instruction is one of Unix. Without SHELL
// it is that of the image: Windows is known by the escape character, which its paths
// need, and by the names of Microsoft's images.
func (d *decoder) isUnix(i *manifest.Instruction) bool {
	if len(i.Shell) > 0 {
		return isShell(strings.TrimSuffix(strings.ToLower(i.Shell[0]), ".exe"))
	}
	return d.out.Escape != '`' && (d.state == nil || !d.state.windows)
}
