package scan

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/internal/imageconfig"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Snapshot is what reports are compared by: a [Gate] with a baseline, [Diff] and
// [Compare]. [SnapshotOf] makes one of a report, [ReadSnapshot] reads one of a file.
type Snapshot struct {
	Name string // of the target
	// Reported is when the report was made, Built when the image was; zero: not known.
	Reported, Built time.Time
	OS              string // "debian 12.5"; may be empty
	EndOfLife       bool   // the support of OS had ended
	Size            int64  // of the layers as they are stored, in bytes; 0: not known
	// Complete is false where a problem hid packages or vulnerabilities: there may be
	// more of them.
	Complete bool
	// Vulnerabilities are sorted by package, id, version and path, those of the system
	// first. What was suppressed is not among them.
	Vulnerabilities []KnownVulnerability
	Diagnostics     []KnownDiagnostic // sorted by path, rule and message
}

// A KnownVulnerability is a vulnerability of a package as a snapshot has it.
type KnownVulnerability struct {
	ID       string         `json:"id"`
	System   bool           `json:"system,omitempty"` // of a package of the operating system
	Package  string         `json:"package"`
	Version  string         `json:"version,omitempty"`
	Path     string         `json:"path,omitempty"`  // of the file that lists it; "" of the system's
	Fixed    string         `json:"fixed,omitempty"` // the fixed version
	Severity severity.Level `json:"severity"`
	// Exploited is set for one that is known to be exploited.
	Exploited bool `json:"exploited,omitempty"`
}

// A KnownDiagnostic is what a rule found, as a snapshot has it.
type KnownDiagnostic struct {
	Rule     string         `json:"rule"`
	Path     string         `json:"path"`
	Message  string         `json:"message,omitempty"`
	Severity severity.Level `json:"severity"`
}

// SnapshotOf is the snapshot of r.
func SnapshotOf(r *Report) *Snapshot {
	s := &Snapshot{Name: r.Target.Name, Reported: r.Created, EndOfLife: r.Unsupported(), Complete: true, Built: built(r.Target.Config)}
	if r.OS != nil {
		s.OS = r.OS.String()
	}
	for _, l := range r.Layers {
		s.Size += l.Size
	}
	for _, p := range r.Problems {
		s.Complete = s.Complete && p.Hides == artifact.HidesNothing
	}
	for i := range r.Vulnerabilities {
		s.Vulnerabilities = append(s.Vulnerabilities, knownVulnerability(&r.Vulnerabilities[i]))
	}
	for i := range r.Diagnostics {
		s.Diagnostics = append(s.Diagnostics, knownDiagnostic(&r.Diagnostics[i]))
	}
	s.sort()
	return s
}

func knownVulnerability(v *Vulnerability) KnownVulnerability {
	k := KnownVulnerability{ID: v.ID, Fixed: v.Fixed, Severity: v.Severity, Exploited: v.Exploited != nil}
	if c := v.Component; c != nil {
		k.System, k.Package, k.Version = c.Type.System(), c.Name, c.Version
		if !k.System {
			k.Path = c.Path
			if c.Inside != "" {
				k.Path += "/" + c.Inside
			}
		}
	}
	return k
}

// knownDiagnostic is d as a snapshot has it. The config of an image has a path without
// the image's name, so that it is the same in the next version.
func knownDiagnostic(d *lint.Diagnostic) KnownDiagnostic {
	path := d.Span.Start.Path
	if strings.HasSuffix(path, " "+imageconfig.Suffix) {
		path = imageconfig.Suffix
	}
	return KnownDiagnostic{d.Rule, path, d.Message, d.Severity}
}

// built is when an image's config says that it was made. What is before the first
// images is a constant of a build that is to be the same each time: not known.
func built(config json.RawMessage) time.Time {
	var c struct {
		Created time.Time `json:"created"`
	}
	if json.Unmarshal(config, &c) != nil || c.Created.Year() < 2013 {
		return time.Time{}
	}
	return c.Created
}

func (s *Snapshot) sort() {
	slices.SortFunc(s.Vulnerabilities, compareKnown)
	slices.SortFunc(s.Diagnostics, func(a, b KnownDiagnostic) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
}

func compareKnown(a, b KnownVulnerability) int {
	system := 0
	if a.System != b.System {
		system = 1
		if a.System {
			system = -1
		}
	}
	return cmp.Or(system, cmp.Compare(a.Package, b.Package), cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Version, b.Version), cmp.Compare(a.Path, b.Path))
}
