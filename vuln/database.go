package vuln

import (
	"context"
	"errors"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Database answers which advisories touch a package. It reads no network and
// is safe for concurrent use.
//
// A Database that can fetch what it lacks also implements [Preparer].
type Database interface {
	// Affected yields each advisory whose affected range p falls in when
	// installed on os, and each that cannot be judged (Hit.Err says why),
	// ordered by advisory id; twice if it has two such ranges. It stops early when yield returns false. An
	// error means that the database could not answer; it matches
	// [ErrNoAdvisories] where it holds nothing for os.
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
}

// A Hit is an advisory whose range holds a package, known without reading the
// advisory itself.
type Hit struct {
	Advisory string // id, for Database.Details
	// IDs are the vulnerabilities it stands for: the CVE ids it is for, else
	// its own id. Never empty.
	IDs      []string
	Status   Status
	Fixed    string // the fixed version, "" while there is none
	Severity severity.Level
	// Err is set when the advisory could not be judged for the package, and
	// says why: a version out of order, a range of an unknown kind.
	Err error
}
