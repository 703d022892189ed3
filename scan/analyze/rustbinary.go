package analyze

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// RustBinary lists the crates in executables and shared libraries that
// cargo-auditable built: files with an execute bit in the formats ELF, PE and
// Mach-O (several images in a universal binary are one list), and files named
// *.exe.
//
// They have a section .dep-v0 that holds the list, compressed JSON,
// https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md.
// Others list nothing, whatever they were built from.
//
// Crates come in the order of the list. The one it names as root is
// [artifact.Root], what that needs is direct, and all else indirect. Those that
// were needed to build it alone, its build scripts and procedural macros, have
// Dev set: they are not in the file.
//
// A crate without name or version, or with a dependency that is not in the list,
// is an error; so is a list that cannot be read, or is larger than 8 MiB. For
// executables that are cut short, or too large, see [GoBinary].
var RustBinary artifact.Analyzer = rustBinary{}

type rustBinary struct{}

func (rustBinary) Name() string                 { return "rustbinary" }
func (rustBinary) Version() int                 { return 1 }
func (rustBinary) Patterns() []artifact.Pattern { return executablePatterns() }

func (rustBinary) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	images, err := openImages(f, sectionRust, func(v headVerdict) verdict { return v.rust })
	if err != nil {
		return artifact.Facts{}, err
	}
	var crates componentList
	var wrong faults
	for _, x := range images {
		if s := x.section(sectionRust); s != nil {
			list, err := readCrates(x.r, s)
			if err != nil {
				wrong.note(err)
				continue
			}
			addCrates(&crates, list, &wrong)
		}
	}
	facts := artifact.Facts{Components: crates.sorted()}
	if err := wrong.err(); err != nil {
		return facts, fmt.Errorf("read %s: section %s: %w", f.Path, sectionRust, err)
	}
	return facts, nil
}

// maxCrateList bounds the bytes of cargo-auditable's list, which is JSON. Large
// programs have some 1,000 crates, in 100 KB.
const maxCrateList = 8 << 20

// A crate is an entry of the list.
type crate struct {
	Name         string
	Version      string
	Kind         string // "build", or "runtime", which is meant where there is none
	Root         bool
	Dependencies []int // indexes in the list
}

// readCrates reads the list that section s holds.
func readCrates(r io.ReaderAt, s *area) ([]crate, error) {
	if s.fileSize > maxCrateList {
		return nil, fmt.Errorf("%w: %d bytes, of %d", artifact.ErrLimit, s.fileSize, maxCrateList)
	}
	stored := make([]byte, s.fileSize)
	if err := readFull(r, stored, s.offset, "content"); err != nil {
		return nil, err
	}
	inflated, err := zlib.NewReader(bytes.NewReader(stored))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(inflated, maxCrateList+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxCrateList {
		return nil, fmt.Errorf("%w: more than %d bytes of JSON", artifact.ErrLimit, maxCrateList)
	}
	var list struct{ Packages []crate }
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	refs := 0
	for _, c := range list.Packages {
		refs += len(c.Dependencies)
	}
	if len(list.Packages) > maxLocked || refs > maxNeeds {
		return nil, fmt.Errorf("%w: %d crates with %d dependencies, of %d and %d", artifact.ErrLimit, len(list.Packages), refs, maxLocked, maxNeeds)
	}
	return list.Packages, nil
}

var errCrateIndex = errors.New("a dependency that is not in the list")

// addCrates adds the crates of one list, and notes what is wrong with it.
func addCrates(into *componentList, list []crate, wrong *faults) {
	direct := make(map[int]bool)
	for _, c := range list {
		for _, d := range c.Dependencies {
			if c.Root {
				direct[d] = true
			}
		}
	}
	for i, c := range list {
		fault := func(err error) { wrong.note(fmt.Errorf("crate %d: %.*q: %w", i, maxQuote, c.Name, err)) }
		switch {
		case c.Name == "":
			fault(errNoName)
			continue
		case c.Version == "":
			fault(errNoVersion)
			continue
		}
		found := library(vuln.TypeCargo, c.Name, c.Version)
		found.Dev = c.Kind == "build"
		found.Relationship = artifact.Indirect
		switch {
		case c.Root:
			found.Relationship = artifact.Root
		case direct[i]:
			found.Relationship = artifact.Direct
		}
		for _, d := range c.Dependencies {
			if d < 0 || d >= len(list) {
				fault(errCrateIndex)
				continue
			}
			if list[d].Name != "" && list[d].Version != "" {
				found.DependsOn = append(found.DependsOn, list[d].Name+"@"+list[d].Version)
			}
		}
		into.add(found)
	}
}
