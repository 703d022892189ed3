package analyze

import (
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
//   - Else the file's name may be that of a well-known artifact that is built
//     without Maven: spring-core, tomcat-embed-core, kafka-clients.
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
	return facts, j.wrong.in(f.Path)
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
