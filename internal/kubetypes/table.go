package kubetypes

import (
	"embed"
	"strings"
	"sync"
)

// table holds all types. The first line says what it was made from. A line for
// each group version follows, "group/version:", with an entry for each of its
// kinds; then an empty line; then a line for each struct, with an entry for each
// field. Entries are "name:code", sorted by name and separated by spaces; the
// code of a struct is the number of its line, from zero. Group versions are sorted
// by group, then by version.
//
//go:embed types.txt
var table string

var _ embed.FS // the compiler wants the package imported where something is embedded

// layout says where in the table things are. The first call reads through the
// table; nothing is done before.
var layout = sync.OnceValue(readLayout)

func readLayout() tableLayout {
	_, rest, _ := strings.Cut(table, "\n")
	kinds, structs, _ := strings.Cut(rest, "\n\n")
	starts := make([]int32, 0, strings.Count(structs, "\n")+1)
	for at := 0; ; {
		starts = append(starts, int32(at))
		n := strings.IndexByte(structs[at:], '\n')
		if n < 0 {
			return tableLayout{kinds, structs, starts}
		}
		at += n + 1
	}
}

type tableLayout struct {
	kinds   string  // the lines of the group versions
	structs string  // the lines of the structs, each with its line feed
	starts  []int32 // where in structs each line starts, and where the last one ends
}

// fields returns the line of the struct whose number is code.
func (l tableLayout) fields(code string) string {
	n := 0
	for _, digit := range []byte(code) {
		n = n*10 + int(digit-'0')
	}
	return l.structs[l.starts[n] : l.starts[n+1]-1]
}

// bisect searches list, which is made of entries "name:rest" with a separator
// between them, sorted by name. compare orders what is searched for against a
// name. The rest of the entry found is a part of list.
func bisect(list string, separator byte, compare func(name string) int) (rest string, found bool) {
	for list != "" {
		start := strings.LastIndexByte(list[:len(list)/2], separator) + 1
		end := len(list)
		if n := strings.IndexByte(list[start:], separator); n >= 0 {
			end = start + n
		}
		colon := start + strings.IndexByte(list[start:end], ':')
		switch c := compare(list[start:colon]); {
		case c == 0:
			return list[colon+1 : end], true
		case c < 0:
			list = list[:max(start-1, 0)]
		default:
			list = list[min(end+1, len(list)):]
		}
	}
	return "", false
}
