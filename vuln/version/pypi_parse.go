package version

import "strings"

// A pypiStage says where a version stands on the way to its release; earlier is
// smaller. It is the byte behind the release in the key, where pypiMore stands
// for another number of it.
type pypiStage byte

const (
	pypiDev pypiStage = iota + 1 // nothing but .dev
	pypiAlpha
	pypiBeta
	pypiRC
	pypiFinal
	pypiMore
)

// A pypiVersion is the parts of a version. Missing numbers are empty, which
// ranks as zero.
type pypiVersion struct {
	epoch     string
	release   string    // without zero numbers at its end: "1.2" for 1.2.0
	stage     pypiStage // pypiDev to pypiFinal
	pre       string    // the number of a, b or rc
	post, dev string
	hasPost   bool
	hasDev    bool
	local     string // without "+"; empty: none
}

// parsePyPI reads text, which is not empty, by the specification; false says
// that it has another form.
func parsePyPI(text string) (pypiVersion, bool) {
	x := pypiVersion{stage: pypiFinal}
	if lower(text[0]) == 'v' {
		text = text[1:]
	}
	if n := digitRun(text); n > 0 && strings.HasPrefix(text[n:], "!") {
		x.epoch, text = text[:n], text[n+1:]
	}
	text, ok := x.readRelease(text)
	if !ok {
		return x, false
	}
	text = x.readSuffixes(text)
	if strings.HasPrefix(text, "+") {
		x.local = text[1:]
		return x, isPyPILocal(x.local)
	}
	return x, text == ""
}

// readRelease reads numbers with dots between, and returns what follows.
func (x *pypiVersion) readRelease(text string) (rest string, ok bool) {
	n := digitRun(text)
	if n == 0 {
		return text, false
	}
	end, kept := 0, 0
	for {
		if !isZero(text[end : end+n]) {
			kept = end + n
		}
		end += n
		if end+1 >= len(text) || text[end] != '.' {
			break
		}
		n = digitRun(text[end+1:])
		if n == 0 {
			break
		}
		end++
	}
	x.release = text[:kept]
	return text[end:], true
}

// readSuffixes reads a pre-release, a post-release and a development release,
// any of which may be missing, and returns what follows.
func (x *pypiVersion) readSuffixes(text string) string {
	if text == "" || text[0] == '+' {
		return text
	}
	name, number, rest := cutPyPISuffix(text)
	switch name {
	case "a":
		x.stage, x.pre, text = pypiAlpha, number, rest
	case "b":
		x.stage, x.pre, text = pypiBeta, number, rest
	case "rc":
		x.stage, x.pre, text = pypiRC, number, rest
	}

	name, number, rest = cutPyPISuffix(text)
	if strings.HasPrefix(text, "-") {
		if n := digitRun(text[1:]); n > 0 {
			name, number, rest = "post", text[1:1+n], text[1+n:]
		}
	}
	if name == "post" {
		x.hasPost, x.post, text = true, number, rest
	}

	name, number, rest = cutPyPISuffix(text)
	if name == "dev" {
		x.hasDev, x.dev, text = true, number, rest
	}
	if x.hasDev && x.stage == pypiFinal && !x.hasPost {
		x.stage = pypiDev
	}
	return text
}

// cutPyPISuffix cuts a name and a number off text, each with at most one
// separator before it. The name is in its normal form; it is empty where there
// is none, and the number may be.
func cutPyPISuffix(text string) (name, number, rest string) {
	rest = cutPyPISeparator(text)
	name, n := pypiSuffixName(rest)
	if name == "" {
		return "", "", text
	}
	rest = cutPyPISeparator(rest[n:])
	n = digitRun(rest)
	return name, rest[:n], rest[n:]
}

// pypiSuffixName is the normal form and the length of the name that text
// starts with.
func pypiSuffixName(text string) (name string, n int) {
	if text == "" {
		return "", 0
	}
	switch lower(text[0]) {
	case 'a':
		return "a", pypiNameLen(text, "alpha")
	case 'b':
		return "b", pypiNameLen(text, "beta")
	case 'c':
		return "rc", 1
	case 'd':
		if hasPrefixFold(text, "dev") {
			return "dev", len("dev")
		}
	case 'p':
		if hasPrefixFold(text, "post") {
			return "post", len("post")
		}
		if hasPrefixFold(text, "pre") {
			return "rc", max(len("pre"), pypiNameLen(text, "preview"))
		}
	case 'r':
		if hasPrefixFold(text, "rc") {
			return "rc", len("rc")
		}
		return "post", pypiNameLen(text, "rev")
	}
	return "", 0
}

// pypiNameLen is the length of name where text starts with it, else that of
// its first letter.
func pypiNameLen(text, name string) int {
	if hasPrefixFold(text, name) {
		return len(name)
	}
	return 1
}

func cutPyPISeparator(text string) string {
	if text != "" && isPyPISeparator(text[0]) {
		return text[1:]
	}
	return text
}

func isPyPISeparator(c byte) bool { return c == '.' || c == '-' || c == '_' }

// isPyPILocal reports whether local is letters and digits in segments with a
// separator between each two.
func isPyPILocal(local string) bool {
	for local != "" {
		n := pypiSegment(local)
		if n == 0 {
			return false
		}
		if n == len(local) {
			return true
		}
		if !isPyPISeparator(local[n]) {
			return false
		}
		local = local[n+1:]
	}
	return false
}

// pypiSegment is the length of the run of letters and digits that s starts
// with.
func pypiSegment(s string) int {
	n := 0
	for n < len(s) && (isDigit(s[n]) || isLetter(s[n])) {
		n++
	}
	return n
}
