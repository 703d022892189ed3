package manifest

import (
	"iter"
	"strings"
)

// A ComposeMount is something of the host, or a volume, in the container of a
// service. https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes
type ComposeMount struct {
	Node *Node  // the item of the list
	Type string // "bind", "volume", "tmpfs", "npipe" and others
	// Source is the path on the host, or the volume's name; empty for a volume
	// without one.
	Source   string
	Target   string // the path in the container
	ReadOnly bool
	// Unknown says that variables without a default are in it.
	Unknown bool

	device ComposeValue
}

// HostPath is the path on the host that is mounted, that of a volume too whose
// driver binds it; empty where there is none. A path that is not absolute is
// relative to the file's directory; ~ is the home directory.
func (m ComposeMount) HostPath() string {
	switch m.Type {
	case "bind", "npipe":
		return m.Source
	}
	return m.device.Value
}

// Mounts yields the volumes of s itself, in the order of the text.
func (s *ComposeService) Mounts() iter.Seq[ComposeMount] {
	return func(yield func(ComposeMount) bool) {
		for item := range s.items("volumes") {
			m := longMount(item)
			if item.Kind() != Mapping {
				m = shortMount(item)
			}
			if m.Target == "" {
				continue
			}
			if m.Type == "volume" && m.Source != "" {
				m.device = s.compose.boundDevice(m.Source)
				m.Unknown = m.Unknown || m.device.Unknown
			}
			if !yield(m) {
				return
			}
		}
	}
}

// boundDevice is the path of the host that a named volume is made of, where its
// driver's options say so.
func (c *Compose) boundDevice(volume string) ComposeValue {
	options := c.Node.Get("volumes", volume, "driver_opts")
	for _, o := range strings.Split(composeValue(options.Get("o")).Value, ",") {
		if o == "bind" || o == "rbind" {
			return composeValue(options.Get("device"))
		}
	}
	return ComposeValue{}
}

func longMount(n *Node) ComposeMount {
	m := ComposeMount{Node: n, Type: "volume"}
	for key, to := range map[string]*string{"type": &m.Type, "source": &m.Source, "target": &m.Target} {
		if v := composeValue(n.Get(key)); v.Set() {
			*to, m.Unknown = v.Value, m.Unknown || v.Unknown
		}
	}
	m.ReadOnly = composeValue(n.Get("read_only")).IsTrue()
	return m
}

// shortMount reads [SOURCE:]TARGET[:MODE].
func shortMount(n *Node) ComposeMount {
	v := composeValue(n)
	m := ComposeMount{Node: n, Type: "volume", Unknown: v.Unknown}
	parts := splitMount(v.Value)
	switch {
	case len(parts) == 1:
		m.Target = parts[0]
		return m
	case len(parts) > 2:
		for _, mode := range strings.Split(parts[2], ",") {
			m.ReadOnly = m.ReadOnly || mode == "ro"
		}
	}
	m.Source, m.Target = parts[0], parts[1]
	if isHostPath(m.Source) {
		m.Type = "bind"
	}
	return m
}

// splitMount splits a mount at its colons, but for that of a drive of Windows.
func splitMount(text string) []string {
	var parts []string
	start := 0
	for i := 0; i < len(text) && len(parts) < 3; i++ {
		if text[i] == ':' && !isDrive(text[start:i], text[i+1:]) {
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

// isDrive reports whether a letter, with a colon and what follows, is a path of
// Windows.
func isDrive(letter, rest string) bool {
	return len(letter) == 1 && (letter[0]|0x20) >= 'a' && (letter[0]|0x20) <= 'z' &&
		rest != "" && (rest[0] == '\\' || rest[0] == '/' && strings.Contains(rest, ":"))
}

// isHostPath reports whether a source is a path, and not the name of a volume.
func isHostPath(source string) bool {
	if source == "" {
		return false
	}
	return strings.ContainsAny(source[:1], "./~\\") || len(source) > 1 && source[1] == ':' ||
		strings.HasPrefix(source, "${") && strings.Contains(source, "/")
}
