package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/osv"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// The value of a package is the concatenation of its rows, one for each
// affected entry of an advisory, ordered by advisory id. Lengths and counts
// are unsigned varints.
//
//	row       length of what follows
//	          byte: status | severity << 3 | isUnjudged | isModule
//	          length, who rates it so  if there is a severity
//	          count of modules; length, module  if isModule
//	          count of intervals, intervals
//	          length, advisory id
//	          count of vulnerability ids; each 2*length, bytes, or 2*length+1:
//	          the last so many bytes of the advisory id
//	          reason why the row is unjudged: the rest
//	interval  byte: the bits below
//	          length, lower key, length, lower version  if hasLower
//	          length, upper key, length, upper version  if hasUpper
//
// Keys judge. The versions are the fixed version, what Maven's own comparison
// needs, and what a database can be verified by.
const (
	isUnjudged = 1 << 6
	isModule   = 1 << 7
)

const (
	hasLower = 1 << iota
	hasUpper
	isFixed // the upper version has the fix
	isClosed
	isSemVer // the keys are of version.Semver, not of the ecosystem's scheme
	isAnyRelease
)

// A row is one affected entry of an advisory.
type row struct {
	id              string
	vulnerabilities []string
	status          vuln.Status // StatusUnknown: by the fixed version
	severity        severity.Level
	source          string // who rates it so
	modules         []string
	modular         bool // it is about packages of a module: modules, or any if there are none
	compiled        osv.Compiled
}

func appendRow(dst []byte, r *row) []byte {
	head := byte(r.status) | byte(r.severity)<<3
	if r.compiled.Unjudged != "" {
		head |= isUnjudged
	}
	if r.modular {
		head |= isModule
	}
	body := []byte{head}
	if r.severity != severity.Unknown {
		body = appendString(body, r.source)
	}
	if r.modular {
		body = binary.AppendUvarint(body, uint64(len(r.modules)))
		for _, m := range r.modules {
			body = appendString(body, m)
		}
	}
	body = binary.AppendUvarint(body, uint64(len(r.compiled.Intervals)+len(r.compiled.SemVer)))
	for i := range r.compiled.Intervals {
		body = appendInterval(body, &r.compiled.Intervals[i], 0)
	}
	for i := range r.compiled.SemVer {
		body = appendInterval(body, &r.compiled.SemVer[i], isSemVer)
	}
	body = appendString(body, r.id)
	body = binary.AppendUvarint(body, uint64(len(r.vulnerabilities)))
	for _, v := range r.vulnerabilities {
		n := uint64(len(v))
		if len(v) <= len(r.id) && r.id[len(r.id)-len(v):] == v {
			body = binary.AppendUvarint(body, n<<1|1)
			continue
		}
		body = binary.AppendUvarint(body, n<<1)
		body = append(body, v...)
	}
	body = append(body, r.compiled.Unjudged...)
	return appendString(dst, body)
}

func appendInterval(dst []byte, i *osv.Interval, flags byte) []byte {
	if i.Lower != nil {
		flags |= hasLower
	}
	if i.Upper != nil {
		flags |= hasUpper
	}
	if i.Fixed != "" {
		flags |= isFixed
	}
	if i.UpperInclusive {
		flags |= isClosed
	}
	if i.AnyRelease {
		flags |= isAnyRelease
	}
	dst = append(dst, flags)
	if i.Lower != nil {
		dst = appendString(appendString(dst, i.Lower), i.LowerText)
	}
	if i.Upper != nil {
		dst = appendString(appendString(dst, i.Upper), i.UpperText)
	}
	return dst
}

