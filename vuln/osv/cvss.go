package osv

import (
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// scoreCVSS computes the score of a vector and rates it. The vector's own
// prefix tells its version; version 2 has none. Of versions 2 and 3 the base
// score counts, of version 4 the score of all metrics given.
//
// https://www.first.org/cvss/v3.1/specification-document section 5
// https://nvd.nist.gov/vuln-metrics/cvss for version 2, which has no ratings
// of its own: low below 4, medium below 7, else high.
func scoreCVSS(vector string) (float64, severity.Level, error) {
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

func rate(score float64) (float64, severity.Level, error) {
	return score, severity.FromScore(score), nil
}
