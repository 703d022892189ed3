package analyze

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Gemspec lists installed gems of Ruby: each *.gemspec that lies directly in a
// directory called specifications, or in the directory default of one, where
// Ruby has the gems that come with it. A specification of a gem's source, which
// lies elsewhere, is not one of an installed gem.
// https://guides.rubygems.org/specification-reference/
//
// A specification is a Ruby program. It is read, not run: the last assignment
// to name, version, license and licenses of the block's parameter counts, on a
// line of its own, and where its value is a string (for licenses, an array of
// strings on that line). RubyGems writes no others when it installs a gem.
//
// Where name or version is an expression, as by hand in "s.version = Keel::VERSION",
// it is that of the comment "# stub: name version platform paths" which RubyGems
// writes on one of the first lines, or of the file's name, name-version.gemspec
// or name-version-platform.gemspec. Where neither says, the error does, and
// there is no component. Licences that are no strings are left out.
var Gemspec artifact.Analyzer = gemspec{}

type gemspec struct{}

func (gemspec) Name() string { return "gemspec" }
func (gemspec) Version() int { return 1 }

func (gemspec) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Suffix: ".gemspec", DirSuffix: "specifications"},
		{Suffix: ".gemspec", DirSuffix: "specifications/default"},
	}
}

var errNotGemspec = errors.New("no Gem::Specification.new")

func (gemspec) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	dir := path.Dir(f.Path)
	if path.Base(dir) == "default" {
		dir = path.Dir(dir)
	}
	if path.Base(dir) != "specifications" { // only ends so
		return artifact.Facts{}, nil
	}
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	g, err := readGemspec(text)
	if err == nil {
		err = g.complete(path.Base(f.Path))
	}
	if err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	c := library(vuln.TypeGem, g.name, g.version)
	c.Licenses = g.licenses
	return artifact.Facts{Components: []artifact.Component{c}}, nil
}

// A gemText is what a specification says in strings.
type gemText struct {
	name, version string // "": an expression, or nothing
	licenses      []string
	stubName      string
	stubVersion   string
}

func readGemspec(text []byte) (gemText, error) {
	var g gemText
	param := "" // the block's
	for n, raw := range lines(text) {
		line := string(trimBlanks(raw))
		if param == "" {
			g.readStub(line)
			param = blockParameter(line)
			continue
		}
		field, value, ok := assignment(line, param)
		if !ok {
			continue
		}
		if len(line) > maxValue && g.keeps(field) {
			return g, fmt.Errorf("line %d: %w: more than %d bytes in %s", n, artifact.ErrLimit, maxValue, field)
		}
		g.set(field, value)
	}
	if param == "" {
		return g, errNotGemspec
	}
	return g, nil
}

// readStub reads the comment that RubyGems reads in place of the rest.
func (g *gemText) readStub(line string) {
	rest, ok := strings.CutPrefix(line, "# stub: ")
	if words := strings.Fields(rest); ok && len(words) >= 2 && len(line) <= maxValue {
		g.stubName, g.stubVersion = words[0], words[1]
	}
}

// blockParameter is what a line "Gem::Specification.new do |s|" calls the
// specification, or "".
func blockParameter(line string) string {
	if !strings.HasPrefix(line, "Gem::Specification.new") && !strings.Contains(line, "= Gem::Specification.new") {
		return ""
	}
	_, rest, ok := strings.Cut(line, "|")
	name, _, closed := strings.Cut(rest, "|")
	if !ok || !closed {
		return ""
	}
	return strings.TrimSpace(name)
}

// assignment takes "param.field = value" apart.
func assignment(line, param string) (field, value string, ok bool) {
	rest, ok := strings.CutPrefix(line, param)
	if !ok {
		return "", "", false
	}
	rest, ok = strings.CutPrefix(rest, ".")
	if !ok {
		return "", "", false
	}
	field, value, ok = strings.Cut(rest, "=")
	return strings.TrimSpace(field), strings.TrimSpace(value), ok
}

func (g *gemText) set(field, value string) {
	switch field {
	case "name":
		g.name, _ = rubyValue(value)
	case "version":
		g.version, _ = rubyValue(value)
	case "license":
		g.licenses = nil
		if s, ok := rubyValue(value); ok && s != "" {
			g.licenses = []string{s}
		}
	case "licenses":
		g.licenses = rubyStrings(value)
	}
}

