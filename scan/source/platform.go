package source

import (
	"fmt"
	"runtime"
	"strings"
)

// A platform says what an image runs on.
type platform struct{ OS, Architecture, Variant string }

// parsePlatform parses os/architecture[/variant].
func parsePlatform(s string) (platform, error) {
	parts := strings.Split(s, "/")
	if len(parts) < 2 || len(parts) > 3 {
		return platform{}, fmt.Errorf("platform %q is not os/architecture[/variant]", s)
	}
	for _, part := range parts {
		if part == "" {
			return platform{}, fmt.Errorf("platform %q is not os/architecture[/variant]", s)
		}
	}
	p := platform{OS: parts[0], Architecture: parts[1]}
	if len(parts) == 3 {
		p.Variant = parts[2]
	}
	return p, nil
}

// defaultPlatform is linux on the architecture of this program.
func defaultPlatform() platform { return platform{OS: "linux", Architecture: runtime.GOARCH} }

// String is os/architecture[/variant], or empty if p is not known.
func (p platform) String() string {
	s := p.OS
	for _, part := range []string{p.Architecture, p.Variant} {
		if part != "" {
			s += "/" + part
		}
	}
	return s
}

// accepts reports whether who asks for p may be given an image for q: p without
// a variant takes any.
func (p platform) accepts(q platform) bool {
	return p.OS == q.OS && p.Architecture == q.Architecture && (p.Variant == "" || p.variant() == q.variant())
}

// variant is p's variant, or the one that its architecture implies.
// https://github.com/opencontainers/image-spec/blob/main/image-index.md#platform-variants
func (p platform) variant() string {
	switch {
	case p.Variant != "":
		return p.Variant
	case p.Architecture == "arm64":
		return "v8"
	case p.Architecture == "arm":
		return "v7"
	case p.Architecture == "amd64":
		return "v1"
	}
	return ""
}
