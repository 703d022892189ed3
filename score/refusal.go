package score

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A refusal is an answer without scores.
type refusal struct {
	status int
	err    error
}

// Error is that of the cause.
func (r refusal) Error() string { return r.err.Error() }

// refuse answers with an error.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if r := (refusal{}); errors.As(err, &r) {
		status = r.status
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	http.Error(w, err.Error(), status)
}

// mostProblems is how many problems an answer names.
const mostProblems = 20

// unread joins the problems that keep a document from being read, nil for none.
func unread(problems []manifest.Problem, compat bool) error {
	var list []error
	for _, p := range problems {
		switch {
		case errors.Is(p.Err, manifest.ErrDuplicateKey):
		case errors.Is(p.Err, manifest.ErrType), errors.Is(p.Err, manifest.ErrValue): // said in the result
		case compat && errors.Is(p.Err, manifest.ErrNotObject): // a result
		case len(list) == mostProblems:
			return errors.Join(append(list, errors.New("and more"))...)
		default:
			list = append(list, p)
		}
	}
	return errors.Join(list...)
}

// note writes problems into a header.
func note(header http.Header, problems []manifest.Problem) {
	for i, p := range problems {
		if i == mostProblems {
			header.Add("Plimsoll-Problem", fmt.Sprintf("and %d more", len(problems)-i))
			return
		}
		header.Add("Plimsoll-Problem", plain(p.Error()))
	}
}

// plain is a text that may stand in a header, cut where it is long.
func plain(text string) string {
	if len(text) > 400 {
		text = text[:400] + "..."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}
