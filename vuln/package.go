// Package vuln matches packages against advisories: [Match] asks a [Database]
// which vulnerabilities the packages of an operating system have.
//
// It reads no image and no file. Package vuln/store is a Database on disk, and
// package scan finds the packages.
package vuln

import (
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A PackageType is the packaging system a package comes from, spelled as the
// type of its package URL.
// https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst
type PackageType string

// The package types.
const (
	TypeDeb       PackageType = "deb"
	TypeAPK       PackageType = "apk"
	TypeRPM       PackageType = "rpm"
	TypeALPM      PackageType = "alpm"   // Arch Linux
	TypeEbuild    PackageType = "ebuild" // Gentoo
	TypeNPM       PackageType = "npm"
	TypePyPI      PackageType = "pypi"
	TypeGo        PackageType = "golang"
	TypeMaven     PackageType = "maven"
	TypeGem       PackageType = "gem"
	TypeComposer  PackageType = "composer"
	TypeNuGet     PackageType = "nuget"
	TypeCargo     PackageType = "cargo"
	TypePub       PackageType = "pub"
	TypeHex       PackageType = "hex"
	TypeSwift     PackageType = "swift"
	TypeCocoaPods PackageType = "cocoapods"
	TypeConan     PackageType = "conan"
	TypeConda     PackageType = "conda"
	TypeJulia     PackageType = "julia"
	TypeCRAN      PackageType = "cran"
	TypeHackage   PackageType = "hackage"
	TypeBitnami   PackageType = "bitnami"
)

// TypeBottlerocket is for what a Bottlerocket was built from: rpms, and so
// ordered, but none of them is installed, and the names are not those of rpms.
// It is the type that Trivy writes.
const TypeBottlerocket PackageType = "bottlerocket"

// System reports whether packages of type t are installed by an operating
// system's package manager: one database lists them all, and where it lies does
// not matter. Packages of other types are where they are found.
func (t PackageType) System() bool {
	switch t {
	case TypeDeb, TypeAPK, TypeRPM, TypeALPM, TypeEbuild, TypeBottlerocket:
		return true
	}
	return false
}

// Ecosystem is that of a package type which is the same on every operating
// system; "" for the others, and for types that OSV has no ecosystem for.
func (t PackageType) Ecosystem() Ecosystem {
	switch t {
	case TypeNPM:
		return "npm"
	case TypePyPI:
		return "PyPI"
	case TypeGo:
		return "Go"
	case TypeMaven:
		return "Maven"
	case TypeGem:
		return "RubyGems"
	case TypeComposer:
		return "Packagist"
	case TypeNuGet:
		return "NuGet"
	case TypeCargo:
		return "crates.io"
	case TypePub:
		return "Pub"
	case TypeHex:
		return "Hex"
	case TypeSwift:
		return "SwiftURL"
	case TypeConan:
		return "ConanCenter"
	case TypeJulia:
		return "Julia"
	case TypeCRAN:
		return "CRAN"
	case TypeHackage:
		return "Hackage"
	case TypeBitnami:
		return "Bitnami"
	}
	return ""
}

// Scheme is the order of the versions of packages of type t. CocoaPods is built
// on RubyGems' order; Conan's users write semantic versions. An error matches
// version.ErrNoOrder.
func (t PackageType) Scheme() (version.Scheme, error) {
	switch t {
	case TypeDeb:
		return version.Deb, nil
	case TypeAPK:
		return version.APK, nil
	case TypeRPM, TypeBottlerocket:
		return version.RPM, nil
	case TypeALPM:
		return version.ALPM, nil
	case TypeEbuild:
		return version.Gentoo, nil
	case TypeCocoaPods:
		return version.RubyGems, nil
	case TypeConan:
		return version.Semver, nil
	case TypeConda:
		return version.Conda, nil
	}
	if eco := t.Ecosystem(); eco != "" {
		return version.ForEcosystem(string(eco))
	}
	return nil, fmt.Errorf("%w for packages of type %q", version.ErrNoOrder, t)
}

// A Package is one installed package, as its database lists it.
type Package struct {
	Type PackageType
	Name string
	// Version is the whole version, "[epoch:]upstream[-revision]" for deb,
	// "[epoch:]version-release" for rpm, spelled as the database spells it.
	Version string
	Arch    string
	// SourceName and SourceVersion name the source package this one was built
	// from. They equal Name and Version where the database names no other; a scan
	// fills them in where an analyzer leaves them empty.
	SourceName    string
	SourceVersion string
	Maintainer    string   // or vendor
	Licenses      []string // in the order the database lists them
	// Modularity is the label of the module an rpm was built in,
	// "nodejs:12:8030020201124152102:229f0a1c"; empty where there is none.
	Modularity string
	// ContentSets name the repositories a package of Red Hat's is from, as its
	// layer's build information does; nil where there is none.
	ContentSets []string
	// ThirdParty is set for a package of the system's type that somebody else
	// than the distribution built: its advisories are not about it.
	ThirdParty bool
}

// Unversioned reports whether p, of a language, does not say its version: a jar
// without one in its manifest, a Go program built from a checkout, "(devel)".
func (p *Package) Unversioned() bool {
	if p.Type.System() {
		return false
	}
	return p.Version == "" || p.Version == "(devel)" && p.Type == TypeGo
}

// NormalizeName is how name is looked up in eco: packages of some ecosystems
// are the same however their names are capitalised or joined.
//
//	PyPI              lower case, runs of "-", "_" and "." are "-" (PEP 503)
//	NuGet, Packagist, Hex, GitHub Actions  lower case
//	SwiftURL          lower case, without scheme and ".git"
func NormalizeName(eco Ecosystem, name string) string {
	switch eco.Base() {
	case "PyPI":
		return normalizePyPI(name)
	case "NuGet", "Packagist", "Hex", "GitHub Actions":
		return strings.ToLower(name)
	case "SwiftURL":
		name = strings.ToLower(name)
		name = strings.TrimPrefix(strings.TrimPrefix(name, "https://"), "http://")
		return strings.TrimSuffix(strings.TrimSuffix(name, "/"), ".git")
	}
	return name
}

// https://peps.python.org/pep-0503/#normalized-names
func normalizePyPI(name string) string {
	clean := true
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' || c == '_' || c == '.' || c == '-' && i > 0 && name[i-1] == '-' {
			clean = false
			break
		}
	}
	if clean {
		return name
	}
	out := make([]byte, 0, len(name))
	joint := false
	for i := range len(name) {
		switch c := name[i]; {
		case c == '-' || c == '_' || c == '.':
			joint = true
			continue
		default:
			if joint {
				out, joint = append(out, '-'), false
			}
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			out = append(out, c)
		}
	}
	if joint {
		out = append(out, '-')
	}
	return string(out)
}
