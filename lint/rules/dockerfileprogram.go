package rules

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A program is what a command of a Dockerfile starts in the end, without the sudo,
// env, xargs and so on in front of it.
type program struct {
	command *manifest.Command
	name    string // without its directory
	word    manifest.Word
	args    []manifest.Word
}

// programs yields the programs that an instruction starts.
func programs(i *manifest.Instruction) iter.Seq[program] {
	return func(yield func(program) bool) {
		for k := range i.Commands {
			if p := newProgram(&i.Commands[k]); p.name != "" && !yield(p) {
				return
			}
		}
	}
}

func newProgram(c *manifest.Command) program {
	words := c.Words
	for len(words) > 0 {
		name := baseName(words[0].Value)
		valued, operands, ok := wrapper(name)
		if !ok {
			return program{c, name, words[0], words[1:]}
		}
		words = words[1:]
		for len(words) > 0 && (strings.HasPrefix(words[0].Value, "-") || name == "env" && strings.Contains(words[0].Value, "=")) {
			takes := isShortOption(words[0].Value) && strings.IndexByte(valued, words[0].Value[len(words[0].Value)-1]) >= 0
			words = words[1:]
			if takes && len(words) > 0 {
				words = words[1:]
			}
		}
		words = words[min(operands, len(words)):]
	}
	return program{}
}

// wrapper says how a program that starts another is called: the letters of the
// options that take the next word, and how many words stand in front of the other.
func wrapper(name string) (valued string, operands int, ok bool) {
	switch name {
	case "sudo":
		return "ughpCrtTUDR", 0, true
	case "env":
		return "uCS", 0, true
	case "xargs":
		return "nPILdasE", 0, true
	case "nice", "ionice":
		return "ncp", 0, true
	case "timeout":
		return "ks", 1, true
	case "gosu", "su-exec":
		return "", 1, true
	case "exec", "command", "builtin", "time", "nohup", "eatmydata", "unbuffer", "stdbuf":
		return "aioe", 0, true
	}
	return "", 0, false
}

// baseName is a program's name without its directory.
func baseName(word string) string {
	name := path.Base(word)
	if name == "xx-apt-get" {
		return "apt-get" // for another architecture, https://github.com/tonistiigi/xx
	}
	return name
}

func isShortOption(word string) bool {
	return len(word) > 1 && word[0] == '-' && word[1] != '-'
}

// verb finds the first argument that is no option, "install", in front of which
// options may take the next word; -1 where there is none.
func (p program) verb() int {
	for i := 0; i < len(p.args); i++ {
		switch word := p.args[i].Value; {
		case p.takesNext(word):
			i++
		case !strings.HasPrefix(word, "-"):
			return i
		}
	}
	return -1
}

// does reports whether the program's first argument that is no option is one of the
// verbs, and where it stands.
func (p program) does(verbs ...string) (at int, ok bool) {
	at = p.verb()
	return at, at >= 0 && slices.Contains(verbs, p.args[at].Value)
}

// takesNext reports whether an option of a package manager takes the next word.
func (p program) takesNext(option string) bool {
	switch p.name {
	case "apt-get", "apt", "aptitude":
		switch option {
		case "-o", "--option", "-c", "--config-file", "-t", "--target-release", "--default-release", "-a", "--host-architecture":
			return true
		}
	case "apk":
		switch option {
		case "-p", "--root", "-X", "--repository", "-t", "--virtual", "--keys-dir", "--arch", "--repositories-file", "--cache-dir", "--wait":
			return true
		}
	case "yum", "dnf", "microdnf", "tdnf":
		switch option {
		case "-c", "--config", "-x", "--installroot", "--releasever", "--enablerepo", "--disablerepo", "--setopt", "-d", "-e", "-R", "--repo", "--repoid":
			return true
		}
	case "zypper":
		switch option {
		case "-R", "--root", "-c", "--config", "-D", "--reposd-dir", "-p", "--plus-repo", "-r", "--repo", "--from", "-t", "--type", "--installroot":
			return true
		}
	case "npm":
		switch option {
		case "--prefix", "-C", "--registry", "--loglevel", "--cache", "--userconfig":
			return true
		}
	}
	return false
}

// has reports whether one of the arguments is a long option, with or without a
// value, or has the letter of a short one.
func (p program) has(long string, short byte) bool {
	return slices.ContainsFunc(p.args, func(w manifest.Word) bool {
		name, _, _ := strings.Cut(w.Value, "=")
		return long != "" && name == long || short != 0 && isShortOption(name) && hasLetter(name, short)
	})
}

// hasLetter reports whether a short option has a letter, behind others perhaps.
func hasLetter(option string, letter byte) bool {
	i := strings.IndexByte(option, letter)
	return i > 0 && strings.Trim(option[1:i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// operands are the arguments behind the one at an index that are neither options nor
// their values.
func (p program) operands(behind int) []manifest.Word {
	var list []manifest.Word
	for i := behind + 1; i < len(p.args); i++ {
		switch word := p.args[i].Value; {
		case p.takesNext(word):
			i++
		case !strings.HasPrefix(word, "-"):
			list = append(list, p.args[i])
		}
	}
	return list
}

// end is where the program's last word does.
func (p program) end() int {
	if len(p.args) == 0 {
		return p.word.End
	}
	return p.args[len(p.args)-1].End
}

// mountsCache reports whether a RUN has a cache mounted at one of the directories, or
// above: what is left there is not in the image.
func mountsCache(run *manifest.Instruction, dirs ...string) bool {
	for _, f := range run.Flags {
		if f.Name != "mount" {
			continue
		}
		isCache, target := false, ""
		for option := range strings.SplitSeq(f.Value, ",") {
			switch key, value, _ := strings.Cut(option, "="); key {
			case "type":
				isCache = value == "cache" || value == "tmpfs"
			case "target", "dst", "destination":
				target = strings.Trim(value, `"'`)
			}
		}
		for _, dir := range dirs {
			if isCache && (target == dir || strings.HasPrefix(dir, strings.TrimSuffix(target, "/")+"/")) {
				return true
			}
		}
	}
	return false
}
