package suppress

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// readLines reads the format of .trivyignore.
// https://trivy.dev/latest/docs/configuration/filtering/#trivyignore
func (f *IgnoreFile) readLines(text []byte) error {
	if !utf8.Valid(text) || strings.ContainsRune(string(text), 0) {
		return fmt.Errorf("%w: no text in UTF-8", ErrIgnoreFile)
	}
	var above []string // the comment
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		n++
		words, comment, _ := strings.Cut(line, "#")
		comment = strings.TrimSpace(comment)
		list := strings.Fields(words)
		if len(list) == 0 {
			if comment == "" {
				above = nil
			} else {
				above = append(above, comment)
			}
			continue
		}
		e := IgnoreEntry{ID: list[0], Vulnerabilities: true, Diagnostics: true, Reason: comment, Line: n}
		if e.Reason == "" {
			e.Reason = strings.Join(above, " ")
		}
		good := true
		for _, word := range list[1:] {
			day, ok := strings.CutPrefix(word, "exp:")
			if !ok {
				f.problem(n, "%.80s: %.80q is passed over: what comes after an id is exp:DATE, or a comment after #", e.ID, word)
				continue
			}
			until, err := time.Parse(time.DateOnly, day)
			if err != nil {
				f.problem(n, "%.80s: %.80q is no day, as 2027-01-31 is", e.ID, day)
				good = false
			}
			e.Until = until
		}
		if !good {
			continue
		}
		if err := f.add(e); err != nil {
			return err
		}
	}
	return nil
}
