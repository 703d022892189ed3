package analyze

import (
	"bytes"
	"context"
	"runtime/debug"
	"strings"

	"golang.org/x/mod/semver"
)

// mainVersion is the version of the main module of x, or empty.
func mainVersion(ctx context.Context, x *executable, info *debug.BuildInfo) (string, error) {
	version := known(info.Main.Version)
	if version != "" && !strings.HasPrefix(version, "v0.0.0") {
		return version, nil
	}
	found := stamps{module: info.Main.Path}
	for _, s := range info.Settings {
		if s.Key == "-ldflags" {
			found.addFlags(s.Value)
		}
	}
	if stamped := found.version(); stamped != "" {
		return stamped, nil
	}
	symbols := stamps{module: info.Main.Path}
	if err := symbols.addSymbols(ctx, x); err != nil {
		return "", err
	}
	if stamped := symbols.version(); stamped != "" {
		return stamped, nil
	}
	return version, nil
}

// stamps are the versions that the linker put into variables.
type stamps struct {
	module string
	found  [3]string // of the module's commands, of well-known packages, of others
	clash  [3]bool
}

// version is the one of the first kind there is.
func (s *stamps) version() string {
	for i, v := range s.found {
		if v != "" {
			if s.clash[i] {
				return ""
			}
			return v
		}
	}
	return ""
}

// add notes that a variable, "import/path.name", has a value.
func (s *stamps) add(variable, value string) {
	if !isVersionVariable(variable) || !semver.IsValid(value) && !semver.IsValid("v"+value) {
		return
	}
	kind := 2
	if strings.HasPrefix(variable, s.module+"/cmd/") {
		kind = 0
	} else {
		name, _, _ := strings.Cut(variable[strings.LastIndexByte(variable, '/')+1:], ".")
		switch strings.ToLower(name) {
		case "main", "common", "version", "cmd":
			kind = 1
		}
	}
	s.clash[kind] = s.clash[kind] || s.found[kind] != "" && s.found[kind] != value
	s.found[kind] = value
}

func isVersionVariable(variable string) bool {
	i := strings.LastIndexByte(variable, '.')
	if i < 0 {
		return false
	}
	name := strings.ToLower(variable[i+1:])
	return name == "version" || name == "ver"
}

// addFlags adds the variables that -X sets in the linker's flags. Of one that is
// set twice the last value counts.
func (s *stamps) addFlags(flags string) {
	words := splitWords(flags)
	values := make(map[string]string)
	var order []string
	for i := 0; i < len(words); i++ {
		w := strings.TrimPrefix(words[i], "-")
		w = strings.TrimPrefix(w, "-")
		if w == words[i] {
			continue
		}
		setting, ok := strings.CutPrefix(w, "X=")
		if !ok {
			if w != "X" || i+1 == len(words) {
				continue
			}
			i++
			setting = words[i]
		}
		variable, value, _ := strings.Cut(setting, "=")
		if _, ok := values[variable]; !ok {
			order = append(order, variable)
		}
		values[variable] = value
	}
	for _, variable := range order {
		s.add(variable, values[variable])
	}
}

// splitWords splits at blanks that are not in quotes, which it takes off.
func splitWords(s string) []string {
	var words []string
	var word strings.Builder
	var quote byte
	open := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, open = c, true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if open {
				words = append(words, word.String())
				word.Reset()
				open = false
			}
		default:
			word.WriteByte(c)
			open = true
		}
	}
	if open {
		words = append(words, word.String())
	}
	return words
}

const (
	stampSuffix = ".str" // of the symbol that holds what -X gave to a variable
	maxStamp    = 256    // bytes of a version
	maxVariable = 1 << 10
	maxStamps   = 64
)

// addSymbols adds the variables that the symbol table of an ELF file says -X set.
func (s *stamps) addSymbols(ctx context.Context, x *executable) error {
	if !x.elf || x.symbols.fileSize == 0 {
		return nil
	}
	variables, err := x.stampNames(ctx)
	if err != nil || len(variables) == 0 {
		return err
	}
	size := uint64(16)
	if x.wide {
		size = 24
	}
	buf := make([]byte, size*(4<<10))
	for at := uint64(0); at < x.symbols.fileSize && len(variables) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := readUpTo(x.r, buf[:min(uint64(len(buf)), x.symbols.fileSize-at)], x.symbols.offset+at)
		if err != nil {
			return err
		}
		if n < int(size) {
			break
		}
		for b := buf[:n]; len(b) >= int(size); b = b[size:] {
			variable, ok := variables[x.order.Uint32(b)]
			if !ok {
				continue
			}
			addr, length := uint64(x.order.Uint32(b[4:])), uint64(x.order.Uint32(b[8:]))
			if x.wide {
				addr, length = x.order.Uint64(b[8:]), x.order.Uint64(b[16:])
			}
			if length > maxStamp {
				continue
			}
			value, err := x.stringAt(addr, length)
			if err != nil {
				return err
			}
			s.add(variable, strings.TrimRight(value, "\x00"))
		}
		at += uint64(n) / size * size
	}
	return nil
}

// stampNames finds the names of versions in the strings of the symbol table, by
// the offset that symbols have them by.
func (x *executable) stampNames(ctx context.Context) (map[uint32]string, error) {
	names := make(map[uint32]string)
	const chunk = 64 << 10
	buf := make([]byte, maxVariable+chunk) // the end of what was read before, and more
	held, size := 0, min(x.strings.fileSize, 1<<32-1)
	for at := uint64(0); at < size; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := readUpTo(x.r, buf[held:held+int(min(chunk, size-at))], x.strings.offset+at)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			break
		}
		start := at - uint64(held) // the offset of buf in the strings
		all := buf[:held+n]
		for from := 0; ; {
			i := bytes.Index(all[from:], []byte(stampSuffix+"\x00"))
			if i < 0 {
				break
			}
			end := from + i
			from = end + len(stampSuffix)
			first := bytes.LastIndexByte(all[:end], 0) + 1
			if variable := string(all[first:end]); isVersionVariable(variable) && len(names) < maxStamps {
				names[uint32(start)+uint32(first)] = variable
			}
		}
		at += uint64(n)
		keep := min(maxVariable, len(all))
		copy(buf, all[len(all)-keep:])
		held = keep
	}
	return names, nil
}
