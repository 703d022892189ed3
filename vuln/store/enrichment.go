package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"net/url"
	"os"
	"time"

	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/internal/download"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/enrich"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// Where the catalogue of known exploited vulnerabilities and the scores of
// exploitability are published.
//
//   - https://www.cisa.gov/known-exploited-vulnerabilities-catalog
//   - https://www.first.org/epss/data_stats
const (
	PublicKEV  = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
	PublicEPSS = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"
)

// The names of the sources that are about CVEs.
const (
	sourceKEV  = "KEV"
	sourceEPSS = "EPSS"
	sourceCVSS = "CVSS"
)

// maxEnrichment bounds a file about CVEs as it is fetched.
const maxEnrichment = 256 << 20

// enrichments are what was read about CVEs, by source.
type enrichments map[string]*enrichmentFile

// An enrichmentFile is what was read of one source.
type enrichmentFile struct {
	source source
	set    enrich.Set
}

// sources are those that were read, sorted.
func (e enrichments) sources() []source {
	var list []source
	for _, name := range sortedKeys(e) {
		list = append(list, e[name].source)
	}
	return list
}

// read adds what r holds, which must be of the source called s.Name.
func (e enrichments) read(file string, r io.Reader, s source) error {
	f := &enrichmentFile{source: s}
	if err := f.set.Read(file, r); err != nil {
		return err
	}
	for _, is := range f.set.Sources() {
		if is.Name != s.Name {
			return fmt.Errorf("read %s: it is %s", file, is.Name)
		}
		f.source.Stamp, f.source.Records = is.Stamp, is.Records
	}
	e[s.Name] = f
	return nil
}

// enrichments reads the sources about CVEs that have changed.
func (u *updater) enrichments(ctx context.Context) (enrichments, []UpdatedSource, error) {
	e := make(enrichments)
	public := u.opts.Source == "" || u.opts.Source == PublicExport
	var accounts []UpdatedSource
	var errs []error
	for _, s := range []struct{ name, from, public string }{
		{sourceKEV, u.opts.KEV, PublicKEV}, {sourceEPSS, u.opts.EPSS, PublicEPSS}, {sourceCVSS, u.opts.CVSS, ""},
	} {
		from := s.from
		if from == "" && public {
			from = s.public
		}
		if from == "" || from == "none" || u.fresh(s.name) {
			continue
		}
		account := UpdatedSource{Name: s.name}
		err := u.enrichment(ctx, e, s.name, from)
		switch {
		case errors.Is(err, errUnchanged):
			account.Unchanged = true
		case err != nil:
			account.Err = err
			errs = append(errs, fmt.Errorf("%s: %w", s.name, err))
		default:
			account.Whole, account.Records = true, e[s.name].source.Records
		}
		accounts = append(accounts, account)
	}
	return e, accounts, joined(errs)
}

// enrichment reads one source, an address or a path.
func (u *updater) enrichment(ctx context.Context, e enrichments, name, from string) error {
	s := source{Name: name, URL: from, Checked: u.now}
	if a, err := url.Parse(from); err == nil && (a.Scheme == "http" || a.Scheme == "https") {
		s.URL = a.Redacted()
		known := u.source(name).tag()
		client := download.Client{HTTP: u.opts.HTTP}
		data, res, err := client.Bytes(ctx, download.Request{URL: from, MaxBytes: maxEnrichment, ETag: known.etag, LastModified: known.lastModified})
		if err != nil {
			return err
		}
		if res.NotModified {
			return errUnchanged
		}
		s.ETag, s.LastModified = res.ETag, res.LastModified
		return e.read(s.URL, bytes.NewReader(data), s)
	}
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	now, err := fileTag(f)
	if err != nil {
		return err
	}
	if now == u.source(name).tag() {
		return errUnchanged
	}
	s.ETag, s.LastModified = now.etag, now.lastModified
	return e.read(from, contextReader{ctx, f}, s)
}

// What is known of a CVE is kept as
//
//	byte: the bits below
//	days since 1970 on which it was added, and is due, varints   if isExploited
//	probability and percentile in 1/100,000, unsigned varints    if hasEPSS
//	ratings, each: length, source; length, vector; byte CVSS version;
//	byte score * 10; byte level
const (
	isExploited = 1 << iota
	isRansomware
	hasEPSS
)

func appendEnrichment(dst []byte, e *vuln.Enrichment) []byte {
	var flags byte
	if e.Exploited != nil {
		flags |= isExploited
		if e.Exploited.Ransomware {
			flags |= isRansomware
		}
	}
	if e.EPSS != nil {
		flags |= hasEPSS
	}
	dst = append(dst, flags)
	if x := e.Exploited; x != nil {
		dst = binary.AppendVarint(binary.AppendVarint(dst, days(x.Added)), days(x.Due))
	}
	if x := e.EPSS; x != nil {
		dst = binary.AppendUvarint(dst, uint64(math.Round(x.Probability*1e5)))
		dst = binary.AppendUvarint(dst, uint64(math.Round(x.Percentile*1e5)))
	}
	for _, r := range e.Ratings {
		dst = appendString(appendString(dst, r.Source), r.Vector)
		dst = append(dst, r.Type[len(r.Type)-1], byte(math.Round(r.Score*10)), byte(r.Level))
	}
	return dst
}

