package store

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/internal/boltfile"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A snapshot is an open database file. Its methods must run in boltfile.Guard, and not
// after close.
type snapshot struct {
	bolt       *bbolt.DB
	tx         *bbolt.Tx // one read transaction for the life of the snapshot
	res        Result
	sources    []source
	names      []vuln.Ecosystem // sorted
	ecosystems map[vuln.Ecosystem]*bbolt.Bucket
	details    *bbolt.Bucket
	enrich     *bbolt.Bucket         // nil: it has none
	epss       time.Time             // the day of its EPSS scores
	places     sync.Map              // placeKey to *place
	recent     atomic.Pointer[place] // the one asked for last
	keys       sync.Pool             // of *[]byte
}

func openSnapshot(path string) (*snapshot, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	if _, err := checkFrame(f); err != nil {
		f.Close()
		return nil, err
	}
	// The very file that was checked is mapped: path may name another by now.
	bolt, err := boltfile.Open(path, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	s := &snapshot{bolt: bolt, ecosystems: make(map[vuln.Ecosystem]*bbolt.Bucket)}
	if err := boltfile.Guard(s.load); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// load begins the transaction and finds the buckets. Bucket handles of a read
// transaction hold no cache, so all goroutines share them.
func (s *snapshot) load() error {
	tx, err := s.bolt.Begin(false)
	if err != nil {
		return err
	}
	s.tx = tx
	packages := tx.Bucket([]byte(bucketPackages))
	s.details = tx.Bucket([]byte(bucketDetails))
	s.enrich = tx.Bucket([]byte(bucketEnrich))
	meta := tx.Bucket([]byte(bucketMeta))
	if packages == nil || s.details == nil || meta == nil {
		return fmt.Errorf("%w: a bucket is missing", ErrDamaged)
	}
	if err := decodeMeta(meta, keyResult, &s.res); err != nil {
		return err
	}
	if err := decodeMeta(meta, keySources, &s.sources); err != nil {
		return err
	}
	for _, src := range s.sources {
		if src.Name == sourceEPSS {
			s.epss, _ = time.Parse(time.RFC3339, src.Stamp)
		}
	}
	return packages.ForEachBucket(func(name []byte) error {
		eco := vuln.Ecosystem(name)
		s.ecosystems[eco] = packages.Bucket(name)
		s.names = append(s.names, eco)
		return nil
	})
}

func (s *snapshot) close() error {
	if s.tx != nil {
		s.tx.Rollback()
	}
	return s.bolt.Close()
}

func (s *snapshot) info() vuln.DatabaseInfo {
	info := vuln.DatabaseInfo{
		Schema: Schema, Built: s.res.Built, Ecosystems: slices.Clone(s.names),
		Advisories: s.res.Advisories, Unread: len(s.res.Problems),
	}
	for i := range s.sources {
		info.Sources = append(info.Sources, s.sources[i].info())
	}
	return info
}

// affected are the hits of p on os, by advisory.
func (s *snapshot) affected(os vuln.OS, p *vuln.Package) ([]vuln.Hit, error) {
	place := s.place(os, p.Type)
	if place.err != nil {
		return nil, place.err
	}
	if err := place.lookup.Covers(p); err != nil {
		return nil, err
	}
	name, v := place.lookup.Of(p)
	if p.Unversioned() {
		return place.hits(name, &subject{unknown: true})
	}
	buf, ok := s.keys.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	defer s.keys.Put(buf)
	key, err := place.lookup.Scheme.AppendKey((*buf)[:0], v)
	if err != nil {
		return nil, err
	}
	*buf = key
	of := subject{version: v, key: key, maven: place.maven}
	if place.lookup.Modular {
		of.modular, of.module = true, vuln.ModuleOf(p)
	}
	return place.hits(name, &of)
}

// A place is where the packages of one type on one operating system are looked
// up.
type place struct {
	of         placeKey
	maven      bool // versions have Maven's order
	lookup     vuln.Lookup
	ecosystems []vuln.Ecosystem // of buckets
	buckets    []*bbolt.Bucket
	err        error
}

// place finds the place of packages of type t on os, once.
func (s *snapshot) place(os vuln.OS, t vuln.PackageType) *place {
	key := placeKey{t: t}
	if t.System() {
		key.os = os
	}
	if p := s.recent.Load(); p != nil && p.of == key {
		return p
	}
	if p, ok := s.places.Load(key); ok {
		s.recent.Store(p.(*place))
		return p.(*place)
	}
	p := &place{of: key}
	if p.lookup, p.err = vuln.LookupOf(os, t); p.err == nil {
		p.maven = p.lookup.Scheme == version.Maven
		s.find(p)
	}
	s.places.Store(key, p)
	return p
}

type placeKey struct {
	os vuln.OS // the zero value for packages of languages
	t  vuln.PackageType
}

func (s *snapshot) find(p *place) {
	add := func(eco vuln.Ecosystem) {
		if b := s.ecosystems[eco]; b != nil {
			p.ecosystems, p.buckets = append(p.ecosystems, eco), append(p.buckets, b)
		}
	}
	for _, eco := range p.lookup.Ecosystems {
		add(eco)
	}
	if len(p.buckets) == 0 {
		p.err = fmt.Errorf("%w for %s in the database", vuln.ErrNoAdvisories, p.lookup.Ecosystems[0])
	}
	add(p.lookup.General)
}

// hits judges s by the rows of the package called name.
func (p *place) hits(name string, s *subject) ([]vuln.Hit, error) {
	var hits []vuln.Hit
	var err error
	for i, b := range p.buckets {
		if hits, err = judge(b.Get([]byte(name)), s, hits); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", name, p.ecosystems[i], err)
		}
	}
	if len(p.buckets) > 1 {
		slices.SortStableFunc(hits, func(a, b vuln.Hit) int { return strings.Compare(a.Advisory, b.Advisory) })
	}
	return hits, nil
}
