package version

import (
	"cmp"
	"strings"
)

// Deb is the order of Debian and Ubuntu versions, [epoch:]upstream[-revision].
//
// Check refuses what dpkg refuses, and the characters that dpkg only warns of,
// because policy has no place for them in the order. Like dpkg it takes a
// version that does not start with a digit, and blanks around one. The epoch
// must be digits alone; the C function under dpkg also reads a sign.
//
// Debian Policy 5.6.12, https://www.debian.org/doc/debian-policy/ch-controlfields.html#version
// and deb-version(7), https://manpages.debian.org/deb-version.7
var Deb Scheme = deb{}

type deb struct{}

func (deb) String() string { return "deb" }

func (s deb) Check(v string) error {
	_, f := parseDeb(v)
	return f.err(s, v)
}

func (deb) Compare(a, b string) int {
	x, fx := parseDeb(a)
	y, fy := parseDeb(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	if c := compareDigits(x.epoch, y.epoch); c != 0 {
		return c
	}
	if c := compareDebPart(x.upstream, y.upstream); c != 0 {
		return c
	}
	return compareDebPart(x.revision, y.revision)
}

func (s deb) AppendKey(dst []byte, v string) ([]byte, error) {
	d, f := parseDeb(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	dst = appendNumber(dst, d.epoch)
	dst = appendDebPart(dst, d.upstream)
	return appendDebPart(dst, d.revision), nil
}

// A debVersion is the three parts of a version; an absent epoch or revision is
// empty, which ranks as zero.
type debVersion struct{ epoch, upstream, revision string }

// parseDeb splits v: the first colon ends the epoch, the last hyphen starts
// the revision.
func parseDeb(v string) (debVersion, flaw) {
	if f := checkLength(v); f.found() {
		return debVersion{}, f
	}
	rest := strings.TrimLeft(v, " \t")
	at := len(v) - len(rest) // where rest starts in v
	rest = strings.TrimRight(rest, " \t")
	if rest == "" {
		return debVersion{}, flaw{at, "empty version"}
	}

	var d debVersion
	if i := strings.IndexByte(rest, ':'); i >= 0 {
		d.epoch = rest[:i]
		if f := checkDebEpoch(d.epoch, at); f.found() {
			return debVersion{}, f
		}
		rest, at = rest[i+1:], at+i+1
		if rest == "" {
			return debVersion{}, flaw{at, "nothing after the epoch"}
		}
	}

	d.upstream = rest
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		d.upstream, d.revision = rest[:i], rest[i+1:]
		if d.revision == "" {
			return debVersion{}, flaw{at + i + 1, "empty revision"}
		}
	}
	if d.upstream == "" {
		return debVersion{}, flaw{at, "empty upstream version"}
	}
	if i := strings.IndexFunc(d.upstream, notDebUpstream); i >= 0 {
		return debVersion{}, flaw{at + i, "invalid character in the upstream version"}
	}
	if i := strings.IndexFunc(d.revision, notDebRevision); i >= 0 {
		return debVersion{}, flaw{at + len(d.upstream) + 1 + i, "invalid character in the revision"}
	}
	return d, flaw{}
}

// maxDebEpoch is the largest epoch dpkg reads, the largest C int.
const maxDebEpoch = "2147483647"

func checkDebEpoch(epoch string, at int) flaw {
	if epoch == "" {
		return flaw{at, "empty epoch"}
	}
	if n := digitRun(epoch); n < len(epoch) {
		return flaw{at + n, "epoch is not a number"}
	}
	if compareDigits(epoch, maxDebEpoch) > 0 {
		return flaw{at, "epoch is greater than " + maxDebEpoch}
	}
	return flaw{}
}

func notDebUpstream(r rune) bool {
	return r != '-' && r != ':' && notDebRevision(r)
}

func notDebRevision(r rune) bool {
	switch {
	case '0' <= r && r <= '9', 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		return false
	}
	return r != '.' && r != '+' && r != '~'
}

// debEnd ranks the end of a run of non-digits: after the tilde, before the
// letters.
const debEnd = 0x02

// debRank is the rank of the first byte of s in a run of non-digits: the
// tilde, the end of the run (of s, or a digit), letters, everything else.
func debRank(s string) byte {
	if s == "" || isDigit(s[0]) {
		return debEnd
	}
	switch c := s[0]; {
	case c == '~':
		return debEnd - 1
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		return c
	default:
		return c | 0x80
	}
}

// compareDebPart orders two upstream versions, or two revisions: by turns a
// run of non-digits by rank and a run of digits by value.
func compareDebPart(a, b string) int {
	for a != "" || b != "" {
		for {
			ra, rb := debRank(a), debRank(b)
			if ra != rb {
				return cmp.Compare(ra, rb)
			}
			if ra == debEnd {
				break
			}
			a, b = a[1:], b[1:]
		}
		i, j := digitRun(a), digitRun(b)
		if c := compareDigits(a[:i], b[:j]); c != 0 {
			return c
		}
		a, b = a[i:], b[j:]
	}
	return 0
}

// appendDebPart appends the ranks of each run of non-digits, their end, and
// the number after them; then the end of the run that does not come. The empty
// part has the key of "0".
func appendDebPart(dst []byte, part string) []byte {
	for {
		for r := debRank(part); r != debEnd; r = debRank(part) {
			dst, part = append(dst, r), part[1:]
		}
		dst = append(dst, debEnd)
		n := digitRun(part)
		dst = appendNumber(dst, part[:n])
		part = part[n:]
		if part == "" {
			return append(dst, debEnd)
		}
	}
}
