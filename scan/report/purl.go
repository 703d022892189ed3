package report

import (
	"strconv"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// A parts is a version of a deb or rpm package in its parts,
// [epoch:]upstream[-revision].
// https://www.debian.org/doc/debian-policy/ch-controlfields.html#version
type parts struct {
	Epoch    int
	Rest     string // all after the epoch
	Upstream string
	Revision string
}

// splitVersion takes a deb or rpm version apart. Other versions are all upstream,
// and so is what stands before a colon when it is no number.
func splitVersion(t vuln.PackageType, version string) parts {
	v := parts{Rest: version, Upstream: version}
	if t != vuln.TypeDeb && t != vuln.TypeRPM {
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

// packageURL names a component as Trivy does: the distribution is the
// namespace; the qualifiers are arch, distro and epoch where they apply, the
// version having no epoch. distro is debian-12.15, but 3.19.1 alone for apk. The
// namespace of other types is what stands before a name's last slash, or before
// the colon of Maven's.
// https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst
func packageURL(os *vuln.OS, c *scan.Component) string {
	qualifiers := map[string]string{}
	if c.Arch != "" {
		qualifiers["arch"] = c.Arch
	}
	namespace, name, subpath := "", c.Name, ""
	switch {
	case c.Type == vuln.TypeMaven:
		if group, artifact, ok := strings.Cut(name, ":"); ok {
			namespace, name = group, artifact
		}
	case c.Type == vuln.TypeSwift:
		name = strings.TrimSuffix(strings.TrimPrefix(name, "https://"), ".git")
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			namespace, name = name[:i], name[i+1:]
		}
	case c.Type == vuln.TypeCocoaPods:
		if pod, sub, ok := strings.Cut(name, "/"); ok {
			name, subpath = pod, sub
		}
	case !c.Type.System():
		if i := strings.LastIndexByte(name, '/'); i >= 0 { // @scope/name, example.com/module
			namespace, name = name[:i], name[i+1:]
		}
	case os != nil:
		namespace = string(os.Family)
		switch {
		case os.Version == "":
		case c.Type == vuln.TypeAPK:
			qualifiers["distro"] = os.Version
		default:
			qualifiers["distro"] = namespace + "-" + os.Version
		}
	}
	version := splitVersion(c.Type, c.Version)
	if version.Epoch != 0 {
		qualifiers["epoch"] = strconv.Itoa(version.Epoch)
	}
	url := packageurl.NewPackageURL(string(c.Type), namespace, name, version.Rest, packageurl.QualifiersFromMap(qualifiers), subpath)
	return url.ToString()
}
