package report_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// A readerReport is what a program that reads Trivy's reports declares, apart
// from the types of the package itself: a field renamed there is missed here.
type readerReport struct {
	SchemaVersion int    `json:"SchemaVersion"`
	ArtifactName  string `json:"ArtifactName"`
	ArtifactType  string `json:"ArtifactType"`
	Metadata      struct {
		OS struct {
			Family    string `json:"Family"`
			Name      string `json:"Name"`
			EOSL      *bool  `json:"EOSL"`
			EndOfLife string `json:"EndOfLife"`
		} `json:"OS"`
		ImageID     string          `json:"ImageID"`
		DiffIDs     []string        `json:"DiffIDs"`
		RepoTags    []string        `json:"RepoTags"`
		RepoDigests []string        `json:"RepoDigests"`
		Reference   string          `json:"Reference"`
		Branch      string          `json:"Branch"`
		Tags        []string        `json:"Tags"`
		Commit      string          `json:"Commit"`
		ImageConfig json.RawMessage `json:"ImageConfig"`
		Layers      []readerLayer   `json:"Layers"`
	} `json:"Metadata"`
	Results []struct {
		Target          string                `json:"Target"`
		Class           string                `json:"Class"`
		Type            string                `json:"Type"`
		Packages        []readerPackage       `json:"Packages"`
		Vulnerabilities []readerVulnerability `json:"Vulnerabilities"`
	} `json:"Results"`
	Database map[string]any  `json:"Database"`
	Problems []readerProblem `json:"Problems"`
}

type readerProblem struct {
	Stage   string `json:"Stage"`
	Path    string `json:"Path"`
	Layer   string `json:"Layer"`
	Message string `json:"Message"`
	Hides   string `json:"Hides"`
}

type readerLayer struct {
	Size   int    `json:"Size"`
	Digest string `json:"Digest"`
	DiffID string `json:"DiffID"`
}

type readerIdentifier struct {
	PURL string `json:"PURL"`
}

type readerPackage struct {
	ID         string           `json:"ID"`
	Name       string           `json:"Name"`
	Identifier readerIdentifier `json:"Identifier"`
	Version    string           `json:"Version"`
	Release    string           `json:"Release"`
	Epoch      int              `json:"Epoch"`
	Arch       string           `json:"Arch"`
	SrcName    string           `json:"SrcName"`
	SrcVersion string           `json:"SrcVersion"`
	SrcRelease string           `json:"SrcRelease"`
	SrcEpoch   int              `json:"SrcEpoch"`
	Licenses   []string         `json:"Licenses"`
	Maintainer string           `json:"Maintainer"`
	Modularity string           `json:"Modularitylabel"`
	Dev        bool             `json:"Dev"`
	Indirect   bool             `json:"Indirect"`
	Relation   string           `json:"Relationship"`
	DependsOn  []string         `json:"DependsOn"`
	Layer      readerLayer      `json:"Layer"`
	FilePath   string           `json:"FilePath"`
	Locations  []struct {
		StartLine int `json:"StartLine"`
		EndLine   int `json:"EndLine"`
	} `json:"Locations"`
	Unidentified bool `json:"Unidentified"`
}

type readerVulnerability struct {
	VulnerabilityID  string           `json:"VulnerabilityID"`
	VendorIDs        []string         `json:"VendorIDs"`
	PkgID            string           `json:"PkgID"`
	PkgName          string           `json:"PkgName"`
	PkgPath          string           `json:"PkgPath"`
	PkgIdentifier    readerIdentifier `json:"PkgIdentifier"`
	InstalledVersion string           `json:"InstalledVersion"`
	FixedVersion     string           `json:"FixedVersion"`
	Status           string           `json:"Status"`
	Layer            readerLayer      `json:"Layer"`
	SeveritySource   string           `json:"SeveritySource"`
	PrimaryURL       string           `json:"PrimaryURL"`
	DataSource       struct {
		ID   string `json:"ID"`
		Name string `json:"Name"`
	} `json:"DataSource"`
	Title            string                    `json:"Title"`
	Description      string                    `json:"Description"`
	Severity         string                    `json:"Severity"`
	VendorSeverity   map[string]int            `json:"VendorSeverity"`
	CVSS             map[string]map[string]any `json:"CVSS"`
	References       []string                  `json:"References"`
	PublishedDate    string                    `json:"PublishedDate"`
	LastModifiedDate string                    `json:"LastModifiedDate"`
	KEV              map[string]any            `json:"KEV"`
	EPSS             map[string]any            `json:"EPSS"`
}

