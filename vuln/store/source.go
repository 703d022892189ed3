package store

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// A source is one origin of a database's records, and the state in which an
// update found it.
type source struct {
	Name    string    `json:"name"` // an ecosystem's directory, "KEV", "EPSS" or "CVSS"
	URL     string    `json:"url,omitempty"`
	Stamp   string    `json:"stamp,omitempty"`
	Checked time.Time `json:"checked,omitzero"`
	Records int       `json:"records"`
	// Account is that of the source's records; nil for those that are no
	// advisories, and in a database that no update wrote.
	Account *Result `json:"account,omitempty"`
	// ETag and LastModified are what the server said of the list of records, or
	// of the file.
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
}

func (s *source) info() vuln.DatabaseSource {
	return vuln.DatabaseSource{Name: s.Name, URL: s.URL, Stamp: s.Stamp, Checked: s.Checked, Records: s.Records}
}

// A fate is what became of a record.
type fate byte

const (
	kept      fate = iota // it has rows
	useless               // it is about nothing that can be judged here
	withdrawn             // its publisher took it back
	unread                // it could not be read; an older version of it may be kept
)

// A state is what a database remembers of each record of an updated source, to
// tell what has changed there.
//
//	byte fate; varint modified, in microseconds since 1970; the cause, if unread
type state struct {
	fate     fate
	modified time.Time // by the list of records, else by the record; zero if unread
	cause    string
}

func (s *state) append(dst []byte) []byte {
	dst = append(dst, byte(s.fate))
	dst = binary.AppendVarint(dst, s.modified.UnixMicro())
	return append(dst, s.cause...)
}

func decodeState(data []byte) (state, error) {
	if len(data) == 0 || fate(data[0]) > unread {
		return state{}, fmt.Errorf("%w: the state of a record is malformed", ErrDamaged)
	}
	micro, n := binary.Varint(data[1:])
	if n <= 0 {
		return state{}, fmt.Errorf("%w: the state of a record is malformed", ErrDamaged)
	}
	return state{fate: fate(data[0]), modified: time.UnixMicro(micro).UTC(), cause: string(data[1+n:])}, nil
}
