package rules

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// service reports a limit of a service that is in the range. Requests are for a
// scheduler, which Compose has not.
func (r resourceRange) service(s composeService) {
	if r.which == "request" || !s.lacks() {
		return
	}
	field, deployed := "mem_limit", []string{"deploy", "resources", "limits", "memory"}
	amount := memoryAmount
	if r.name == "cpu" {
		if s.Get("cpu_quota").Exists() || s.Get("cpu_count").Exists() {
			return
		}
		field, deployed, amount = "cpus", []string{"deploy", "resources", "limits", "cpus"}, milliCPUs
	}
	v := s.Value(field)
	if !v.Set() {
		v = s.Value(deployed...)
	}
	if v.Unknown {
		return
	}
	n, ok := amount(v.Value)
	if v.Set() && !ok || n < r.lower || r.bounded && n > r.upper {
		return
	}
	where := s.place(field)
	if where == nil {
		where = s.place(deployed...)
	}
	written := v.Value
	if !v.Set() {
		written = "0"
	}
	s.found(where, fmt.Sprintf("service %q has %s limit %s", s.Name, r.name, written))
}

// memoryAmount reads a number of bytes with the units b, k, m and g, and kb, mb and
// gb. https://github.com/compose-spec/compose-spec/blob/main/11-extension.md#specifying-byte-values
func memoryAmount(text string) (bytes int64, ok bool) {
	number := strings.TrimRight(text, "bBkKmMgG")
	scale := 1.0
	switch strings.TrimSuffix(strings.ToLower(text[len(number):]), "b") {
	case "":
	case "k":
		scale = 1 << 10
	case "m":
		scale = 1 << 20
	case "g":
		scale = 1 << 30
	default:
		return 0, false
	}
	return scaled(number, scale)
}

func milliCPUs(text string) (int64, bool) { return scaled(text, 1000) }

func scaled(number string, scale float64) (int64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	f *= scale
	if err != nil || math.IsNaN(f) || math.Abs(f) >= 1<<62 {
		return 0, false
	}
	return int64(f), true
}

// serviceRestart reports services that stay down when they fail.
func serviceRestart(s composeService) {
	policy, deployed := s.Value("restart"), s.Get("deploy", "restart_policy")
	condition := s.Value("deploy", "restart_policy", "condition")
	name, _, _ := strings.Cut(policy.Value, ":")
	switch {
	case policy.Unknown, condition.Unknown, !s.lacks(), name == "always", name == "unless-stopped", name == "on-failure",
		deployed.Exists() && condition.Value != "none":
		return
	}
	s.foundf(s.place("restart"), "service %q has the restart policy '%s' but the only accepted ones are always, unless-stopped and on-failure", s.Name, policy.Value)
}

// serviceHealthcheck reports services without a health check, whatever their image
// has.
func serviceHealthcheck(s composeService) {
	if v := s.Own("healthcheck", "disable"); v.IsTrue() {
		s.foundf(v.Node, "service %q disables its healthcheck", s.Name)
		return
	}
	test := s.Node.Get("healthcheck", "test")
	for item := range test.Items() {
		if item.Text() == "NONE" {
			s.foundf(item, "service %q disables its healthcheck", s.Name)
			return
		}
		break
	}
	if s.lacks() && !s.Get("healthcheck").Exists() {
		s.foundf(nil, "service %q does not specify a healthcheck", s.Name)
	}
}

// portsOf reports a port of a protocol in the container.
func (s composeService) portsOf(port int, matches matcher) {
	for p := range s.Ports() {
		from, to, ok := portRange(p.Target)
		if protocol := strings.ToUpper(p.Protocol); ok && from <= port && port <= to && matches(protocol) {
			s.foundf(p.Node, "port %d and protocol %s in service %q found", port, protocol, s.Name)
		}
	}
}
