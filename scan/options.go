package scan

import (
	"log/slog"
	"time"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Options say how a scan is done, grouped by its stages. It is read, never kept
// or changed. Each zero field is a sensible default, with one exception: to
// judge, a scan needs a Database or Matchers.
type Options struct {
	// Source is how [Image] reaches what it is asked for. Its Limits are those
	// below.
	Source SourceOptions

	// Analyzers turn files into facts; nil means those that Trivy runs on the
	// kind of target: analyze.Image(), Rootfs(), Filesystem() or Repository().
	Analyzers []Analyzer
	// Everything runs all analyzers there are on any target, unless Analyzers
	// names them: lock files in images, installed packages in directories.
	Everything bool
	// DevDependencies keeps packages that are needed only to develop or test.
	DevDependencies bool
	// PackageClasses are the packages that are listed; nil means all.
	PackageClasses []PackageClass
	// Relationships are the packages that are listed, by what they are to the file
	// that lists them; nil means all. A system's are artifact.RelationshipUnknown.
	Relationships []artifact.Relationship
	// OS is taken for the operating system, whatever the artifact says; nil is what
	// it says.
	OS *vuln.OS
	// SkipDirs and SkipFiles are patterns of directories and of files that are
	// left out, from the root of what is scanned: "usr/share", "**/testdata",
	// "app/*.jar". "**" stands for any number of directories.
	SkipDirs, SkipFiles []string
	// Workers bounds the layers that are read at one time; 0 is GOMAXPROCS. It
	// cannot change the result.
	Workers int
	// Cache keeps what was made of layers, so that they are not read again; nil
	// is none. It cannot change the result. What analyzers make of a layer is
	// kept by their names, versions and patterns.
	Cache Cache
	// Limits bound what the artifact can cost; zero fields are defaults.
	Limits Limits

	// Manifests says how [Manifests] reads: what renders charts, limits. Its Skip
	// is asked beside SkipDirs and SkipFiles.
	Manifests manifest.Options

	// Database is what packages are matched against.
	Database vuln.Database
	// Matchers judge the inventory after the database has; nil is none.
	Matchers []Matcher
	// SeveritySources are asked in order who rates a vulnerability, as in
	// vuln.Rating.Source: "nvd", "ghsa", "debian"; "auto" is the database's own
	// choice. Nil is auto. See [Advisories] for that choice.
	SeveritySources []string
	// Filter drops vulnerabilities before their advisories are read.
	Filter Filter
	// Suppress moves findings that somebody decided not to be shown to the
	// suppressed ones of the report, in this order, after Filter; nil is none.
	Suppress []Suppressor

	// Now is the time of the report; zero: the clock's.
	Now time.Time
	// Logger receives what a person who waits may want to know; nil is silent.
	Logger *slog.Logger
	// Progress is called before layers are read and as each is, from one goroutine at
	// a time; nil is never. It must return soon.
	Progress func(Progress)
}

// SourceOptions are the platform, keychain, transport and the like that an
// image is opened with.
type SourceOptions = source.Options

// Progress tells how far a scan is.
type Progress struct {
	Layers int // layers read to their end, or given up
	Total  int // layers there are
}
