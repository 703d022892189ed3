package trivydb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A place is where Trivy looks a package up, and what it compares.
type place struct {
	buckets []string
	name    string
	version string
	scheme  version.Scheme
	// first is set where what one bucket says of a vulnerability hides what later
	// ones say of it.
	first bool
	// unfixed is set where advisories without a fix are reported.
	unfixed bool
	// rates names who rates each advisory itself; "" where nobody does.
	rates string
	err   error // why nothing can be looked up for the package
}

// placeOf finds the place of p on os.
func (db *DB) placeOf(os vuln.OS, p *vuln.Package) (place, error) {
	scheme, err := p.Type.Scheme()
	if err != nil {
		return place{}, fmt.Errorf("%w: %w", vuln.ErrNoAdvisories, err)
	}
	pl := place{scheme: scheme}
	if !p.Type.System() {
		return db.languagePlace(pl, p)
	}
	bucket := pl.system(os, p)
	if bucket == "" {
		return place{}, fmt.Errorf("%w for %s packages on %q", vuln.ErrNoAdvisories, p.Type, os.String())
	}
	if os.Family == vuln.Ubuntu && (os.Extended || strings.HasSuffix(os.Version, esm)) {
		// What Ubuntu Pro says goes before what was said before the release ended.
		pl.first = true
		pl.buckets = db.existing(bucket+esm, bucket)
	} else {
		pl.buckets = db.existing(bucket)
	}
	if len(pl.buckets) == 0 {
		return place{}, fmt.Errorf("%w for %q in the database", vuln.ErrNoAdvisories, bucket)
	}
	return pl, nil
}

// esm marks the buckets of Ubuntu Pro.
const esm = "-ESM"

// existing are those of the buckets that the database has.
func (db *DB) existing(buckets ...string) []string {
	return slices.DeleteFunc(buckets, func(b string) bool {
		_, ok := slices.BinarySearch(db.names, b)
		return !ok
	})
}

