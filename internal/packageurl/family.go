package packageurl

import "github.com/plimsoll-go/plimsoll/vuln"

// FamilyWord is Trivy's word for a family, which programs that read its reports
// know; a family that Trivy has none for is spelled as everywhere.
// https://trivy.dev/latest/docs/coverage/os/
func FamilyWord(f vuln.Family) string {
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

// vendor is the namespace of a package URL: SUSE builds the packages of several
// families.
func vendor(f vuln.Family) string {
	switch f {
	case vuln.SLES, vuln.SLEMicro:
		return "suse"
	case vuln.OpenSUSELeap, vuln.OpenSUSETumbleweed:
		return "opensuse"
	}
	return FamilyWord(f)
}
