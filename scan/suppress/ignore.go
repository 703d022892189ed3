package suppress

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

// An IgnoreFile is a list of findings that are not to be shown.
type IgnoreFile struct {
	Name    string // a path
	Entries []IgnoreEntry
	// Problems are what could not be read of it, and entries that lack what the file
	// requires. They have no stage.
	Problems []scan.Problem
}

// An IgnoreEntry is one of an ignore file. It is about findings for which all fields
// that are set hold; of lists one of the values.
type IgnoreEntry struct {
	ID string
	// Vulnerabilities and Diagnostics are the kinds of findings it is about.
	Vulnerabilities, Diagnostics bool
	// Packages are package URLs: a version, qualifiers and a subpath count where they
	// are given. They are about vulnerabilities alone.
	Packages []string
	// Paths are patterns of the file that has a package or an object, in which "**"
	// stands for directories. That of an object may be from where the report's
	// target begins, too.
	Paths  []string
	Reason string
	// Until is when it expires; zero: never.
	Until time.Time
	Line  int
}

// ErrIgnoreFile is matched by the errors of files that cannot be read at all.
var ErrIgnoreFile = errors.New("not an ignore file")

const (
	maxIgnoreBytes   = 8 << 20
	maxIgnoreEntries = 100_000
)

// ReadIgnoreFile reads an ignore file. One whose name ends in .yaml or .yml is YAML,
// another is lines.
//
// A line, as of .trivyignore, is an id of a vulnerability or a rule. A word
// exp:2027-01-31 after it is the day on which it expires. What comes after "#" is the
// reason; without one it is the comment above, down to an empty line.
//
// YAML, as of .trivyignore.yaml, is
//
//	require: [reason, until]     # entries without them are problems, and hold not
//	vulnerabilities:
//	- id: CVE-2024-0001
//	  paths: [usr/bin/*]         # patterns of files
//	  purls: [pkg:npm/mast]      # package URLs
//	  reason: not reachable      # or statement, as Trivy has it
//	  until: 2027-01-31          # the last day on which it holds
//	  expired_at: 2027-01-31     # or, as Trivy has it, the first on which it does not
//	misconfigurations:           # rules, with the same fields but for purls
//	- id: KSV-0001
//
// Sections called secrets and licenses are passed over: there are no such findings.
// Days are of UTC. An entry that cannot be read is a problem and suppresses nothing.
func ReadIgnoreFile(name string, text []byte) (*IgnoreFile, error) {
	f := &IgnoreFile{Name: name}
	if len(text) > maxIgnoreBytes {
		return nil, fmt.Errorf("read ignore file %s: %w: %d bytes, of %d", name, scan.ErrLimit, len(text), maxIgnoreBytes)
	}
	var err error
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml":
		err = f.readYAML(text)
	default:
		err = f.readLines(text)
	}
	if err != nil {
		return nil, fmt.Errorf("read ignore file %s: %w", name, err)
	}
	return f, nil
}

func (f *IgnoreFile) problem(line int, format string, args ...any) {
	f.Problems = append(f.Problems, problem(fmt.Sprintf("%s:%d", f.Name, line), fmt.Errorf(format, args...)))
}

// add adds an entry, if its patterns and URLs can be read.
func (f *IgnoreFile) add(e IgnoreEntry) error {
	if len(f.Entries) == maxIgnoreEntries {
		return fmt.Errorf("%w: more than %d entries", scan.ErrLimit, maxIgnoreEntries)
	}
	for _, p := range e.Paths {
		if !doublestar.ValidatePattern(p) {
			f.problem(e.Line, "%s: malformed pattern %.80q", e.ID, p)
			return nil
		}
	}
	for _, url := range e.Packages {
		_, err := vex.Covers(url, "")
		if err == nil && !strings.HasPrefix(url, "pkg:") {
			err = fmt.Errorf("%.80q is no package URL", url)
		}
		if err != nil {
			f.problem(e.Line, "%s: %w", e.ID, err)
			return nil
		}
	}
	f.Entries = append(f.Entries, e)
	return nil
}

// Ignore suppresses what f lists. The first entry about a finding counts. An entry
// that has expired when the report was made suppresses nothing, and is a problem.
//
// rules are those that ran: an entry may have one of their aliases, with or without
// Trivy's older spelling ("AVD-KSV-0001", "KSV001"). Without them, it has to have the
// rule's own name.
func Ignore(f *IgnoreFile, rules ...*lint.Rule) scan.Suppressor {
	x := &ignore{file: f, byID: make(map[string][]*IgnoreEntry), aliases: make(map[string][]string)}
	for i := range f.Entries {
		id := f.Entries[i].ID
		x.byID[spelling(id)] = append(x.byID[spelling(id)], &f.Entries[i])
	}
	for _, r := range rules {
		x.aliases[r.Name] = r.Aliases
	}
	return x
}