// system fills in the rules of a family and returns its bucket; "" if Trivy has
// none for the release.
func (pl *place) system(os vuln.OS, p *vuln.Package) string {
	major, rest, _ := strings.Cut(os.Version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	source, sourceVersion := cmp.Or(p.SourceName, p.Name), cmp.Or(p.SourceVersion, p.Version)
	bySource := func() { pl.name, pl.version = source, sourceVersion }
	pl.name, pl.version = p.Name, p.Version
	of := func(t vuln.PackageType, bucket string, release string) string {
		if p.Type != t || release == "" {
			return ""
		}
		return bucket + release
	}
	switch os.Family {
	case vuln.Debian:
		bySource()
		pl.unfixed, pl.rates = true, "debian"
		list, err := os.Ecosystems()
		if err != nil {
			return ""
		}
		_, release, _ := strings.Cut(string(list[0]), ":")
		return of(vuln.TypeDeb, "debian ", release)
	case vuln.Ubuntu:
		bySource()
		pl.unfixed = true
		parts := strings.SplitN(strings.TrimSuffix(os.Version, esm), ".", 3) // 18.04.6
		if len(parts) < 2 {
			return ""
		}
		return of(vuln.TypeDeb, "ubuntu ", parts[0]+"."+parts[1])
	case vuln.Alpine:
		bySource()
		pl.unfixed = true
		list, err := os.Ecosystems()
		if err != nil {
			return ""
		}
		_, release, _ := strings.Cut(string(list[0]), ":")
		return of(vuln.TypeAPK, "alpine ", strings.TrimPrefix(release, "v"))
	case vuln.Wolfi, vuln.Chainguard, vuln.MinimOS:
		pl.name = source
		return of(vuln.TypeAPK, "", string(os.Family))
	case vuln.Echo:
		bySource()
		pl.unfixed, pl.rates = true, "echo"
		return of(vuln.TypeDeb, "", "echo")
	case vuln.RedHat, vuln.CentOS:
		pl.inModule(p)
		pl.unfixed, pl.rates = true, "redhat"
		return of(vuln.TypeRPM, "", "Red Hat")
	case vuln.AlmaLinux:
		pl.inModule(p)
		return of(vuln.TypeRPM, "alma ", major)
	case vuln.Rocky:
		pl.inModule(p)
		return of(vuln.TypeRPM, "rocky ", major)
	case vuln.Amazon:
		return of(vuln.TypeRPM, "amazon linux ", amazonRelease(major))
	case vuln.Oracle:
		return of(vuln.TypeRPM, "Oracle Linux ", major)
	case vuln.SLES:
		return of(vuln.TypeRPM, "SUSE Linux Enterprise ", os.Version)
	case vuln.SLEMicro:
		return of(vuln.TypeRPM, "SUSE Linux Enterprise Micro ", os.Version)
	case vuln.OpenSUSELeap:
		return of(vuln.TypeRPM, "openSUSE Leap ", os.Version)
	case vuln.OpenSUSETumbleweed:
		return of(vuln.TypeRPM, "", "openSUSE Tumbleweed")
	case vuln.Photon:
		pl.name = source
		return of(vuln.TypeRPM, "Photon OS ", os.Version)
	case vuln.AzureLinux, vuln.Mariner:
		bySource()
		pl.unfixed = true
		prefix := "Azure Linux "
		if os.Family == vuln.Mariner {
			prefix = "CBL-Mariner "
		}
		return of(vuln.TypeRPM, prefix, major+"."+cmp.Or(minor, "0"))
	case vuln.Bottlerocket:
		return of(p.Type, "", "bottlerocket")
	}
	return ""
}

// inModule makes the name that of a package in its module: "nodejs:12::npm".
func (pl *place) inModule(p *vuln.Package) {
	if module := vuln.ModuleOf(p); module != "" {
		pl.name = module + "::" + p.Name
	} else if vuln.IsModular(p.Version) {
		pl.err = vuln.ErrUnknownModule
	}
}

func amazonRelease(major string) string {
	first, _, _ := strings.Cut(major, " ")
	switch first {
	case "":
		return ""
	case "2", "2022", "2023":
		return first
	}
	return "1"
}

// languagePlace finds all buckets of a type of package: each source has its own.
func (db *DB) languagePlace(pl place, p *vuln.Package) (place, error) {
	prefix := languagePrefix(p.Type)
	if prefix == "" {
		return place{}, fmt.Errorf("%w for %s packages", vuln.ErrNoAdvisories, p.Type)
	}
	for _, name := range db.names {
		if strings.HasPrefix(name, prefix+"::") {
			pl.buckets = append(pl.buckets, name)
		}
	}
	if len(pl.buckets) == 0 {
		return place{}, fmt.Errorf("%w for %s packages in the database", vuln.ErrNoAdvisories, p.Type)
	}
	pl.name, pl.version, pl.unfixed = languageName(p), strings.TrimSpace(p.Version), true
	switch p.Type {
	case vuln.TypeGo:
		pl.version = strings.TrimPrefix(pl.version, "v")
	case vuln.TypePyPI: // 4.2.8+sp1 matches ==4.2.8
		// https://peps.python.org/pep-0440/#version-matching
		pl.version, _, _ = strings.Cut(pl.version, "+")
	}
	return pl, nil
}

// languagePrefix is Trivy's word for an ecosystem.
func languagePrefix(t vuln.PackageType) string {
	switch t {
	case vuln.TypeGem:
		return "rubygems"
	case vuln.TypeCargo, vuln.TypeComposer, vuln.TypeMaven, vuln.TypeNPM, vuln.TypeNuGet, vuln.TypePub,
		vuln.TypeConan, vuln.TypeSwift, vuln.TypeCocoaPods, vuln.TypeBitnami, vuln.TypeJulia:
		return string(t)
	case vuln.TypeGo:
		return "go"
	case vuln.TypePyPI:
		return "pip"
	case vuln.TypeHex:
		return "erlang"
	}
	return ""
}

// languageName is how Trivy files a package. A part of a pod, "Boats/Core", has
// the version of the whole, which is what advisories name.
// https://guides.cocoapods.org/syntax/podspec.html#subspec
func languageName(p *vuln.Package) string {
	switch p.Type {
	case vuln.TypeGo, vuln.TypeJulia:
		return p.Name
	case vuln.TypeCocoaPods:
		name, _, _ := strings.Cut(p.Name, "/")
		return name
	case vuln.TypePyPI:
		return vuln.NormalizeName("PyPI", p.Name)
	case vuln.TypeSwift:
		return strings.TrimSuffix(strings.TrimPrefix(p.Name, "https://"), ".git")
	}
	return strings.ToLower(p.Name)
}

// stored are the names that p is filed under in a bucket. Trivy's builder does not
// fold the dots of PyPI's names, so that one package can have several.
func (db *DB) stored(bucket string, pl *place, p *vuln.Package) []string {
	if p.Type != vuln.TypePyPI {
		return []string{pl.name}
	}
	db.pypiMu.Lock()
	defer db.pypiMu.Unlock()
	names, ok := db.pypi[bucket]
	if !ok {
		names = make(map[string][]string)
		if b := db.tx.Bucket([]byte(bucket)); b != nil {
			c := b.Cursor()
			for k, _ := c.First(); k != nil; k, _ = c.Next() {
				name := vuln.NormalizeName("PyPI", string(k))
				names[name] = append(names[name], string(k))
			}
		}
		if db.pypi == nil {
			db.pypi = make(map[string]map[string][]string)
		}
		db.pypi[bucket] = names
	}
	return names[pl.name]
}
