package lint

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Pass is one rule looking at one object. It is valid until the rule's Run
// returns.
type Pass struct {
	Rule   *Rule
	Object *manifest.Object
	// Context holds all objects of Object's context, and Object itself.
	Context *Context
	// Options are those of the run.
	Options *Options

	ctx      context.Context
	found    []Diagnostic // of all rules
	reported int          // how many times the rule did

	// The last cause and where it is: many diagnostics are about one container.
	caused    *manifest.Node
	causeSpan manifest.Span
}

// RunContext is the context that [Run] was given. A rule that may run long ends when
// it is cancelled.
func (p *Pass) RunContext() context.Context { return p.ctx }

// Compat reports whether KubeLinter's answer is asked for.
func (p *Pass) Compat() bool { return p.Options.Compat }

// Pod is what the object says of its pods, nil where it has none.
func (p *Pass) Pod() *manifest.Pod { return p.Context.pod(p.Object) }

// Containers yields all containers of the object's pods: init containers,
// containers, ephemeral containers.
func (p *Pass) Containers() iter.Seq[*manifest.Container] { return p.Pod().AllContainers() }

// Full reports whether the rule reported more of the object than is listed, see
// [Run]: it can stop.
func (p *Pass) Full() bool { return p.reported > maxDiagnostics }

// Reportf reports something at n, which is in the object; nil: at the object's
// name.
func (p *Pass) Reportf(n *manifest.Node, format string, args ...any) {
	p.Report(n, fmt.Sprintf(format, args...))
}

// Report reports something at n, with ways to mend it.
func (p *Pass) Report(n *manifest.Node, message string, fixes ...Fix) {
	p.ReportDiagnostic(n, Diagnostic{Message: message, Fixes: fixes})
}

// maxMessage bounds the length of a message: names in it may be as long as a file.
const maxMessage = 64 << 10

// ReportAt reports something at a span of the object's file, for what has no nodes:
// a Dockerfile. The zero span is the start of the object.
func (p *Pass) ReportAt(span manifest.Span, message string, fixes ...Fix) {
	p.ReportDiagnosticAt(span, Diagnostic{Message: message, Fixes: fixes})
}

// ReportDiagnostic reports d at n. Rule, severity and cause are set where they are
// zero; object, span and fields always are. A message of more than 64 KiB is cut.
func (p *Pass) ReportDiagnostic(n *manifest.Node, d Diagnostic) {
	if n == nil {
		n = p.Object.Get("metadata", "name")
	}
	if n == nil {
		n = p.Object.Node
	}
	if n == nil {
		p.ReportDiagnosticAt(manifest.Span{}, d)
		return
	}
	d.Field = n.Path()
	d.NamedField = d.Field
	if strings.Contains(d.Field, "[") {
		d.NamedField = n.NamedPath()
	}
	if d.Cause == (manifest.Span{}) {
		if cause := p.cause(n); cause != p.caused {
			p.caused, p.causeSpan = cause, cause.Extent()
		}
		if p.caused != nil {
			d.Cause = p.causeSpan
		}
	}
	p.report(n.Place(), d)
}

// ReportDiagnosticAt is [Pass.ReportDiagnostic] at a span, as for [Pass.ReportAt].
func (p *Pass) ReportDiagnosticAt(span manifest.Span, d Diagnostic) {
	if span == (manifest.Span{}) {
		at := p.Object.Position()
		span = manifest.Span{Start: at, End: at}
	}
	p.report(span, d)
}

func (p *Pass) report(span manifest.Span, d Diagnostic) {
	if p.reported++; p.Full() {
		return
	}
	if d.Rule == "" {
		d.Rule = p.Rule.Name
	}
	if d.Severity == 0 {
		d.Severity = p.Rule.Severity
	}
	if len(d.Message) > maxMessage {
		d.Message = strings.ToValidUTF8(d.Message[:maxMessage], "") + "…"
	}
	d.Object = Ref(p.Object)
	d.Span = span
	p.found = append(p.found, d)
}

// cause is the extent of what a diagnostic at n is about, nil where it is n.
func (p *Pass) cause(n *manifest.Node) *manifest.Node {
	if p.Rule.Cause != nil {
		return p.Rule.Cause(p, n)
	}
	if p.Pod() == nil {
		return nil
	}
	for ; n != nil; n = n.Parent() {
		if n.Parent().Kind() != manifest.Sequence {
			continue
		}
		switch n.Parent().Key().Text() {
		case "containers", "initContainers", "ephemeralContainers":
			return n
		}
	}
	return nil
}