// read decodes strictly: names that differ by case alone fail too, which
// encoding/json would accept.
func read(t testing.TB, text string) readerReport {
	t.Helper()
	var r readerReport
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		t.Fatalf("read report: %v\n%s", err, text)
	}
	return r
}

func TestJSONFields(t *testing.T) {
	t.Parallel()
	text := render(t, report.JSON{}, findings())
	r := read(t, text)
	if r.SchemaVersion != 2 || r.ArtifactType != "container_image" || r.ArtifactName != "example.com/shop:1" {
		t.Errorf("report is %d, %q, %q, want 2, container_image, example.com/shop:1", r.SchemaVersion, r.ArtifactType, r.ArtifactName)
	}
	if len(r.Results) != 1 {
		t.Fatalf("%d results, want 1", len(r.Results))
	}
	res := r.Results[0]
	if got, want := len(res.Packages), 3; got != want {
		t.Errorf("%d packages, want %d", got, want)
	}
	second := readerLayer{Digest: hash("2"), DiffID: hash("b")}
	wantPackage := readerPackage{
		ID: "libboats2@1:2.4-1+b1", Name: "libboats2",
		Identifier: readerIdentifier{"pkg:deb/debian/libboats2@2.4-1%2Bb1?arch=amd64&distro=debian-12.15&epoch=1"},
		Version:    "2.4", Release: "1+b1", Epoch: 1, Arch: "amd64",
		SrcName: "boats", SrcVersion: "2.4", SrcRelease: "1", SrcEpoch: 1,
		Maintainer: "Jo <jo@example.com>", Layer: second,
	}
	if diff := cmp.Diff(wantPackage, res.Packages[1]); diff != "" {
		t.Errorf("package 1 (-want +got):\n%s", diff)
	}
	got := res.Vulnerabilities[0]
	if vector, ok := got.CVSS["debian"]["V3Vector"].(string); !ok || !strings.HasPrefix(vector, "CVSS:3.1/") {
		t.Errorf("CVSS = %v, want the first V3Vector for debian", got.CVSS)
	}
	if diff := cmp.Diff(map[string]int{"debian": 4, "nvd": 3}, got.VendorSeverity); diff != "" {
		t.Errorf("VendorSeverity (-want +got):\n%s", diff)
	}
	if got.KEV["DateAdded"] != "2024-01-20" || got.EPSS["Probability"] != 0.5 {
		t.Errorf("KEV = %v, EPSS = %v, want what is known of the exploitation", got.KEV, got.EPSS)
	}
	if r.Database["Built"] != "2024-03-01T12:00:00Z" || r.Database["Sources"].([]any)[0].(map[string]any)["Name"] != "Debian" {
		t.Errorf("Database = %v, want its age and sources", r.Database)
	}
	got.CVSS, got.VendorSeverity, got.KEV, got.EPSS = nil, nil, nil, nil
	want := readerVulnerability{
		VulnerabilityID: "CVE-2024-0001", VendorIDs: []string{"DEBIAN-TEST-2024-0001", "DTA-1-1"},
		PkgID: wantPackage.ID, PkgName: "libboats2", PkgIdentifier: wantPackage.Identifier,
		InstalledVersion: "1:2.4-1+b1", FixedVersion: "1:2.4-1+deb12u1", Status: "fixed", Layer: second,
		SeveritySource: "debian", PrimaryURL: "https://avd.aquasec.com/nvd/cve-2024-0001",
		Title:       "boats: the hull leaks when it is loaded beyond its mark <and> the sea is rough that day",
		Description: "Longer words.", Severity: "CRITICAL",
		References:    []string{"https://example.com/leak?a=1&b=2", "https://www.debian.org/security/leak"},
		PublishedDate: "2024-01-02T03:04:05Z", LastModifiedDate: "2024-02-03T04:05:06.0000007Z",
	}
	want.DataSource.ID, want.DataSource.Name = "debian", "Debian"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("vulnerability 0 (-want +got):\n%s", diff)
	}
	if !strings.HasSuffix(text, "\n}\n") || strings.Contains(text, `\u0026`) || strings.Contains(text, `\u003c`) {
		t.Errorf("JSON is not indented text with a newline at its end and < and & as they are:\n%s", text)
	}
}

