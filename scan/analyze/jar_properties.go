package analyze

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// coordinates name a package of Maven.
// https://maven.apache.org/pom.html#Maven_Coordinates
type coordinates struct{ group, artifact, version string }

// name is how the ecosystem spells the package's name.
func (c coordinates) name() string { return c.group + ":" + c.artifact }

// parsePOMProperties reads the coordinates in a pom.properties file, as Maven
// writes it beside the pom.xml of what it packs. All three have to be there, and
// in full: a file with a variable that nobody replaced is a template.
func parsePOMProperties(text []byte) (coordinates, error) {
	var c coordinates
	for line := range propertyLines(text) {
		key, value := splitProperty(line)
		switch key {
		case "groupId":
			c.group = strings.TrimSpace(value)
		case "artifactId":
			c.artifact = strings.TrimSpace(value)
		case "version":
			c.version = strings.TrimSpace(value)
		}
	}
	return c, c.check()
}

// A partialError error says what of the coordinates is not there.
type partialError string

func (e partialError) Error() string { return "no " + string(e) }

// check returns what c lacks: a partialError if it is one of the three.
func (c coordinates) check() error {
	switch {
	case c.group == "":
		return partialError("groupId")
	case c.artifact == "":
		return partialError("artifactId")
	case c.version == "":
		return partialError("version")
	}
	for _, part := range [...]string{c.group, c.artifact, c.version} {
		if err := checkCoordinate(part); err != nil {
			return err
		}
	}
	return nil
}

// checkCoordinate returns why part cannot be a group, an artifact or a version.
func checkCoordinate(part string) error {
	switch {
	case len(part) > maxCoordinate:
		return errors.New("coordinates of more than 256 bytes")
	case strings.Contains(part, "${") || strings.Contains(part, "@"):
		return errors.New("a variable that was not replaced: " + strconv.Quote(part))
	case !utf8.ValidString(part) || strings.ContainsFunc(part, func(r rune) bool { return r <= ' ' || r == ':' || r == 0x7f }):
		return errors.New("coordinates that no package has: " + strconv.Quote(part))
	}
	return nil
}

// maxCoordinate bounds a groupId, an artifactId and a version.
const maxCoordinate = 256

// propertyLines yields the logical lines of a properties file: without blanks
// before them and comments, and with those joined that end in a backslash.
// https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)
func propertyLines(text []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		var joined strings.Builder
		for line := range manifestLines(text) {
			line = bytes.TrimLeft(line, " \t\f")
			if joined.Len() == 0 && (len(line) == 0 || line[0] == '#' || line[0] == '!') {
				continue
			}
			slashes := len(line) - len(bytes.TrimRight(line, `\`))
			if slashes%2 == 1 {
				joined.Write(line[:len(line)-1])
				continue
			}
			joined.Write(line)
			if !yield(joined.String()) {
				return
			}
			joined.Reset()
		}
		if joined.Len() > 0 {
			yield(joined.String())
		}
	}
}

// splitProperty takes "key = value", "key: value" or "key value" apart.
func splitProperty(line string) (key, value string) {
	end := len(line)
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' {
			i++
			continue
		}
		if strings.IndexByte("=: \t\f", line[i]) >= 0 {
			end = i
			break
		}
	}
	value = strings.TrimLeft(line[end:], " \t\f")
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = strings.TrimLeft(value[1:], " \t\f")
	}
	return unescapeProperty(line[:end]), unescapeProperty(value)
}

// unescapeProperty replaces the escapes of a key or a value.
func unescapeProperty(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 'f':
			b.WriteByte('\f')
		case 'u':
			if n, err := strconv.ParseUint(s[i+1:min(len(s), i+5)], 16, 16); err == nil && i+5 <= len(s) {
				b.WriteRune(rune(n))
				i += 4
				continue
			}
			b.WriteByte('u')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
