package analyze

import (
	"errors"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// maxPackages bounds one package database. A whole Debian release has some
// 65,000 packages for an architecture.
const maxPackages = 1 << 18

// maxValue bounds the bytes of a field that is kept.
const maxValue = 4 << 10

// A record is a run of lines between blank ones: what a database says of one
// package. Its fields share memory with the file; nil is a field that is not
// there.
type record struct {
	name, version, arch []byte
	source, maintainer  []byte
	license             []byte // apk
	status              []byte // dpkg
	opened              bool   // a field was read
	first               int    // number of its first line; 0: no line yet
	fault               error  // the first thing wrong with it
	faultLine           int    // where
}

// set stores value, without the blanks around it, as one of r's fields.
//
// A second value is an error: it happens where the blank line between two
// records was lost, and then either value could be the wrong one.
func (r *record) set(field *[]byte, key, value []byte) error {
	value = trimBlanks(value)
	if *field != nil {
		return fmt.Errorf("a second %s", key)
	}
	if len(value) > maxValue {
		return fmt.Errorf("%w: %d bytes in %s, of %d", artifact.ErrLimit, len(value), key, maxValue)
	}
	*field = value
	return nil
}

// A grammar is how a package database spells its records.
type grammar interface {
	// field reads one line, which is not blank, into r.
	field(r *record, line []byte) error
	// installed returns the package that r describes; false where r describes
	// one that is not there.
	installed(r *record) (vuln.Package, bool, error)
}

// packages reads all records of f, in their order. A record with an error is
// left out, and named in the error that is returned beside the others.
func packages(f *artifact.File, g grammar) (artifact.Facts, error) {
	text, err := f.Bytes()
	if err != nil {
		return artifact.Facts{}, err
	}
	var (
		facts artifact.Facts
		wrong faults
		r     record
	)
	end := func() {
		if r.first != 0 && r.fault == nil {
			p, ok, err := g.installed(&r)
			if ok {
				facts.Components = append(facts.Components, artifact.Component{Package: p})
			}
			r.fault, r.faultLine = err, r.first
		}
		if r.fault != nil {
			wrong.add(r.faultLine, r.name, r.fault)
		}
		r = record{}
	}
	for n, line := range lines(text) {
		if isBlank(line) {
			end()
			continue
		}
		if len(facts.Components) == maxPackages {
			wrong.add(n, nil, fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxPackages))
			r = record{}
			break
		}
		if r.first == 0 {
			r.first = n
		}
		if err := g.field(&r, line); err != nil && r.fault == nil {
			r.fault, r.faultLine = err, n
		}
	}
	end()
	return facts, wrong.in(f.Path)
}

// Errors of a record that both databases can have.
var (
	errNoName    = errors.New("no name")
	errNoVersion = errors.New("no version")
)
