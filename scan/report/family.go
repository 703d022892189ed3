package report

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// familyWord is Trivy's word for a family, which programs that read its reports
// know; a family that Trivy has none for is spelled as everywhere.
// https://trivy.dev/latest/docs/coverage/os/
func familyWord(f vuln.Family) string {
	switch f {
	case vuln.RedHat:
		return "redhat"
	case vuln.AlmaLinux:
		return "alma"
	case vuln.Oracle:
		return "oracle"
	case vuln.Amazon:
		return "amazon"
	case vuln.Mariner:
		return "cbl-mariner"
	case vuln.SLEMicro:
		return "slem"
	}
	return string(f)
}

// systemName is the family and the version: "debian 12.15".
func systemName(os *vuln.OS) string {
	return strings.TrimSpace(familyWord(os.Family) + " " + os.Version)
}

// vendor is the namespace of a package URL: SUSE builds the packages of several
// families.
func vendor(f vuln.Family) string {
	switch f {
	case vuln.SLES, vuln.SLEMicro:
		return "suse"
	case vuln.OpenSUSELeap, vuln.OpenSUSETumbleweed:
		return "opensuse"
	}
	return familyWord(f)
}
