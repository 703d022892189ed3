package version_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzSemver(f *testing.F) { fuzzLaws(f, version.Semver) }

func semverKit() kit {
	return kit{
		scheme: version.Semver,
		pieces: "0 1 9 10 007 208 99999999999999999999 . . . a rc -rc - + -0 .1.0 v",
		mix: []string{
			"4.17.20", "4.17.21", "18.2.0-rc.1", "18.2.0", "v0.0.0-20191109021931-daa7c04131f5",
			"v0.0.0-20200101000000-a1b2c3d4e5f6", "1.0.0-alpha.9", "1.0.0-alpha.10", "2.31.0+incompatible", "2.31.1+incompatible",
		},
		corpus: []corpusFile{
			{name: "semver-versions.txt"},
		},
	}
}
