package analyze

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Jar lists the Java packages in archives: files that end in .jar, .war, .ear,
// .par, .sar, .nar, .kar, .rar, .hpi, .jpi or .lpkg in any case, and the
// archives within them, of the same ends, at any place. Those that end in .jmod
// are parts of a Java runtime, and left out; a .rar that is not a resource
// adapter but an archive of the program RAR is passed over.
//
// An archive is a package, and may hold others that were unpacked into it, as
// shading does. In this order it says which:
//
//   - Each pom.properties in it, wherever it lies, is a package; outside of
//     META-INF/maven, if it has group, artifact and version. The archive's own
//     is the one that the file's name is made of, or the only one in
//     META-INF/maven, unless the rest says another version.
//   - So is each META-INF/maven/GROUP/ARTIFACT/pom.xml that has no
//     pom.properties beside it.
//   - Where none of them is the archive's own, its manifest's main section tells
//     the group if two of Implementation-Vendor-Id, Bundle-SymbolicName, and the
//     file's name agree on it. The version is Implementation-Version, else that
//     in the file's name, or a longer Bundle-Version, else Specification-Version.
//   - Else the component is Unidentified: it is called as the file, without what
//     follows the first hyphen before a digit, and its version may be empty.
//
// Names are "group:artifact". Licenses are those of the manifest's
// Bundle-License. Inside is where the archive lies in the file; packages that
// were unpacked into an archive have the archive's. Components come in the order
// of each archive's directory, an archive itself before what it holds, what is
// unpacked before archives. The same package twice in one archive is one
// component.
//
// What cannot be read is named in the error with its place, beside the packages
// of all the rest. Archives in archives are read in place if they are stored,
// else inflated into memory, and never written anywhere. What an archive can
// cost is bounded: reaching a bound is an error that matches
// [artifact.ErrLimit], and what was found until then is kept.
//
// https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html,
// https://maven.apache.org/shared/maven-archiver/index.html#pom-properties-content
var Jar artifact.Analyzer = jar{}

// Bounds of one file with all archives in it.
const (
	jarDepth    = 8       // archives around an archive; a .jar in a .war in an .ear has 2
	jarMembers  = 1 << 20 // members of all archives; those of the largest have some 300,000
	jarWanted   = 1 << 15 // of them archives, poms and manifests
	jarNameSize = 1 << 10 // bytes of the name of one of those

	jarInflated = 1 << 30 // bytes inflated, all in all
	jarManifest = 1 << 20 // bytes of a manifest's main section
	jarPOMProps = 64 << 10
	jarPOMSize  = 1 << 20

	// Bytes of inflated archives that are held at once: 1 MiB, and four for each
	// of the file's, but at most 64 MiB. Archives are compressed, and hardly get
	// smaller by being compressed again.
	jarHeld      = 64 << 20
	jarHeldBase  = 1 << 20
	jarHeldTimes = 4
	jarScratch   = 2 << 20 // bytes that reading takes beside them

	// The content of a member has at most 200 bytes for each that is stored, once
	// it has more than 1 MiB.
	zipRatio      = 200
	zipRatioFloor = 1 << 20
)

type jar struct{}

func (jar) Name() string { return "jar" }
func (jar) Version() int { return 1 }

func (jar) Patterns() []artifact.Pattern {
	var list []artifact.Pattern
	for _, suffix := range jarSuffixes() {
		list = append(list, artifact.Pattern{Suffix: suffix})
	}
	return list
}

func jarSuffixes() [11]string {
	return [...]string{".jar", ".war", ".ear", ".par", ".sar", ".nar", ".kar", ".rar", ".hpi", ".jpi", ".lpkg"}
}

// jarSuffix is the end of name that makes it an archive; "" for none.
func jarSuffix(name string) string {
	for _, suffix := range jarSuffixes() {
		if n := len(name) - len(suffix); n > 0 && strings.EqualFold(name[n:], suffix) {
			return name[n:]
		}
	}
	return ""
}

