package analyze

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Pacman lists the packages of Arch Linux's database, and their files: a package
// is a directory var/lib/pacman/local/NAME-VERSION, of which desc describes it,
// and files says which files it has.
//
// Both are sections of lines, a blank line after each, that begin with their
// name between percent signs: %NAME%, %VERSION%, which is [epoch:]pkgver-pkgrel,
// %BASE%, the source package, which has the same version, %ARCH%, %PACKAGER% and
// %LICENSE%, a licence a line; %FILES%, a path a line, a directory with a slash
// at its end. Other sections are passed over.
//
// A desc without a name or version, with a section that is used twice or a value
// of several lines where one belongs, is left out, and named in the error. A path
// that is none is left out likewise.
//
// https://man.archlinux.org/man/alpm-db-desc.5
// https://man.archlinux.org/man/alpm-db-files.5
var Pacman artifact.Analyzer = pacman{}

type pacman struct{}

func (pacman) Name() string { return "pacman" }
func (pacman) Version() int { return 1 }

func (pacman) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "desc"}, {Base: "files"}}
}

const pacmanDir = "var/lib/pacman/local/"

// Bounds of a description, which is of one package.
const (
	maxDesc         = 1 << 20
	maxDescLicenses = 256
)

func (pacman) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	entry, file, ok := strings.Cut(strings.TrimPrefix(f.Path, pacmanDir), "/")
	switch {
	case !ok || !strings.HasPrefix(f.Path, pacmanDir) || entry == "":
		return artifact.Facts{}, nil
	case file == "files":
		owned, err := pacmanFiles(f)
		return artifact.Facts{Owned: owned}, err
	case file != "desc":
		return artifact.Facts{}, nil
	case f.Size > maxDesc:
		return artifact.Facts{}, fmt.Errorf("read %s: %w: %d bytes in a description, of %d", f.Path, artifact.ErrLimit, f.Size, maxDesc)
	}
	text, err := f.Bytes()
	if err != nil {
		return artifact.Facts{}, err
	}
	c, err := pacmanDesc(text)
	if err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return artifact.Facts{Components: []artifact.Component{c}}, nil
}

// pacmanDesc reads a description.
func pacmanDesc(text []byte) (artifact.Component, error) {
	var (
		r       record
		into    *[]byte // of the section that is being read
		license bool    // it is that of the licences
		names   []string
	)
	for n, line := range lines(text) {
		line = trimBlanks(line)
		var err error
		switch {
		case len(line) == 0:
			into, license = nil, false
		case isSection(line):
			into, license = pacmanField(&r, line), string(line) == "%LICENSE%"
		case license && len(names) == maxDescLicenses:
			err = fmt.Errorf("%w: more than %d licences", artifact.ErrLimit, maxDescLicenses)
		case license && len(line) > maxValue:
			err = fmt.Errorf("%w: %d bytes in a licence, of %d", artifact.ErrLimit, len(line), maxValue)
		case license:
			names = append(names, string(line))
		case into != nil:
			err = r.set(into, []byte("value"), line)
		}
		if err != nil {
			return artifact.Component{}, fmt.Errorf("line %d: %w", n, err)
		}
	}
	switch {
	case len(r.name) == 0:
		return artifact.Component{}, errNoName
	case len(r.version) == 0:
		return artifact.Component{}, fmt.Errorf("package %.*q: %w", maxQuote, r.name, errNoVersion)
	}
	c := library(vuln.TypeALPM, string(r.name), string(r.version))
	if len(r.source) > 0 {
		c.SourceName = string(r.source)
	}
	c.Arch, c.Maintainer, c.Licenses = string(r.arch), string(r.maintainer), names
	return c, nil
}

// isSection reports whether line is the head of a section: "%NAME%".
func isSection(line []byte) bool {
	return len(line) > 2 && line[0] == '%' && line[len(line)-1] == '%' && bytes.IndexByte(line[1:], '%') == len(line)-2
}

// pacmanField is where r keeps the one value of a section, or nil.
func pacmanField(r *record, head []byte) *[]byte {
	switch string(head) {
	case "%NAME%":
		return &r.name
	case "%VERSION%":
		return &r.version
	case "%BASE%":
		return &r.source
	case "%ARCH%":
		return &r.arch
	case "%PACKAGER%":
		return &r.maintainer
	}
	return nil
}

// pacmanFiles reads the paths below %FILES%.
func pacmanFiles(f *artifact.File) ([]string, error) {
	within := false
	return ownedList(f, func(line string) (string, bool) {
		switch {
		case isSection([]byte(line)):
			within = line == "%FILES%"
			return "", true
		case !within || strings.HasSuffix(line, "/"):
			return "", true
		}
		return line, line[0] != '/'
	})
}