func appendString[T string | []byte](dst []byte, s T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// A subject is the version that rows are judged for.
type subject struct {
	version string
	key     []byte // by the ecosystem's scheme
	maven   bool   // which is Maven's
	unknown bool   // there is no version, and no key
	modular bool   // rows count that are about the module, or about none if it is ""
	module  string // "nodejs:12"

	semver    []byte // by version.Semver, made when the first row asks
	semverErr error
}

// semverKey returns the key of the version read as a semantic version.
func (s *subject) semverKey() ([]byte, error) {
	if s.semver == nil && s.semverErr == nil {
		s.semver, s.semverErr = version.Semver.AppendKey(nil, s.version)
	}
	return s.semver, s.semverErr
}

// judge appends to hits those of the rows in value that hold s, and those that
// cannot be judged for it. Hits hold no bytes of value.
func judge(value []byte, s *subject, hits []vuln.Hit) ([]vuln.Hit, error) {
	rows := unpacker{rest: value}
	for len(rows.rest) > 0 {
		body := unpacker{rest: rows.bytes()}
		if hit, ok := body.row(s); ok {
			if hits == nil {
				hits = make([]vuln.Hit, 0, 4)
			}
			hits = append(hits, hit)
		}
		if rows.bad || body.bad {
			return nil, fmt.Errorf("%w: a row is malformed", ErrDamaged)
		}
	}
	return hits, nil
}

// row reads the row in u, and what a hit needs only if it is one.
func (u *unpacker) row(s *subject) (hit vuln.Hit, ok bool) {
	head := u.byte()
	var source []byte
	if head>>3&0x7 != 0 {
		source = u.bytes()
	}
	if head>>3&0x7 > byte(severity.Critical) {
		u.bad = true
	}
	if (head&isModule != 0 || s.modular) && !u.concerns(head, s) {
		return vuln.Hit{}, false
	}
	var fixed []byte
	var err error
	if s.unknown {
		err = vuln.ErrUnknownVersion
	}
	for n := u.length(); n > 0; n-- {
		span := u.interval()
		if ok || s.unknown {
			continue
		}
		key, maven := s.key, s.maven
		if span.flags&isSemVer != 0 {
			maven = false
			if key, err = s.semverKey(); err != nil {
				continue
			}
		}
		if span.Contains(key) || maven && span.holds(s.version, key) {
			ok = true
			if span.flags&isFixed != 0 {
				fixed = span.upper
			}
		}
	}
	if !ok && err == nil && head&isUnjudged == 0 {
		return vuln.Hit{}, false
	}
	hit = vuln.Hit{
		Status: vuln.Status(head & 0x7), Fixed: string(fixed),
		Severity: severity.Level(head >> 3 & 0x7), SeveritySource: sourceName(source),
	}
	hit.Advisory = string(u.bytes())
	hit.IDs = u.ids(hit.Advisory)
	switch {
	case !ok && err != nil:
		hit.Err = err
	case !ok:
		hit.Err = errors.New(string(u.rest))
	case hit.Status != vuln.StatusUnknown:
	case hit.Fixed != "":
		hit.Status = vuln.StatusFixed
	default:
		hit.Status = vuln.StatusAffected
	}
	return hit, true
}

// concerns reads the modules of a row, and reports whether it is about a package
// of the module that s is of.
func (u *unpacker) concerns(head byte, s *subject) bool {
	if head&isModule == 0 {
		return s.module == ""
	}
	n := u.length()
	found := n == 0 // any module
	for ; n > 0; n-- {
		found = string(u.bytes()) == s.module || found
	}
	return !s.modular || s.module != "" && found
}

// A head is the beginning of a row.
type head struct {
	status   vuln.Status
	severity severity.Level
	source   []byte
	unjudged bool
	modular  bool
	modules  []string
}

func (u *unpacker) head() head {
	b := u.byte()
	h := head{status: vuln.Status(b & 0x7), severity: severity.Level(b >> 3 & 0x7), unjudged: b&isUnjudged != 0, modular: b&isModule != 0}
	if h.severity > severity.Critical {
		u.bad = true
	}
	if h.severity != severity.Unknown {
		h.source = u.bytes()
	}
	if h.modular {
		for n := u.length(); n > 0; n-- {
			h.modules = append(h.modules, string(u.bytes()))
		}
	}
	return h
}

// sourceName is the name of who rates; those that rate most cost nothing.
func sourceName(b []byte) string {
	switch string(b) {
	case "debian":
		return "debian"
	case "ubuntu":
		return "ubuntu"
	case "ghsa":
		return "ghsa"
	case "osv":
		return "osv"
	}
	return string(b)
}

// A span is an interval as it lies in the mapping.
type span struct {
	version.Interval
	lower, upper []byte // versions
	flags        byte
}

// holds is osv.Interval.Holds, for Maven, which alone needs the bounds' spelling.
func (i *span) holds(v string, key []byte) bool {
	whole := i.interval()
	return whole.Holds(version.Maven, v, key)
}

// interval shares its keys with i.
func (i *span) interval() osv.Interval {
	whole := osv.Interval{Interval: i.Interval, LowerText: string(i.lower), UpperText: string(i.upper)}
	if i.flags&isFixed != 0 {
		whole.Fixed = whole.UpperText
	}
	return whole
}

func (u *unpacker) interval() span {
	i := span{flags: u.byte()}
	if i.flags&hasLower != 0 {
		i.Lower, i.lower = u.bytes(), u.bytes()
	}
	if i.flags&hasUpper != 0 {
		i.Upper, i.upper = u.bytes(), u.bytes()
	}
	i.UpperInclusive, i.AnyRelease = i.flags&isClosed != 0, i.flags&isAnyRelease != 0
	return i
}

// ids reads the vulnerability ids of an advisory.
func (u *unpacker) ids(advisory string) []string {
	n := u.length()
	if n == 0 {
		u.bad = true
	}
	ids := make([]string, 0, n)
	for ; n > 0; n-- {
		switch size := u.uvarint(); {
		case size&1 == 0:
			ids = append(ids, string(u.take(size>>1)))
		case size>>1 > uint64(len(advisory)):
			u.bad = true
			return nil
		default:
			ids = append(ids, advisory[len(advisory)-int(size>>1):])
		}
	}
	return ids
}

// An unpacker takes the parts of a packed value off its front. After a part
// that is not there, bad is set and every part is zero.
type unpacker struct {
	rest []byte
	bad  bool
}

func (u *unpacker) byte() byte {
	if len(u.rest) == 0 {
		u.fail()
		return 0
	}
	b := u.rest[0]
	u.rest = u.rest[1:]
	return b
}

func (u *unpacker) bytes() []byte {
	if len(u.rest) > 0 && u.rest[0] < 0x80 {
		if n := int(u.rest[0]) + 1; n <= len(u.rest) {
			b := u.rest[1:n:n]
			u.rest = u.rest[n:]
			return b
		}
	}
	return u.take(u.uvarint())
}

// length reads the length of a list. It is never more than the bytes that are
// left, since an element takes at least one.
func (u *unpacker) length() int {
	n := u.uvarint()
	if n > uint64(len(u.rest)) {
		u.fail()
		return 0
	}
	return int(n)
}

func (u *unpacker) uvarint() uint64 {
	if len(u.rest) > 0 && u.rest[0] < 0x80 { // nearly all are
		n := u.rest[0]
		u.rest = u.rest[1:]
		return uint64(n)
	}
	return u.longUvarint()
}

func (u *unpacker) longUvarint() uint64 {
	n, size := binary.Uvarint(u.rest)
	if size <= 0 {
		u.fail()
		return 0
	}
	u.rest = u.rest[size:]
	return n
}

func (u *unpacker) varint() int64 {
	n, size := binary.Varint(u.rest)
	if size <= 0 {
		u.fail()
		return 0
	}
	u.rest = u.rest[size:]
	return n
}

func (u *unpacker) take(n uint64) []byte {
	if n > uint64(len(u.rest)) {
		u.fail()
		return nil
	}
	b := u.rest[:n:n]
	u.rest = u.rest[n:]
	return b
}

func (u *unpacker) fail() { u.bad, u.rest = true, nil }
