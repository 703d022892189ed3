package linttest

import "strings"

// A section is one file of an archive.
type section struct {
	name string
	text string
	line int // the line of the archive at which the text starts
	// start and end are where the text stands in the archive, in bytes.
	start, end int
}

// sections splits an archive in the format of golang.org/x/tools/txtar: a comment,
// then files, each behind a line "-- name --". A last line without a line feed
// gets one.
func sections(archive string) (comment string, list []section) {
	if archive != "" && !strings.HasSuffix(archive, "\n") {
		archive += "\n"
	}
	open := section{line: 1}
	end := func(at int) {
		open.end = at
		open.text = archive[open.start:at]
		if open.name == "" {
			comment = open.text
			return
		}
		list = append(list, open)
	}
	pos, line := 0, 1
	for text := range strings.Lines(archive) {
		if name := sectionName(text); name != "" {
			end(pos)
			open = section{name: name, line: line + 1, start: pos + len(text)}
		}
		pos += len(text)
		line++
	}
	end(pos)
	return comment, list
}

// sectionName is the name in a line "-- name --", empty for any other line.
func sectionName(line string) string {
	line = strings.TrimRight(line, "\r\n")
	name, ok := strings.CutPrefix(line, "-- ")
	if !ok {
		return ""
	}
	name, ok = strings.CutSuffix(name, " --")
	if !ok {
		return ""
	}
	return strings.TrimSpace(name)
}
