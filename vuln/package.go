// Package vuln matches packages against advisories: [Match] asks a [Database]
// which vulnerabilities the packages of an operating system have.
//
// It reads no image and no file. Package vuln/store is a Database on disk, and
// package scan finds the packages.
package vuln

// A PackageType is the packaging system a package comes from, spelled as the
// type of its package URL.
// https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst
type PackageType string

// The package types that have an analyzer.
const (
	TypeDeb PackageType = "deb"
	TypeAPK PackageType = "apk"
)

// System reports whether packages of type t are installed by an operating
// system's package manager: one database lists them all, and where it lies does
// not matter. Packages of other types are where they are found.
func (t PackageType) System() bool { return t == TypeDeb || t == TypeAPK }

// A Package is one installed package, as its database lists it.
type Package struct {
	Type PackageType
	Name string
	// Version is the whole version, "[epoch:]upstream[-revision]" for deb,
	// spelled as the database spells it.
	Version string
	Arch    string
	// SourceName and SourceVersion name the source package this one was built
	// from. Analyzers fill both always; they equal Name and Version where the
	// database names no other.
	SourceName    string
	SourceVersion string
	Maintainer    string
	Licenses      []string // in the order the database lists them
}
