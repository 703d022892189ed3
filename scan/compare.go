package scan

import (
	"cmp"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Difference is what changed from one snapshot to another.
type Difference struct {
	Old, New *Snapshot
	// Appeared are the vulnerabilities of New that Old has not, Gone those of Old that
	// New has not, in the order of the snapshots. One is the same in both if it has the
	// same id and its package the same name, whatever the version; where one of them has
	// it more often, the most similar ones are the same.
	Appeared, Gone []KnownVulnerability
	// AppearedDiagnostics and GoneDiagnostics are the same for what rules found, by
	// rule and path.
	AppearedDiagnostics, GoneDiagnostics []KnownDiagnostic
}

// Diff is what changed from old to new. Where one of them is not complete, what
// seems to have come or gone may have been hidden.
func Diff(old, new *Snapshot) *Difference {
	d := &Difference{Old: old, New: new}
	for i, unknown := range unknownVulnerabilities(old.Vulnerabilities, new.Vulnerabilities) {
		if unknown {
			d.Appeared = append(d.Appeared, new.Vulnerabilities[i])
		}
	}
	for i, unknown := range unknownVulnerabilities(new.Vulnerabilities, old.Vulnerabilities) {
		if unknown {
			d.Gone = append(d.Gone, old.Vulnerabilities[i])
		}
	}
	for i, unknown := range unknownDiagnostics(old.Diagnostics, new.Diagnostics) {
		if unknown {
			d.AppearedDiagnostics = append(d.AppearedDiagnostics, new.Diagnostics[i])
		}
	}
	for i, unknown := range unknownDiagnostics(new.Diagnostics, old.Diagnostics) {
		if unknown {
			d.GoneDiagnostics = append(d.GoneDiagnostics, old.Diagnostics[i])
		}
	}
	return d
}

// A knownKey is what makes two vulnerabilities the same.
type knownKey struct {
	system       bool
	name, vulnID string
}

func (v *KnownVulnerability) key() knownKey { return knownKey{v.System, v.Package, v.ID} }

// unknownVulnerabilities says of each of list whether it is not in known, each of
// which can be the same as one of list.
func unknownVulnerabilities(known, list []KnownVulnerability) []bool {
	type place struct {
		knownKey
		version, path string
	}
	forms := []func(*KnownVulnerability) place{
		func(v *KnownVulnerability) place { return place{v.key(), v.Version, v.Path} },
		func(v *KnownVulnerability) place { return place{v.key(), "", v.Path} },
		func(v *KnownVulnerability) place { return place{knownKey: v.key()} },
	}
	return unknown(known, list, forms...)
}

func unknownDiagnostics(known, list []KnownDiagnostic) []bool {
	type place struct{ rule, path, message string }
	return unknown(known, list,
		func(d *KnownDiagnostic) place { return place{d.Rule, d.Path, d.Message} },
		func(d *KnownDiagnostic) place { return place{d.Rule, d.Path, ""} })
}

// unknown pairs each of list with one of known that has the same form, by the first
// of forms, then the next for what is left of both; what has no partner is unknown.
func unknown[T any, K comparable](known, list []T, forms ...func(*T) K) []bool {
	left := make([]bool, len(list))
	for i := range left {
		left[i] = true
	}
	taken := make([]bool, len(known))
	for _, form := range forms {
		places := make(map[K][]int)
		for i := len(known) - 1; i >= 0; i-- { // the first is the last of its list
			if !taken[i] {
				places[form(&known[i])] = append(places[form(&known[i])], i)
			}
		}
		for i := range list {
			if !left[i] {
				continue
			}
			k := form(&list[i])
			if n := len(places[k]); n > 0 {
				taken[places[k][n-1]], left[i] = true, false
				places[k] = places[k][:n-1]
			}
		}
	}
	return left
}

// A Comparison is several snapshots side by side.
type Comparison struct {
	// Targets are sorted by risk, the least first: those that are complete, then by how
	// many vulnerabilities are known to be exploited, are critical, high, medium, low
	// and unknown, then by size and name.
	Targets []Compared
	// Shared are the vulnerabilities that all targets have, as the first of Targets has
	// them, in the order of its snapshot; none where there is one target.
	Shared []KnownVulnerability
}

// A Compared is one of several targets.
type Compared struct {
	*Snapshot
	Counts    map[severity.Level]int // vulnerabilities, by all levels
	Fixable   int                    // those with a fixed version
	Unfixed   int                    // the others
	Exploited int                    // those that are known to be exploited
	// Own are those that no other target has, in the order of the snapshot.
	Own []KnownVulnerability
}

// Compare puts snapshots side by side. A vulnerability is shared where its id and the
// name of its package are the same.
func Compare(list ...*Snapshot) *Comparison {
	c := new(Comparison)
	have := make(map[knownKey]int) // how many targets
	for _, s := range list {
		seen := make(map[knownKey]bool)
		for i := range s.Vulnerabilities {
			if k := s.Vulnerabilities[i].key(); !seen[k] {
				seen[k] = true
				have[k]++
			}
		}
	}
	for _, s := range list {
		t := Compared{Snapshot: s, Counts: make(map[severity.Level]int)}
		for _, l := range severity.Levels() {
			t.Counts[l] = 0
		}
		for i := range s.Vulnerabilities {
			v := &s.Vulnerabilities[i]
			t.Counts[v.Severity]++
			if v.Fixed != "" {
				t.Fixable++
			} else {
				t.Unfixed++
			}
			if v.Exploited {
				t.Exploited++
			}
			if have[v.key()] == 1 {
				t.Own = append(t.Own, *v)
			}
		}
		c.Targets = append(c.Targets, t)
	}
	slices.SortStableFunc(c.Targets, func(a, b Compared) int { return a.risk(&b) })
	if len(list) > 1 {
		seen := make(map[knownKey]bool)
		for _, v := range c.Targets[0].Vulnerabilities {
			if k := v.key(); have[k] == len(list) && !seen[k] {
				seen[k] = true
				c.Shared = append(c.Shared, v)
			}
		}
	}
	return c
}

// risk is less than zero where t has less of it than o.
func (t *Compared) risk(o *Compared) int {
	if t.Complete != o.Complete {
		if t.Complete {
			return -1
		}
		return 1
	}
	if c := cmp.Compare(t.Exploited, o.Exploited); c != 0 {
		return c
	}
	for l := severity.Critical; ; l-- {
		if c := cmp.Compare(t.Counts[l], o.Counts[l]); c != 0 {
			return c
		}
		if l == severity.Unknown {
			return cmp.Or(cmp.Compare(t.Size, o.Size), cmp.Compare(t.Name, o.Name))
		}
	}
}

// Critical are the targets that have a critical vulnerability, that with the most
// first, and else in the order of Targets.
func (c *Comparison) Critical() []Compared {
	var list []Compared
	for _, t := range c.Targets {
		if t.Counts[severity.Critical] > 0 {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(a, b Compared) int {
		return cmp.Compare(b.Counts[severity.Critical], a.Counts[severity.Critical])
	})
	return list
}

// Fewest are the targets with the fewest vulnerabilities, in the order of Targets. A
// target that is not complete is none of them: it may have more.
func (c *Comparison) Fewest() []Compared {
	var list []Compared
	for _, t := range c.Targets {
		switch n := len(t.Vulnerabilities); {
		case !t.Complete:
		case len(list) == 0 || n < len(list[0].Vulnerabilities):
			list = []Compared{t}
		case n == len(list[0].Vulnerabilities):
			list = append(list, t)
		}
	}
	return list
}
