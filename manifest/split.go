package manifest

import "bytes"

// A segment is the text of one document, from its first line, which may be the
// separator, up to the next separator.
type segment struct{ start, end int }

// segments splits a text at the lines that start with "---" or "...". Such a line
// ends a document wherever it stands, in a block scalar and in quotes too.
// https://yaml.org/spec/1.2.2/#914-explicit-documents
//
// Segments without content are left out. yield returns false to stop.
func segments(text []byte, yield func(segment) bool) {
	seg := segment{}
	content := false   // the segment has a line that is not blank, a comment or a directive
	directive := false // the segment has a directive
	for pos := 0; pos < len(text); {
		end := len(text)
		if i := bytes.IndexByte(text[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		line := text[pos:end]
		switch {
		case isMarker(line, '-'):
			if content {
				seg.end = pos
				if !yield(seg) {
					return
				}
			}
			if content || !directive {
				seg.start = pos
			}
			directive = false
			content = hasContent(line[3:])
		case isMarker(line, '.'):
			if content {
				seg.end = pos
				if !yield(seg) {
					return
				}
			}
			seg.start = end
			content, directive = false, false
		case !content && line[0] == '%':
			if !directive { // a separator before it is that of an empty document
				seg.start = pos
			}
			directive = true
		case !content:
			content = hasContent(line)
		}
		pos = end
	}
	if content {
		seg.end = len(text)
		yield(seg)
	}
}

// isMarker reports whether a line starts with three times c, and nothing or a
// blank after it.
func isMarker(line []byte, c byte) bool {
	if len(line) < 3 || line[0] != c || line[1] != c || line[2] != c {
		return false
	}
	return len(line) == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r' || line[3] == '\n'
}

// hasContent reports whether a line is more than blanks and a comment.
func hasContent(line []byte) bool {
	line = bytes.TrimLeft(line, " \t\r\n\uFEFF")
	return len(line) > 0 && line[0] != '#'
}
