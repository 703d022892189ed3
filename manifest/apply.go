package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrOverlap is matched when edits cannot be applied together.
var ErrOverlap = errors.New("edits overlap")

// Apply returns the text of file with all edits made, or an error and no text.
// The order of edits does not matter, and edits that are the same count once. All
// that is not edited stays as it is, byte for byte.
//
// An error matches [ErrOverlap] where two edits replace the same text, or add
// different text at the same place: it names both, and one can be applied to what
// the other gives. It matches [ErrEdit] where the file is not the one the edits are
// of, or is rendered, and where the result would not be what the edits say: the
// result is read again, and has to hold the same documents, with the same values
// wherever nothing was edited. What a [Decoder] has read is decoded again: a
// Dockerfile has to have the same instructions there, and no more problems.
func Apply(file *File, edits []Edit) ([]byte, error) {
	if file.Renderer != "" {
		return nil, refuse("%s is rendered by %s", file.Path, file.Renderer)
	}
	sorted := slices.Clone(edits)
	slices.SortFunc(sorted, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), strings.Compare(a.Text, b.Text))
	})
	sorted = slices.Compact(sorted)
	if err := checkEdits(file, sorted); err != nil {
		return nil, err
	}
	if len(sorted) == 0 {
		return slices.Clone(file.Text), nil
	}
	var text []byte
	pos := 0
	for _, e := range sorted {
		text = append(text, file.Text[pos:e.Start]...)
		text = append(text, e.Text...)
		pos = e.End
	}
	text = append(text, file.Text[pos:]...)
	check := verify
	if file.decoder != nil {
		check = verifyDecoded
	}
	if err := check(file, sorted, text); err != nil {
		return nil, err
	}
	return text, nil
}

// checkEdits looks at edits in the order of the text.
func checkEdits(file *File, edits []Edit) error {
	for i, e := range edits {
		if e.File != file {
			return refuse("an edit is of another file than %s", file.Path)
		}
		if e.Start < 0 || e.End < e.Start || e.End > len(file.Text) {
			return refuse("an edit is outside of %s", file.Path)
		}
		if i == 0 {
			continue
		}
		before := edits[i-1]
		if e.Start < before.End || e.Start == before.Start {
			return fmt.Errorf("%w: at %s and at %s", ErrOverlap, file.Position(before.Start), file.Position(e.Start))
		}
	}
	return nil
}
