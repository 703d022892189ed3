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
//	          byte: status | severity << 3 | isUnjudged
//	          count of intervals, intervals
//	          length, advisory id
//	          count of vulnerability ids; each 2*length, bytes, or 2*length+1:
//	          the last so many bytes of the advisory id
//	          reason why the row is unjudged: the rest
//	interval  byte: the bits below
//	          length, lower key   if hasLower
//	          length, upper key   if hasUpper
//	          length, version     if hasFixed
//	          length, lower text, length, upper text  if hasTexts
const isUnjudged = 1 << 6

const (
	hasLower = 1 << iota
	hasUpper
	hasFixed
	isClosed
	isSemVer // the keys are of version.Semver, not of the ecosystem's scheme
	isAnyRelease
	hasTexts // the bounds are spelled out
)

// A row is one affected entry of an advisory.
type row struct {
	id              string
	vulnerabilities []string
	status          vuln.Status // StatusUnknown: by the fixed version
	severity        severity.Level
	compiled        osv.Compiled
}

func appendRow(dst []byte, r *row) []byte {
	head := byte(r.status) | byte(r.severity)<<3
	if r.compiled.Unjudged != "" {
		head |= isUnjudged
	}
	body := []byte{head}
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
		flags |= hasFixed
	}
	if i.UpperInclusive {
		flags |= isClosed
	}
	if i.AnyRelease {
		flags |= isAnyRelease
	}
	if i.LowerText != "" || i.UpperText != "" {
		flags |= hasTexts
	}
	dst = append(dst, flags)
	if i.Lower != nil {
		dst = appendString(dst, i.Lower)
	}
	if i.Upper != nil {
		dst = appendString(dst, i.Upper)
	}
	if i.Fixed != "" {
		dst = appendString(dst, i.Fixed)
	}
	if flags&hasTexts != 0 {
		dst = appendString(appendString(dst, i.LowerText), i.UpperText)
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
			hits = append(hits, hit)
		}
		if rows.bad || body.bad {
			return nil, fmt.Errorf("%w: a row is malformed", ErrDamaged)
		}
	}
	return hits, nil
}

// row reads the row in u, and the ids of it only if it is a hit.
func (u *unpacker) row(s *subject) (hit vuln.Hit, ok bool) {
	head := u.byte()
	hit.Status, hit.Severity = vuln.Status(head&0x7), severity.Level(head>>3&0x7)
	if head>>7 != 0 || hit.Severity > severity.Critical {
		u.bad = true
	}
	for n := u.length(); n > 0; n-- {
		span, fixed, semver := u.interval()
		key := s.key
		if semver {
			if key, hit.Err = s.semverKey(); hit.Err != nil {
				continue
			}
		}
		if !ok && span.Holds(s.version, key) {
			ok, hit.Fixed = true, string(fixed)
		}
	}
	if ok {
		hit.Err = nil
	} else if hit.Err == nil && head&isUnjudged == 0 {
		return vuln.Hit{}, false
	}
	hit.Advisory = string(u.bytes())
	hit.IDs = u.ids(hit.Advisory)
	switch {
	case hit.Err != nil:
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

// interval reads an interval. Its fixed version is apart, as it lies in the
// mapping: it is asked of a hit alone.
func (u *unpacker) interval() (span osv.Interval, fixed []byte, semver bool) {
	flags := u.byte()
	if flags&hasLower != 0 {
		span.Lower = u.bytes()
	}
	if flags&hasUpper != 0 {
		span.Upper = u.bytes()
	}
	if flags&hasFixed != 0 {
		fixed = u.bytes()
	}
	if flags&hasTexts != 0 {
		span.LowerText, span.UpperText = string(u.bytes()), string(u.bytes())
	}
	span.UpperInclusive, span.AnyRelease = flags&isClosed != 0, flags&isAnyRelease != 0
	return span, fixed, flags&isSemVer != 0
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
	b := u.take(1)
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

func (u *unpacker) bytes() []byte { return u.take(u.uvarint()) }

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
	n, size := binary.Uvarint(u.rest)
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