type ignore struct {
	file    *IgnoreFile
	byID    map[string][]*IgnoreEntry
	aliases map[string][]string // by rule
}

func (x *ignore) Suppress(ctx context.Context, r *scan.Report) (scan.Decisions, error) {
	made := scan.Decisions{Vulnerabilities: make(map[int]scan.Decision), Diagnostics: make(map[int]scan.Decision)}
	problems := slices.Clone(x.file.Problems)
	for i := range x.file.Entries {
		if e := &x.file.Entries[i]; e.expired(r.Created) {
			problems = append(problems, problem(fmt.Sprintf("%s:%d", x.file.Name, e.Line),
				fmt.Errorf("the entry for %.80s expired on %s", e.ID, e.Until.Add(-time.Nanosecond).UTC().Format(time.DateOnly))))
		}
	}
	made.Problems = bounded(x.file.Name, problems)
	for i := range r.Vulnerabilities {
		if err := ctx.Err(); err != nil {
			return made, err
		}
		v := &r.Vulnerabilities[i]
		if e := x.find(identifiers(v), func(e *IgnoreEntry) bool { return !e.expired(r.Created) && e.hidesVulnerability(r, v) }); e != nil {
			made.Vulnerabilities[i] = x.decision(e)
		}
	}
	for i := range r.Diagnostics {
		d := &r.Diagnostics[i]
		if e := x.find(append([]string{d.Rule}, x.aliases[d.Rule]...), func(e *IgnoreEntry) bool { return !e.expired(r.Created) && e.hidesDiagnostic(r, d) }); e != nil {
			made.Diagnostics[i] = x.decision(e)
		}
	}
	return made, nil
}

// find is the first entry in the file that has one of ids and fits.
func (x *ignore) find(ids []string, fits func(*IgnoreEntry) bool) *IgnoreEntry {
	var first *IgnoreEntry
	for _, id := range ids {
		for _, e := range x.byID[spelling(id)] {
			if (first == nil || e.Line < first.Line) && fits(e) {
				first = e
			}
		}
	}
	return first
}

func (x *ignore) decision(e *IgnoreEntry) scan.Decision {
	return scan.Decision{By: "ignore file", Outcome: "ignored", Reason: e.Reason, Source: fmt.Sprintf("%s:%d", x.file.Name, e.Line)}
}

func (e *IgnoreEntry) expired(now time.Time) bool { return !e.Until.IsZero() && !now.Before(e.Until) }

func (e *IgnoreEntry) hidesVulnerability(r *scan.Report, v *scan.Vulnerability) bool {
	if !e.Vulnerabilities {
		return false
	}
	if len(e.Packages) > 0 && !slices.ContainsFunc(e.Packages, func(pattern string) bool {
		return slices.ContainsFunc(urls(r, v.Component), func(url string) bool {
			ok, err := vex.Covers(pattern, url)
			return ok && err == nil
		})
	}) {
		return false
	}
	return e.hasPath(v.Component.Path, file(v.Component))
}

func (e *IgnoreEntry) hidesDiagnostic(r *scan.Report, d *lint.Diagnostic) bool {
	p := d.Span.Start.Path
	return e.Diagnostics && len(e.Packages) == 0 && e.hasPath(p, r.Target.Below(p))
}

// hasPath reports whether one of paths matches, if e asks for any.
func (e *IgnoreEntry) hasPath(paths ...string) bool {
	return len(e.Paths) == 0 || slices.ContainsFunc(e.Paths, func(pattern string) bool {
		return slices.ContainsFunc(paths, func(p string) bool {
			ok, err := doublestar.Match(strings.TrimPrefix(pattern, "/"), strings.TrimPrefix(filepath.ToSlash(p), "/"))
			return ok && err == nil
		})
	})
}

// spelling is the one form of those in which Trivy has spelled its rules:
// "AVD-KSV-0001", "KSV-0001" and "KSV001" are "KSV-0001". Others are as they are.
func spelling(id string) string {
	short := strings.TrimPrefix(id, "AVD-")
	for _, prefix := range []string{"KSV", "DS", "KCV"} {
		digits, ok := strings.CutPrefix(short, prefix)
		if n, err := strconv.ParseUint(strings.TrimPrefix(digits, "-"), 10, 16); ok && err == nil {
			return fmt.Sprintf("%s-%04d", prefix, n)
		}
	}
	return id
}
