package analyze

import (
	"bytes"
	"context"
	"errors"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Dpkg lists the packages of Debian's and Ubuntu's database, and their files:
// the file var/lib/dpkg/status, and each file directly in var/lib/dpkg/status.d,
// which images without a package manager have in its place.
//
// A file is stanzas of fields, deb-control(5) has their syntax,
// https://manpages.debian.org/deb-control.5. Packages come in the order of the
// file and as it spells them: a version is not checked. The same name with two
// architectures is two packages.
//
// A package is there unless its Status ends in not-installed or config-files,
// dpkg(1) "Package states", https://manpages.debian.org/dpkg.1. The word before
// does not matter: a package selected for removal is there until it is removed.
// A stanza without Status counts, since files in status.d have none.
//
// A stanza is left out, and named with its line in the error, if it has no
// Package or no Version, a field it uses twice, a Status that is not three
// words, or a line that is neither a field nor the continuation of one. A
// half-installed package need not have a Version yet; it is left out without an
// error.
//
// ThirdParty is set where the Maintainer is a vendor with a repository of its
// own, such as Docker or NVIDIA. Debian's packages of the same software are not
// meant: their maintainers are at debian.org, or private.
//
// The files are those of var/lib/dpkg/info/NAME[:ARCH].list, of NAME[:ARCH].md5sums
// beside it, and of the checksums in status.d, which are called as the package's
// file there with .md5sums at the end. A list names directories too, which are
// left out unless they are empty; checksums name neither them nor links and
// configuration. A file that dpkg-divert(1) moved away counts under the name its
// package has for it. Files of third-party packages are not owned.
//
// A line of such a file that holds no path is left out, and named in the error.
//
// Licences are not read: dpkg has none, and usr/share/doc/NAME/copyright is
// mostly prose.
var Dpkg artifact.Analyzer = dpkg{}

type dpkg struct{}

func (dpkg) Name() string { return "dpkg" }
func (dpkg) Version() int { return 1 }

func (dpkg) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Path: dpkgStatus},
		{Dir: dpkgStatusDir},
		{Dir: dpkgInfoDir, Suffix: dpkgList},
		{Dir: dpkgInfoDir, Suffix: dpkgSums},
	}
}

func (dpkg) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if path.Dir(f.Path) == dpkgInfoDir || strings.HasSuffix(f.Path, dpkgSums) {
		return dpkgOwned(f)
	}
	return packages(f, stanzas{})
}

// stanzas is the grammar of dpkg's status file.
type stanzas struct{}

var (
	errNotField = errors.New("a line that is neither a field nor the continuation of one")
	errStatus   = errors.New("a Status that is not three words")
)

func (stanzas) field(r *record, line []byte) error {
	if line[0] == ' ' || line[0] == '\t' {
		if !r.opened {
			return errNotField
		}
		return nil // no field that is kept goes over several lines
	}
	key, value, ok := bytes.Cut(line, []byte(":"))
	key = trimBlanks(key)
	if !ok || !isFieldName(key) {
		return errNotField
	}
	r.opened = true
	if field := stanzaField(r, key); field != nil {
		return r.set(field, key, value)
	}
	return nil
}

// isFieldName holds for what deb-control(5) lets a field be called.
func isFieldName(key []byte) bool {
	if len(key) == 0 || key[0] == '#' || key[0] == '-' {
		return false
	}
	for _, c := range key {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// stanzaField is where r keeps the field called key in any mix of cases, or nil.
func stanzaField(r *record, key []byte) *[]byte {
	var lower [len("architecture")]byte
	if len(key) > len(lower) {
		return nil
	}
	for i, c := range key {
		lower[i] = c | 0x20 // a letter comes of nothing but itself and its capital
	}
	switch string(lower[:len(key)]) {
	case "package":
		return &r.name
	case "version":
		return &r.version
	case "architecture":
		return &r.arch
	case "source":
		return &r.source
	case "maintainer":
		return &r.maintainer
	case "status":
		return &r.status
	}
	return nil
}

func (stanzas) installed(r *record) (vuln.Package, bool, error) {
	state, err := packageState(r.status)
	switch {
	case err != nil:
		return vuln.Package{}, false, err
	case isWord(state, "not-installed"), isWord(state, "config-files"):
		return vuln.Package{}, false, nil
	case len(r.name) == 0:
		return vuln.Package{}, false, errNoName
	case len(r.version) == 0 && isWord(state, "half-installed"):
		return vuln.Package{}, false, nil
	case len(r.version) == 0:
		return vuln.Package{}, false, errNoVersion
	}
	p := vuln.Package{
		Type:       vuln.TypeDeb,
		Name:       string(r.name),
		Version:    string(r.version),
		Arch:       string(r.arch),
		Maintainer: string(r.maintainer),
		ThirdParty: thirdParty(r.maintainer),
	}
	p.SourceName, p.SourceVersion = p.Name, p.Version
	name, version := splitSource(r.source)
	if len(name) > 0 {
		p.SourceName = string(name)
	}
	if len(version) > 0 {
		p.SourceVersion = string(version)
	}
	return p, true, nil
}

// packageState is the last of the three words of a Status: "want flag state".
// It is nil where there is no Status.
func packageState(status []byte) ([]byte, error) {
	if len(status) == 0 {
		return nil, nil
	}
	var state []byte
	n := 0
	for word := range bytes.FieldsSeq(status) {
		state = word
		n++
	}
	if n != 3 {
		return nil, errStatus
	}
	return state, nil
}

func isWord(b []byte, word string) bool { return bytes.EqualFold(b, []byte(word)) }

// splitSource takes a Source field apart: "name", or "name (version)" where the
// versions differ.
func splitSource(source []byte) (name, version []byte) {
	name = source
	if i := bytes.IndexAny(source, " \t("); i >= 0 {
		name = source[:i]
	}
	_, version, _ = bytes.Cut(source, []byte("("))
	version, _, _ = bytes.Cut(version, []byte(")"))
	return name, trimBlanks(version)
}
