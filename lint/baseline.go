package lint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A Baseline holds the diagnostics of an earlier run, which are not to be reported
// again. It is not changed once it is made. A nil Baseline holds none.
//
// A diagnostic is known again by its rule, object, file, message, and the path of
// the value in which items of lists go by their names: it may move to another line,
// and its object to another version of its API. As many equal ones are known as the
// baseline has; one more is new.
type Baseline struct {
	counts map[Known]int
}

// A Known is what a baseline holds of a diagnostic.
type Known struct {
	Path    string `json:"path"`             // of the file, as it was shown
	Object  string `json:"object,omitempty"` // "Deployment.apps shop/web"
	Field   string `json:"field,omitempty"`  // "spec.containers[web].image"
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// A KnownCount is how many equal diagnostics there are.
type KnownCount struct {
	Known
	Count int `json:"count,omitempty"` // 0 in a file: 1
}

// baselineFile is the file's form.
type baselineFile struct {
	Version  int          `json:"version"`
	Findings []KnownCount `json:"findings"`
}

const (
	baselineVersion = 1       // of the file's form
	maxKnown        = 1 << 20 // equal diagnostics of one entry
)

// ReadBaseline reads what [Baseline.Write] has written. Name is the path for
// errors.
func ReadBaseline(name string, text []byte) (*Baseline, error) {
	var file baselineFile
	if err := json.Unmarshal(text, &file); err != nil {
		if e := (*json.SyntaxError)(nil); errors.As(err, &e) {
			line := 1 + bytes.Count(text[:min(int(e.Offset), len(text))], []byte("\n"))
			return nil, fmt.Errorf("read baseline %s:%d: %w", name, line, err)
		}
		return nil, fmt.Errorf("read baseline %s: %w", name, err)
	}
	if file.Version != baselineVersion {
		return nil, fmt.Errorf("read baseline %s: version %d, want %d", name, file.Version, baselineVersion)
	}
	b := &Baseline{make(map[Known]int, len(file.Findings))}
	for i, k := range file.Findings {
		if k.Rule == "" {
			return nil, fmt.Errorf("read baseline %s: finding %d has no rule", name, i+1)
		}
		if k.Count < 0 || k.Count > maxKnown {
			return nil, fmt.Errorf("read baseline %s: finding %d has the count %d", name, i+1, k.Count)
		}
		b.counts[k.Known] += max(k.Count, 1)
	}
	return b, nil
}

// Baseline is what a later run knows of r: its diagnostics, and those that the
// baseline of r itself suppressed.
func (r *Result) Baseline() *Baseline {
	b := &Baseline{make(map[Known]int)}
	for i := range r.Diagnostics {
		b.counts[known(&r.Diagnostics[i])]++
	}
	for i := range r.Suppressed {
		if r.Suppressed[i].By == byBaseline {
			b.counts[known(&r.Suppressed[i].Diagnostic)]++
		}
	}
	return b
}

// known is what a baseline holds of d.
func known(d *Diagnostic) Known {
	k := Known{Path: d.Span.Start.Path, Field: d.NamedField, Rule: d.Rule, Message: d.Message}
	if o := d.Object; o.Kind != "" {
		k.Object = o.Kind
		if o.Group != "" {
			k.Object += "." + o.Group
		}
		if o.Namespace != "" {
			k.Object += " " + o.Namespace + "/" + o.Name
		} else {
			k.Object += " " + o.Name
		}
	}
	return k
}

// Known lists what b holds, sorted by path, object, field, rule and message.
func (b *Baseline) Known() []KnownCount {
	if b == nil {
		return nil
	}
	list := make([]KnownCount, 0, len(b.counts))
	for k, n := range b.counts {
		list = append(list, KnownCount{k, n})
	}
	slices.SortFunc(list, func(x, y KnownCount) int {
		return cmp.Or(
			cmp.Compare(x.Path, y.Path), cmp.Compare(x.Object, y.Object), cmp.Compare(x.Field, y.Field),
			cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Message, y.Message),
		)
	})
	return list
}

// Write writes b as JSON, in the order of [Baseline.Known], so that a change of it
// reads well.
func (b *Baseline) Write(w io.Writer) error {
	file := baselineFile{baselineVersion, b.Known()}
	for i := range file.Findings {
		if file.Findings[i].Count == 1 {
			file.Findings[i].Count = 0
		}
	}
	if file.Findings == nil {
		file.Findings = []KnownCount{}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(file); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	return nil
}

const byBaseline = "baseline"

// apply moves the diagnostics that are known, and notes which are no more.
func (b *Baseline) apply(r *Result, rules []compiledRule) {
	if b == nil {
		return
	}
	left := make(map[Known]int, len(b.counts))
	for k, n := range b.counts {
		left[k] = n
	}
	kept := r.Diagnostics[:0]
	for _, d := range r.Diagnostics {
		k := known(&d)
		if left[k] == 0 {
			kept = append(kept, d)
			continue
		}
		left[k]--
		r.Suppressed = append(r.Suppressed, Suppressed{Diagnostic: d, By: byBaseline})
	}
	clear(r.Diagnostics[len(kept):])
	r.Diagnostics = kept
	ran := make(map[string]bool, len(rules))
	for _, rule := range rules {
		ran[rule.Name] = true
	}
	for k, n := range left {
		if n == 0 || !ran[k.Rule] {
			delete(left, k)
		}
	}
	r.Fixed = (&Baseline{left}).Known()
}