// keeps reports whether set keeps the value of a field.
func (*gemText) keeps(field string) bool {
	switch field {
	case "name", "version", "license", "licenses":
		return true
	}
	return false
}

// complete fills in what was no string from elsewhere.
func (g *gemText) complete(base string) error {
	if g.name == "" {
		g.name = g.stubName
	}
	if g.version == "" && g.stubName == g.name {
		g.version = g.stubVersion
	}
	if g.name == "" {
		return fmt.Errorf("%w in a string", errNoName)
	}
	if g.version == "" {
		rest, _ := strings.CutPrefix(base, g.name+"-")
		rest, ok := strings.CutSuffix(rest, ".gemspec")
		version, _, _ := strings.Cut(rest, "-") // the platform follows
		if ok && version != "" && '0' <= version[0] && version[0] <= '9' && rest != base {
			g.version = version
		}
	}
	if g.version == "" {
		return fmt.Errorf("package %.*q: %w in a string", maxQuote, g.name, errNoVersion)
	}
	return nil
}

// rubyValue is the value of a whole expression that is a string, or a
// Gem::Version of one.
func rubyValue(s string) (string, bool) {
	if inner, ok := strings.CutPrefix(s, "Gem::Version.new("); ok {
		value, rest, ok := rubyString(inner)
		return value, ok && strings.HasPrefix(rest, ")") && endsStatement(rest[1:])
	}
	value, rest, ok := rubyString(s)
	if !ok || !endsStatement(rest) {
		return "", false
	}
	return value, true
}

// endsStatement reports whether s, which follows a value, adds nothing to it.
func endsStatement(s string) bool {
	s = strings.TrimSpace(s)
	return s == "" || s[0] == ';' || s[0] == '#' || strings.HasPrefix(s, "if ")
}

// rubyStrings is the strings of an array, or nil where it is something else.
func rubyStrings(s string) []string {
	if words, ok := strings.CutPrefix(s, "%w"); ok && len(words) > 1 {
		inner, _, ok := strings.Cut(words[1:], string(closingOf(words[0])))
		if !ok {
			return nil
		}
		return strings.Fields(inner)
	}
	rest, ok := strings.CutPrefix(s, "[")
	var list []string
	for ok {
		rest = strings.TrimSpace(rest)
		if strings.HasPrefix(rest, "]") {
			return list
		}
		var value string
		if value, rest, ok = rubyString(rest); !ok {
			return nil
		}
		list = append(list, value)
		rest = strings.TrimSpace(rest)
		if !strings.HasPrefix(rest, "]") {
			rest, ok = strings.CutPrefix(rest, ",")
		}
	}
	return nil
}

// rubyString reads a string at the start of s: "x", 'x' or %q(x), frozen or
// not. One that is put together, "#{x}", is no string.
// https://docs.ruby-lang.org/en/master/syntax/literals_rdoc.html#label-String+Literals
func rubyString(s string) (value, rest string, ok bool) {
	if len(s) < 2 {
		return "", "", false
	}
	quote, start := s[0], 1
	switch {
	case quote == '"' || quote == '\'':
	case quote == '%' && (s[1] == 'q' || s[1] == 'Q') && len(s) > 3:
		quote, start = s[2], 3
		if s[1] == 'Q' {
			return "", "", false
		}
	default:
		return "", "", false
	}
	end := closingOf(quote)
	var b bytes.Buffer
	for i := start; i < len(s); i++ {
		switch {
		case s[i] == end:
			return b.String(), strings.TrimPrefix(s[i+1:], ".freeze"), true
		case s[i] == '\\' && i+1 < len(s) && escapes(quote, s[i+1]):
			i++
			b.WriteByte(s[i])
		case s[i] == '\\' && quote == '"', s[i] == '#' && quote == '"' && i+1 < len(s) && s[i+1] == '{':
			return "", "", false
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

// escapes reports whether a backslash before c does no more than to be left out.
func escapes(quote, c byte) bool {
	if quote != '"' {
		return c == '\\' || c == quote || c == closingOf(quote)
	}
	return c > ' ' && c < 0x7f && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
}

func closingOf(open byte) byte {
	switch open {
	case '(':
		return ')'
	case '[':
		return ']'
	case '{':
		return '}'
	case '<':
		return '>'
	}
	return open
}
