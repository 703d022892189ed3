package enrich

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/cvss"
)

// catalogue reads CISA's.
// https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities_schema.json
func (f *reading) catalogue(r io.Reader) error {
	var c struct {
		Version  string `json:"catalogVersion"`
		Released string `json:"dateReleased"`
		List     []struct {
			ID         string `json:"cveID"`
			Added      string `json:"dateAdded"`
			Due        string `json:"dueDate"`
			Ransomware string `json:"knownRansomwareCampaignUse"`
		} `json:"vulnerabilities"`
	}
	if err := json.NewDecoder(r).Decode(&c); err != nil {
		return err
	}
	if c.Version == "" || c.List == nil {
		return ErrFormat
	}
	if len(c.List) > maxRows {
		return fmt.Errorf("more than %d entries", maxRows)
	}
	released, err := time.Parse(time.RFC3339, c.Released)
	if err != nil {
		f.problem(0, "dateReleased: %v", err)
	}
	if !f.set.stamp(KEV, released) {
		return nil
	}
	f.set.catalogue, f.set.exploited = c.Version, make(map[string]vuln.Exploited, len(c.List))
	for i, v := range c.List {
		if !isCVE(v.ID) {
			f.problem(0, "entry %d: %.40q is no CVE id", i+1, v.ID)
			continue
		}
		x := vuln.Exploited{Ransomware: strings.EqualFold(v.Ransomware, "Known")}
		var err1, err2 error
		x.Added, err1 = time.Parse(time.DateOnly, v.Added)
		if v.Due != "" {
			x.Due, err2 = time.Parse(time.DateOnly, v.Due)
		}
		if err := errors.Join(err1, err2); err != nil { // it is exploited all the same
			f.problem(0, "entry %d: %v", i+1, err)
		}
		f.set.exploited[v.ID] = x
	}
	return nil
}

// scores reads FIRST's: a comment with the day, a line of names, then
// cve,epss,percentile.
// https://www.first.org/epss/data_stats
func (f *reading) scores(r *bufio.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	var day time.Time
	scores := make(map[string]score)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimPrefix(lines.Text(), "\ufeff")
		if n > maxRows {
			return fmt.Errorf("more than %d rows", maxRows)
		}
		if comment, ok := strings.CutPrefix(line, "#"); ok {
			if at, ok := scoreDate(comment); ok {
				day = at
			}
			continue
		}
		if line == "" || strings.HasPrefix(line, "cve,") {
			continue
		}
		id, rest, _ := strings.Cut(line, ",")
		p, q, ok := strings.Cut(rest, ",")
		probability, err1 := strconv.ParseFloat(p, 32)
		percentile, err2 := strconv.ParseFloat(q, 32)
		if !isCVE(id) || !ok || err1 != nil || err2 != nil || !(probability >= 0 && probability <= 1) || !(percentile >= 0 && percentile <= 1) {
			f.problem(n, "%.80q is not cve,epss,percentile", line)
			continue
		}
		scores[strings.Clone(id)] = score{float32(probability), float32(percentile)}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if f.set.stamp(EPSS, day) {
		f.set.scores = scores
	}
	return nil
}

// scoreDate reads "model_version:v2025.03.14,score_date:2026-08-16T00:00:00Z".
func scoreDate(comment string) (time.Time, bool) {
	for field := range strings.SplitSeq(comment, ",") {
		value, ok := strings.CutPrefix(field, "score_date:")
		if !ok {
			continue
		}
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", time.DateOnly} {
			if at, err := time.Parse(layout, value); err == nil {
				return at.UTC(), true
			}
		}
	}
	return time.Time{}, false
}

// vectors reads cve,source,vector. A source with another in brackets, "tracker
// (nvd)", hands on what that one says.
func (f *reading) vectors(r io.Reader) error {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = 3
	rows.ReuseRecord = true
	ratings := f.set.ratings
	if ratings == nil {
		ratings = make(map[string][]vuln.Rating)
	}
	for n := 1; ; n++ {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			f.problem(bad.Line, "%v", bad.Err)
			continue
		}
		if err != nil {
			return err
		}
		if n > maxRows {
			return fmt.Errorf("more than %d rows", maxRows)
		}
		if n == 1 {
			continue // the names
		}
		line, _ := rows.FieldPos(0)
		id, vector := row[0], strings.TrimSpace(row[2])
		score, level, err := cvss.Score(vector)
		if !isCVE(id) || err != nil {
			f.problem(line, "%.40q, %.120q: not a CVE id and a CVSS vector", id, vector)
			continue
		}
		rating := vuln.Rating{Type: cvss.Type(vector), Vector: strings.Clone(vector), Score: score, Level: level, Source: sourceOf(row[1])}
		if !slices.Contains(ratings[id], rating) {
			id = strings.Clone(id)
			ratings[id] = append(ratings[id], rating)
		}
	}
	for _, list := range ratings {
		sortRatings(list)
	}
	f.set.ratings = ratings
	return nil
}

// sourceOf spells the name of a source as Trivy does: lower case, "-" between
// words.
func sourceOf(s string) string {
	if _, inner, ok := strings.Cut(s, "("); ok {
		s, _, _ = strings.Cut(inner, ")")
	}
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), " ", "-")
}
