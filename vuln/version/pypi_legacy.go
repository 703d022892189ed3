package version

import (
	"cmp"
	"strings"
)

// This is the order of packaging 21.3 for strings that are not of PEP 440,
// https://github.com/pypa/packaging/blob/21.3/packaging/version.py, function
// _legacy_cmpkey. A string is a list of parts: numbers, words (letters, or
// whatever is not a letter, a digit, a dot or a hyphen), and hyphens; the word
// "final" is put behind it. A hyphen is the word "final-". Words come before
// numbers and are ordered by bytes, but "pre", "preview" and "rc" are "c", and
// "dev" is "@". Zeros before a word go, and so do hyphens before a word that
// comes before "final".

// A legacyKind is what a part is. Where two versions differ in it, the smaller
// comes first; it is also the part's first byte in the key, and as such ends a
// word or number before it, having a value below all characters.
type legacyKind byte

const (
	legacyEarly  legacyKind = iota + 1 // a word before "final"
	legacyEnd                          // the "final" behind the string
	legacyFinal                        // a "final" in the string
	legacyHyphen                       // "final-"
	legacyLate                         // a word after "final-"
	legacyNumber
)

// A legacyPart is a part with its text, which a hyphen and a final lack.
type legacyPart struct {
	kind legacyKind
	text string
}

func (p legacyPart) compare(q legacyPart) int {
	if c := cmp.Compare(p.kind, q.kind); c != 0 {
		return c
	}
	if p.kind != legacyNumber {
		return compareFold(p.text, q.text)
	}
	head, tail := cutLegacyNumber(p.text)
	qHead, qTail := cutLegacyNumber(q.text)
	if c := compareDigits(head, qHead); c != 0 {
		return c
	}
	return strings.Compare(tail, qTail)
}

func (p legacyPart) appendKey(dst []byte) []byte {
	dst = append(dst, byte(p.kind))
	if p.kind != legacyNumber {
		return appendFold(dst, p.text)
	}
	head, tail := cutLegacyNumber(p.text)
	return append(appendNumber(dst, head), tail...)
}

func (p legacyPart) isZero() bool {
	return p.kind == legacyNumber && len(p.text) <= legacyDigits && isZero(p.text)
}

// legacyDigits is how many digits a number is filled up to with zeros, in
// front. Numbers are then ordered as text: 100000000 < 99999999.
const legacyDigits = 8

func cutLegacyNumber(digits string) (head, tail string) {
	n := min(len(digits), legacyDigits)
	return digits[:n], digits[n:]
}

func comparePyPILegacy(a, b string) int {
	x, y := legacyReader{rest: a}, legacyReader{rest: b}
	for {
		p, q := x.next(), y.next()
		if c := p.compare(q); c != 0 || p.kind == legacyEnd {
			return c
		}
	}
}

func appendPyPILegacy(dst []byte, text string) []byte {
	r := legacyReader{rest: text}
	for {
		p := r.next()
		dst = p.appendKey(dst)
		if p.kind == legacyEnd {
			return dst
		}
	}
}

// A legacyReader splits a string into the parts that count. Whether hyphens and
// zeros do, the part behind them says, which it holds back until then.
type legacyReader struct {
	rest    string
	hyphens int
	zeros   int // behind the hyphens
	held    legacyPart
	holds   bool
}

func (r *legacyReader) next() legacyPart {
	if !r.holds {
		r.hold()
	}
	switch {
	case r.hyphens > 0:
		r.hyphens--
		return legacyPart{kind: legacyHyphen}
	case r.zeros > 0:
		r.zeros--
		return legacyPart{legacyNumber, "0"}
	}
	r.holds = false
	return r.held
}

// hold reads up to the next part that is no hyphen and no zero.
func (r *legacyReader) hold() {
	for !r.holds {
		p := r.read()
		switch {
		case p.kind == legacyHyphen:
			r.hyphens++
			r.zeros = 0
		case p.isZero():
			r.zeros++
		default:
			if p.kind == legacyEarly && r.zeros == 0 {
				r.hyphens = 0
			}
			if p.kind != legacyNumber {
				r.zeros = 0
			}
			r.held, r.holds = p, true
		}
	}
}

// read returns the next part of the string as it stands.
func (r *legacyReader) read() legacyPart {
	for r.rest != "" && r.rest[0] == '.' {
		r.rest = r.rest[1:]
	}
	if r.rest == "" {
		return legacyPart{kind: legacyEnd}
	}
	n := legacyRun(r.rest)
	text := r.rest[:n]
	r.rest = r.rest[n:]
	switch {
	case isDigit(text[0]):
		return legacyPart{legacyNumber, text}
	case text == "-":
		return legacyPart{kind: legacyHyphen}
	}
	text = legacyWord(text)
	switch c := compareFold(text, "final"); {
	case c < 0:
		return legacyPart{legacyEarly, text}
	case c > 0:
		return legacyPart{legacyLate, text}
	}
	return legacyPart{kind: legacyFinal}
}

// legacyRun is the length of the part that s starts with.
func legacyRun(s string) int {
	switch {
	case isDigit(s[0]):
		return digitRun(s)
	case isLetter(s[0]):
		return letterRun(s)
	case s[0] == '-':
		return 1
	}
	n := 1
	for n < len(s) && !isDigit(s[n]) && !isLetter(s[n]) && s[n] != '.' && s[n] != '-' {
		n++
	}
	return n
}

// legacyWord is the word that word stands for.
func legacyWord(word string) string {
	switch {
	case compareFold(word, "pre") == 0, compareFold(word, "preview") == 0, compareFold(word, "rc") == 0:
		return "c"
	case compareFold(word, "dev") == 0:
		return "@"
	}
	return word
}
