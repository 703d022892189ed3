package linttest

import "strings"

// A section is one file of an archive.
type section struct {
	name string
	text string
	line int // of the archive, at which the text starts
}

// sections splits an archive in the format of golang.org/x/tools/txtar: a comment,
// then files, each behind a line "-- name --". A last line without a line feed
// gets one.
func sections(archive string) (comment string, list []section) {
	if archive != "" && !strings.HasSuffix(archive, "\n") {
		archive += "\n"
	}
	var text strings.Builder
	open := section{line: 1}
	end := func() {
		open.text = text.String()
		text.Reset()
		if open.name == "" {
			comment = open.text
			return
		}
		list = append(list, open)
	}
	line := 1
	for content := range strings.Lines(archive) {
		line++
		if name := sectionName(content); name != "" {
			end()
			open = section{name: name, line: line}
			continue
		}
		text.WriteString(content)
	}
	end()
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
