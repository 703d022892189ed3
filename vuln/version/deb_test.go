package version_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzDeb(f *testing.F) { fuzzLaws(f, version.Deb) }

func debKit() kit {
	return kit{
		scheme: version.Deb,
		pieces: "0 1 9 10 007 208 99999999999999999999 a b Z rc . . + ~ ~ - - : dfsg _ 2147483648: +1:",
		mix: []string{
			"3.0.15-1~deb12u1", "3.0.16-1~deb12u1", "2.36-9+deb12u9", "2.36-9+deb12u10",
			"1:9.2p1-2+deb12u5", "1:9.2p1-2+deb12u6", "5.36.0-7+deb12u1", "5.36.0-7+deb12u2",
			"7.88.1-10+deb12u12", "7.88.1-10+deb12u14", "1:1.2.13.dfsg-1", "1:1.3.dfsg-3.1",
		},
		corpus: []corpusFile{
			{name: "debian-versions.txt"},
			{name: "debian-versions-generated.txt"},
		},
	}
}
