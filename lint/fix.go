package lint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// Fixes are what [ApplyFixes] made of the fixes of diagnostics.
type Fixes struct {
	// Files are those whose text changes, sorted by path.
	Files []FixedFile
	// Skipped are the diagnostics whose fix was not applied, in the order in which
	// they were given.
	Skipped []SkippedFix
}

// A FixedFile is a file with its new text. Nothing is written.
type FixedFile struct {
	File *manifest.File
	Text []byte
	// Applied are the diagnostics whose fix is in Text, in the order in which they
	// were given.
	Applied []Diagnostic
}

// A SkippedFix is a diagnostic whose fix was not applied.
type SkippedFix struct {
	Diagnostic Diagnostic
	// Err says why. If it matches [manifest.ErrOverlap], the fix can be had by linting
	// the new text; any other one would be skipped again.
	Err error
}

// ApplyFixes applies the first fix of each diagnostic that has one which is not
// refused: all of its edits, or none. Of fixes that overlap the first is applied,
// and the rest are skipped; those that say the same are applied once. A fix that
// would break the text, as [manifest.Apply] finds out, is skipped, and the others
// are applied without it.
func ApplyFixes(diagnostics []Diagnostic) Fixes {
	f := fixer{files: make(map[string]*fileFixes)}
	for i := range diagnostics {
		if len(diagnostics[i].Fixes) == 0 {
			continue
		}
		if err := f.add(i, &diagnostics[i]); err != nil {
			f.skip(i, err)
		}
	}
	var fixes Fixes
	for _, file := range f.files {
		text := f.apply(file)
		if len(file.chosen) == 0 {
			continue
		}
		fixed := FixedFile{File: file.file, Text: text}
		for _, c := range file.chosen {
			fixed.Applied = append(fixed.Applied, diagnostics[c.diagnostic])
		}
		fixes.Files = append(fixes.Files, fixed)
	}
	slices.SortFunc(fixes.Files, func(a, b FixedFile) int { return strings.Compare(a.File.Path, b.File.Path) })
	slices.SortFunc(f.skipped, func(a, b skipped) int { return cmp.Compare(a.diagnostic, b.diagnostic) })
	for _, s := range f.skipped {
		fixes.Skipped = append(fixes.Skipped, SkippedFix{diagnostics[s.diagnostic], s.err})
	}
	return fixes
}

// A fixer chooses fixes.
type fixer struct {
	files   map[string]*fileFixes // by path
	skipped []skipped
}

// fileFixes are the fixes that are chosen for one file.
type fileFixes struct {
	file   *manifest.File
	chosen []chosen
	edits  []manifest.Edit // of all of them, sorted, each once
}

type chosen struct {
	diagnostic int
	edits      []manifest.Edit
}

type skipped struct {
	diagnostic int
	err        error
}

func (f *fixer) skip(diagnostic int, err error) {
	f.skipped = append(f.skipped, skipped{diagnostic, err})
}

// add chooses a fix of d, or says why there is none.
func (f *fixer) add(index int, d *Diagnostic) error {
	i := slices.IndexFunc(d.Fixes, func(fix Fix) bool { return fix.Refused == nil })
	if i < 0 {
		return d.Fixes[0].Refused
	}
	edits := d.Fixes[i].Edits
	if len(edits) == 0 {
		return errors.New("the fix changes nothing")
	}
	at := edits[0].File
	if slices.ContainsFunc(edits, func(e manifest.Edit) bool { return e.File != at }) {
		return fmt.Errorf("%w: the fix is one of several files", manifest.ErrEdit)
	}
	file := f.files[at.Path]
	switch {
	case file == nil:
		file = &fileFixes{file: at}
		f.files[at.Path] = file
	case file.file != at:
		return fmt.Errorf("%w: %s was read twice", manifest.ErrEdit, at.Path)
	}
	for _, e := range edits {
		if other := file.overlap(e); other != nil {
			return fmt.Errorf("%w: with that at %s", manifest.ErrOverlap, at.Position(other.Start))
		}
	}
	file.choose(chosen{index, edits})
	return nil
}

func compareEdits(a, b manifest.Edit) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), strings.Compare(a.Text, b.Text))
}

// overlap returns a chosen edit that e, which is another one, cannot be applied
// with, by the rules of [manifest.Apply].
func (f *fileFixes) overlap(e manifest.Edit) *manifest.Edit {
	i, same := slices.BinarySearchFunc(f.edits, e, compareEdits)
	if same {
		return nil
	}
	if i > 0 {
		if before := &f.edits[i-1]; e.Start < before.End || e.Start == before.Start {
			return before
		}
	}
	if i < len(f.edits) {
		if after := &f.edits[i]; after.Start < e.End || after.Start == e.Start {
			return after
		}
	}
	return nil
}

func (f *fileFixes) choose(c chosen) {
	f.chosen = append(f.chosen, c)
	for _, e := range c.edits {
		if i, same := slices.BinarySearchFunc(f.edits, e, compareEdits); !same {
			f.edits = slices.Insert(f.edits, i, e)
		}
	}
}

// apply returns the new text of a file. Where the fixes cannot be applied together
// they are tried one after the other, and those that do not work are dropped.
func (f *fixer) apply(file *fileFixes) []byte {
	text, err := manifest.Apply(file.file, file.edits)
	if err == nil {
		return text
	}
	all := file.chosen
	file.chosen, file.edits = nil, nil
	for _, c := range all {
		with := slices.Concat(file.edits, c.edits)
		next, err := manifest.Apply(file.file, with)
		if err != nil {
			f.skip(c.diagnostic, err)
			continue
		}
		file.chosen, file.edits, text = append(file.chosen, c), with, next
	}
	return text
}
