package version_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzAPK(f *testing.F) { fuzzLaws(f, version.APK) }

func apkKit() kit {
	const (
		noBuild   = `"-r" without a number: "apk version --check" of apk-tools 3 refuses it`
		afterR    = `text after "-r": apk-tools 3 refuses it`
		emptyPart = "no number after a dot: apk-tools 3 refuses it"
		upper     = "a capital letter: the letter is one of a to z (apk-package(5))"
		suffix    = "no such suffix (apk-package(5) lists them)"
		noNumber  = "no number first (apk-package(5))"
	)
	return kit{
		scheme: version.APK,
		pieces: "0 1 9 10 007 208 99999999999999999999 . . .0 a p _alpha _rc _p _git ~ab ~0 -r -r0 _",
		mix: []string{
			"3.1.7-r0", "3.1.7-r1", "1.36.1-r29", "1.36.1-r30", "9.6_p1-r0", "9.7_p1-r0",
			"1.1.1w-r0", "1.1.1w-r1", "8.5.0_rc1-r0", "8.5.0-r0", "0.7.5_p20210101-r1", "0.7.5_p20210102-r0",
		},
		corpus: []corpusFile{
			{name: "alpine-versions-generated.txt"},
			// These rows compare strings that apk calls invalid: it still
			// answers, from the part before the fault, while we put all such
			// strings last, by bytes, and give them no key.
			{"alpine-versions.txt", map[string]string{
				"1-r = 1-r0":              noBuild,
				"1-r-0 < 1-r0":            noBuild,
				"1-r-1 < 1-r0":            noBuild,
				"1-r2 > 1-r-1":            noBuild,
				"1 > 1-ruff":              noBuild,
				"1-ruff2 = 1-ruff1":       noBuild,
				"1-ruff2 = 1--ruff1":      noBuild,
				"1-r0-1 = 1-r-2":          noBuild,
				"1-r0-1 = 1-r0-2":         afterR,
				"1-r0-ruff2 = 1-r0-ruff1": afterR,
				"0.r1 < 0r2":              emptyPart,
				"0.8.21.r2 < 0.8.21r2":    emptyPart,
				"1.2.0A < 1.2.0d":         upper,
				"1.2.0D < 1.2.0d":         upper,
				"1.2 > 1.2_blah":          suffix,
				"1.2_svn1 > 1.2_csv2":     suffix,
				"1.2_cvs1 > 1.2_blah":     suffix,
				".1 < 1":                  noNumber,
				"1 > .1":                  noNumber,
			}},
		},
	}
}
