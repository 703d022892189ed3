package rpmdb

import (
	"encoding/binary"
	"errors"
)

// A Package is what a header says. A field that it does not have is empty.
type Package struct {
	Name, Version, Release string
	Epoch                  uint32
	Arch                   string
	SourceRPM              string // "keel-1.4-2.src.rpm"; empty for a source package
	Vendor                 string
	License                string
	ModularityLabel        string

	header header
	files  fileEntries
}

// EVR is [epoch:]version-release, with an epoch other than zero.
func (p *Package) EVR() string { return p.withEpoch(p.Version + "-" + p.Release) }

var errIncomplete = errors.New("a header without name, version or release")

// parsePackage reads blob, which the package shares memory with. What is known
// of the package is returned beside an error.
func parsePackage(blob []byte) (*Package, error) {
	p := &Package{}
	h, err := parseHeader(blob)
	if err != nil {
		return p, err
	}
	p.header = h
	var epoch entry
	var first error
	text := func(s *string, e entry) {
		value, err := h.text(e)
		if err != nil && first == nil {
			first = err
		}
		*s = value
	}
	for i := range h.count() {
		e := h.entry(i)
		switch e.tag {
		case tagName:
			text(&p.Name, e)
		case tagVersion:
			text(&p.Version, e)
		case tagRelease:
			text(&p.Release, e)
		case tagEpoch:
			epoch = e
		case tagArch:
			text(&p.Arch, e)
		case tagSourceRPM:
			text(&p.SourceRPM, e)
		case tagVendor:
			text(&p.Vendor, e)
		case tagLicense:
			text(&p.License, e)
		case tagModularityLabel:
			text(&p.ModularityLabel, e)
		default:
			p.files.note(e)
		}
	}
	if first != nil {
		return p, first
	}
	number, err := h.numbers(epoch, typeInt32, 4)
	if err != nil {
		return p, err
	}
	if len(number) >= 4 {
		p.Epoch = binary.BigEndian.Uint32(number)
	}
	if p.Name == "" || p.Version == "" || p.Release == "" {
		return p, errIncomplete
	}
	return p, nil
}
