package version

import (
	"cmp"
	"strings"
)

// Gentoo is the order of Gentoo versions,
// number{.number}[letter]{_suffix[number]}[-rnumber]. The first number counts
// by value. A later one does unless either of the two that are compared starts
// with zero; then they are text without the zeros at their end, so
// 1.01 < 1.1, 1.010 = 1.01 and 1.0 = 1.00. More numbers are later, then comes
// the letter. The suffixes alpha, beta, pre and rc come before the end of the
// version, p after it; a suffix without a number, and no revision, are zero.
// Numbers have any length.
//
// Check takes what the specification takes.
//
// Package Manager Specification 3.2, "Version Specifications", and 3.3,
// "Version Comparison", algorithms 3.1 to 3.7, https://projects.gentoo.org/pms/latest/pms.html
var Gentoo Scheme = gentoo{}

type gentoo struct{}

func (gentoo) String() string { return "gentoo" }

func (s gentoo) Check(v string) error {
	_, f := parseGentoo(v)
	return f.err(s, v)
}

// Compare is algorithm 3.1.
func (gentoo) Compare(a, b string) int {
	x, fx := parseGentoo(a)
	y, fy := parseGentoo(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	if c := compareGentooNumbers(x.numbers, y.numbers); c != 0 {
		return c
	}
	if c := strings.Compare(x.letter, y.letter); c != 0 { // algorithm 3.4
		return c
	}
	if c := compareGentooSuffixes(x.suffixes, y.suffixes); c != 0 {
		return c
	}
	return compareDigits(x.revision, y.revision) // algorithm 3.7
}

func (s gentoo) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parseGentoo(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	dst = appendGentooNumbers(dst, x.numbers)
	dst = append(dst, x.letter...)
	dst = append(dst, 0) // before any letter; after one the same in all
	dst = appendGentooSuffixes(dst, x.suffixes)
	return appendNumber(dst, x.revision), nil
}

// A gentooVersion is the parts of a version. Any but numbers may be empty; an
// empty revision ranks as zero.
type gentooVersion struct {
	numbers  string // "1.2.03"
	letter   string // "a"
	suffixes string // "_rc1_p"
	revision string // "2", of "-r2"
}

func parseGentoo(v string) (gentooVersion, flaw) {
	if f := checkLength(v); f.found() {
		return gentooVersion{}, f
	}
	var x gentooVersion
	at := 0
	for {
		n := digitRun(v[at:])
		if n == 0 {
			return gentooVersion{}, flaw{at, "no number"}
		}
		at += n
		if !strings.HasPrefix(v[at:], ".") {
			break
		}
		at++
	}
	x.numbers = v[:at]

	if at < len(v) && isLower(v[at]) {
		x.letter = v[at : at+1]
		at++
	}

	start := at
	for strings.HasPrefix(v[at:], "_") {
		n := lowerRun(v[at+1:])
		if gentooSuffix(v[at+1:at+1+n]) == gentooEnd {
			return gentooVersion{}, flaw{at + 1, "unknown suffix"}
		}
		at += 1 + n
		at += digitRun(v[at:])
	}
	x.suffixes = v[start:at]

	if strings.HasPrefix(v[at:], "-r") {
		at += len("-r")
		n := digitRun(v[at:])
		if n == 0 {
			return gentooVersion{}, flaw{at, "no number"}
		}
		x.revision = v[at : at+n]
		at += n
	}
	if at < len(v) {
		return gentooVersion{}, flaw{at, "unexpected character"}
	}
	return x, flaw{}
}

// compareGentooNumbers is algorithm 3.2.
func compareGentooNumbers(a, b string) int {
	x, a, moreA := strings.Cut(a, ".")
	y, b, moreB := strings.Cut(b, ".")
	c := compareDigits(x, y)
	for c == 0 && moreA && moreB {
		x, a, moreA = strings.Cut(a, ".")
		y, b, moreB = strings.Cut(b, ".")
		c = compareGentooNumber(x, y)
	}
	if c == 0 {
		return cmp.Compare(len(a), len(b)) // one of them is empty
	}
	return c
}

// compareGentooNumber is algorithm 3.3, for the numbers after the first.
func compareGentooNumber(x, y string) int {
	if x[0] == '0' || y[0] == '0' {
		return strings.Compare(strings.TrimRight(x, "0"), strings.TrimRight(y, "0"))
	}
	return compareDigits(x, y)
}

// What comes next in the key after a number. One that starts with zero comes
// before any other, as text before the text of one that does not.
const (
	gentooNumbersEnd = 0x00
	gentooZeroNumber = 0x01 // starts with zero: text
	gentooNumber     = 0x02
)

func appendGentooNumbers(dst []byte, numbers string) []byte {
	x, numbers, more := strings.Cut(numbers, ".")
	dst = appendNumber(dst, x)
	for more {
		x, numbers, more = strings.Cut(numbers, ".")
		if x[0] != '0' {
			dst = appendNumber(append(dst, gentooNumber), x)
			continue
		}
		dst = append(append(dst, gentooZeroNumber), strings.TrimRight(x, "0")...)
		dst = append(dst, 0) // before any digit, so the shorter text is first
	}
	return append(dst, gentooNumbersEnd)
}

// A gentooRank is the rank of a suffix, or of the end of the suffixes; it is
// also its byte in the key.
type gentooRank byte

const (
	gentooAlpha gentooRank = iota + 1
	gentooBeta
	gentooPre
	gentooRC
	gentooEnd
	gentooP
)

// gentooSuffix is the rank of the suffix name, or gentooEnd if there is none
// such.
func gentooSuffix(name string) gentooRank {
	switch name {
	case "alpha":
		return gentooAlpha
	case "beta":
		return gentooBeta
	case "pre":
		return gentooPre
	case "rc":
		return gentooRC
	case "p":
		return gentooP
	}
	return gentooEnd
}

// cutGentooSuffix cuts the first suffix off the list.
func cutGentooSuffix(list string) (rank gentooRank, number, rest string) {
	if list == "" {
		return gentooEnd, "", ""
	}
	list = list[len("_"):]
	n := lowerRun(list)
	rank, list = gentooSuffix(list[:n]), list[n:]
	n = digitRun(list)
	return rank, list[:n], list[n:]
}

// compareGentooSuffixes is algorithms 3.5 and 3.6.
func compareGentooSuffixes(a, b string) int {
	for a != "" || b != "" {
		var x, y gentooRank
		var i, j string
		x, i, a = cutGentooSuffix(a)
		y, j, b = cutGentooSuffix(b)
		if c := cmp.Compare(x, y); c != 0 {
			return c
		}
		if c := compareDigits(i, j); c != 0 {
			return c
		}
	}
	return 0
}

func appendGentooSuffixes(dst []byte, suffixes string) []byte {
	for suffixes != "" {
		var rank gentooRank
		var number string
		rank, number, suffixes = cutGentooSuffix(suffixes)
		dst = appendNumber(append(dst, byte(rank)), number)
	}
	return append(dst, byte(gentooEnd))
}
