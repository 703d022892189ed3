package manifest

// verifyDecoded reports whether text, which is file's with the edits made, can be
// decoded as well as file, and has its instructions but for those that were edited.
func verifyDecoded(file *File, edits []Edit, text []byte) error {
	changed := &File{Path: file.Path, Text: text}
	before, after := decode(file.decoder, file, "", Limits{}), decode(file.decoder, changed, "", Limits{})
	if len(after.Problems) > len(before.Problems) {
		return refuse("%s would not be readable: %v", file.Path, after.Problems[len(before.Problems)].Err)
	}
	if len(before.Objects) != 1 || len(after.Objects) != 1 || before.Objects[0].dockerfile == nil || after.Objects[0].dockerfile == nil {
		return refuse("%s is no Dockerfile", file.Path)
	}
	is := after.Objects[0].dockerfile.Instructions
	at, shift := 0, 0 // the edits before an instruction, and how far they move it
	for _, old := range before.Objects[0].dockerfile.Instructions {
		for ; at < len(edits) && edits[at].End < old.Start; at++ {
			shift += len(edits[at].Text) - (edits[at].End - edits[at].Start)
		}
		if at < len(edits) && edits[at].Start <= old.End {
			continue // edited
		}
		for len(is) > 0 && is[0].Start < old.Start+shift {
			is = is[1:]
		}
		if len(is) == 0 || is[0].Start != old.Start+shift || is[0].End != old.End+shift || is[0].Keyword.Value != old.Keyword.Value {
			return refuse("%s would change in more than what is edited: %s in line %d", file.Path, old.Keyword.Value, file.Position(old.Start).Line)
		}
		is = is[1:]
	}
	return nil
}
