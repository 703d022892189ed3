package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func isWindowsPlatform(platform string) bool { return strings.HasPrefix(platform, "windows") }

func servicePrivileged(s composeService) {
	if v := s.Own("privileged"); v.IsTrue() {
		s.found(v.Node, fmt.Sprintf("service %q is privileged", s.Name), lint.DeleteFix(s.Node, "privileged"))
	}
}

// servicePrivilegeEscalation asks for no-new-privileges, which is what
// allowPrivilegeEscalation false is made of.
func servicePrivilegeEscalation(s composeService) {
	const option, wanted = "no-new-privileges", "no-new-privileges:true"
	isSet := false
	for at := range s.Lineage() {
		for o := range at.SecurityOptions() {
			if o.Name != option {
				continue
			}
			isSet = true
			if o.Value == "false" && at == s.ComposeService {
				s.found(o.Node, fmt.Sprintf("service %q has no-new-privileges set to false", s.Name), lint.SetFix(o.Node, wanted))
				return
			}
		}
	}
	admin := manifest.ComposeValue{}
	for v := range s.Values("cap_add") {
		if name := capability(v.Value); !admin.Set() && (name == "SYS_ADMIN" || name == "ALL") {
			admin = v
		}
	}
	switch v := s.Own("privileged"); {
	case v.IsTrue():
		s.foundf(v.Node, "service %q is privileged hence allows privilege escalation", s.Name)
	case admin.Set():
		s.foundf(admin.Node, "service %q has %s capability hence allows privilege escalation", s.Name, admin.Value)
	case !isSet && s.lacks():
		s.found(s.place("security_opt"), fmt.Sprintf("service %q does not set no-new-privileges", s.Name),
			lint.AppendFix(s.Node, wanted, "security_opt"))
	}
}

// service reports services in a namespace of the host.
func (ns hostNamespace) service(s composeService) {
	field := map[string]string{"host-ipc": "ipc", "host-network": "network_mode", "host-pid": "pid"}[ns.name]
	if v := s.Own(field); v.Value == "host" {
		s.foundf(v.Node, "service %q shares the host's %s namespace (via %s: host)", s.Name, strings.TrimPrefix(ns.name, "host-"), field)
	}
}

// unconfined reports services with a security option that takes confinement away.
func unconfined(option string) func(composeService) {
	return func(s composeService) {
		for o := range s.SecurityOptions() {
			if o.Name == option && o.Value == "unconfined" {
				s.foundf(o.Node, "service %q sets %s to unconfined", s.Name, option)
			}
		}
	}
}

// hostMounts reports mounts of directories of the host, but for time zones that are
// mounted read-only.
func (s composeService) hostMounts(dirs []*regexp.Regexp) {
	for m := range s.Mounts() {
		path := m.HostPath()
		if path == "" || isTimeZone(path) && m.ReadOnly ||
			!slices.ContainsFunc(dirs, func(dir *regexp.Regexp) bool { return below(dir, path) }) {
			continue
		}
		s.foundf(m.Node, "host system directory %q is mounted on service %q", path, s.Name)
	}
}

func (s composeService) writableHostMounts() {
	for m := range s.Mounts() {
		if path := m.HostPath(); path != "" && !m.ReadOnly {
			s.foundf(m.Node, "service %q mounts path %s on the host as writable", s.Name, path)
		}
	}
}

func serviceReadOnly(s composeService) {
	if v := s.Value("read_only"); s.lacks() && !v.IsTrue() && !v.Unknown {
		s.found(s.place("read_only"), fmt.Sprintf("service %q does not have a read-only root file system", s.Name),
			lint.SetFix(s.Node, true, "read_only"))
	}
}

// serviceRoot reports services that run as the user or group 0, or as the image
// says.
func serviceRoot(s composeService) {
	var fixes []lint.Fix
	if v := s.Options.Values; v.RunAsUser > 0 {
		id := strconv.FormatInt(v.RunAsUser, 10)
		if v.RunAsGroup > 0 {
			id += ":" + strconv.FormatInt(v.RunAsGroup, 10)
		}
		fixes = []lint.Fix{lint.SetFix(s.Node, id, "user")}
	}
	if user := s.Value("user"); !user.Set() {
		if s.lacks() {
			s.found(nil, fmt.Sprintf("service %q does not set a user: it may run as root", s.Name), fixes...)
		}
		return
	}
	user := s.Own("user")
	name, group, _ := strings.Cut(user.Value, ":")
	switch {
	case isRoot(name):
		s.found(user.Node, fmt.Sprintf("service %q runs as root", s.Name), fixes...)
	case isRoot(group):
		s.found(user.Node, fmt.Sprintf("service %q runs as the group of root", s.Name), fixes...)
	}
}

func serviceRootGroup(s composeService) {
	user := s.Own("user")
	if _, group, _ := strings.Cut(user.Value, ":"); isRoot(group) {
		s.foundf(user.Node, "service %q has the group 0 (user)", s.Name)
	}
	for v := range s.Values("group_add") {
		if isRoot(v.Value) {
			s.foundf(v.Node, "service %q has the group 0 (group_add)", s.Name)
		}
	}
}
