package report

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A place is where a finding is, for programs that show it in a file. Lines and
// columns are from 1, and 0 where they are not known.
type place struct {
	path              string
	line, endLine     int
	column, endColumn int
}

// placeOf is the file that lists c, as the caller of the scan would name it, and
// where in it; the target where there is no file.
func placeOf(r *scan.Report, c *scan.Component) place {
	p := place{path: c.Path}
	if len(c.Lines) > 0 {
		p.line, p.endLine = c.Lines[0].First, c.Lines[0].Last
	}
	name := r.Target.Name
	switch r.Target.Kind {
	case artifact.KindFilesystem, artifact.KindRootfs, artifact.KindRepository:
		switch {
		case strings.Contains(name, "://") || c.Path == "":
		case path.Base(filepath.ToSlash(name)) == c.Path: // the one file that was scanned
			p.path = filepath.ToSlash(name)
		default:
			p.path = path.Join(filepath.ToSlash(name), c.Path)
		}
	}
	if p.path == "" {
		p.path = name
	}
	return p
}

// placeOfSpan is a part of a manifest.
func placeOfSpan(s manifest.Span) place {
	p := place{path: s.Start.Path, line: s.Start.Line, column: s.Start.Column, endColumn: s.End.Column}
	if s.Start.Line > 0 {
		p.endLine = max(s.Start.Line, s.End.Line)
	}
	return p
}

// pathURI is a path as a reference in the sense of RFC 3986, from dir where that
// is an absolute path.
func pathURI(dir, name string) string {
	return (&url.URL{Path: strings.ToValidUTF8(pathFrom(dir, name), "\ufffd")}).String()
}

// pathFrom is a path with slashes, from dir where that is an absolute path.
func pathFrom(dir, name string) string {
	if dir != "" {
		abs := name
		if !filepath.IsAbs(abs) {
			abs = filepath.Join(dir, abs)
		}
		if rel, err := filepath.Rel(dir, abs); err == nil {
			name = rel
		}
	}
	return filepath.ToSlash(name)
}

// fingerprint names a finding by what stays when lines move and packages are
// updated: 32 hex digits.
func fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// vulnerabilityPrint is the fingerprint of v: of its id, its package and its file.
func vulnerabilityPrint(v *scan.Vulnerability) string {
	c := v.Component
	return fingerprint(v.ID, string(c.Type), c.Name, c.Arch, c.Path, c.Inside)
}

// diagnosticPrint is the fingerprint of d: of its rule, its object and its field.
func diagnosticPrint(d *lint.Diagnostic) string {
	o := d.Object
	return fingerprint(d.Rule, d.Span.Start.Path, o.Group, o.Kind, o.Namespace, o.Name, d.NamedField, d.Message)
}

// prints numbers fingerprints that come again: two versions of a package in one
// lock file.
type prints map[string]int

func (p prints) distinct(print string) string {
	p[print]++
	if n := p[print]; n > 1 {
		return fingerprint(print, strconv.Itoa(n))
	}
	return print
}
