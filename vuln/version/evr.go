package version

import "strings"

// An evr is the three parts of a version of RPM or ALPM,
// [epoch:]version[-release]. An absent epoch is empty and ranks as zero; an
// absent release is empty, which one that is there never is.
type evr struct {
	epoch, version, release string
	at                      int // where version starts in the whole
}

// splitEVR splits v: the first colon ends the epoch, the last hyphen starts
// the release. What the version and the release are made of is for the scheme
// to check.
func splitEVR(v string) (evr, flaw) {
	if f := checkLength(v); f.found() {
		return evr{}, f
	}
	x := evr{version: v}
	if i := strings.IndexByte(v, ':'); i >= 0 {
		x.epoch, x.version, x.at = v[:i], v[i+1:], i+1
		switch n := digitRun(x.epoch); {
		case i == 0:
			return evr{}, flaw{0, "empty epoch"}
		case n < i:
			return evr{}, flaw{n, "epoch is not a number"}
		case x.version == "":
			return evr{}, flaw{x.at, "nothing after the epoch"}
		}
	}
	if i := strings.LastIndexByte(x.version, '-'); i >= 0 {
		x.version, x.release = x.version[:i], x.version[i+1:]
		if x.release == "" {
			return evr{}, flaw{len(v), "empty release"}
		}
	}
	if x.version == "" {
		return evr{}, flaw{x.at, "no version before the release"}
	}
	return x, flaw{}
}

// releaseAt is where the release of x starts, if it has one.
func (x evr) releaseAt() int { return x.at + len(x.version) + len("-") }

// What a key has in the place of a release that is absent. The first byte of
// any release is greater: no release comes before any.
const noRelease = 0x00
