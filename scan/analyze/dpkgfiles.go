package analyze

import (
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Where dpkg keeps what it knows of packages, and the ends of the names of the
// files that say which files a package has.
const (
	dpkgStatus    = "var/lib/dpkg/status"
	dpkgStatusDir = "var/lib/dpkg/status.d"
	dpkgInfoDir   = "var/lib/dpkg/info"
	dpkgList      = ".list"
	dpkgSums      = ".md5sums"
)

// dpkgOwned reads the files of a package.
func dpkgOwned(f *artifact.File) (artifact.Facts, error) {
	pathOf := listedPath
	if strings.HasSuffix(f.Path, dpkgSums) {
		pathOf = summedPath
	}
	owned, err := ownedList(f, pathOf)
	return artifact.Facts{Owned: withoutParents(owned)}, err
}

// listedPath reads a line of a list: a path from the root, which is "/." itself.
func listedPath(line string) (string, bool) { return line, line[0] == '/' }

// summedPath reads a line of checksums as md5sum(1) writes them: 32 digits, a
// blank, a blank or an asterisk, and a path from the root without its slash.
func summedPath(line string) (string, bool) {
	const digits = 32
	if len(line) < digits+3 || line[digits] != ' ' || line[digits+1] != ' ' && line[digits+1] != '*' {
		return "", false
	}
	for i := range digits {
		if c := line[i] | 0x20; !asciiDigit(c) && (c < 'a' || c > 'f') {
			return "", false
		}
	}
	return line[digits+2:], true
}

// Resolve drops the files of third-party packages: those of their libraries are
// judged by themselves, since nobody's advisories are about the package.
func (dpkg) Resolve(t *artifact.Tree) error {
	foreign := foreignPackages(t)
	for _, f := range t.Files() {
		if len(f.Facts.Owned) == 0 {
			continue
		}
		base := path.Base(f.Path)
		if path.Dir(f.Path) == dpkgStatusDir {
			if stanza := t.Beside(f, strings.TrimSuffix(base, dpkgSums)); stanza != nil && anyForeign(stanza) {
				f.Facts.Owned = nil
			}
			continue
		}
		if foreign[strings.TrimSuffix(base, path.Ext(base))] {
			f.Facts.Owned = nil
		}
	}
	return nil
}

// foreignPackages are the third-party packages of the status file, each by its
// name and by name:architecture, as the files of the info directory are called.
func foreignPackages(t *artifact.Tree) map[string]bool {
	names := make(map[string]bool)
	if status := t.File(dpkgStatus); status != nil {
		for i := range status.Facts.Components {
			if c := &status.Facts.Components[i]; c.ThirdParty {
				names[c.Name], names[c.Name+":"+c.Arch] = true, true
			}
		}
	}
	return names
}

func anyForeign(f *artifact.TreeFile) bool {
	for i := range f.Facts.Components {
		if f.Facts.Components[i].ThirdParty {
			return true
		}
	}
	return false
}
