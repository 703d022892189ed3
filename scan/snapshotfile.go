package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// ErrSnapshot is matched by the error of a text that is no snapshot and no report.
var ErrSnapshot = errors.New("not a report or snapshot in JSON")

const (
	snapshotVersion  = 1
	maxSnapshotBytes = 512 << 20
)

// snapshotFile is a snapshot as it is written.
type snapshotFile struct {
	Version         int                  `json:"snapshotVersion"`
	Name            string               `json:"name"`
	Reported        *time.Time           `json:"reported,omitempty"`
	Built           *time.Time           `json:"built,omitempty"`
	OS              string               `json:"os,omitempty"`
	EndOfLife       bool                 `json:"endOfLife,omitempty"`
	Size            int64                `json:"size,omitempty"`
	Complete        bool                 `json:"complete"`
	Vulnerabilities []KnownVulnerability `json:"vulnerabilities"`
	Diagnostics     []KnownDiagnostic    `json:"diagnostics,omitempty"`
}

// Write writes s as JSON, for [ReadSnapshot]: a line for each finding, so that a
// file that is kept in a repository has readable changes.
func (s *Snapshot) Write(w io.Writer) error {
	head, err := json.Marshal(snapshotFile{
		Version: snapshotVersion, Name: s.Name, Reported: timeOrNil(s.Reported), Built: timeOrNil(s.Built),
		OS: s.OS, EndOfLife: s.EndOfLife, Size: s.Size, Complete: s.Complete,
	})
	if err != nil {
		return fmt.Errorf("write snapshot of %s: %w", s.Name, err)
	}
	var out bytes.Buffer
	out.Write(bytes.TrimSuffix(head, []byte(`"vulnerabilities":null}`)))
	out.WriteString(`"vulnerabilities":[`)
	err = writeLines(&out, s.Vulnerabilities)
	if err == nil && len(s.Diagnostics) > 0 {
		out.WriteString(`],"diagnostics":[`)
		err = writeLines(&out, s.Diagnostics)
	}
	out.WriteString("]}\n")
	if err == nil {
		_, err = w.Write(out.Bytes())
	}
	if err != nil {
		return fmt.Errorf("write snapshot of %s: %w", s.Name, err)
	}
	return nil
}

// timeOrNil is nil for the zero time, which is left out.
func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func writeLines[T any](out *bytes.Buffer, list []T) error {
	for i, v := range list {
		if i > 0 {
			out.WriteByte(',')
		}
		line, err := json.Marshal(v)
		if err != nil {
			return err
		}
		out.WriteByte('\n')
		out.Write(line)
	}
	if len(list) > 0 {
		out.WriteByte('\n')
	}
	return nil
}

// ReadSnapshot reads what [Snapshot.Write] wrote, or makes a snapshot of a report in
// JSON: Trivy's, schema version 2, which is what plimsoll's json has too, or
// plimsoll's own. name is what errors call it. Vulnerabilities without an id or a
// package, and severities that are none, are errors: what is not read could not be
// compared.
func ReadSnapshot(name string, text []byte) (*Snapshot, error) {
	s, err := readSnapshot(text)
	if err != nil {
		return nil, fmt.Errorf("read report %s: %w", name, err)
	}
	s.sort()
	return s, nil
}

func readSnapshot(text []byte) (*Snapshot, error) {
	if len(text) > maxSnapshotBytes {
		return nil, fmt.Errorf("%w: %d bytes, of %d", ErrLimit, len(text), maxSnapshotBytes)
	}
	var kind struct {
		Snapshot *int            `json:"snapshotVersion"`
		Schema   json.RawMessage `json:"SchemaVersion"`
		Target   json.RawMessage `json:"target"`
		Version  json.RawMessage `json:"version"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	switch {
	case kind.Snapshot != nil:
		return readSnapshotFile(text)
	case string(kind.Schema) == "2":
		return readTrivy(text)
	case kind.Schema != nil:
		return nil, fmt.Errorf("%w: schema version %.20s, want 2", ErrSnapshot, kind.Schema)
	case bytes.HasPrefix(kind.Version, []byte(`"1.`)) && kind.Target != nil:
		return readOwn(text)
	}
	return nil, ErrSnapshot
}

func readSnapshotFile(text []byte) (*Snapshot, error) {
	var f snapshotFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	if f.Version != snapshotVersion {
		return nil, fmt.Errorf("%w: version %d, want %d", ErrSnapshot, f.Version, snapshotVersion)
	}
	s := &Snapshot{
		Name: f.Name, OS: f.OS, EndOfLife: f.EndOfLife, Size: f.Size, Complete: f.Complete,
		Vulnerabilities: f.Vulnerabilities, Diagnostics: f.Diagnostics,
	}
	if f.Reported != nil {
		s.Reported = *f.Reported
	}
	if f.Built != nil {
		s.Built = *f.Built
	}
	return s, s.check()
}

