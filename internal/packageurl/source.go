package packageurl

import (
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Source names the source package that c was built from, as those who publish
// advisories by source do: its arch is source for deb and src for rpm. "" where c is
// of another type.
func Source(os *vuln.OS, c *artifact.Component) string {
	of := *c
	switch c.Type {
	case vuln.TypeDeb:
		of.Arch = "source"
	case vuln.TypeRPM:
		of.Arch = "src"
	default:
		return ""
	}
	if c.SourceName != "" {
		of.Name, of.Version = c.SourceName, c.SourceVersion
	}
	return Of(os, &of)
}
