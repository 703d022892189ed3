package vuln

import (
	"fmt"
	"strings"
)

// ErrUnknownModule is the error for a package that was built in a module, as its
// version says, but does not say in which: the streams of a module have versions
// that must not be compared with each other's. It matches [ErrNoAdvisories].
var ErrUnknownModule = fmt.Errorf("%w: the module that a package was built in is not known", ErrNoAdvisories)

// ModuleOf is the module and the stream that p was built in, "nodejs:12"; "" if
// it does not say.
func ModuleOf(p *Package) string {
	name, rest, ok := strings.Cut(p.Modularity, ":")
	stream, _, _ := strings.Cut(rest, ":")
	if !ok || name == "" || stream == "" {
		return ""
	}
	return p.Modularity[:len(name)+1+len(stream)]
}

// IsModular reports whether an rpm of that version was built in a module: the
// builders of Red Hat, Rocky Linux and Oracle mark the release with ".module+el8"
// and those of AlmaLinux with ".module_el8".
// https://docs.fedoraproject.org/en-US/modularity/building-modules/
func IsModular(version string) bool {
	return strings.Contains(version, ".module+el") || strings.Contains(version, ".module_el")
}
