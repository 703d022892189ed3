package vuln

import (
	"context"
	"errors"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Database answers which advisories touch a package. Its lookups read no
// network, and it is safe for concurrent use.
//
// A Database that can fetch what it lacks also implements [Preparer], one that
// knows more of a CVE than its advisories say [Enricher].
type Database interface {
	// Affected yields each advisory whose affected range p falls in when
	// installed on os, and each that cannot be judged (Hit.Err says why),
	// ordered by advisory id; twice if it has two such ranges. For a package
	// that is [Package.Unversioned] it yields each advisory that names it, with
	// an Err that matches [ErrUnknownVersion]. It stops early when yield returns
	// false. An error means that the database could not answer; it matches
	// [ErrNoAdvisories] where it holds nothing for os, or for what p is from.
	Affected(ctx context.Context, os OS, p *Package, yield func(Hit) bool) error
	// Details reads the whole advisory. An unknown id is [ErrNotFound].
	Details(ctx context.Context, id string) (Advisory, error)
	Info() DatabaseInfo
}

// A Preparer is a Database that can fetch the ecosystems of an inventory; the
// matcher calls Prepare once, before any lookup.
type Preparer interface {
	Prepare(ctx context.Context, ecosystems []Ecosystem) error
}

// An Enricher is a Database that also answers what others say of a CVE.
type Enricher interface {
	// Enrich returns what is known of the CVE with that id. The zero
	// Enrichment, not an error, is the answer for one that nothing is known of.
	Enrich(ctx context.Context, cve string) (Enrichment, error)
}

// An Enrichment is what is known of a CVE beside its advisories.
type Enrichment struct {
	Exploited *Exploited // nil: not known to be exploited
	EPSS      *EPSS      // nil: it has none
	Ratings   []Rating   // its CVSS vectors, in the order of their source
}

// Exploited says that a CVE is in CISA's catalogue of known exploited
// vulnerabilities.
// https://www.cisa.gov/known-exploited-vulnerabilities-catalog
type Exploited struct {
	Added      time.Time // a day
	Due        time.Time // the day until which agencies of the USA must act
	Ransomware bool      // known to be used in ransomware campaigns
}

// EPSS is the chance that a CVE is exploited within 30 days.
// https://www.first.org/epss/model
type EPSS struct {
	Probability float64   // 0 to 1
	Percentile  float64   // share of CVEs with the same probability or less, 0 to 1
	Date        time.Time // the day of the model run
}

// ErrUnknownVersion is matched by Hit.Err where only the version of the package
// is missing to judge the advisory.
var ErrUnknownVersion = errors.New("the version is unknown")

// ErrNotFound is matched by the error of Database.Details for an unknown id.
var ErrNotFound = errors.New("advisory not found")

// A DatabaseInfo says what a database holds and how old it is.
type DatabaseInfo struct {
	Schema     int         // number of the on-disk layout
	Built      time.Time   // when it was built
	Ecosystems []Ecosystem // sorted; releases apart: "Debian:12"
	Advisories int
	// Unread counts the records that its build could not read, and that it
	// therefore lacks.
	Unread int
	// Sources are where its content is from, sorted by name.
	Sources []DatabaseSource
}

// A DatabaseSource is one origin of a database's content.
type DatabaseSource struct {
	Name string // "Debian", "KEV", "EPSS"
	URL  string // address or path; "" where none was kept
	// Stamp is how the source marks this state of itself: the newest time in it
	// (RFC 3339), or a version. It may be empty.
	Stamp   string
	Checked time.Time // when it was last found to be in this state
	Records int
}

// A Hit is an advisory whose range holds a package, known without reading the
// advisory itself.
type Hit struct {
	Advisory string // id, for Database.Details
	// IDs are the vulnerabilities it stands for: the CVE ids it is for, else
	// its own id. Never empty.
	IDs []string
	// VendorIDs are other ids under which the publisher announced it: "DSA-1-1".
	VendorIDs []string
	Status    Status
	Fixed     string // the fixed version, "" while there is none
	Severity  severity.Level
	// SeveritySource is who rates it so, as in Rating.Source; "" with Unknown.
	SeveritySource string
	// Err is set when the advisory could not be judged for the package, and
	// says why: a version out of order, a range of an unknown kind.
	Err error
}
