package report

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/internal/packageurl"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// packageURL names a component as Trivy does; "" where its type has no URL for it.
func packageURL(os *vuln.OS, c *scan.Component) string { return packageurl.Of(os, c) }

// splitVersion takes a deb or rpm version apart.
func splitVersion(t vuln.PackageType, version string) packageurl.Version {
	return packageurl.Split(t, version)
}

// familyWord is Trivy's word for a family.
func familyWord(f vuln.Family) string { return packageurl.FamilyWord(f) }

// systemName is the family and the version: "debian 12.15".
func systemName(os *vuln.OS) string {
	return strings.TrimSpace(familyWord(os.Family) + " " + os.Version)
}