func days(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix() / (24 * 60 * 60)
}

func day(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n*24*60*60, 0).UTC()
}

// decodeEnrichment is the inverse. Date is the day of the EPSS scores.
func decodeEnrichment(data []byte, date time.Time) (vuln.Enrichment, error) {
	var e vuln.Enrichment
	u := unpacker{rest: data}
	flags := u.byte()
	if flags&isExploited != 0 {
		e.Exploited = &vuln.Exploited{Added: day(u.varint()), Due: day(u.varint()), Ransomware: flags&isRansomware != 0}
	}
	if flags&hasEPSS != 0 {
		e.EPSS = &vuln.EPSS{Probability: float64(u.uvarint()) / 1e5, Percentile: float64(u.uvarint()) / 1e5, Date: date}
	}
	for len(u.rest) > 0 {
		r := vuln.Rating{Source: string(u.bytes()), Vector: string(u.bytes())}
		r.Type = "CVSS_V" + string(rune(u.byte()))
		r.Score, r.Level = float64(u.byte())/10, severity.Level(u.byte())
		u.bad = u.bad || r.Level > severity.Critical
		e.Ratings = append(e.Ratings, r)
	}
	if u.bad || len(data) == 0 {
		return vuln.Enrichment{}, fmt.Errorf("%w: what is known of a CVE is malformed", ErrDamaged)
	}
	return e, nil
}

func (s *snapshot) enrichment(cve string) (vuln.Enrichment, error) {
	if s.enrich == nil {
		return vuln.Enrichment{}, nil
	}
	data := s.enrich.Get([]byte(cve))
	if data == nil {
		return vuln.Enrichment{}, nil
	}
	return decodeEnrichment(data, s.epss)
}

// enrichmentsOf yields what set says of each CVE.
func enrichmentsOf(set *enrich.Set) pair {
	return func(yield func(k, v []byte) bool) {
		for cve, e := range set.All() {
			if !yield([]byte(cve), appendEnrichment(nil, &e)) {
				return
			}
		}
	}
}

// enrich yields what the old database knows of CVEs, and what was read in the
// place of it, source by source; nil: nothing.
func (u *updater) enrich(m *merger, known enrichments) pair {
	var old *bbolt.Bucket
	if u.old != nil {
		old = u.old.enrich
	}
	switch {
	case len(known) > 0:
		return m.enrichments(old, known)
	case old != nil:
		return all(old)
	}
	return nil
}

// enrichments yields by CVE what old, which may be nil, and known say of it.
func (m *merger) enrichments(old *bbolt.Bucket, known enrichments) pair {
	return func(yield func(k, v []byte) bool) {
		heads := make([]*enrichmentHead, 0, len(known))
		for _, name := range sortedKeys(known) {
			next, stop := iter.Pull2(known[name].set.All())
			defer stop()
			h := &enrichmentHead{next: next}
			h.advance()
			heads = append(heads, h)
		}
		var c *bbolt.Cursor
		var k, v []byte
		if old != nil {
			c = old.Cursor()
			k, v = c.First()
		}
		for {
			cve, any := string(k), k != nil
			for _, h := range heads {
				if h.ok && (!any || h.cve < cve) {
					cve, any = h.cve, true
				}
			}
			if !any {
				return
			}
			var e vuln.Enrichment
			if k != nil && string(k) == cve {
				var err error
				if e, err = decodeEnrichment(v, time.Time{}); err != nil {
					m.err = err
					return
				}
				known.clear(&e)
				k, v = c.Next()
			}
			for _, h := range heads {
				if h.ok && h.cve == cve {
					join := h.e
					e.Exploited = cmp.Or(join.Exploited, e.Exploited)
					e.EPSS = cmp.Or(join.EPSS, e.EPSS)
					e.Ratings = append(e.Ratings, join.Ratings...)
					h.advance()
				}
			}
			if e.Exploited == nil && e.EPSS == nil && len(e.Ratings) == 0 {
				continue
			}
			if !yield([]byte(cve), appendEnrichment(nil, &e)) {
				return
			}
		}
	}
}

// An enrichmentHead is the next CVE of a source.
type enrichmentHead struct {
	next func() (string, vuln.Enrichment, bool)
	cve  string
	e    vuln.Enrichment
	ok   bool
}

func (h *enrichmentHead) advance() { h.cve, h.e, h.ok = h.next() }

// clear takes from e what the sources of known say.
func (known enrichments) clear(e *vuln.Enrichment) {
	if known[sourceKEV] != nil {
		e.Exploited = nil
	}
	if known[sourceEPSS] != nil {
		e.EPSS = nil
	}
	if known[sourceCVSS] != nil {
		e.Ratings = nil
	}
}
