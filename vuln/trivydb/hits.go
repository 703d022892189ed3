package trivydb

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// hits judges p by the advisories of its place.
func (db *DB) hits(os vuln.OS, p *vuln.Package) ([]vuln.Hit, error) {
	pl, err := db.placeOf(os, p)
	if err != nil {
		return nil, err
	}
	if pl.err != nil {
		return nil, pl.err
	}
	if p.Unversioned() {
		return db.naming(p, &pl)
	}
	key, err := keyOf(pl.scheme, pl.version)
	if err != nil {
		return nil, err
	}
	var cpes []int
	if slices.Contains(pl.buckets, "Red Hat") {
		if cpes, err = db.repositories(os, p); err != nil {
			return nil, err
		}
	}
	var hits []vuln.Hit
	var hidden map[string]bool
	if pl.first {
		hidden = make(map[string]bool)
	}
	for i, bucket := range pl.buckets {
		for _, name := range db.stored(bucket, &pl, p) {
			entries, err := db.entries(bucket, name, &pl)
			if err != nil {
				return nil, err
			}
			for _, e := range choose(entries, p, os, cpes, &pl) {
				if i > 0 && hidden[e.id] {
					continue
				}
				if i == 0 && pl.first {
					hidden[e.id] = true
				}
				if h, ok := db.judge(e, bucket, key, &pl); ok {
					hits = append(hits, h)
				}
			}
		}
	}
	return hits, nil
}

// naming are the advisories that name p, which has no version to judge by.
func (db *DB) naming(p *vuln.Package, pl *place) ([]vuln.Hit, error) {
	var hits []vuln.Hit
	for _, bucket := range pl.buckets {
		for _, name := range db.stored(bucket, pl, p) {
			entries, err := db.entries(bucket, name, pl)
			if err != nil {
				return nil, err
			}
			for i := range entries {
				e := &entries[i]
				hits = append(hits, vuln.Hit{Advisory: e.id, IDs: []string{e.id}, VendorIDs: e.vendors, Fixed: e.fixed, Err: vuln.ErrUnknownVersion})
			}
		}
	}
	return hits, nil
}

// choose keeps the entries that are about the architecture, the flavour and the
// repositories of p. At Red Hat, of several for one vulnerability, that with the
// highest fixed version counts.
func choose(entries []entry, p *vuln.Package, os vuln.OS, cpes []int, pl *place) []*entry {
	var list []*entry
	for i := range entries {
		e := &entries[i]
		arch := len(e.arches) == 0 || p.Arch == "" || p.Arch == "noarch" || os.Family == vuln.AlmaLinux || slices.Contains(e.arches, p.Arch)
		if !arch || os.Family == vuln.Oracle && flavour(e.fixed) != flavour(p.Version) {
			continue
		}
		if len(e.cpes) == 0 || cpes == nil {
			list = append(list, e)
			continue
		}
		if !slices.ContainsFunc(e.cpes, func(n int) bool { return slices.Contains(cpes, n) }) {
			continue
		}
		at := slices.IndexFunc(list, func(other *entry) bool { return other.id == e.id })
		switch {
		case at < 0:
			list = append(list, e)
		case e.fixed != "" && (list[at].fixed == "" || pl.scheme.Compare(e.fixed, list[at].fixed) > 0):
			list[at] = e
		}
	}
	return list
}

// flavour tells Oracle's builds apart that are not compared with each other:
// those for FIPS, those for live patching, and those in a module, whose stream
// Trivy's database does not keep.
func flavour(version string) string {
	if strings.HasSuffix(version, "_fips") {
		return "fips"
	}
	for part := range strings.SplitSeq(version, ".") {
		if strings.HasPrefix(part, "ksplice") {
			return "ksplice"
		}
	}
	if vuln.IsModular(version) {
		return "module"
	}
	return ""
}

