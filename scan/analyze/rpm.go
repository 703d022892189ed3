package analyze

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/plimsoll-go/plimsoll/internal/rpmdb"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// RPM lists the packages of rpm's database, in any of its formats, which is
// told by the content: Berkeley DB (the file Packages), ndb (Packages.db) and
// SQLite (rpmdb.sqlite), in var/lib/rpm or usr/lib/sysimage/rpm, and for SQLite
// usr/share/rpm.
// https://rpm-software-management.github.io/rpm/manual/
//
// Packages come in the order of the file. Version is [epoch:]version-release,
// without an epoch that is zero. The source package is the one whose file
// SOURCERPM names, at the epoch of the package; a package that names none is
// its own source. Entries called gpg-pubkey are keys, and are left out.
//
// A package is ThirdParty unless its vendor begins as a distribution's does, or
// it has none and its release holds "amzn". The files of those that are not are
// Owned: what they brought, links included, without directories.
//
// A page or a header that is damaged is named in the error, and what it held is
// left out; so is a package without name, version or release. A package whose
// source or files cannot be read is kept.
//
// What SQLite has written to the log beside its database only, is not seen: see
// [RPMLog].
var RPM artifact.Analyzer = rpm{}

type rpm struct{}

func (rpm) Name() string { return "rpm" }
func (rpm) Version() int { return 1 }

func (rpm) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Path: "var/lib/rpm/Packages"},
		{Path: "var/lib/rpm/Packages.db"},
		{Path: "var/lib/rpm/rpmdb.sqlite"},
		{Path: "usr/lib/sysimage/rpm/Packages"},
		{Path: "usr/lib/sysimage/rpm/Packages.db"},
		{Path: "usr/lib/sysimage/rpm/rpmdb.sqlite"},
		{Path: "usr/share/rpm/rpmdb.sqlite"},
	}
}

// Bounds of the files that are owned. A workstation has some 400,000 of 30 MB.
const (
	maxRPMFiles     = 4 << 20
	maxRPMFileBytes = 256 << 20
)

func (rpm) Analyze(ctx context.Context, f *artifact.File) (artifact.Facts, error) {
	r, size, err := f.ReaderAt()
	if err != nil {
		return artifact.Facts{}, err
	}
	d := rpmDatabase{}
	for p, err := range rpmdb.Packages(untilDone{ctx, r}, size) {
		switch {
		case ctx.Err() != nil:
			return artifact.Facts{}, ctx.Err()
		case err != nil:
			d.wrong.note(rpmError(err))
		case len(d.facts.Components) == maxPackages:
			d.wrong.note(fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxPackages))
			return d.result(f.Path)
		case p.Name != "gpg-pubkey":
			d.add(p)
		}
	}
	return d.result(f.Path)
}

// An rpmDatabase collects what is found in one.
type rpmDatabase struct {
	facts artifact.Facts
	wrong faults
	bytes int  // of facts.Owned
	full  bool // facts.Owned has reached its bound
}

func (d *rpmDatabase) result(path string) (artifact.Facts, error) {
	return d.facts, d.wrong.in(path)
}

func (d *rpmDatabase) add(p *rpmdb.Package) {
	c, err := rpmComponent(p)
	if err != nil {
		d.wrong.note(err)
	}
	d.facts.Components = append(d.facts.Components, c)
	if !c.ThirdParty && !d.full {
		d.own(p)
	}
}

// own adds the files of p.
func (d *rpmDatabase) own(p *rpmdb.Package) {
	for name, err := range p.Files() {
		if err == nil && (len(d.facts.Owned) == maxRPMFiles || d.bytes+len(name) > maxRPMFileBytes) {
			err = fmt.Errorf("%w: more than %d owned files, or %d bytes of their paths", artifact.ErrLimit, maxRPMFiles, maxRPMFileBytes)
			d.full = true
		}
		if err != nil {
			d.wrong.note(fmt.Errorf("files of package %.*q: %w", maxQuote, p.Name, rpmError(err)))
			return
		}
		d.bytes += len(name)
		d.facts.Owned = append(d.facts.Owned, name)
	}
}

// rpmComponent is the component that p describes. An error is of its source.
func rpmComponent(p *rpmdb.Package) (artifact.Component, error) {
	c := artifact.Component{Package: vuln.Package{
		Type:       vuln.TypeRPM,
		Name:       p.Name,
		Version:    p.EVR(),
		Arch:       p.Arch,
		Maintainer: p.Vendor,
		Modularity: p.ModularityLabel,
		ThirdParty: rpmThirdParty(p.Vendor, p.Release),
	}}
	if p.License != "" {
		c.Licenses = []string{p.License}
	}
	var ok bool
	if c.SourceName, c.SourceVersion, ok = p.Source(); !ok {
		return c, fmt.Errorf("package %.*q: its source %.*q is not name-version-release.src.rpm", maxQuote, p.Name, maxQuote, p.SourceRPM)
	}
	return c, nil
}

// rpmThirdParty reports whether a package is by another than a distribution: its
// vendor does not begin as those of distributions do. Trivy's list of them
// (pkg/fanal/analyzer/pkg/rpm) has 13. openEuler and Mageia are added: there are
// advisories for them, which no package would be held against. Azure Linux and
// CBL-Mariner are Microsoft's, Photon OS is VMware's.
//
// A package without vendor is somebody's own build, as rpmbuild makes it unless
// it is told; distributions do tell it. Amazon did not for all that it built,
// and its releases show it.
func rpmThirdParty(vendor, release string) bool {
	if vendor == "" || vendor == "(none)" {
		return !strings.Contains(release, "amzn")
	}
	for _, known := range [...]string{
		"AlmaLinux", "Amazon Linux", "Amazon.com", "CentOS", "CloudLinux", "Fedora Project", "Mageia",
		"Microsoft Corporation", "Oracle America", "Red Hat", "Rocky", "SUSE", "VMware", "http://openeuler.org", "openEuler", "openSUSE",
	} {
		if strings.HasPrefix(vendor, known) {
			return false
		}
	}
	return true
}

// rpmError makes a limit of package rpmdb one of artifact's.
func rpmError(err error) error {
	if errors.Is(err, rpmdb.ErrLimit) {
		return limited{err}
	}
	return err
}

// limited is an error that matches artifact.ErrLimit, too.
type limited struct{ error }

func (l limited) Unwrap() error      { return l.error }
func (limited) Is(target error) bool { return target == artifact.ErrLimit }

// untilDone is a reader that fails once ctx is done.
type untilDone struct {
	ctx context.Context
	io.ReaderAt
}

func (r untilDone) ReadAt(b []byte, at int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReaderAt.ReadAt(b, at)
}
