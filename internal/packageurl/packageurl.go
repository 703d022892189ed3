// Package packageurl names components and images by package URLs, with Trivy's
// words.
// https://github.com/package-url/purl-spec
package packageurl

import (
	"strconv"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Version is a version of a deb or rpm package in its parts,
// [epoch:]upstream[-revision].
// https://www.debian.org/doc/debian-policy/ch-controlfields.html#version
type Version struct {
	Epoch    int
	Rest     string // all after the epoch
	Upstream string
	Revision string
}

// Split takes a deb or rpm version apart. Other versions are all upstream,
// and so is what stands before a colon when it is no number.
func Split(t vuln.PackageType, version string) Version {
	v := Version{Rest: version, Upstream: version}
	if t != vuln.TypeDeb && t != vuln.TypeRPM && t != vuln.TypeBottlerocket {
		return v
	}
	if epoch, rest, ok := strings.Cut(version, ":"); ok {
		if n, err := strconv.ParseUint(epoch, 10, 31); err == nil {
			v.Epoch, v.Rest = int(n), rest
		}
	}
	v.Upstream = v.Rest
	if i := strings.LastIndexByte(v.Rest, '-'); i >= 0 {
		v.Upstream, v.Revision = v.Rest[:i], v.Rest[i+1:]
	}
	return v
}

// Of names a component as Trivy does. "" where its type has no URL for
// it: a Go module at a local path, a Swift package without a host, a Julia
// package, whose URL has a uuid that components have not, and a file that is
// some package, but does not say which.
//
// Of the system's packages the namespace is the vendor, which for ebuild is the
// category; the qualifiers are arch, distro, epoch and modularitylabel where they
// apply. distro is debian-12.15, but 3.19.1 alone for apk. The version of a deb
// or rpm has no epoch, and "(devel)" is none. Names are in lower case where the
// type says so.
//
// https://github.com/package-url/purl-spec/tree/main/types
func Of(os *vuln.OS, c *artifact.Component) string {
	if c.Unidentified {
		return ""
	}
	version := Split(c.Type, c.Version)
	if c.Unversioned() {
		version.Rest = ""
	}
	qualifiers := make(map[string]string)
	if c.Arch != "" {
		qualifiers["arch"] = c.Arch
	}
	if version.Epoch != 0 {
		qualifiers["epoch"] = strconv.Itoa(version.Epoch)
	}
	var n urlName
	if c.Type.System() {
		n = systemURLName(os, c)
		if d := distro(os, c.Type); d != "" {
			qualifiers["distro"] = d
		}
		if c.Modularity != "" {
			qualifiers["modularitylabel"] = c.Modularity
		}
	} else {
		n = languageURLName(c)
	}
	url := packageurl.NewPackageURL(string(c.Type), n.Namespace, n.Name, version.Rest, packageurl.QualifiersFromMap(qualifiers), n.Subpath)
	if url.Normalize() != nil {
		return "" // which nobody could read
	}
	return url.ToString()
}

// distro is the qualifier of that name; "" where no release is known.
func distro(os *vuln.OS, t vuln.PackageType) string {
	switch {
	case os == nil || os.Version == "":
		return ""
	case t == vuln.TypeAPK:
		return os.Version
	}
	return FamilyWord(os.Family) + "-" + os.Version
}

// A urlName is a name as a package URL has it.
type urlName struct{ Namespace, Name, Subpath string }

func systemURLName(os *vuln.OS, c *artifact.Component) urlName {
	switch {
	case c.Type == vuln.TypeEbuild: // "sys-libs/zlib"
		return slashed(c.Name)
	case c.Type == vuln.TypeBottlerocket || os == nil:
		return urlName{Name: c.Name}
	}
	return urlName{Namespace: vendor(os.Family), Name: c.Name}
}

func languageURLName(c *artifact.Component) urlName {
	switch c.Type {
	case vuln.TypeMaven: // "group:artifact"
		if group, artifact, ok := strings.Cut(c.Name, ":"); ok {
			return urlName{Namespace: group, Name: artifact}
		}
	case vuln.TypeGo: // "example.com/module"
		if strings.HasPrefix(c.Name, ".") || strings.HasPrefix(c.Name, "/") {
			return urlName{}
		}
		return slashed(c.Name)
	case vuln.TypeNPM, vuln.TypeComposer: // "@scope/name", "vendor/name"
		return slashed(c.Name)
	case vuln.TypeSwift: // "example.com/owner/name", or the whole address
		return slashed(strings.TrimSuffix(strings.TrimPrefix(c.Name, "https://"), ".git"))
	case vuln.TypeCocoaPods: // "Pod/Part"
		pod, part, _ := strings.Cut(c.Name, "/")
		return urlName{Name: pod, Subpath: part}
	case vuln.TypeHex:
		return urlName{Name: strings.ToLower(c.Name)}
	}
	return urlName{Name: c.Name}
}

// slashed takes what stands before the last slash as the namespace.
func slashed(name string) urlName {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return urlName{Name: name}
	}
	return urlName{Namespace: name[:i], Name: name[i+1:]}
}
