package analyze

import (
	"context"
	"errors"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// APK lists the packages of Alpine's database, lib/apk/db/installed or
// usr/lib/apk/db/installed: lines of a letter, a colon and a value, a blank
// line after each package. https://wiki.alpinelinux.org/wiki/Apk_spec
//
// Packages come in the order of the file and as it spells them: a version is
// not checked. A name is installed once, so only its first record counts. The
// source package is the origin (o:), else the package itself; it has the same
// version always. Licences (L:) are a list, as older releases have it, but one
// string where it is an SPDX expression of several.
//
// The files it owns are those of the lines R:, each in the directory of the last
// F: before it in its record. Those of a record that is left out count too.
//
// A record is left out, and named with its line in the error, if it has no
// name (P:) or no version (V:), two values for a letter it uses, or a line of
// another form.
var APK artifact.Analyzer = apk{}

type apk struct{}

func (apk) Name() string { return "apk" }
func (apk) Version() int { return 1 }

func (apk) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Path: "lib/apk/db/installed"},
		{Path: "usr/lib/apk/db/installed"},
	}
}

func (apk) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	db := &installedDB{seen: map[string]bool{}}
	facts, err := packages(f, db)
	facts.Owned = db.files.list()
	return facts, err
}

// installedDB is the grammar of apk's database.
type installedDB struct {
	seen  map[string]bool
	dir   []byte // of the files that follow
	files joinedPaths
}

var errNotLetter = errors.New("a line that is not a letter, a colon and a value")

func (db *installedDB) field(r *record, line []byte) error {
	if len(line) < 2 || line[1] != ':' {
		return errNotLetter
	}
	key, value := line[:1], line[2:]
	switch key[0] {
	case 'F':
		db.dir = value
	case 'R':
		return db.files.add(db.dir, value)
	case 'P':
		return r.set(&r.name, key, value)
	case 'V':
		return r.set(&r.version, key, value)
	case 'A':
		return r.set(&r.arch, key, value)
	case 'o':
		return r.set(&r.source, key, value)
	case 'm':
		return r.set(&r.maintainer, key, value)
	case 'L':
		return r.set(&r.license, key, value)
	}
	return nil
}

func (db *installedDB) installed(r *record) (vuln.Package, bool, error) {
	db.dir = nil
	switch {
	case len(r.name) == 0:
		return vuln.Package{}, false, errNoName
	case len(r.version) == 0:
		return vuln.Package{}, false, errNoVersion
	case db.seen[string(r.name)]:
		return vuln.Package{}, false, nil
	}
	p := vuln.Package{
		Type:       vuln.TypeAPK,
		Name:       string(r.name),
		Version:    string(r.version),
		Arch:       string(r.arch),
		Maintainer: string(r.maintainer),
		Licenses:   splitLicenses(string(r.license)),
	}
	p.SourceName, p.SourceVersion = p.Name, p.Version
	if len(r.source) > 0 {
		p.SourceName = string(r.source)
	}
	db.seen[p.Name] = true
	return p, true, nil
}

// maxLicenses bounds a list of licences: a word costs more than its bytes.
const maxLicenses = 16

// splitLicenses splits a list of licences at its blanks. A longer list is left
// whole, and so is an SPDX expression: what its operators join means something
// else apart.
// https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/
func splitLicenses(s string) []string {
	words := strings.Fields(s)
	if len(words) > maxLicenses {
		return []string{s}
	}
	for _, word := range words {
		switch strings.ToUpper(word) {
		case "AND", "OR", "WITH":
			return []string{s}
		}
	}
	if len(words) == 0 {
		return nil
	}
	return words
}