// judge asks e for the version with that key.
func (db *DB) judge(e *entry, bucket string, key []byte, pl *place) (vuln.Hit, bool) {
	h := vuln.Hit{Advisory: e.id, IDs: []string{e.id}, VendorIDs: e.vendors, Fixed: e.fixed, Status: e.status}
	switch {
	case e.err != nil:
		h.Err = e.err
	case !e.holds(key), e.fixed == "" && !pl.unfixed && !e.isRange:
		return vuln.Hit{}, false
	}
	switch {
	case h.Fixed != "":
		h.Status = vuln.StatusFixed
	case h.Status == vuln.StatusUnknown:
		h.Status = vuln.StatusAffected
	}
	h.Severity, h.SeveritySource = e.severity, pl.rates
	if h.Severity == 0 || pl.rates == "" {
		h.Severity, h.SeveritySource = db.severity(e.id, db.sources[bucket])
	}
	return h, true
}

// entries are those of a package in a bucket.
func (db *DB) entries(bucket, name string, pl *place) ([]entry, error) {
	if list, ok := db.cache.get(bucket, name); ok {
		return list, nil
	}
	var list []entry
	if b := db.tx.Bucket([]byte(bucket)); b != nil && name != "" && len(name) <= bbolt.MaxKeySize {
		if b = b.Bucket([]byte(name)); b != nil {
			err := b.ForEach(func(id, data []byte) error {
				list = append(list, entriesOf(string(id), data, pl)...)
				return nil
			})
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", name, bucket, err)
			}
		}
	}
	db.cache.put(bucket, name, list)
	return list, nil
}

// A packageCache keeps the entries of packages that were asked for: images have
// the same packages in several versions, and databases are asked by many scans.
type packageCache struct {
	mu   sync.Mutex
	list map[[2]string][]entry
}

// maxCached is the number of packages in a cache; a full one begins anew.
const maxCached = 8192

func newPackageCache() *packageCache { return &packageCache{list: make(map[[2]string][]entry)} }

func (c *packageCache) get(bucket, name string) ([]entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list, ok := c.list[[2]string{bucket, name}]
	return list, ok
}

func (c *packageCache) put(bucket, name string, list []entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.list) >= maxCached {
		clear(c.list)
	}
	c.list[[2]string{bucket, name}] = list
}

// errRepositories says that nothing is known of where a package is from.
var errRepositories = errors.New("the database does not know their repositories")

// repositories are the numbers of the repositories that p is from: its content
// sets, or what a release has without being told to. Of several that are named,
// those that the database knows count.
func (db *DB) repositories(os vuln.OS, p *vuln.Package) ([]int, error) {
	sets := p.ContentSets
	if sets == nil {
		major, _, _ := strings.Cut(os.Version, ".")
		sets = defaultSets(major)
	}
	b := db.tx.Bucket([]byte(bucketRedHatCPE))
	var all []int
	for _, set := range sets {
		for _, kind := range []string{"repository", "nvr"} {
			if b == nil {
				break
			}
			inner := b.Bucket([]byte(kind))
			if inner == nil {
				continue
			}
			data := inner.Get([]byte(plainSet(set)))
			var list []int
			if data == nil {
				continue
			}
			if err := json.Unmarshal(data, &list); err != nil {
				return nil, fmt.Errorf("%w: repository %s: %w", ErrDamaged, set, err)
			}
			all = append(all, list...)
		}
	}
	if len(all) == 0 {
		// The same text for all packages of a layer.
		return nil, fmt.Errorf("%w for rpm packages on %s: %w: %q", vuln.ErrNoAdvisories, os, errRepositories, sets)
	}
	return all, nil
}

// plainSet cuts the number that build information adds to a content set: "__1",
// but not "__9_DOT_2", which is a release.
func plainSet(set string) string {
	at := strings.LastIndex(set, "__")
	if at < 0 || at+2 == len(set) || strings.Trim(set[at+2:], "0123456789") != "" {
		return set
	}
	return set[:at]
}

// defaultSets are the repositories of a release as Red Hat ships it.
func defaultSets(major string) []string {
	switch major {
	case "6", "7":
		return []string{"rhel-" + major + "-server-rpms", "rhel-" + major + "-server-extras-rpms"}
	case "8", "9", "10":
		return []string{"rhel-" + major + "-for-x86_64-baseos-rpms", "rhel-" + major + "-for-x86_64-appstream-rpms"}
	}
	return nil
}
