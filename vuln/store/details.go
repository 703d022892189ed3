package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/flate"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/osv"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// maxDetails bounds what one advisory inflates to: a record and the markup
// around its texts.
const maxDetails = 2 * osv.MaxSize

// dictionary holds what most advisories have in common, the most frequent
// last. It is part of the layout: see [Schema].
const dictionary = `{"related":["DSA-,"aliases":["CVE-20GHSA-"title":" vulnerability in security update"description":"` +
	` An issue was discovered in  before allows remote attackers to cause a denial of service via a crafted` +
	`https://lists.debian.org/https://bugs.launchpad.net/https://bugzilla.redhat.com/https://www.openwall.com/lists/oss-security/` +
	`https://cve.mitre.org/cgi-bin/cvename.cgi?name=CVE-20https://nvd.nist.gov/vuln/detail/CVE-20https://github.com/` +
	`https://ubuntu.com/security/notices/USN-https://security.alpinelinux.org/vuln/CVE-20` +
	`"ratings":[{"type":"CVSS_V3","vector":"CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:C/C:L/I:L/A:L","score":5.5,"level":"MEDIUM"},` +
	`{"type":"CVSS_V3","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","score":9.8,"level":"CRITICAL"},` +
	`{"type":"Ubuntu","vector":"low","level":"LOW"},{"type":"Ubuntu","vector":"medium","level":"MEDIUM"}],` +
	`"references":["https://ubuntu.com/security/CVE-20"],"published":"201T00:00:00Z","modified":"2020-06-18T00:00:00Z","source":"Ubuntu"}` +
	`{"upstream":["CVE-20"],"references":["https://security-tracker.debian.org/tracker/CVE-20"],` +
	`"published":"202T00:00:00Z","modified":"202T00:00:00Z","source":"Debian"}`

// details is how an advisory is kept: this in JSON, deflated with the
// dictionary, under its id.
type details struct {
	Related     []string  `json:"related,omitempty"`
	Aliases     []string  `json:"aliases,omitempty"`
	Title       string    `json:"title,omitempty"`
	Description string    `json:"description,omitempty"`
	Upstream    []string  `json:"upstream,omitempty"`
	Ratings     []rating  `json:"ratings,omitempty"`
	References  []string  `json:"references,omitempty"`
	Published   time.Time `json:"published,omitzero"`
	Modified    time.Time `json:"modified,omitzero"`
	Source      string    `json:"source,omitempty"`
}

// A rating is a vuln.Rating with short names.
type rating struct {
	Type   string         `json:"type"`
	Vector string         `json:"vector"`
	Score  float64        `json:"score,omitempty"`
	Level  severity.Level `json:"level"`
	Source string         `json:"source,omitempty"`
}

// A detailsPacker packs advisories one after the other.
type detailsPacker struct {
	w   *flate.Writer
	buf bytes.Buffer
}

func newDetailsPacker() (*detailsPacker, error) {
	w, err := flate.NewWriterDict(io.Discard, flate.BestCompression, []byte(dictionary))
	if err != nil {
		return nil, err
	}
	return &detailsPacker{w: w}, nil
}

// pack returns the packed form of a without its id. The caller owns it.
func (p *detailsPacker) pack(a *vuln.Advisory) ([]byte, error) {
	d := details{
		Related: a.Related, Aliases: a.Aliases, Title: a.Title, Description: a.Description, Upstream: a.Upstream,
		References: a.References, Published: a.Published, Modified: a.Modified, Source: a.Source,
	}
	for _, r := range a.Ratings {
		d.Ratings = append(d.Ratings, rating(r))
	}
	text, err := json.Marshal(&d)
	if err != nil {
		return nil, err
	}
	p.buf.Reset()
	p.w.Reset(&p.buf)
	if _, err := p.w.Write(text); err != nil {
		return nil, err
	}
	if err := p.w.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(p.buf.Bytes()), nil
}

// unpackDetails is the inverse of pack. The result holds no bytes of packed.
func unpackDetails(id string, packed []byte) (vuln.Advisory, error) {
	r := flate.NewReaderDict(bytes.NewReader(packed), []byte(dictionary))
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, maxDetails))
	if err != nil {
		return vuln.Advisory{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	var d details
	if err := json.Unmarshal(text, &d); err != nil {
		return vuln.Advisory{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	a := vuln.Advisory{
		ID: id, Aliases: d.Aliases, Upstream: d.Upstream, Related: d.Related, Title: d.Title, Description: d.Description,
		References: d.References, Published: d.Published, Modified: d.Modified, Source: d.Source,
	}
	for _, r := range d.Ratings {
		a.Ratings = append(a.Ratings, vuln.Rating(r))
	}
	return a, nil
}
