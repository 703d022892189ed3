package rules

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func resourceRules() []*lint.Rule {
	return []*lint.Rule{
		made(cpuTemplate(), map[string]any{
			"requirementsType": "request", "lowerBoundMillis": 0, "upperBoundMillis": 0,
		}, lint.Rule{
			Name:        "unset-cpu-requirements",
			Aliases:     []string{"KSV-0015"},
			Title:       "No CPU request",
			Doc:         "Reports containers without a CPU request. The scheduler takes them for ones that need nothing, puts any number of them on a node, and they are the first to starve there. A CPU limit is not asked for.",
			Remediation: "Set resources.requests.cpu to what the container needs.",
			Severity:    severity.Low,
			Kinds:       []lint.Kind{lint.DeploymentLike},
			Default:     true,
		}),
		made(memoryTemplate(), map[string]any{
			"requirementsType": "limit", "lowerBoundMB": 0, "upperBoundMB": 0,
		}, lint.Rule{
			Name:        "unset-memory-requirements",
			Aliases:     []string{"KSV-0018"},
			Title:       "No memory limit",
			Doc:         "Reports containers without a memory limit. One that leaks takes the memory of the node, and the kernel then kills others. A memory request is not asked for: it is the limit where it is left out.",
			Remediation: "Set resources.limits.memory to the most that the container may use.",
			Severity:    severity.Low,
			Default:     true,
		}),
	}
}

func resourceTemplates() []lint.Template { return []lint.Template{cpuTemplate(), memoryTemplate()} }

func resourceDifferences() []Difference {
	var list []Difference
	for _, rule := range []string{"cpu-requirements", "memory-requirements"} {
		list = append(list, Difference{
			Rule:       rule,
			KubeLinter: "takes a request that is left out as 0",
			Plimsoll:   "takes it as the limit, where there is one",
			Reason:     "so does the API server",
		}, Difference{
			Rule:       rule,
			KubeLinter: "reports ephemeral containers",
			Plimsoll:   "does not",
			Reason:     "they cannot have resources",
		}, Difference{
			Rule:       rule,
			KubeLinter: "looks at containers alone",
			Plimsoll:   "does not report a container that says nothing in a pod that says it for all",
			Reason:     "the pod's resources are those that its containers share",
		})
	}
	return list
}

type cpuParams struct {
	Type  string `yaml:"requirementsType" doc:"what to look at" enum:"request,limit,any" required:""`
	Lower int    `yaml:"lowerBoundMillis" doc:"the least that is reported, in thousandths of a CPU"`
	Upper *int   `yaml:"upperBoundMillis" doc:"the most that is reported, in thousandths of a CPU; none where it is left out"`
}

func cpuTemplate() lint.Template {
	const doc = "Reports containers whose CPU requests or limits are in a range. One that is left out is 0."
	return lint.NewTemplate("cpu-requirements", doc, cpuParams{}, func(p cpuParams) (*lint.Rule, error) {
		r := resourceRange{name: "cpu", which: p.Type, lower: int64(p.Lower), amount: manifest.Quantity.Milli}
		if p.Upper != nil {
			r.bounded, r.upper = true, int64(*p.Upper)
		}
		return &lint.Rule{Run: alsoServices(r.run, r.service)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("CPU requests and limits")
}

type memoryParams struct {
	Type  string `yaml:"requirementsType" doc:"what to look at" enum:"request,limit,any" required:""`
	Lower int    `yaml:"lowerBoundMB" doc:"the least that is reported, in MiB"`
	Upper *int   `yaml:"upperBoundMB" doc:"the most that is reported, in MiB; none where it is left out"`
}

func memoryTemplate() lint.Template {
	const doc = "Reports containers whose memory requests or limits are in a range. One that is left out is 0."
	return lint.NewTemplate("memory-requirements", doc, memoryParams{}, func(p memoryParams) (*lint.Rule, error) {
		const mebibyte = 1 << 20
		r := resourceRange{name: "memory", which: p.Type, lower: int64(p.Lower) * mebibyte, amount: manifest.Quantity.Value}
		if p.Upper != nil {
			r.bounded, r.upper = true, int64(*p.Upper)*mebibyte
		}
		return &lint.Rule{Run: alsoServices(r.run, r.service)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Memory requests and limits")
}

// A resourceRange is what requests or limits of a resource are reported.
type resourceRange struct {
	name         string // of the resource
	which        string // request, limit or any
	lower, upper int64  // both are in the range
	bounded      bool   // upper is a bound
	amount       func(manifest.Quantity) int64
}

func (r resourceRange) run(p *lint.Pass) error {
	for c := range p.Containers() {
		if c.Kind == manifest.EphemeralContainer && !p.Compat() {
			continue
		}
		if r.which == "request" || r.which == "any" {
			n := c.Request(r.name)
			if !n.Exists() && !p.Compat() {
				n = c.Limit(r.name)
			}
			r.judge(p, c, n, "request", "requests")
		}
		if r.which == "limit" || r.which == "any" {
			r.judge(p, c, c.Limit(r.name), "limit", "limits")
		}
	}
	return nil
}

// judge reports c if the amount that n says is in the range.
func (r resourceRange) judge(p *lint.Pass, c *manifest.Container, n *manifest.Node, word, field string) {
	if !n.Exists() && !p.Compat() && c.Pod.Node.Get("resources", field, r.name).Exists() {
		return
	}
	q, _ := n.Quantity()
	if amount := r.amount(q); amount < r.lower || r.bounded && amount > r.upper {
		return
	}
	where := nearest(c.Node, "resources", field, r.name)
	if where == nil {
		where = at(c)
	}
	var fixes []lint.Fix
	if value := r.value(p.Options.Values, word); q.IsZero() && r.fits(c, value, word) {
		fixes = []lint.Fix{lint.SetFix(c.Node, value, "resources", field, r.name)}
	}
	p.Report(where, fmt.Sprintf("container %q has %s %s %s", c.Name.Value, r.name, word, canonical(n.Text(), q)), fixes...)
}

// fits reports whether c can have value: the API server refuses a request that is
// more than the limit, and resources of ephemeral containers.
func (r resourceRange) fits(c *manifest.Container, value, word string) bool {
	q, err := manifest.ParseQuantity(value)
	if err != nil || c.Kind == manifest.EphemeralContainer {
		return false
	}
	if word == "request" {
		limit, ok := c.Limit(r.name).Quantity()
		return !ok || q.Cmp(limit) <= 0
	}
	request, ok := c.Request(r.name).Quantity()
	return !ok || request.Cmp(q) <= 0
}

// value is what the caller wants containers to have.
func (r resourceRange) value(v lint.Values, word string) string {
	switch r.name + " " + word {
	case "cpu request":
		return v.CPURequest
	case "cpu limit":
		return v.CPULimit
	case "memory request":
		return v.MemoryRequest
	}
	return v.MemoryLimit
}
