package version

import (
	"cmp"
	"strings"
)

// APK is the order of Alpine, Wolfi and other apk versions,
// number{.number}{letter}{_suffix{number}}{~hash}{-rnumber}, as apk-tools 3
// has it: a pre-release suffix (alpha, beta, pre, rc) comes before the end of
// the version, all else after it, and a number after a dot that starts with
// zero is text, so 1.01 < 1.1 and 1.0 < 1.00. Numbers have any length; apk itself
// reads them into 64 bits.
//
// Check takes what apk-tools 3 takes and, of what only 2.x took, a number
// after the letter (6.6.2p1), which published advisories contain. Such a
// number may be followed as any other.
//
// apk-package(5), field "version", https://gitlab.alpinelinux.org/alpine/apk-tools/-/blob/master/doc/apk-package.5.scd
// and apk-version(8) beside it.
var APK Scheme = apk{}

type apk struct{}

func (apk) String() string { return "apk" }

func (s apk) Check(v string) error { return checkAPK(v).err(s, v) }

func (apk) Compare(a, b string) int {
	fa, fb := checkAPK(a), checkAPK(b)
	if fa.found() || fb.found() {
		return compareFlawed(a, fa, b, fb)
	}
	x, y := apkReader{v: a}, apkReader{v: b}
	for {
		s, _ := x.next()
		t, _ := y.next()
		if c := cmp.Compare(s.kind, t.kind); c != 0 {
			return c
		}
		if c := s.compareText(t); c != 0 || s.kind == apkEnd {
			return c
		}
	}
}

func (s apk) AppendKey(dst []byte, v string) ([]byte, error) {
	if f := checkLength(v); f.found() {
		return dst, f.err(s, v)
	}
	key, r := dst, apkReader{v: v}
	for {
		t, f := r.next()
		if f.found() {
			return dst, f.err(s, v)
		}
		key = t.appendKey(key)
		if t.kind == apkEnd {
			return key, nil
		}
	}
}

func checkAPK(v string) flaw {
	if f := checkLength(v); f.found() {
		return f
	}
	r := apkReader{v: v}
	for {
		t, f := r.next()
		if f.found() || t.kind == apkEnd {
			return f
		}
	}
}

// An apkKind is what a token is. Where two versions differ in it, the smaller
// comes first; it is also the token's first byte in the key.
type apkKind byte

const (
	apkStart apkKind = iota // before the first token
	apkAlpha
	apkBeta
	apkPre
	apkRC
	apkEnd
	apkRevision
	apkHash
	apkSuffixNumber
	apkCVS
	apkSVN
	apkGit
	apkHG
	apkP
	apkLetter
	apkZeroNumber // after a dot, starting with zero: ordered as text
	apkNumber
)

// apkSuffix is the kind of the suffix name, or apkStart if there is none such.
func apkSuffix(name string) apkKind {
	switch name {
	case "alpha":
		return apkAlpha
	case "beta":
		return apkBeta
	case "pre":
		return apkPre
	case "rc":
		return apkRC
	case "cvs":
		return apkCVS
	case "svn":
		return apkSVN
	case "git":
		return apkGit
	case "hg":
		return apkHG
	case "p":
		return apkP
	}
	return apkStart
}

// An apkToken is one piece of a version. Its text is a number's digits, the
// letter, or the hash; a suffix and the end have none.
type apkToken struct {
	kind apkKind
	text string
}

// compareText orders two tokens of one kind.
func (t apkToken) compareText(u apkToken) int {
	switch t.kind {
	case apkNumber, apkSuffixNumber, apkRevision:
		return compareDigits(t.text, u.text)
	default:
		return strings.Compare(t.text, u.text)
	}
}

func (t apkToken) appendKey(dst []byte) []byte {
	dst = append(dst, byte(t.kind))
	switch t.kind {
	case apkNumber, apkSuffixNumber, apkRevision:
		return appendNumber(dst, t.text)
	case apkLetter:
		return append(dst, t.text[0])
	case apkZeroNumber, apkHash:
		dst = append(dst, t.text...)
		return append(dst, 0) // before any digit, so the shorter text is first
	default:
		return dst
	}
}

// An apkReader splits v into tokens.
type apkReader struct {
	v    string
	pos  int
	last apkKind
}

// next returns the token at r.pos, or the flaw that stands there.
func (r *apkReader) next() (apkToken, flaw) {
	t, f := r.read(r.v[r.pos:])
	r.last = t.kind
	return t, f
}

func (r *apkReader) read(rest string) (apkToken, flaw) {
	numeric := r.last == apkNumber || r.last == apkZeroNumber
	switch {
	case r.last == apkStart:
		return r.number(apkNumber, 0)
	case rest == "":
		return apkToken{kind: apkEnd}, flaw{}
	case rest[0] == '.' && numeric:
		if strings.HasPrefix(rest, ".0") {
			return r.number(apkZeroNumber, len("."))
		}
		return r.number(apkNumber, len("."))
	case isDigit(rest[0]) && r.last == apkLetter: // 2.x
		return r.number(apkNumber, 0)
	case isDigit(rest[0]) && apkIsSuffix(r.last):
		return r.number(apkSuffixNumber, 0)
	case isLower(rest[0]) && numeric:
		r.pos++
		return apkToken{apkLetter, rest[:1]}, flaw{}
	case rest[0] == '_' && r.last != apkHash && r.last != apkRevision:
		n := lowerRun(rest[1:])
		kind := apkSuffix(rest[1 : 1+n])
		if kind == apkStart {
			return apkToken{}, flaw{r.pos + 1, "unknown suffix"}
		}
		r.pos += 1 + n
		return apkToken{kind: kind}, flaw{}
	case rest[0] == '~' && r.last != apkHash && r.last != apkRevision:
		n := hexRun(rest[1:])
		if n == 0 {
			return apkToken{}, flaw{r.pos + 1, "empty hash"}
		}
		r.pos += 1 + n
		return apkToken{apkHash, rest[1 : 1+n]}, flaw{}
	case strings.HasPrefix(rest, "-r") && r.last != apkRevision:
		return r.number(apkRevision, len("-r"))
	}
	return apkToken{}, flaw{r.pos, "unexpected character"}
}

// number reads the digits that stand skip bytes on.
func (r *apkReader) number(kind apkKind, skip int) (apkToken, flaw) {
	rest := r.v[r.pos+skip:]
	n := digitRun(rest)
	if n == 0 {
		return apkToken{}, flaw{r.pos + skip, "no number"}
	}
	r.pos += skip + n
	return apkToken{kind, rest[:n]}, flaw{}
}

func apkIsSuffix(k apkKind) bool {
	return apkAlpha <= k && k <= apkRC || apkCVS <= k && k <= apkP
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

func lowerRun(s string) int {
	n := 0
	for n < len(s) && isLower(s[n]) {
		n++
	}
	return n
}

// hexRun is the length of the run of lower-case hexadecimal digits that s
// starts with.
func hexRun(s string) int {
	n := 0
	for n < len(s) && (isDigit(s[n]) || 'a' <= s[n] && s[n] <= 'f') {
		n++
	}
	return n
}
