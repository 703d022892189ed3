package scan

import (
	"context"
	"io"
	"time"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Report is what a scan found, and what it could not read. It is read-only
// once it is made; reporters share it.
type Report struct {
	Target Target
	Layers []LayerInfo // base first
	OS     *vuln.OS    // nil: none was found
	// EndOfLife is until when OS is supported; nil where there is none, or its
	// release is not known. A report on one that has passed is no less complete,
	// but advisories may have ended with the support: see [Report.Unsupported].
	EndOfLife *vuln.EndOfLife
	// Components are the whole inventory, sorted as in [Inventory].
	Components []Component
	// Vulnerabilities are those that passed Options.Filter, sorted by package
	// name, version, severity (worst first), id, architecture and path.
	Vulnerabilities []Vulnerability
	// Diagnostics are what rules found in manifests, in the order of lint.Result.
	Diagnostics []lint.Diagnostic
	// Suppressed are the diagnostics that somebody decided not to be shown, with the
	// reason, and SuppressedVulnerabilities the vulnerabilities; see [Suppressor].
	Suppressed                []lint.Suppressed
	SuppressedVulnerabilities []SuppressedVulnerability
	// Scores are those of objects, in the order of the inventory.
	Scores []score.Result
	// Files are the texts that the inventory's objects are from, each once, in
	// their order, then those of matchers: the spans of Diagnostics are places in them.
	Files    []*manifest.File
	Problems []Problem // sorted as in [Inventory]
	// Database says what was matched against; nil when nothing was.
	Database *vuln.DatabaseInfo
	// Created is Options.Now, or when the report was made.
	Created time.Time
	Stats   Stats
}

// Unsupported reports whether the support of the operating system had ended
// when the report was made: later vulnerabilities may have no advisory, and no
// fix.
func (r *Report) Unsupported() bool {
	return r.EndOfLife != nil && r.EndOfLife.Passed(r.Created)
}

// A Vulnerability is a component and one vulnerability it has.
type Vulnerability struct {
	Component *Component // in Report.Components
	// ID is the CVE id where the advisories name one, else an advisory's own.
	ID         string
	Advisories []string // ids of the advisories that say so, the deciding one first
	Status     vuln.Status
	Fixed      string // the fixed version; "" while there is none
	Severity   severity.Level
	// SeveritySource is who rates it so, as in vuln.Rating.Source.
	SeveritySource string
	// Enrichment is what others say of the CVE, where the database knows.
	vuln.Enrichment
	// Advisory is the deciding advisory in full. It is nil when a matcher
	// named none that the database knows.
	Advisory *vuln.Advisory
}

// Results are what one matcher found.
type Results struct {
	Vulnerabilities []Vulnerability
	Diagnostics     []lint.Diagnostic
	Suppressed      []lint.Suppressed
	Scores          []score.Result
	// Files are the texts that Diagnostics and Suppressed are places in, beside those
	// of the inventory's objects.
	Files    []*manifest.File
	Problems []Problem
}

// A Matcher judges an inventory. It must not change the inventory. Component
// pointers in its results point into inv.Components.
type Matcher interface {
	Name() string
	Match(ctx context.Context, inv *Inventory) (Results, error)
}

// A Reporter writes a report in one format.
type Reporter interface {
	Report(ctx context.Context, w io.Writer, r *Report) error
}

// A Filter says which vulnerabilities a report keeps. The zero value keeps all.
type Filter struct {
	Severities    []severity.Level // nil: all
	IgnoreUnfixed bool             // drop those without a fixed version
	// IgnoreStatuses drops those of these statuses; nil: none.
	IgnoreStatuses []vuln.Status
}

// The contracts of the first half of a scan, from package artifact.
type (
	// A Source opens what is scanned; [Image] makes one from a reference, and
	// [Run] takes any.
	Source = artifact.Source
	// An Artifact is an opened Source: a target and its layers, base first.
	Artifact = artifact.Artifact
	// A Layer walks its entries in stream order; it may be walked again.
	Layer = artifact.Layer
	// LayerInfo names a layer by digest (as stored) and diff ID (uncompressed).
	LayerInfo = artifact.LayerInfo
	// A File is one entry of a layer, valid until its visit returns.
	File = artifact.File
	// An Analyzer turns one file into facts, as a pure function of the two.
	Analyzer = artifact.Analyzer
	// A Resolver is an Analyzer that joins what it found in several files.
	Resolver = artifact.Resolver
	// A Tree is what a Resolver's analyzer found in the files that are visible.
	Tree = artifact.Tree
	// A Pattern says which files an analyzer wants.
	Pattern = artifact.Pattern
	// Facts are what an analyzer learnt from one file.
	Facts = artifact.Facts
	// A Component is a package with the file that lists it and the layer that
	// introduced it.
	Component = artifact.Component
	// A Relationship says how a package came to be in a lock file.
	Relationship = artifact.Relationship
	// A LineRange is where a lock file has a package.
	LineRange = artifact.LineRange
	// An Inventory is what is in an artifact before anything is judged.
	Inventory = artifact.Inventory
	// A Target identifies what was scanned.
	Target = artifact.Target
	// A Problem says what could not be read or judged, and what that hides.
	Problem = artifact.Problem
	// Limits bound what a hostile artifact can cost; zero fields are defaults.
	Limits = artifact.Limits
	// Stats count the work of a scan.
	Stats = artifact.Stats
)

// ErrLimit is matched by errors, of problems and of scans, that say that a
// bound of [Limits] was reached. It is that of package artifact.
var ErrLimit = artifact.ErrLimit
