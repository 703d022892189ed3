package store

import (
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/osv"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A Row is one affected entry of an advisory, as the database holds it.
type Row struct {
	Ecosystem vuln.Ecosystem
	Package   string
	Advisory  string
	IDs       []string // the vulnerabilities it stands for
	Status    vuln.Status
	Severity  severity.Level
	Source    string // who rates it so; "" with severity.Unknown
	// Modular is set where the entry is about packages built in a module:
	// one of Modules, "nodejs:12", or any where the advisory names none.
	Modular bool
	Modules []string
	osv.Compiled
}

// Rows yields all rows, by ecosystem, package and advisory, until yield returns
// false. Rows are the caller's. The error of content that cannot be read
// matches [ErrDamaged].
func (db *DB) Rows(ctx context.Context, yield func(*Row) bool) error {
	for _, eco := range db.Info().Ecosystems {
		for name, more := []byte(nil), true; more; {
			if err := ctx.Err(); err != nil {
				return err
			}
			var rows []*Row
			var err error
			if rows, name, err = db.someRows(eco, name); err != nil {
				return fmt.Errorf("read the rows of %s: %w", eco, err)
			}
			more = name != nil
			for _, r := range rows {
				if !yield(r) {
					return nil
				}
			}
		}
	}
	return nil
}

// someRows copies the rows of some packages of eco, from that called name on. It
// returns the name to go on with, nil at the end.
func (db *DB) someRows(eco vuln.Ecosystem, name []byte) (rows []*Row, next []byte, err error) {
	const some = 1000
	err = db.read(func(s *snapshot) error {
		b := s.ecosystems[eco]
		if b == nil { // another build has taken the place
			return nil
		}
		c := b.Cursor()
		for k, v := c.Seek(name); k != nil; k, v = c.Next() {
			if len(rows) >= some {
				next = append([]byte{}, k...)
				return nil
			}
			values := unpacker{rest: append([]byte{}, v...)}
			for len(values.rest) > 0 {
				body := unpacker{rest: values.bytes()}
				r := body.whole()
				if values.bad || body.bad {
					return fmt.Errorf("%s: %w: a row is malformed", k, ErrDamaged)
				}
				r.Ecosystem, r.Package = eco, string(k)
				rows = append(rows, r)
			}
		}
		return nil
	})
	return rows, next, err
}

// whole reads the row in u with all its intervals. It shares the bytes of u.
func (u *unpacker) whole() *Row {
	head := u.head()
	r := &Row{Status: head.status, Severity: head.severity, Source: string(head.source), Modular: head.modular, Modules: head.modules}
	for n := u.length(); n > 0; n-- {
		i := u.interval()
		if i.flags&isSemVer != 0 {
			r.SemVer = append(r.SemVer, i.interval())
		} else {
			r.Intervals = append(r.Intervals, i.interval())
		}
	}
	r.Advisory = string(u.bytes())
	r.IDs = u.ids(r.Advisory)
	if head.unjudged {
		r.Unjudged = string(u.rest)
	}
	return r
}

// Scheme is the order of the keys in the intervals of r, those in SemVer
// apart, which are in version.Semver's.
func (r *Row) Scheme() (version.Scheme, error) {
	return version.ForEcosystem(string(r.Ecosystem))
}
