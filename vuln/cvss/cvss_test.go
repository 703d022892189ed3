package cvss_test

import (
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/cvss"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// The scores that FIRST publishes for vulnerabilities of its choice, and the ends
// of each version's scale.
func TestPublished(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		why, vector string
		score       float64
		level       severity.Level
	}{
		// https://www.first.org/cvss/v2/guide section 3.3
		{"CVE-2002-0392", "AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, severity.High},
		{"CVE-2003-0818", "AV:N/AC:L/Au:N/C:C/I:C/A:C", 10, severity.High},
		{"CVE-2003-0062", "AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2, severity.Medium},
		{"nothing", "AV:N/AC:L/Au:N/C:N/I:N/A:N", 0, severity.Low},
		// https://www.first.org/cvss/v3.0/examples
		{"CVE-2013-1937", "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, severity.Medium},
		{"CVE-2013-0375", "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4, severity.Medium},
		{"CVE-2014-3566", "CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1, severity.Low},
		{"CVE-2012-1516", "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, severity.Critical},
		{"CVE-2012-0384", "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 8.8, severity.High},
		{"CVE-2015-1098", "CVSS:3.0/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8, severity.High},
		{"CVE-2014-0160", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5, severity.High},
		{"CVE-2014-6271", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, severity.Critical},
		{"CVE-2008-1447", "CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8, severity.Medium},
		{"CVE-2009-0658", "CVSS:3.0/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8, severity.High},
		{"CVE-2009-0783", "CVSS:3.0/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2, severity.Medium},
		// https://www.first.org/cvss/v3.1/examples
		{"CVE-2013-1937", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, severity.Medium},
		{"CVE-2019-7551", "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H", 9.0, severity.Critical},
		{"CVE-2017-5942", "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", 5.4, severity.Medium},
		{"CVE-2016-1645", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 8.8, severity.High},
		{"CVE-2020-0601", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:N", 8.1, severity.High},
		// https://www.first.org/cvss/v4.0/examples
		{"CVE-2022-41741", "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3, severity.High},
		{"CVE-2020-3549", "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7, severity.High},
		{"CVE-2023-3089", "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 8.3, severity.High},
		{"CVE-2021-44714", "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 4.6, severity.Medium},
		{"CVE-2021-44228", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10, severity.Critical},
		{"a slash at the end", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", 9.8, severity.Critical},
		{"temporal metrics", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U", 9.8, severity.Critical},
	} {
		score, level, err := cvss.Score(row.vector)
		if err != nil || score != row.score || level != row.level {
			t.Errorf("%s: Score(%s) = %g, %s, %v, want %g, %s", row.why, row.vector, score, level, err, row.score, row.level)
		}
	}
	for _, vector := range []string{"", "9.8", "CVSS:3.1/AV:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:U/A:U", "CVSS:5.0/AV:N", "AV:N/AC:L/Au:N/C:X/I:P/A:P"} {
		if score, level, err := cvss.Score(vector); err == nil || level != severity.Unknown || score != 0 {
			t.Errorf("Score(%q) = %g, %s, %v, want an error", vector, score, level, err)
		}
	}
}

func FuzzScore(f *testing.F) {
	for _, vector := range []string{
		"AV:N/AC:L/Au:N/C:C/I:C/A:C", "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N/E:F", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:U",
	} {
		f.Add(vector)
	}
	f.Fuzz(func(t *testing.T, vector string) {
		score, level, err := cvss.Score(vector)
		if score < 0 || score > 10 || err != nil && (score != 0 || level != severity.Unknown) {
			t.Errorf("Score(%q) = %g, %s, %v", vector, score, level, err)
		}
	})
}

func ExampleScore() {
	score, level, err := cvss.Score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
	fmt.Println(score, level, err)
	// Output: 9.8 CRITICAL <nil>
}

func ExampleType() {
	fmt.Println(cvss.Type("CVSS:4.0/AV:N"), cvss.Type("AV:N/AC:L/Au:N/C:P/I:P/A:P"))
	// Output: CVSS_V4 CVSS_V2
}
