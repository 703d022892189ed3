package analyze

import (
	"fmt"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// componentOf is the component that a package URL names, and the system that its
// distro qualifier does, if it has one. The name is as the packaging system
// spells it: "@scope/name" for npm, "group:artifact" for Maven.
//
// Qualifiers that count are arch, epoch, distro, and upstream: the source
// package, as name, name@version, or the file name of a source rpm.
// https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst
func componentOf(url string) (artifact.Component, *vuln.OS, error) {
	p, err := packageurl.FromString(url)
	if err != nil {
		return artifact.Component{}, nil, err
	}
	t := vuln.PackageType(p.Type)
	q := p.Qualifiers.Map()
	if !t.System() {
		return library(t, purlName(p), p.Version), nil, nil
	}
	c := library(t, p.Name, p.Version)
	if t == vuln.TypeEbuild && p.Namespace != "" {
		c.Name = p.Namespace + "/" + p.Name
	}
	c.Arch, c.Modularity = q["arch"], q["modularitylabel"]
	// The version may have it already: some tools write it twice.
	if epoch := q["epoch"]; epoch != "" && epoch != "0" && c.Version != "" && !strings.HasPrefix(c.Version, epoch+":") {
		c.Version = epoch + ":" + c.Version
	}
	c.SourceName, c.SourceVersion = c.Name, c.Version
	if up := q["upstream"]; up != "" {
		c.SourceName, c.SourceVersion = upstream(up, c.Version)
	}
	return c, distroOf(p.Namespace, q["distro"]), nil
}

// purlName joins what a package URL takes apart.
func purlName(p packageurl.PackageURL) string {
	joint := "/"
	switch vuln.PackageType(p.Type) {
	case vuln.TypeMaven:
		joint = ":"
	case vuln.TypeConan: // the namespace is who packaged it
		return p.Name
	case vuln.TypeCocoaPods:
		if p.Subpath != "" {
			return p.Name + "/" + p.Subpath
		}
	}
	if p.Namespace == "" {
		return p.Name
	}
	return p.Namespace + joint + p.Name
}

// upstream is the source package that a qualifier names.
func upstream(text, version string) (string, string) {
	if file, ok := strings.CutSuffix(text, ".src.rpm"); ok {
		// name-version-release
		if i := strings.LastIndexByte(file, '-'); i > 0 {
			if j := strings.LastIndexByte(file[:i], '-'); j > 0 {
				return file[:j], file[j+1:]
			}
		}
		return file, version
	}
	if name, v, ok := strings.Cut(text, "@"); ok && name != "" {
		return name, v
	}
	return text, version
}

// distroOf is the system of a namespace, "debian", and a qualifier: "debian-12"
// or "12" alone. Nil: the qualifier is absent.
func distroOf(namespace, distro string) *vuln.OS {
	if distro == "" {
		return nil
	}
	for _, family := range []vuln.Family{vuln.OpenSUSELeap, vuln.OpenSUSETumbleweed} { // whose names have a hyphen
		if version, ok := strings.CutPrefix(distro, string(family)); ok && (version == "" || version[0] == '-') {
			return &vuln.OS{Family: family, Version: strings.TrimPrefix(version, "-")}
		}
	}
	family, version, ok := strings.Cut(distro, "-")
	switch {
	case strings.HasPrefix(distro, namespace+"-"): // cbl-mariner
		family, version = namespace, distro[len(namespace)+1:]
	case !ok && family != "" && (family[0] >= '0' && family[0] <= '9' || family == "edge"):
		family, version = namespace, distro
	}
	return &vuln.OS{Family: familyNamed(family), Version: version}
}

// familyNamed is the family that other tools have another word for, or an ID
// names.
func familyNamed(word string) vuln.Family {
	switch word = strings.ToLower(word); word {
	case "redhat":
		return vuln.RedHat
	case "alma":
		return vuln.AlmaLinux
	case "oracle":
		return vuln.Oracle
	case "amazon":
		return vuln.Amazon
	case "cbl-mariner":
		return vuln.Mariner
	case "slem":
		return vuln.SLEMicro
	case "suse":
		return vuln.SLES
	case "opensuse.leap":
		return vuln.OpenSUSELeap
	case "opensuse.tumbleweed":
		return vuln.OpenSUSETumbleweed
	}
	return familyOf(word)
}

// errPURL is the error of a malformed package URL, either of which may be long.
func errPURL(url string, err error) error {
	return fmt.Errorf("package URL %.*q: %.*s", maxQuote, url, 2*maxQuote, err)
}