func TestJSONProblems(t *testing.T) {
	t.Parallel()
	want := []readerProblem{
		{Stage: "read", Layer: hash("b"), Message: "layer 1: unexpected EOF", Hides: "some"},
		{Stage: "match", Path: "odd@x_1", Message: `invalid version "x_1"`, Hides: "nothing"},
	}
	if diff := cmp.Diff(want, read(t, render(t, report.JSON{}, incomplete())).Problems); diff != "" {
		t.Errorf("Problems (-want +got):\n%s", diff)
	}
}

// A result without findings lists its packages and has no Vulnerabilities.
func TestJSONClean(t *testing.T) {
	t.Parallel()
	text := render(t, report.JSON{}, clean())
	if strings.Contains(text, "Vulnerabilities") || strings.Contains(text, "Problems") {
		t.Errorf("a clean report names findings or problems:\n%s", text)
	}
	if r := read(t, text); len(r.Results) != 1 || len(r.Results[0].Packages) != 3 {
		t.Errorf("a clean report has results %+v, want one with 3 packages", r.Results)
	}
}

func TestJSONPackageURLs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"alpine": {
			"pkg:apk/alpine/musl@1.2.4_git20230717-r4?arch=x86_64&distro=3.19.1",
			"pkg:gem/anchor@2.0",
			"pkg:npm/%40boats/hull@1.0.0-rc.1",
		},
		"no-os": {
			"pkg:deb/adduser@3.134?arch=all",
			"pkg:deb/libboats2@2.4-1%2Bb1?arch=amd64&epoch=1",
			"pkg:deb/zlib1g@1.2.13.dfsg-1?arch=amd64&epoch=1",
		},
	} {
		var got []string
		for _, res := range read(t, render(t, report.JSON{}, samples()[name])).Results {
			for _, p := range res.Packages {
				got = append(got, p.Identifier.PURL)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("package URLs of %s (-want +got):\n%s", name, diff)
		}
	}
}

func TestJSONVersions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		version           string
		epoch             int
		upstream, release string
	}{
		{"1.0", 0, "1.0", ""},
		{"1.0-2", 0, "1.0", "2"},
		{"1.0-2-3", 0, "1.0-2", "3"},
		{"2:1.0:1-2", 2, "1.0:1", "2"},
		{"0:1.0", 0, "1.0", ""},
		{"x:1.0-1", 0, "x:1.0", "1"},
		{"99999999999999999999:1-1", 0, "99999999999999999999:1", "1"},
		{"-1:1-1", 0, "-1:1", "1"},
	} {
		r := shop()
		r.Components = r.Components[:1]
		r.Components[0].Version = test.version
		p := read(t, render(t, report.JSON{}, r)).Results[0].Packages[0]
		if p.Epoch != test.epoch || p.Version != test.upstream || p.Release != test.release {
			t.Errorf("version %q is Epoch %d, Version %q, Release %q, want %d, %q, %q",
				test.version, p.Epoch, p.Version, p.Release, test.epoch, test.upstream, test.release)
		}
		if want := "adduser@" + test.version; p.ID != want {
			t.Errorf("version %q has ID %q, want %q", test.version, p.ID, want)
		}
	}
}

