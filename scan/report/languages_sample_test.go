package report_test

import (
	"errors"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// found is a package as the analyzer of that name found it in path.
func found(analyzer string, t vuln.PackageType, name, version, path string) scan.Component {
	return scan.Component{
		Package: vuln.Package{Type: t, Name: name, Version: version, SourceName: name, SourceVersion: version},
		Path:    path, Analyzer: analyzer,
	}
}

// languages is an image with a package of each language that is installed.
func languages() *scan.Report {
	rpm := found("rpm", vuln.TypeRPM, "keel", "2:1.10-3.module+el8", "var/lib/rpm/rpmdb.sqlite")
	rpm.Arch, rpm.SourceName, rpm.SourceVersion = "x86_64", "boats", "1.10-3.module+el8"
	rpm.Modularity = "boats:1.10:8030020201124152102:229f0a1c"
	nested := found("jar", vuln.TypeMaven, "org.example:keel", "2.0.1", "opt/app.war")
	nested.Inside = "WEB-INF/lib/keel-2.0.1.jar"
	deeper := found("jar", vuln.TypeMaven, "org.example:rib", "0.9", "opt/app.war")
	deeper.Inside = "WEB-INF/lib/keel-2.0.1.jar!/lib/rib.jar"
	nameless := found("jar", vuln.TypeMaven, "plank.jar", "", "opt/plank.jar")
	nameless.Unidentified = true
	conda := found("conda-pkg", vuln.TypeConda, "numpy-like", "1.0", "opt/conda/conda-meta/numpy-like-1.0-0.json")
	conda.Licenses = []string{"BSD-3-Clause"}
	main := found("gobinary", vuln.TypeGo, "example.com/Fleet/app", "(devel)", "usr/bin/app")
	main.Relationship = artifact.Root
	module := found("gobinary", vuln.TypeGo, "example.com/Fleet/hull", "v1.2.0", "usr/bin/app")
	r := &scan.Report{
		Target: scan.Target{Kind: artifact.KindRootfs, Name: "/mnt"},
		OS:     &vuln.OS{Family: vuln.RedHat, Version: "8.10"},
		Components: []scan.Component{
			found("python-egg", vuln.TypePyPI, "Rope_Knots", "0.3", "usr/lib/python3/Rope_Knots.egg-info"),
			found("node-pkg", vuln.TypeNPM, "@boats/hull", "1.0.0-rc.1", "app/node_modules/@boats/hull/package.json"),
			found("gemspec", vuln.TypeGem, "anchor", "2.0", "usr/share/gems/specifications/anchor-2.0.gemspec"),
			conda, main, module, rpm,
			found("python-pkg", vuln.TypePyPI, "mast", "4.1", "usr/lib/python3/site-packages/mast-4.1.dist-info/METADATA"),
			nested, deeper, nameless,
			found("rustbinary", vuln.TypeCargo, "oar", "0.1.0", "usr/bin/row"),
		},
		Database: &vuln.DatabaseInfo{},
		Problems: []scan.Problem{{
			Stage: artifact.StageMatch, Path: "opt/plank.jar", Err: errors.New("1 package of no name"), Hides: artifact.HidesSome,
		}},
	}
	hit := func(i int, id string, level severity.Level) scan.Vulnerability {
		return scan.Vulnerability{Component: &r.Components[i], ID: id, Status: vuln.StatusFixed, Fixed: "99", Severity: level}
	}
	r.Vulnerabilities = []scan.Vulnerability{
		hit(1, "CVE-2024-0003", severity.High), hit(5, "CVE-2024-0004", severity.Low), hit(6, "CVE-2024-0005", severity.Medium),
		hit(8, "CVE-2024-0006", severity.Critical), hit(9, "CVE-2024-0006", severity.Critical),
	}
	return r
}

// repository is a checkout with two lock files.
func repository() *scan.Report {
	const lock, pins = "web/package-lock.json", "poetry.lock"
	root := found("npm", vuln.TypeNPM, "fleet", "1.0.0", lock)
	root.Relationship, root.DependsOn = artifact.Root, []string{"@boats/hull@2.0.0", "oakum@0.1.0"}
	hull := found("npm", vuln.TypeNPM, "@boats/hull", "2.0.0", lock)
	hull.Relationship, hull.DependsOn = artifact.Direct, []string{"plank@1.1.0"}
	hull.Lines = []artifact.LineRange{{First: 10, Last: 18}}
	oakum := found("npm", vuln.TypeNPM, "oakum", "0.1.0", lock)
	oakum.Relationship, oakum.Dev = artifact.Direct, true
	oakum.Lines = []artifact.LineRange{{First: 19, Last: 24}}
	plank := found("npm", vuln.TypeNPM, "plank", "1.1.0", lock)
	plank.Relationship, plank.Licenses = artifact.Indirect, []string{"MIT"}
	plank.Lines = []artifact.LineRange{{First: 25, Last: 30}, {First: 40, Last: 45}}
	r := &scan.Report{
		Target: scan.Target{
			Kind: artifact.KindRepository, Name: "https://git.example.com/fleet",
			Branch: "main", Tags: []string{"v1.0.0", "latest"}, Commit: "0123456789abcdef0123456789abcdef01234567",
		},
		Components: []scan.Component{hull, root, found("poetry", vuln.TypePyPI, "mast", "4.1", pins), oakum, plank},
		Database:   &vuln.DatabaseInfo{},
	}
	r.Vulnerabilities = []scan.Vulnerability{
		{Component: &r.Components[4], ID: "CVE-2024-0007", Status: vuln.StatusAffected, Severity: severity.High},
	}
	return r
}

// bill is a bill of materials, whose packages are taken for installed.
func bill() *scan.Report {
	return &scan.Report{
		Target: scan.Target{Kind: artifact.KindCycloneDX, Name: "app.cdx.json"},
		Components: []scan.Component{
			found("sbom", vuln.TypeGem, "anchor", "2.0", ""),
			found("sbom", vuln.TypeNPM, "bosun", "1.0.0", "app/bosun/package.json"),
			found("sbom", vuln.TypeConda, "caulk", "1", ""),
			found("sbom", vuln.TypeGo, "example.com/hull", "v1.0.0", "usr/bin/app"),
			found("sbom", vuln.TypePyPI, "mast", "4.1", ""),
			found("sbom", vuln.TypeCargo, "oar", "0.1.0", ""),
			found("sbom", vuln.TypeMaven, "org.example:rib", "0.9", "opt/rib.jar"),
		},
		Database: &vuln.DatabaseInfo{},
	}
}

// old is of a system that was not supported any more.
func old() *scan.Report {
	r := shop()
	r.OS.Version = "9.13"
	r.EndOfLife = &vuln.EndOfLife{Release: "9", Date: time.Date(2022, 6, 30, 0, 0, 0, 0, time.UTC), Source: "https://example.com/lts"}
	return r
}