func (jar) Analyze(ctx context.Context, f *artifact.File) (artifact.Facts, error) {
	j := jarReader{ctx: ctx, members: jarMembers, wanted: jarWanted}
	j.inflater.total = jarInflated
	held := min(jarHeld, jarHeldBase+jarHeldTimes*f.Size)
	switch release, err := f.Reserve(held + jarScratch); {
	case err == nil:
		defer release()
		j.inflater.held = held
	case !errors.Is(err, artifact.ErrLimit): // then only stored archives are read
		return artifact.Facts{}, err
	}
	r, size, err := f.ReaderAt()
	if err != nil {
		return artifact.Facts{}, err
	}
	if isRAR(f.Path, r) {
		return artifact.Facts{}, nil
	}
	if err := j.archive(r, size, jarPlace{name: f.Path}); err != nil && !errors.Is(err, errJarStop) {
		j.fault(jarPlace{}, "", err)
	}
	if err := ctx.Err(); err != nil {
		return artifact.Facts{}, err
	}
	facts := artifact.Facts{Components: j.components}
	if err := j.wrong.err(); err != nil {
		return facts, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return facts, nil
}

// isRAR reports whether an archive is one of the program RAR.
func isRAR(name string, r io.ReaderAt) bool {
	var mark [4]byte
	_, _ = r.ReadAt(mark[:], 0) // a file that cannot be read is told where it is read
	return strings.EqualFold(path.Ext(name), ".rar") && string(mark[:]) == "Rar!"
}

// A jarReader reads one file and the archives in it.
type jarReader struct {
	ctx        context.Context
	components []artifact.Component
	wrong      faults
	inflater   inflater
	members    int // that may still be seen
	wanted     int // that may still be kept
}

// A jarPlace is where an archive is.
type jarPlace struct {
	name   string // its path in the archive around it
	inside string // its path in the outer file; "" for that file itself
	depth  int    // archives around it
}

// in is the place of a member of the archive at p.
func (p jarPlace) in(name string) jarPlace {
	inside := name
	if p.depth > 0 {
		inside = p.inside + "!/" + name
	}
	return jarPlace{name: name, inside: inside, depth: p.depth + 1}
}

// errJarStop ends the reading of a file after its error was noted.
var errJarStop = errors.New("stop")

// fault notes err of a member of the archive at p, or of the archive itself.
func (j *jarReader) fault(p jarPlace, member string, err error) {
	place := p.inside
	if member != "" {
		place = p.in(member).inside
	}
	if place != "" {
		err = fmt.Errorf("%.*q: %w", 4*maxQuote, place, err)
	}
	j.wrong.note(err)
}

// note adds an error that no line is known of.
func (f *faults) note(err error) {
	if len(f.list) == maxFaults {
		f.more++
		return
	}
	f.list = append(f.list, err)
}

// archive reads the archive at p and those in it. Its error is that of the
// archive as a whole, of which what was found is kept.
func (j *jarReader) archive(r io.ReaderAt, size int64, p jarPlace) error {
	if j.ctx.Err() != nil {
		return errJarStop
	}
	a := jarArchive{jarReader: j, r: r, size: size, place: p}
	end, err := findZipEnd(r, size)
	if err != nil {
		return err
	}
	failed := zipMembers(r, end, a.want)
	base := path.Base(p.name)
	base = strings.TrimSuffix(base, jarSuffix(base))
	id := jarIdentity{base: base}
	if err := a.identify(&id); err != nil {
		return err
	}
	for _, c := range id.components() {
		c.Inside = p.inside
		j.components = append(j.components, c)
	}
	if failed != nil && (j.members < 0 || j.wanted < 0) {
		return a.stop("", failed)
	}
	if err := a.nested(); err != nil {
		return err
	}
	return failed
}

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
	for i := range a.poms {
		m := &a.poms[i]
		dir, base := path.Split(m.name)
		if base != "pom.properties" {
			continue
		}
		c, err := a.properties(m)
		maven := strings.HasPrefix(dir, "META-INF/maven/")
		switch {
		case errors.Is(err, errInflated):
			return a.stop(m.name, err)
		case isPartial(err) && !maven: // somebody else's file of that name
		case err != nil:
			a.fault(a.place, m.name, err)
		default:
			told[dir] = true
			id.add(jarPOM{c, maven})
		}
	}
	for i := range a.poms {
		m := &a.poms[i]
		dir, base := path.Split(m.name)
		if base != "pom.xml" || told[dir] {
			continue
		}
		c, err := a.pom(m)
		switch {
		case errors.Is(err, errInflated):
			return a.stop(m.name, err)
		case err != nil:
			a.fault(a.place, m.name, err)
		default:
			id.add(jarPOM{c, true})
		}
	}
	for i := range a.manifest {
		m := &a.manifest[i]
		text, all, err := a.inflater.start(a.r, a.size, m, jarManifest)
		if err != nil {
			a.fault(a.place, m.name, err)
			continue
		}
		var ended bool
		if id.manifest, ended = parseManifest(text); !ended && !all {
			a.fault(a.place, m.name, fmt.Errorf("%w: more than %d bytes in the main section", artifact.ErrLimit, jarManifest))
		}
	}
	return nil
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
