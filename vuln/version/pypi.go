package version

import (
	"cmp"
	"strings"
)

// PyPI is the order of Python packages' versions,
// [epoch!]number{.number}[{a|b|rc}number][.postnumber][.devnumber][+local]:
// 1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0 < 1.0+local < 1.0.post1.
// Zeros at the end of the release do not count, nor does case. Numbers have
// any length. All spellings count that the specification normalizes: alpha,
// beta, c, pre and preview, rev and r, "-1" for ".post1", a missing number for
// zero, the separators ".", "-" and "_", a leading "v", and blanks around the
// version.
//
// Strings of any other form are legacy versions, as Python's tools took them
// before 2023 and as package indexes and advisories still have them
// ("2004d", "0.7.10p1"). They come before all versions of the specification,
// among themselves in the order of the LegacyVersion of packaging 21.3, which
// is that of setuptools before version 8.
//
// Check refuses only what is neither: the empty string, blanks inside, control
// characters and all that is not ASCII.
//
// https://packaging.python.org/en/latest/specifications/version-specifiers/
// (PEP 440), sections "Normalization" and "Summary of permitted suffixes and
// relative ordering".
var PyPI Scheme = pypi{}

type pypi struct{}

func (pypi) String() string { return "pypi" }

func (s pypi) Check(v string) error {
	_, f := trimPyPI(v)
	return f.err(s, v)
}

func (pypi) Compare(a, b string) int {
	ta, fa := trimPyPI(a)
	tb, fb := trimPyPI(b)
	if fa.found() || fb.found() {
		return compareFlawed(a, fa, b, fb)
	}
	x, okX := parsePyPI(ta)
	y, okY := parsePyPI(tb)
	switch {
	case okX && okY:
		return x.compare(&y)
	case okX:
		return +1
	case okY:
		return -1
	}
	return comparePyPILegacy(ta, tb)
}

// What a key starts with.
const (
	pypiLegacy = 0x00
	pypi440    = 0x01
)

func (s pypi) AppendKey(dst []byte, v string) ([]byte, error) {
	text, f := trimPyPI(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	x, ok := parsePyPI(text)
	if !ok {
		return appendPyPILegacy(append(dst, pypiLegacy), text), nil
	}
	return x.appendKey(append(dst, pypi440)), nil
}

// trimPyPI cuts the blanks off v and checks its characters.
func trimPyPI(v string) (string, flaw) {
	if f := checkLength(v); f.found() {
		return "", f
	}
	text, at := trimBlanks(v)
	if text == "" {
		return "", flaw{at, "empty version"}
	}
	for i := range len(text) {
		switch c := text[i]; {
		case isBlank(c):
			return "", flaw{at + i, "blank inside"}
		case c < ' ' || c > '~':
			return "", flaw{at + i, "invalid character"}
		}
	}
	return text, flaw{}
}

func (x *pypiVersion) compare(y *pypiVersion) int {
	if c := compareDigits(x.epoch, y.epoch); c != 0 {
		return c
	}
	if c := comparePyPIRelease(x.release, y.release); c != 0 {
		return c
	}
	if c := cmp.Compare(x.stage, y.stage); c != 0 {
		return c
	}
	if c := compareDigits(x.pre, y.pre); c != 0 {
		return c
	}
	if c := comparePyPIOption(x.hasPost, x.post, y.hasPost, y.post); c != 0 {
		return c
	}
	// No .dev is after any: the other way round than .post.
	if c := comparePyPIOption(!x.hasDev, x.dev, !y.hasDev, y.dev); c != 0 {
		return c
	}
	return comparePyPILocal(x.local, y.local)
}

// comparePyPIRelease orders by number; of the same numbers, the fewer first.
func comparePyPIRelease(a, b string) int {
	for a != "" && b != "" {
		i, j := digitRun(a), digitRun(b)
		if c := compareDigits(a[:i], b[:j]); c != 0 {
			return c
		}
		a, b = strings.TrimPrefix(a[i:], "."), strings.TrimPrefix(b[j:], ".")
	}
	return cmp.Compare(len(a), len(b))
}

// comparePyPIOption orders two numbers, each behind a flag that counts first.
func comparePyPIOption(hasA bool, a string, hasB bool, b string) int {
	switch {
	case hasA == hasB:
		return compareDigits(a, b)
	case hasA:
		return +1
	}
	return -1
}

// comparePyPILocal orders segment by segment: words by bytes, before numbers
// by value. Fewer segments are first, none the very first.
func comparePyPILocal(a, b string) int {
	for a != "" && b != "" {
		i, j := pypiSegment(a), pypiSegment(b)
		x, y := a[:i], b[:j]
		switch xn, yn := isNumeric(x), isNumeric(y); {
		case xn && yn:
			if c := compareDigits(x, y); c != 0 {
				return c
			}
		case xn:
			return +1
		case yn:
			return -1
		default:
			if c := compareFold(x, y); c != 0 {
				return c
			}
		}
		a, b = cutPyPISeparator(a[i:]), cutPyPISeparator(b[j:])
	}
	return cmp.Compare(len(a), len(b))
}

// What the parts of a key after the stage start with.
const (
	pypiNoPost = 0x01
	pypiPost   = 0x02

	pypiDevNumber = 0x01
	pypiNoDev     = 0x02

	// All are before any character of a local word, so they end it.
	pypiEnd         = 0x01
	pypiLocalWord   = 0x02
	pypiLocalNumber = 0x03
)

func (x *pypiVersion) appendKey(dst []byte) []byte {
	dst = appendNumber(dst, x.epoch)
	for release := x.release; release != ""; {
		n := digitRun(release)
		dst = appendNumber(append(dst, byte(pypiMore)), release[:n])
		release = strings.TrimPrefix(release[n:], ".")
	}
	dst = append(dst, byte(x.stage))
	if pypiAlpha <= x.stage && x.stage <= pypiRC {
		dst = appendNumber(dst, x.pre)
	}
	if x.hasPost {
		dst = appendNumber(append(dst, pypiPost), x.post)
	} else {
		dst = append(dst, pypiNoPost)
	}
	if x.hasDev {
		dst = appendNumber(append(dst, pypiDevNumber), x.dev)
	} else {
		dst = append(dst, pypiNoDev)
	}
	for local := x.local; local != ""; {
		n := pypiSegment(local)
		if isNumeric(local[:n]) {
			dst = appendNumber(append(dst, pypiLocalNumber), local[:n])
		} else {
			dst = appendFold(append(dst, pypiLocalWord), local[:n])
		}
		local = cutPyPISeparator(local[n:])
	}
	return append(dst, pypiEnd)
}
