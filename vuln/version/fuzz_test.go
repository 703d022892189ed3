package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func fuzzLaws(f *testing.F, s version.Scheme) {
	for _, r := range ownRows(f, s) {
		f.Add(r.a, r.b, r.a+"0")
	}
	f.Add("", " ", "\x00")
	f.Add("1é", "1\xff", strings.Repeat("9", 256))
	f.Add("1."+strings.Repeat("0", 255), "1."+strings.Repeat("9", 254), strings.Repeat("1.", 128))
	f.Fuzz(func(t *testing.T, a, b, c string) { checkLaws(t, s, a, b, c) })
}