func TestPrimaryURL(t *testing.T) {
	t.Parallel()
	references := []string{
		"https://example.com/first", "https://www.debian.org/security/1", "https://ubuntu.com/security/2",
		"https://usn.ubuntu.com/3", "https://security.alpinelinux.org/4", "https://security-tracker.debian.org/5",
	}
	for _, test := range []struct{ id, source, want string }{
		{"CVE-2024-0001", "Debian", "https://avd.aquasec.com/nvd/cve-2024-0001"},
		{"RUSTSEC-2024-0001", "crates.io", "https://osv.dev/vulnerability/RUSTSEC-2024-0001"},
		{"GHSA-aaaa-bbbb-cccc", "npm", "https://github.com/advisories/GHSA-aaaa-bbbb-cccc"},
		{"TEMP-1-A", "Debian", "https://security-tracker.debian.org/tracker/TEMP-1-A"},
		{"DSA-1-1", "Debian", "https://www.debian.org/security/1"},
		{"USN-1-1", "Ubuntu", "https://ubuntu.com/security/2"},
		{"ALPINE-1", "Alpine", "https://security.alpinelinux.org/4"},
		{"CVES-1", "Homebrew", ""},
	} {
		r := findings()
		r.Vulnerabilities = r.Vulnerabilities[:1]
		r.Vulnerabilities[0].ID = test.id
		r.Vulnerabilities[0].Advisory = &vuln.Advisory{Source: test.source, References: references}
		if got := read(t, render(t, report.JSON{}, r)).Results[0].Vulnerabilities[0].PrimaryURL; got != test.want {
			t.Errorf("PrimaryURL of %s of %s = %q, want %q", test.id, test.source, got, test.want)
		}
	}
}

// Packages are called as Trivy calls them, and what depends on them says so; read
// back, they have our ids again.
func TestPackageIDs(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		kind     vuln.PackageType
		analyzer string
		version  string
		arch     string
		want     string
	}{
		{vuln.TypeNPM, "npm", "1.0.0", "", "hull@1.0.0"},
		{vuln.TypeNPM, "npm", "", "", "hull"},
		{vuln.TypeMaven, "pom", "1.0.0", "", "hull:1.0.0"},
		{vuln.TypeConan, "conan", "1.0.0", "", "hull/1.0.0"},
		{vuln.TypeNuGet, "dotnet-core", "1.0.0", "", "hull/1.0.0"},
		{vuln.TypeNuGet, "nuget", "1.0.0", "", "hull@1.0.0"},
		{vuln.TypeGo, "gomod", "1.0.0", "", "hull@v1.0.0"},
		{vuln.TypeGo, "gomod", "v1.0.0", "", "hull@v1.0.0"},
		{vuln.TypeDeb, "dpkg", "1:1.0-2", "amd64", "hull@1:1.0-2"},
		{vuln.TypeRPM, "rpm", "1:1.0-2.el9", "x86_64", "hull@1.0-2.el9.x86_64"},
		{vuln.TypeRPM, "rpm", "1:1.0-2.el9", "", "hull@1:1.0-2.el9"},
	} {
		hull := scan.Component{Package: vuln.Package{Type: row.kind, Name: "hull", Version: row.version, Arch: row.arch}, Analyzer: row.analyzer, Path: "lock", Layer: -1}
		ship := scan.Component{Package: vuln.Package{Type: row.kind, Name: "ship", Version: "2"}, Analyzer: row.analyzer, Path: "lock", Layer: -1, DependsOn: []string{hull.ID(), "gone@1"}}
		text := render(t, report.JSON{}, &scan.Report{Target: scan.Target{Kind: artifact.KindFilesystem, Name: "x"}, Components: []scan.Component{hull, ship}})
		var doc struct {
			Results []struct {
				Packages []struct {
					ID        string
					DependsOn []string
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		list := doc.Results[0].Packages
		if list[0].ID != row.want || !slices.Equal(list[1].DependsOn, []string{row.want, "gone@1"}) {
			t.Errorf("%s %q: ID %q, DependsOn %q, want %q", row.kind, row.version, list[0].ID, list[1].DependsOn, row.want)
		}
		back, _, err := report.Read("x.json", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := back.Components[1].DependsOn; !slices.Equal(got, []string{back.Components[0].ID(), "gone@1"}) {
			t.Errorf("%s %q: read back, ship depends on %q", row.kind, row.version, got)
		}
	}
}
