package report

import (
	"encoding/json"
	"time"
)

// The types of this file are Trivy's report, schema version 2, as far as we
// fill it. Field names and which are left out when empty are the format;
// https://trivy.dev/latest/docs/configuration/reporting/#json

type jsonReport struct {
	SchemaVersion int
	ArtifactName  string
	ArtifactType  string
	Metadata      jsonMetadata  `json:",omitzero"`
	Results       []jsonResult  `json:",omitempty"`
	Database      *jsonDatabase `json:",omitempty"` // not Trivy's
	Problems      []jsonProblem `json:",omitempty"` // not Trivy's
}

// jsonDatabase says what was compared with.
type jsonDatabase struct {
	Schema     int
	Built      *time.Time `json:",omitempty"`
	Advisories int
	Unread     int          `json:",omitempty"`
	Sources    []jsonSource `json:",omitempty"`
}

type jsonSource struct {
	Name    string
	URL     string     `json:",omitempty"`
	Stamp   string     `json:",omitempty"`
	Checked *time.Time `json:",omitempty"`
	Records int
}

type jsonProblem struct {
	Stage   string
	Path    string `json:",omitempty"`
	Layer   string `json:",omitempty"` // diff ID
	Message string
	Hides   string // "nothing", "some" or "all"
}

type jsonMetadata struct {
	OS          *jsonOS         `json:",omitempty"`
	ImageID     string          `json:",omitempty"`
	DiffIDs     []string        `json:",omitempty"`
	RepoTags    []string        `json:",omitempty"`
	RepoDigests []string        `json:",omitempty"`
	Reference   string          `json:",omitempty"`
	Branch      string          `json:",omitempty"`
	Tags        []string        `json:",omitempty"`
	Commit      string          `json:",omitempty"`
	ImageConfig json.RawMessage `json:",omitempty"`
	Layers      []jsonLayer     `json:",omitempty"`
}

type jsonOS struct {
	Family string
	Name   string // the version
	EOSL   bool   `json:",omitempty"` // its support has ended

	EndOfLife string `json:",omitempty"` // the last day; not Trivy's
}

type jsonLayer struct {
	Size   int64  `json:",omitempty"`
	Digest string `json:",omitempty"`
	DiffID string `json:",omitempty"`
}

type jsonResult struct {
	Target          string
	Class           string
	Type            string
	Packages        []jsonPackage       `json:",omitempty"`
	Vulnerabilities []jsonVulnerability `json:",omitempty"`

	MisconfSummary    *jsonMisconfSummary    `json:",omitempty"`
	Misconfigurations []jsonMisconfiguration `json:",omitempty"`

	ModifiedFindings []jsonModified `json:"ExperimentalModifiedFindings,omitempty"`
}

// jsonMisconfSummary counts checks: those that found nothing, and findings.
type jsonMisconfSummary struct{ Successes, Failures int }

type jsonMisconfiguration struct {
	Type          string
	ID            string // of Trivy's check, else our name for the rule
	Title         string `json:",omitempty"`
	Description   string `json:",omitempty"`
	Message       string
	Resolution    string `json:",omitempty"`
	Severity      string
	PrimaryURL    string    `json:",omitempty"`
	References    []string  `json:",omitempty"`
	Status        string    // "FAIL"
	Layer         jsonLayer `json:",omitzero"`
	CauseMetadata jsonCause
	Rule          string // our name; not Trivy's
	Field         string `json:",omitempty"` // not Trivy's
}

type jsonCause struct {
	Resource  string `json:",omitempty"`
	Provider  string
	Service   string
	StartLine int      `json:",omitempty"`
	EndLine   int      `json:",omitempty"`
	Code      jsonCode `json:",omitzero"`
}

// jsonCode is left out where the text is not known.
type jsonCode struct{ Lines []jsonCodeLine }

type jsonCodeLine struct {
	Number     int
	Content    string
	IsCause    bool
	Annotation string
	Truncated  bool
	FirstCause bool
	LastCause  bool
}

type jsonPackage struct {
	ID         string
	Name       string
	Identifier jsonIdentifier
	Version    string
	Release    string   `json:",omitempty"`
	Epoch      int      `json:",omitempty"`
	Arch       string   `json:",omitempty"`
	SrcName    string   `json:",omitempty"`
	SrcVersion string   `json:",omitempty"`
	SrcRelease string   `json:",omitempty"`
	SrcEpoch   int      `json:",omitempty"`
	Licenses   []string `json:",omitempty"`
	Maintainer string   `json:",omitempty"`

	Modularitylabel string   `json:",omitempty"`
	Dev             bool     `json:",omitempty"`
	Indirect        bool     `json:",omitempty"`
	Relationship    string   `json:",omitempty"`
	DependsOn       []string `json:",omitempty"`
	Layer           jsonLayer
	FilePath        string         `json:",omitempty"`
	Locations       []jsonLocation `json:",omitempty"`
	Unidentified    bool           `json:",omitempty"` // not Trivy's
}

// jsonLocation is a run of lines.
type jsonLocation struct{ StartLine, EndLine int }

type jsonIdentifier struct {
	PURL string `json:",omitempty"`
}

type jsonVulnerability struct {
	VulnerabilityID  string
	VendorIDs        []string `json:",omitempty"`
	PkgID            string
	PkgName          string
	PkgPath          string `json:",omitempty"`
	PkgIdentifier    jsonIdentifier
	InstalledVersion string
	FixedVersion     string `json:",omitempty"`
	Status           string
	Layer            jsonLayer
	SeveritySource   string              `json:",omitempty"`
	PrimaryURL       string              `json:",omitempty"`
	DataSource       *jsonDataSource     `json:",omitempty"`
	Title            string              `json:",omitempty"`
	Description      string              `json:",omitempty"`
	Severity         string              // in capitals
	VendorSeverity   map[string]int      `json:",omitempty"` // by source id; 0 unknown to 4 critical
	CVSS             map[string]jsonCVSS `json:",omitempty"` // by source id
	References       []string            `json:",omitempty"`
	PublishedDate    *time.Time          `json:",omitempty"`
	LastModifiedDate *time.Time          `json:",omitempty"`
	KEV              *jsonKEV            `json:",omitempty"` // not Trivy's
	EPSS             *jsonEPSS           `json:",omitempty"` // not Trivy's
}

// jsonKEV says since when a vulnerability is known to be exploited.
type jsonKEV struct {
	DateAdded  string `json:",omitempty"`
	DueDate    string `json:",omitempty"`
	Ransomware bool   `json:",omitempty"`
}

type jsonEPSS struct {
	Probability float64
	Percentile  float64
	Date        string `json:",omitempty"`
}

type jsonDataSource struct {
	ID   string
	Name string
}

type jsonCVSS struct {
	V2Vector  string  `json:",omitempty"`
	V3Vector  string  `json:",omitempty"`
	V40Vector string  `json:",omitempty"`
	V2Score   float64 `json:",omitempty"`
	V3Score   float64 `json:",omitempty"`
	V40Score  float64 `json:",omitempty"`
}
