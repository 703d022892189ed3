package rpmdb

import (
	"strconv"
	"strings"
)

// Source is the name and the version of the source package that p was built
// from, by the name of its file: name-version-release.src.rpm. That has no
// epoch; it gets p's, since packages seldom have another than their source. A
// package that names no source is its own. Where the file is not called so, the
// package's own name and version are returned, and false.
func (p *Package) Source() (name, version string, ok bool) {
	if p.SourceRPM == "" || p.SourceRPM == "(none)" {
		return p.Name, p.EVR(), true
	}
	name, rest, ok := cutSource(p.SourceRPM)
	if !ok {
		return p.Name, p.EVR(), false
	}
	return name, p.withEpoch(rest), true
}

func (p *Package) withEpoch(version string) string {
	if p.Epoch == 0 {
		return version
	}
	return strconv.FormatUint(uint64(p.Epoch), 10) + ":" + version
}

// cutSource takes "name-version-release.src.rpm" apart. The name may have
// hyphens, the others have none; of a source that may not be given away the
// file ends in .nosrc.rpm.
func cutSource(file string) (name, version string, ok bool) {
	stem, ok := strings.CutSuffix(file, ".rpm")
	if !ok {
		return "", "", false
	}
	arch := strings.LastIndexByte(stem, '.')
	if arch < 0 {
		return "", "", false
	}
	stem = stem[:arch]
	release := strings.LastIndexByte(stem, '-')
	if release < 0 {
		return "", "", false
	}
	at := strings.LastIndexByte(stem[:release], '-')
	if at <= 0 || at+1 == release || release+1 == len(stem) {
		return "", "", false
	}
	return stem[:at], stem[at+1:], true
}
