package analyze

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Requirements lists the packages that a requirements.txt pins, as pip freeze
// and pip-compile write it:
// https://pip.pypa.io/en/stable/reference/requirements-file-format/.
//
// A package is a requirement with == or ===, in the order of the file, with the
// lines it is on: a line that ends in a backslash goes on on the next. Extras
// and markers do not matter: one that is for another system is listed too. The
// file may be UTF-16, as Windows PowerShell writes it.
//
// What does not say which version is installed is no package, and left out
// without an error: a requirement without ==, or with ==1.*, or whose version
// is in the environment (${NAME}); a path, a URL, and "name @ URL"; an option,
// such as -r, whose file is read if it is called requirements.txt.
//
// A line that is none of these is named in the error. Files of other names are
// not read.
var Requirements artifact.Analyzer = requirements{}

type requirements struct{}

func (requirements) Name() string { return "pip" }
func (requirements) Version() int { return 1 }

func (requirements) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "requirements.txt"}}
}

func (requirements) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	var wrong faults
	lock := newPyPILock()
	for line := range logicalLines(fromUTF16(text)) {
		if err := lock.require(line.text, line.at); err != nil {
			wrong.add(line.at.First, nil, err)
		}
	}
	facts := artifact.Facts{Components: lock.components()}
	return facts, wrong.in(f.Path)
}

// require adds what one line of requirements pins, if it does.
func (l *pypiLock) require(line string, at artifact.LineRange) error {
	line = withoutOptions(line)
	if line == "" || isLocation(line) {
		return nil
	}
	r, err := parseRequirement(line)
	if err != nil {
		return fmt.Errorf("%w: %.*q", err, maxQuote, line)
	}
	version, err := r.pin()
	if err != nil {
		return fmt.Errorf("package %.*q: %w", maxQuote, r.name, err)
	}
	if version == "" {
		return nil
	}
	_, err = l.add(r.name, version, false, []artifact.LineRange{at})
	return err
}

// withoutOptions takes off the options after a requirement, such as --hash. Of
// a line that is an option nothing is left.
func withoutOptions(line string) string {
	for i := range len(line) {
		if line[i] == '-' && (i == 0 || isSpace(line[i-1])) {
			return strings.TrimSpace(line[:i])
		}
	}
	return strings.TrimSpace(line)
}

// isLocation reports whether pip takes line for a path or a URL. "name @ URL"
// is not one.
func isLocation(line string) bool {
	word, _, _ := strings.Cut(line, ";")
	word, rest, _ := strings.Cut(strings.TrimSpace(word), " ")
	word, _, _ = strings.Cut(word, "[") // extras
	switch {
	case strings.Contains(word, "@") && !strings.Contains(word, "://"), strings.HasPrefix(strings.TrimSpace(rest), "@"):
		return false
	case strings.HasPrefix(word, "."), strings.ContainsAny(word, `/\`), strings.HasPrefix(word, "file:"):
		return true
	}
	for _, ending := range [...]string{".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"} {
		if strings.HasSuffix(strings.ToLower(word), ending) && !strings.Contains(word, "=") {
			return true
		}
	}
	return false
}

// A logicalLine is what pip takes for a line.
type logicalLine struct {
	text string
	at   artifact.LineRange
}

// logicalLines joins the lines that end in a backslash with the next, and takes
// comments off. A comment ends a line that was to go on.
func logicalLines(text []byte) func(yield func(logicalLine) bool) {
	return func(yield func(logicalLine) bool) {
		var b strings.Builder
		first, last := 0, 0
		flush := func() bool {
			line := logicalLine{withoutComment(b.String()), artifact.LineRange{First: first, Last: last}}
			b.Reset()
			first = 0
			return line.text == "" || yield(line)
		}
		for n, line := range lines(text) {
			if first == 0 {
				first = n
			}
			last = n
			comment := bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("#"))
			if comment {
				b.WriteByte(' ')
			}
			if !comment && bytes.HasSuffix(line, []byte(`\`)) {
				b.Write(line[:len(line)-1])
				continue
			}
			b.Write(line)
			if !flush() {
				return
			}
		}
		if first != 0 {
			flush()
		}
	}
}

// withoutComment takes off what follows a # that stands at the start or after a
// space.
func withoutComment(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || isSpace(line[i-1])) {
			return strings.TrimSpace(line[:i])
		}
	}
	return strings.TrimSpace(line)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' }

// fromUTF16 is text in UTF-8, if it starts with the byte order mark of UTF-16.
func fromUTF16(text []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return text
	}
	units := make([]uint16, 0, len(text)/2)
	for i := 2; i+1 < len(text); i += 2 {
		units = append(units, order.Uint16(text[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}
