// Package analyze holds the analyzers: each turns one file of a layer into
// facts about the operating system or its packages.
package analyze

import "github.com/plimsoll-go/plimsoll/scan/artifact"

// A row says for which targets an analyzer runs.
type row struct {
	analyzer artifact.Analyzer
	image    bool
}

// rows is the whole list: a row per analyzer, a column per target.
func rows() []row {
	return []row{
		{OSRelease, true},
		{Dpkg, true},
		{APK, true},
	}
}

// Image returns the analyzers that an image is read with. The slice is the
// caller's.
func Image() []artifact.Analyzer {
	var list []artifact.Analyzer
	for _, r := range rows() {
		if r.image {
			list = append(list, r.analyzer)
		}
	}
	return list
}
