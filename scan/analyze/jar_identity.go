package analyze

import (
	"cmp"
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
// that its name is made of, or the only ones that were packed by Maven.
func (id *jarIdentity) self() int {
	name, _ := splitJarName(id.base)
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
	only := -1
	for i, p := range id.poms {
		switch {
		case !p.maven:
		case only >= 0:
			return -1
		default:
			only = i
		}
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

// version is the version of an archive whose name says that it is named: ""
// where neither tells. The name's is exact if it says the same as
// Bundle-Version, which spells 31.1-jre as 31.1.0.jre.
func (m *manifest) version(named string) string {
	if isJarVersion(m.implementationVersion) {
		return m.implementationVersion
	}
	if !isJarVersion(named) {
		named = ""
	}
	if isJarVersion(m.bundleVersion) && osgiVersion(named) != osgiVersion(m.bundleVersion) {
		return m.bundleVersion
	}
	if named == "" && isJarVersion(m.specificationVersion) {
		return m.specificationVersion
	}
	return cmp.Or(named, m.bundleVersion)
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
// Read backwards, the third could be com.example:keel as well, so that a name
// of one word needs Implementation-Vendor-Id beside it. So does org.apache.commons,
// whose older parts are groups of their own, as commons-io:commons-io. And
// org.apache is what Apache's projects write whatever their group is.
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
	if !strings.Contains(artifact, "-") {
		return ""
	}
	if group, ok := strings.CutSuffix(m.bundleName, "."+artifact); ok && isGroup(group) {
		return group
	}
	for i := range len(artifact) {
		if artifact[i] != '-' {
			continue
		}
		group, ok := strings.CutSuffix(m.bundleName, "."+artifact[i+1:])
		if ok && isGroup(group) && group != "org.apache.commons" && strings.HasSuffix(group, "."+artifact[:i]) {
			return group
		}
	}
	return ""
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
	return strings.Contains(s, ".") && s != "org.apache" && checkCoordinate(s) == nil
}
