package lint

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Suppressed is a diagnostic that is not to be reported.
type Suppressed struct {
	Diagnostic
	By     string // "annotation", "comment" or "baseline"
	Reason string // as it is written, empty where none is
}

// suppress moves what o's annotations suppress.
func suppress(r *Result, o *manifest.Object, e *engine) {
	if len(r.Diagnostics) == 0 {
		return
	}
	kept := r.Diagnostics[:0]
	annotations := o.Metadata().Annotations
	for _, d := range r.Diagnostics {
		reason, ok := annotationFor(annotations, d.Rule)
		if ok {
			r.Suppressed = append(r.Suppressed, Suppressed{d, "annotation", reason})
			continue
		}
		kept = append(kept, d)
	}
	r.Diagnostics = kept
}

const (
	ignoreAll   = "kube-linter.io/ignore-all"
	ignoreCheck = "ignore-check.kube-linter.io/"
)

func annotationFor(annotations manifest.Strings, rule string) (reason string, ok bool) {
	for _, a := range annotations.Entries {
		if a.Key == ignoreAll || strings.HasPrefix(a.Key, ignoreCheck) && a.Key[len(ignoreCheck):] == rule {
			return a.Value, true
		}
	}
	return "", false
}
