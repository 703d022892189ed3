package analyze

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A jarArchive is an archive that is read.
type jarArchive struct {
	*jarReader
	r        io.ReaderAt
	size     int64
	place    jarPlace
	manifest []zipMember // the first
	poms     []zipMember // pom.properties and pom.xml
	archives []zipMember
}

// want keeps m if it says something of packages.
func (a *jarArchive) want(name []byte, m zipMember) error {
	if a.members--; a.members < 0 {
		return fmt.Errorf("%w: more than %d members in all archives", artifact.ErrLimit, jarMembers)
	}
	list := a.list(name)
	if list == nil {
		return nil
	}
	if len(name) > jarNameSize {
		a.fault(a.place, string(name[:maxQuote]), fmt.Errorf("%w: %d bytes in a name, of %d", artifact.ErrLimit, len(name), jarNameSize))
		return nil
	}
	if a.wanted--; a.wanted < 0 {
		return fmt.Errorf("%w: more than %d archives, poms and manifests", artifact.ErrLimit, jarWanted)
	}
	m.name = strings.ToValidUTF8(string(name), "\uFFFD")
	*list = append(*list, m)
	return nil
}

// list is where a member of that name is kept; nil for most.
func (a *jarArchive) list(name []byte) *[]zipMember {
	if len(name) == 0 {
		return nil
	}
	switch name[len(name)-1] | 0x20 { // as most members are classes, their names are looked at no further
	case 'f':
		if len(a.manifest) == 0 && bytes.EqualFold(name, []byte("META-INF/MANIFEST.MF")) {
			return &a.manifest
		}
	case 's':
		if base, ok := bytes.CutSuffix(name, []byte("pom.properties")); ok && (len(base) == 0 || base[len(base)-1] == '/') {
			return &a.poms
		}
	case 'l':
		if bytes.HasSuffix(name, []byte("/pom.xml")) && isPackedPOM(string(name)) {
			return &a.poms
		}
	}
	if tail := name[max(0, len(name)-8):]; jarSuffix(string(tail)) != "" {
		return &a.archives
	}
	return nil
}

// isPackedPOM reports whether Maven's archiver puts the pom of a package at name:
// META-INF/maven/GROUP/ARTIFACT/pom.xml.
func isPackedPOM(name string) bool {
	rest, ok := strings.CutPrefix(name, "META-INF/maven/")
	return ok && strings.Count(rest, "/") == 2 && path.Base(rest) == "pom.xml"
}

// identify reads what the archive says of its packages.
func (a *jarArchive) identify(id *jarIdentity) error {
	told := make(map[string]bool) // directories with a pom.properties
	err := a.each(a.poms, func(m *zipMember) error {
		dir, base := path.Split(m.name)
		if base != "pom.properties" {
			return nil
		}
		maven := strings.HasPrefix(dir, "META-INF/maven/")
		c, err := a.properties(m)
		if isPartial(err) && !maven { // somebody else's file of that name
			return nil
		}
		if err == nil {
			told[dir] = true
			id.add(jarPOM{c, maven})
		}
		return err
	})
	if err != nil {
		return err
	}
	err = a.each(a.poms, func(m *zipMember) error {
		dir, base := path.Split(m.name)
		if base != "pom.xml" || told[dir] {
			return nil
		}
		c, err := a.pom(m)
		if err == nil {
			id.add(jarPOM{c, true})
		}
		return err
	})
	if err != nil {
		return err
	}
	return a.each(a.manifest, func(m *zipMember) error {
		text, all, err := a.inflater.start(a.r, a.size, m, jarManifest)
		if err != nil {
			return err
		}
		var ended bool
		if id.manifest, ended = parseManifest(text); !ended && !all {
			return fmt.Errorf("%w: more than %d bytes in the main section", artifact.ErrLimit, jarManifest)
		}
		return nil
	})
}

// each calls read for each of members, and notes its errors. It stops where
// nothing more can be inflated.
func (a *jarArchive) each(members []zipMember, read func(m *zipMember) error) error {
	for i := range members {
		m := &members[i]
		switch err := read(m); {
		case errors.Is(err, errInflated):
			return a.stop(m.name, err)
		case err != nil:
			a.fault(a.place, m.name, err)
		}
	}
	return nil
}

// properties returns the coordinates in a pom.properties.
func (a *jarArchive) properties(m *zipMember) (coordinates, error) {
	text, err := a.inflater.small(a.r, a.size, m, jarPOMProps)
	if err != nil {
		return coordinates{}, err
	}
	return parsePOMProperties(text)
}

// pom returns the coordinates of a pom.xml. What it inherits of a parent, other
// than its group and version, is not there; the directories' names then are.
func (a *jarArchive) pom(m *zipMember) (coordinates, error) {
	text, err := a.inflater.small(a.r, a.size, m, jarPOMSize)
	if err != nil {
		return coordinates{}, err
	}
	return packedCoordinates(text, m.name)
}

func isPartial(err error) bool {
	var partial partialError
	return errors.As(err, &partial)
}

// stop notes err, after which nothing more of the file is read.
func (a *jarArchive) stop(member string, err error) error {
	a.fault(a.place, member, err)
	return errJarStop
}

// nested reads the archives in a.
func (a *jarArchive) nested() error {
	for i := range a.archives {
		m := &a.archives[i]
		place := a.place.in(m.name)
		if place.depth > jarDepth {
			a.fault(a.place, m.name, fmt.Errorf("%w: more than %d archives around one", artifact.ErrLimit, jarDepth))
			continue
		}
		top := a.inflater.top
		r, size, err := a.inflater.archive(a.r, a.size, m)
		switch {
		case errors.Is(err, errInflated):
			return a.stop(m.name, err)
		case err == nil && isRAR(m.name, r):
		case err == nil:
			err = a.archive(r, size, place)
		}
		a.inflater.top = top
		if errors.Is(err, errJarStop) {
			return err
		}
		if err != nil {
			a.fault(a.place, m.name, err)
		}
	}
	return nil
}
