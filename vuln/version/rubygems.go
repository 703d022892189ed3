package version

import "strings"

// RubyGems is the order of Ruby's Gem::Version: numbers and words, in segments
// set apart by dots or by the change from one to the other. A word comes
// before any number, so 1.0.rc1 < 1.0; words are ordered by bytes, capitals
// first. A hyphen stands for the word "pre". The shorter version is filled up
// with zeros, and zeros before the first word do not count: 1 = 1.0 and
// 1.a = 1.0.a.
//
// Check takes what Gem::Version takes, blanks around a version included, but
// for the empty version, which Ruby reads as "0". The platform of a gem is no
// part of its version: it is the caller's to cut off "1.2.3-x86_64-linux",
// which does not Check. A platform that could be a version, as in
// "1.2.3-java", is read as a pre-release.
//
// https://docs.ruby-lang.org/en/3.1/Gem/Version.html
var RubyGems Scheme = rubyGems{}

type rubyGems struct{}

func (rubyGems) String() string { return "rubygems" }

func (s rubyGems) Check(v string) error {
	_, f := parseGem(v)
	return f.err(s, v)
}

func (rubyGems) Compare(a, b string) int {
	ta, fa := parseGem(a)
	tb, fb := parseGem(b)
	if fa.found() || fb.found() {
		return compareFlawed(a, fa, b, fb)
	}
	x, y := gemReader{rest: ta}, gemReader{rest: tb}
	for {
		s, t := x.next(), y.next()
		if c := s.compare(t); c != 0 || s.run.sign == 0 {
			return c
		}
	}
}

func (s rubyGems) AppendKey(dst []byte, v string) ([]byte, error) {
	text, f := parseGem(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	r := gemReader{rest: text}
	for {
		t := r.next()
		dst = t.appendKey(dst)
		if t.run.sign == 0 {
			return dst, nil
		}
	}
}

// parseGem cuts the blanks off v and checks its form: a number, segments of
// letters and digits after dots, and after a hyphen segments that may have
// more hyphens.
func parseGem(v string) (string, flaw) {
	if f := checkLength(v); f.found() {
		return "", f
	}
	text, at := trimBlanks(v)
	if text == "" {
		return "", flaw{at, "empty version"}
	}
	i := digitRun(text)
	if i == 0 {
		return "", flaw{at, "no number"}
	}
	for hyphens := false; i < len(text); {
		if text[i] == '-' {
			hyphens = true
		} else if text[i] != '.' {
			return "", flaw{at + i, "unexpected character"}
		}
		start := i + 1
		for i = start; i < len(text) && (isDigit(text[i]) || isLetter(text[i]) || hyphens && text[i] == '-'); i++ {
		}
		if i == start {
			return "", flaw{at + i, "empty segment"}
		}
	}
	return text, flaw{}
}

// gemHyphen is the word that a hyphen stands for.
const gemHyphen = "pre"

// A gemSegment is a word or a number other than zero, or the end, and the
// zeros before it.
type gemSegment struct {
	run  zeroRun
	text string
}

func (t gemSegment) compare(u gemSegment) int {
	if c := t.run.compare(u.run); c != 0 {
		return c
	}
	if t.run.sign < 0 {
		return strings.Compare(t.text, u.text)
	}
	return compareDigits(t.text, u.text)
}

// gemHyphenByte is the key of gemHyphen, which is a byte in the version, too.
// To make room for it, words after gemHyphen have their first byte raised.
const (
	gemHyphenByte = 'p'<<1 | wordGoesOn + 1
	gemRaise      = 2
)

func (t gemSegment) appendKey(dst []byte) []byte {
	dst = t.run.appendKey(dst)
	if t.run.sign == 0 {
		return dst
	}
	if t.run.sign > 0 {
		return appendNumber(dst, t.text)
	}
	first := len(dst)
	switch c := strings.Compare(t.text, gemHyphen); {
	case c == 0:
		return append(dst, gemHyphenByte)
	case c < 0:
		return appendWord(dst, t.text)
	}
	dst = appendWord(dst, t.text)
	dst[first] += gemRaise
	return dst
}

// A gemReader splits a version into segments.
type gemReader struct {
	rest string
	word bool // one has been read
}

func (r *gemReader) next() gemSegment {
	for zeros := 0; r.rest != ""; {
		switch c := r.rest[0]; {
		case isDigit(c):
			number := r.cut(digitRun(r.rest))
			if isZero(number) {
				zeros++
				continue
			}
			return gemSegment{zeroRun{zeros, +1}, number}
		case c == '.':
			r.cut(1)
		default:
			word := gemHyphen
			if c == '-' {
				r.cut(1)
			} else {
				word = r.cut(letterRun(r.rest))
			}
			if !r.word {
				zeros = 0
			}
			r.word = true
			return gemSegment{zeroRun{zeros, -1}, word}
		}
	}
	return gemSegment{}
}

// cut takes n bytes off the rest.
func (r *gemReader) cut(n int) string {
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}
