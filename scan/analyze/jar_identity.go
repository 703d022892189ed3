package analyze

import (
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// A jarIdentity is what an archive says of which packages it is and holds.
type jarIdentity struct {
	base     string // the file's name without its extension
	poms     []jarPOM
	manifest manifest
}

// A jarPOM is the coordinates of one pom.properties or pom.xml.
type jarPOM struct {
	coordinates
	maven bool // it lies in META-INF/maven
}

// add notes coordinates. The same may be found several times.
func (id *jarIdentity) add(p jarPOM) {
	for i := range id.poms {
		if id.poms[i].coordinates == p.coordinates {
			id.poms[i].maven = id.poms[i].maven || p.maven
			return
		}
	}
	id.poms = append(id.poms, p)
}

// components are the archive itself, and then what else it says it holds.
func (id *jarIdentity) components() []artifact.Component {
	self := id.self()
	var own artifact.Component
	if self >= 0 {
		own = library(vuln.TypeMaven, id.poms[self].name(), id.poms[self].version)
	} else {
		own = id.byManifest()
	}
	own.Licenses = id.manifest.licenses()
	list := []artifact.Component{own}
	for i, p := range id.poms {
		c := library(vuln.TypeMaven, p.name(), p.version)
		if i != self && c.ID() != own.ID() {
			list = append(list, c)
		}
	}
	return list
}

// self is the index of the coordinates that are the archive's own, or -1: those
// that its name is made of, or the only ones that were packed by Maven, unless
// its version is known to be another.
func (id *jarIdentity) self() int {
	name, version := splitJarName(id.base)
	for _, is := range []func(jarPOM) bool{
		func(p jarPOM) bool { return p.artifact+"-"+p.version == id.base },
		func(p jarPOM) bool { return p.group+"."+p.artifact+"-"+p.version == id.base },
		func(p jarPOM) bool { return strings.HasPrefix(id.base, p.artifact+"-"+p.version+"-") }, // a classifier
		func(p jarPOM) bool { return p.artifact == id.base },
		func(p jarPOM) bool { return p.artifact == name },
	} {
		if i := slices.IndexFunc(id.poms, is); i >= 0 {
			return i
		}
	}
	packed := func(p jarPOM) bool { return p.maven }
	only := slices.IndexFunc(id.poms, packed)
	if only < 0 || slices.ContainsFunc(id.poms[only+1:], packed) {
		return -1
	}
	version = id.manifest.version(version)
	if version != "" && osgiVersion(version) != osgiVersion(id.poms[only].version) {
		return -1
	}
	return only
}

// byManifest is the archive itself where no pom tells.
func (id *jarIdentity) byManifest() artifact.Component {
	name, version := splitJarName(id.base)
	version = id.manifest.version(version)
	if version != "" {
		if c, ok := id.manifest.coordinates(name); ok {
			return library(vuln.TypeMaven, c.name(), version)
		}
	}
	if c, ok := knownCoordinates(name, version); ok {
		return library(vuln.TypeMaven, c.name(), version)
	}
	c := library(vuln.TypeMaven, name, version)
	c.Unidentified = true
	return c
}

// splitJarName takes a file's name, without extension, apart at the first hyphen
// before a digit: "keel-core-1.2-rc1" is keel-core 1.2-rc1.
func splitJarName(base string) (name, version string) {
	for i := 1; i+1 < len(base); i++ {
		if base[i] == '-' && isDigit(base[i+1]) {
			return base[:i], base[i+1:]
		}
	}
	return base, ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// version is the version of an archive whose file's name says that it is named;
// "" where neither tells. Implementation-Version is the one that people write.
// Bundle-Version spells 31.1-jre as 31.1.0.jre, and is often left as it once
// was: it only counts where the name has none, or a part of it, as log4j-1.2 of
// 1.2.17 and log4j-1.2-1.2.17 have.
func (m *manifest) version(named string) string {
	if isJarVersion(m.implementationVersion) {
		return m.implementationVersion
	}
	if !isJarVersion(named) || strings.HasSuffix(named, ".x") { // as Debian calls a series
		named = ""
	}
	bundle := m.bundleVersion
	switch {
	case isJarVersion(bundle) && (named == "" || osgiVersion(named) != osgiVersion(bundle) &&
		(strings.HasPrefix(bundle, named+".") || strings.HasSuffix(named, "-"+bundle))):
		return bundle
	case named == "" && isJarVersion(m.specificationVersion):
		return m.specificationVersion
	}
	return named
}

func isJarVersion(s string) bool {
	return s != "" && isDigit(s[0]) && checkCoordinate(s) == nil
}

// osgiVersion is how a bundle spells a version of Maven's: three numbers, with
// zeros for those that lack, and a qualifier.
// https://docs.osgi.org/specification/osgi.core/8.0.0/framework.module.html#i2655136
func osgiVersion(version string) string {
	numbers := [3]string{"0", "0", "0"}
	rest := version
	for i := range numbers {
		n := 0
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		if n == 0 {
			break
		}
		numbers[i], rest = rest[:n], rest[n:]
		if i == 2 || len(rest) < 2 || rest[0] != '.' || !isDigit(rest[1]) {
			break
		}
		rest = rest[1:]
	}
	whole := strings.Join(numbers[:], ".")
	if len(rest) < 2 {
		return whole
	}
	qualifier := strings.Map(func(r rune) rune {
		if r == '.' {
			return '_'
		}
		return r
	}, rest[1:])
	return whole + "." + qualifier
}

// coordinates are group and artifact of an archive whose file is called name,
// if the manifest tells the group beyond doubt: if two things that are written
// by different hands agree on it.
//
// Maven writes its groupId as Implementation-Vendor-Id, and its bundle plugin
// makes Bundle-SymbolicName of both ids:
//
//	com.example:keel-core       com.example.keel-core
//	com.example.keel:keel-core  com.example.keel.core
//	com.example.keel:keel       com.example.keel
//
// Read backwards, only the first is certain, and that where the artifact has a
// hyphen: a bundle that is named by hand is named as a package, which has none,
// and need not be the group's: asm-commons of org.ow2.asm is
// org.objectweb.asm.commons. The others need Implementation-Vendor-Id beside it.
//
// org.apache is what Apache's projects write whatever their group is, and
// org.apache.commons is in the name of bundles whose group is another, as
// commons-io:commons-io.
//
// https://maven.apache.org/shared/maven-archiver/index.html
// https://felix.apache.org/documentation/subprojects/apache-felix-maven-bundle-plugin-bnd.html
func (m *manifest) coordinates(name string) (coordinates, bool) {
	for _, artifact := range [...]string{name, m.implementationTitle} {
		if artifact == "" || checkCoordinate(artifact) != nil {
			continue
		}
		c := coordinates{group: m.bundleGroup(artifact), artifact: artifact}
		if vendor := m.implementationVendorID; isGroup(vendor) &&
			(isBundleName(m.bundleName, vendor, artifact) || artifact == name && m.implementationTitle == name) {
			c.group = vendor
		}
		if c.group != "" {
			return c, true
		}
	}
	return coordinates{}, false
}

// bundleGroup is the group in Bundle-SymbolicName, if the artifact tells where it
// ends; else "".
func (m *manifest) bundleGroup(artifact string) string {
	group, ok := strings.CutSuffix(m.bundleName, "."+artifact)
	if !ok || !strings.Contains(artifact, "-") || !isGroup(group) {
		return ""
	}
	return group
}

// isBundleName reports whether the bundle plugin would make name of the ids.
func isBundleName(name, group, artifact string) bool {
	last := group[strings.LastIndexByte(group, '.')+1:]
	return name == group+"."+artifact ||
		artifact == last && name == group ||
		strings.HasPrefix(artifact, last+"-") && name == group+"."+artifact[len(last)+1:]
}

// isGroup reports whether s can be a group that says something.
func isGroup(s string) bool {
	return strings.Contains(s, ".") && s != "org.apache" && s != "org.apache.commons" && checkCoordinate(s) == nil
}
