package version

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoOrder is matched by the error for an ecosystem whose versions have no
// order, or none that is known here: they cannot be judged, and no other scheme
// may stand in.
var ErrNoOrder = errors.New("no version order")

// ForEcosystem is the scheme that orders the versions of an ecosystem, named as
// OSV does, with or without its release: "Debian", "Debian:12". It knows all
// that the schema lists, and Arch Linux, Conda, Fedora, Gentoo and Amazon
// Linux. An error matches [ErrNoOrder] and says why there is none.
//
// Root files the packages of others: "Root:Alpine:3.18" has the order of
// Alpine.
//
// https://ossf.github.io/osv-schema/#defined-ecosystems
func ForEcosystem(ecosystem string) (Scheme, error) {
	base, release, _ := strings.Cut(ecosystem, ":")
	switch base {
	case "Debian", "Ubuntu", "Echo", "TuxCare":
		return Deb, nil
	case "Alpine", "Wolfi", "Chainguard", "MinimOS", "Alpaquita", "BellSoft Hardened Containers", "CleanStart":
		return APK, nil
	case "AlmaLinux", "Rocky Linux", "Red Hat", "SUSE", "openSUSE", "Mageia", "Photon OS", "Azure Linux", "openEuler", "Amazon Linux", "Fedora":
		return RPM, nil
	case "Arch Linux":
		return ALPM, nil
	case "npm":
		return NPM, nil
	case "Go":
		return Go, nil
	case "PyPI":
		return PyPI, nil
	case "Maven":
		return Maven, nil
	case "RubyGems":
		return RubyGems, nil
	case "NuGet":
		return NuGet, nil
	case "Packagist":
		return Composer, nil
	case "Pub", "Julia", "Docker Hardened Images", "DHI": // build metadata counts
		return Pub, nil
	case "Bitnami":
		return Bitnami, nil
	case "crates.io", "Hex", "SwiftURL", "GitHub Actions", "Kubernetes", "VSCode", "Bioconductor":
		return Semver, nil
	case "CRAN":
		return CRAN, nil
	case "Hackage", "GHC":
		return Hackage, nil
	case "Conda":
		return Conda, nil
	case "opam":
		return Opam, nil
	case "FreeBSD":
		return FreeBSD, nil
	case "Gentoo":
		return Gentoo, nil
	case "Root":
		if inner, _, _ := strings.Cut(release, ":"); inner != "" && inner != "Root" {
			return ForEcosystem(release)
		}
		return nil, fmt.Errorf("%w: %q does not say whose packages it files", ErrNoOrder, ecosystem)
	case "GIT":
		return nil, fmt.Errorf("%w: %s versions are commits, which form a graph", ErrNoOrder, base)
	case "Android", "ConanCenter", "Homebrew", "Linux", "OSS-Fuzz", "UVI":
		return nil, fmt.Errorf("%w: none is defined for %s", ErrNoOrder, base)
	}
	return nil, fmt.Errorf("%w: unknown ecosystem %q", ErrNoOrder, ecosystem)
}
