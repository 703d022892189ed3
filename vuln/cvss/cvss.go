// Package cvss scores vectors of the Common Vulnerability Scoring System, in its
// versions 2.0, 3.0, 3.1 and 4.0.
package cvss

import (
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// Score computes the score of a vector and rates it. The vector's own
// prefix tells its version; version 2 has none. Of versions 2 and 3 the base
// score counts, of version 4 the score of all metrics given. A slash at the end,
// which some publishers write, is passed over.
//
// https://www.first.org/cvss/v3.1/specification-document section 5
// https://nvd.nist.gov/vuln-metrics/cvss for version 2, which has no ratings
// of its own: low below 4, medium below 7, else high.
func Score(vector string) (float64, severity.Level, error) {
	vector = strings.TrimSuffix(vector, "/")
	switch {
	case strings.HasPrefix(vector, "CVSS:4.0/"):
		v, err := gocvss40.ParseVector(vector)
		if err != nil {
			return 0, severity.Unknown, err
		}
		return rate(v.Score())
	case strings.HasPrefix(vector, "CVSS:3.1/"):
		v, err := gocvss31.ParseVector(vector)
		if err != nil {
			return 0, severity.Unknown, err
		}
		return rate(v.BaseScore())
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		v, err := gocvss30.ParseVector(vector)
		if err != nil {
			return 0, severity.Unknown, err
		}
		return rate(v.BaseScore())
	}
	v, err := gocvss20.ParseVector(vector)
	if err != nil {
		return 0, severity.Unknown, err
	}
	switch score := v.BaseScore(); {
	case score < 4:
		return score, severity.Low, nil
	case score < 7:
		return score, severity.Medium, nil
	default:
		return score, severity.High, nil
	}
}

// Type is the OSV type of a vector by its prefix: "CVSS_V2", "CVSS_V3" or
// "CVSS_V4".
// https://ossf.github.io/osv-schema/#severitytype-field
func Type(vector string) string {
	switch {
	case strings.HasPrefix(vector, "CVSS:4."):
		return "CVSS_V4"
	case strings.HasPrefix(vector, "CVSS:3."):
		return "CVSS_V3"
	}
	return "CVSS_V2"
}

func rate(score float64) (float64, severity.Level, error) {
	return score, severity.FromScore(score), nil
}
