package rules

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
)

// dropped are the capabilities that s drops, those of services that it extends too.
func (s composeService) dropped() []string {
	drop := []string{}
	for at := range s.Lineage() {
		for v := range at.Values("cap_drop") {
			drop = append(drop, v.Value)
		}
	}
	return drop
}

// service reports what a service adds and should not, and does not drop and should.
func (v *capabilityVerifier) service(s composeService) {
	for added := range s.Values("cap_add") {
		if v.all && !slices.ContainsFunc(v.exceptions, func(m matcher) bool { return spelled(m, added.Value) }) {
			s.found(added.Node, fmt.Sprintf("service %q adds the capability %q, but none should be added", s.Name, added.Value), lint.DeleteFix(added.Node))
		}
		for _, f := range v.forbidden {
			if spelled(f.matches, added.Value) || isAll(added.Value) {
				s.found(added.Node, fmt.Sprintf("service %q adds the capability %q, which is forbidden", s.Name, added.Value), lint.DeleteFix(added.Node))
			}
		}
	}
	drop := s.dropped()
	if !s.lacks() || slices.ContainsFunc(drop, isAll) {
		return
	}
	if v.all {
		s.notDropped("ALL", "ALL")
	}
	for _, f := range v.forbidden {
		if f.droppedBy(drop, false) {
			continue
		}
		fix := ""
		if slices.Contains(f.given, f.pattern) {
			fix = f.pattern
		}
		s.notDropped(f.pattern, fix)
	}
}

// notDropped reports a capability that s does not drop; fix is what to drop, empty
// where that is not known.
func (s composeService) notDropped(name, fix string) {
	var fixes []lint.Fix
	if fix != "" {
		fixes = []lint.Fix{lint.AppendFix(s.Node, fix, "cap_drop")}
	}
	s.found(s.place("cap_drop"), fmt.Sprintf("service %q does not drop the capability %q", s.Name, name), fixes...)
}

// serviceDropAll asks to drop ALL, and to add nothing but NET_BIND_SERVICE.
func serviceDropAll(s composeService) {
	if s.lacks() && !slices.ContainsFunc(s.dropped(), isAll) {
		s.notDropped("ALL", "ALL")
	}
	for v := range s.Values("cap_add") {
		if capability(v.Value) != "NET_BIND_SERVICE" {
			s.foundf(v.Node, "service %q adds the capability %q", s.Name, v.Value)
		}
	}
}

// addedCapabilities reports those of a list that s adds; nil: any.
func (s composeService) addedCapabilities(list []string) {
	for v := range s.Values("cap_add") {
		if reportsCapability(list, v.Field) {
			s.foundf(v.Node, "service %q adds the capability %q", s.Name, v.Value)
		}
	}
}
