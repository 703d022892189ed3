package version

import "strings"

// ForEcosystem is the scheme that orders the versions of an OSV ecosystem,
// named with or without its release: "Debian", "Debian:12". It is false for an
// ecosystem whose order is not known here; its versions cannot be judged, and
// no other scheme may stand in.
//
// Some that OSV files under SEMVER are left out, because plain semantic
// versioning misjudges them: Julia orders build metadata, and its advisories
// end at "6.9.12+3"; Bitnami's "4.0.20-0" is a revision of 4.0.20, not a
// version before it; Docker Hardened Images have build numbers, "25.1.5+5".
// https://ossf.github.io/osv-schema/#defined-ecosystems
func ForEcosystem(ecosystem string) (Scheme, bool) {
	base, _, _ := strings.Cut(ecosystem, ":")
	switch base {
	case "Debian", "Ubuntu", "Echo":
		return Deb, true
	case "Alpine", "Wolfi", "Chainguard", "MinimOS", "Alpaquita", "BellSoft Hardened Containers":
		return APK, true
	case "crates.io", "npm", "Hex", "Go", "SwiftURL":
		return Semver, true
	}
	return nil, false
}