// check returns an error for the first vulnerability that could not be compared.
func (s *Snapshot) check() error {
	for i, v := range s.Vulnerabilities {
		if v.ID == "" || v.Package == "" {
			return fmt.Errorf("%w: vulnerability %d (%.40q of %.40q) has no id, or no package", ErrSnapshot, i, v.ID, v.Package)
		}
	}
	return nil
}

// readTrivy reads a report in Trivy's shape, and what ours has more.
func readTrivy(text []byte) (*Snapshot, error) {
	var d struct {
		CreatedAt    time.Time
		ArtifactName string
		Metadata     struct {
			Size int64
			OS   *struct {
				Family, Name string
				EOSL         bool
			}
			ImageConfig json.RawMessage
			Layers      []struct{ Size int64 }
		}
		Results []struct {
			Target, Class, Type string
			Vulnerabilities     []struct {
				VulnerabilityID, PkgName, PkgPath, InstalledVersion, FixedVersion string
				Severity                                                          severity.Level
				KEV                                                               *struct{}
			}
			Misconfigurations []struct {
				ID, Rule, Message, Status string
				Severity                  severity.Level
			}
		}
		Problems []struct{ Hides string }
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	s := &Snapshot{Name: d.ArtifactName, Reported: d.CreatedAt, Built: built(d.Metadata.ImageConfig), Complete: true}
	if os := d.Metadata.OS; os != nil {
		s.OS, s.EndOfLife = strings.TrimSpace(os.Family+" "+os.Name), os.EOSL
	}
	for _, l := range d.Metadata.Layers {
		s.Size += l.Size
	}
	if s.Size == 0 {
		s.Size = d.Metadata.Size
	}
	for _, p := range d.Problems {
		s.Complete = s.Complete && p.Hides == "nothing"
	}
	for _, res := range d.Results {
		for _, v := range res.Vulnerabilities {
			k := KnownVulnerability{
				ID: v.VulnerabilityID, System: res.Class == "os-pkgs", Package: v.PkgName, Version: v.InstalledVersion,
				Fixed: v.FixedVersion, Severity: v.Severity, Exploited: v.KEV != nil,
			}
			if !k.System {
				if k.Path = v.PkgPath; k.Path == "" {
					k.Path = res.Target
				}
			}
			s.Vulnerabilities = append(s.Vulnerabilities, k)
		}
		for _, m := range res.Misconfigurations {
			if m.Status != "" && m.Status != "FAIL" {
				continue
			}
			rule := m.Rule
			if rule == "" {
				rule = m.ID
			}
			s.Diagnostics = append(s.Diagnostics, KnownDiagnostic{rule, res.Target, m.Message, m.Severity})
		}
	}
	return s, s.check()
}

// readOwn reads a report in plimsoll's own shape.
func readOwn(text []byte) (*Snapshot, error) {
	var d struct {
		Created  time.Time
		Complete bool
		Target   struct {
			Name   string
			Config json.RawMessage
		}
		OS *struct {
			Family, Version string
			EndOfLife       *struct{ Passed bool }
		}
		Layers   []struct{ Size int64 }
		Packages []struct {
			Type                        string
			Name, Version, Path, Inside string
		}
		Vulnerabilities []struct {
			ID        string
			Package   int
			Fixed     string
			Severity  severity.Level
			Exploited *struct{}
		}
		Diagnostics []struct {
			Rule, Message string
			Severity      severity.Level
			Span          struct{ Path string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	s := &Snapshot{Name: d.Target.Name, Reported: d.Created, Built: built(d.Target.Config), Complete: d.Complete}
	if os := d.OS; os != nil {
		s.OS, s.EndOfLife = strings.TrimSpace(os.Family+" "+os.Version), os.EndOfLife != nil && os.EndOfLife.Passed
	}
	for _, l := range d.Layers {
		s.Size += l.Size
	}
	for i, v := range d.Vulnerabilities {
		if v.Package < 0 || v.Package >= len(d.Packages) {
			return nil, fmt.Errorf("%w: vulnerability %d is of package %d, of %d", ErrSnapshot, i, v.Package, len(d.Packages))
		}
		p := &d.Packages[v.Package]
		c := &Component{Path: p.Path, Inside: p.Inside}
		c.Type, c.Name, c.Version = vuln.PackageType(p.Type), p.Name, p.Version
		k := knownVulnerability(&Vulnerability{Component: c, ID: v.ID, Fixed: v.Fixed, Severity: v.Severity})
		k.Exploited = v.Exploited != nil
		s.Vulnerabilities = append(s.Vulnerabilities, k)
	}
	for _, x := range d.Diagnostics {
		s.Diagnostics = append(s.Diagnostics, KnownDiagnostic{x.Rule, x.Span.Path, x.Message, x.Severity})
	}
	return s, s.check()
}
