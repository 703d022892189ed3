package trivydb

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/cvss"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// details is what is known of a vulnerability.
type details struct {
	Title            string
	Description      string
	Severity         string
	VendorSeverity   map[string]int
	CVSS             map[string]cvssOf
	References       []string
	PublishedDate    time.Time
	LastModifiedDate time.Time
}

type cvssOf struct{ V2Vector, V3Vector, V40Vector string }

// Details implements [vuln.Database]. An id that the file knows no more of than
// that packages have it, and one of an announcement, give an advisory of the id
// alone.
func (db *DB) Details(ctx context.Context, id string) (vuln.Advisory, error) {
	if err := ctx.Err(); err != nil {
		return vuln.Advisory{}, err
	}
	a := vuln.Advisory{ID: id}
	err := db.read(func() error {
		d, err := db.detailsOf(id)
		if err != nil {
			return err
		}
		a.Title, a.Description = strings.Join(strings.Fields(d.Title), " "), d.Description
		a.References, a.Published, a.Modified = d.References, d.PublishedDate, d.LastModifiedDate
		a.Ratings = d.ratings()
		return nil
	})
	if err != nil {
		return vuln.Advisory{}, fmt.Errorf("read advisory %s: %w", id, err)
	}
	return a, nil
}

func (db *DB) detailsOf(id string) (details, error) {
	var d details
	data := db.details.Get([]byte(id))
	if data == nil {
		return d, nil
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return d, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return d, nil
}

// ratings are the vectors and words of all vendors, by vendor.
func (d *details) ratings() []vuln.Rating {
	var list []vuln.Rating
	for _, source := range slices.Sorted(maps.Keys(d.CVSS)) {
		v := d.CVSS[source]
		for _, vector := range []string{v.V40Vector, v.V3Vector, v.V2Vector} {
			if vector == "" {
				continue
			}
			vector = strings.Trim(vector, "()") // which some sources have around version 2
			r := vuln.Rating{Type: cvss.Type(vector), Vector: vector, Source: source}
			if score, level, err := cvss.Score(vector); err == nil {
				r.Score, r.Level = score, level
			}
			list = append(list, r)
		}
	}
	for _, source := range slices.Sorted(maps.Keys(d.VendorSeverity)) {
		level := levelOf(d.VendorSeverity[source])
		list = append(list, vuln.Rating{Type: source, Vector: level.String(), Level: level, Source: source})
	}
	return list
}

// severity chooses as Trivy does where the advisory itself has none: the word of
// the advisory's source, GitHub's for its own ids, NVD's, the one that the
// database's builder chose.
// https://trivy.dev/latest/docs/scanner/vulnerability/#severity-selection
func (db *DB) severity(id string, from dataSource) (severity.Level, string) {
	d, err := db.detailsOf(id)
	if err != nil {
		return severity.Unknown, "" // Details says why
	}
	sources := []string{from.ID, from.BaseID}
	if strings.HasPrefix(id, "GHSA-") {
		sources = append(sources, "ghsa")
	}
	for _, source := range append(sources, "nvd") {
		if n, ok := d.VendorSeverity[source]; ok && source != "" {
			if level := levelOf(n); level != severity.Unknown {
				return level, source
			}
		}
	}
	level, err := severity.Parse(d.Severity)
	if err != nil || level == severity.Unknown {
		return severity.Unknown, ""
	}
	for _, source := range slices.Sorted(maps.Keys(d.VendorSeverity)) {
		if levelOf(d.VendorSeverity[source]) == level {
			return level, source
		}
	}
	return level, ""
}
