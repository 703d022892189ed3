package verify

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	debversion "github.com/knqyf263/go-deb-version"
	rpmversion "github.com/knqyf263/go-rpm-version"

	"github.com/plimsoll-go/plimsoll/vuln/osv"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A peer is a comparator that is not ours.
type peer struct {
	name string
	// order is of any sign; an error says that a side cannot be read.
	order  func(a, b string) (int, error)
	faults []fault
	// releases is set where a bound without a release is about all releases.
	releases bool
}

// A fault is a class of versions that a peer judges wrongly.
type fault struct {
	name     string
	evidence string
	hit      func(v string) bool // v is of the class
}

// fault is the one that explains a difference about versions; nil: none.
func (p *peer) fault(versions ...string) *fault {
	for i := range p.faults {
		for _, v := range versions {
			if v != "" && p.faults[i].hit(v) {
				return &p.faults[i]
			}
		}
	}
	return nil
}

// maxText bounds what a peer is given: they are not made for hostile input.
const maxText = 256

// compare is order, whatever a and b are.
func (p *peer) compare(a, b string) (c int, err error) {
	if len(a) > maxText || len(b) > maxText {
		return 0, fmt.Errorf("a version of more than %d bytes", maxText)
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it panics: %v", r)
		}
	}()
	return p.order(a, b)
}

// holds reports whether v is in i by the order of p.
func (p *peer) holds(i *osv.Interval, v string) (bool, error) {
	if i.Lower != nil {
		if c, err := p.against(v, i.LowerText); err != nil || c < 0 {
			return false, err
		}
	}
	if i.Upper == nil {
		return true, nil
	}
	c, err := p.against(v, i.UpperText)
	return c < 0 || c == 0 && i.UpperInclusive, err
}

// against compares v with a bound. A bound without a release is equal to that
// version with any.
func (p *peer) against(v, bound string) (int, error) {
	if p.releases && !strings.Contains(bound, "-") {
		v, _, _ = strings.Cut(v, "-")
	}
	return p.compare(v, bound)
}

// peerOf is the comparator for a scheme; nil: there is none that judges it.
func peerOf(scheme version.Scheme) *peer {
	switch scheme {
	case version.Deb:
		return &peer{name: "go-deb-version", order: debOrder, faults: []fault{
			{"a version without a digit first is an error", "dpkg --compare-versions a1 lt b1 warns and answers", func(v string) bool {
				_, upstream := cutEpoch(v)
				return upstream != "" && (upstream[0] < '0' || upstream[0] > '9')
			}},
			{"digits past 63 bits are all the same", "dpkg --compare-versions 1.9223372036854775807 lt 1.9223372036854775808", func(v string) bool { return longestDigits(v) > 18 }},
		}}
	case version.RPM:
		return &peer{name: "go-rpm-version", order: rpmOrder, releases: true, faults: []fault{
			{"the release begins at the first hyphen", "rpm splits at the last one: 1-2-3 has the release 3", func(v string) bool { return strings.Count(v, "-") > 1 }},
			{"an epoch past 31 bits is zero", "rpm refuses it", func(v string) bool {
				epoch, _ := cutEpoch(v)
				return longestDigits(epoch) > 9
			}},
		}}
	case version.Semver, version.Go, version.NPM:
		return &peer{name: "Masterminds/semver", order: semverOrder, faults: []fault{
			{"numbers past 64 bits are an error, or text in a pre-release", "semver.org sets no limit", func(v string) bool { return longestDigits(v) > 19 }},
		}}
	}
	return nil
}

func debOrder(a, b string) (int, error) {
	x, err := debversion.NewVersion(a)
	if err != nil {
		return 0, err
	}
	y, err := debversion.NewVersion(b)
	if err != nil {
		return 0, err
	}
	return x.Compare(y), nil
}

// rpmOrder never fails: go-rpm-version reads anything.
func rpmOrder(a, b string) (int, error) {
	return rpmversion.NewVersion(a).Compare(rpmversion.NewVersion(b)), nil
}

func semverOrder(a, b string) (int, error) {
	x, err := semver.NewVersion(a)
	if err != nil {
		return 0, err
	}
	y, err := semver.NewVersion(b)
	if err != nil {
		return 0, err
	}
	return x.Compare(y), nil
}

func cutEpoch(v string) (epoch, rest string) {
	epoch, rest, found := strings.Cut(v, ":")
	if !found {
		return "", v
	}
	return epoch, rest
}

// longestDigits is the length of the longest run of digits in v, leading zeros
// not counted.
func longestDigits(v string) int {
	longest := 0
	for _, run := range strings.FieldsFunc(v, func(r rune) bool { return r < '0' || r > '9' }) {
		longest = max(longest, len(strings.TrimLeft(run, "0")))
	}
	return longest
}
