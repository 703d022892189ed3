package manifest

import (
	"iter"
	"strings"
)

// A ComposePort is a port of a service that is open outside of Compose's networks.
// https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports
type ComposePort struct {
	Node *Node // the item of the list
	// HostIP is the address of the host, without brackets; empty: all of them.
	HostIP string
	// Published is the port of the host, or a range of them; empty: a free one.
	Published string
	Target    string // of the container: "80", "3000-3005"
	Protocol  string // "tcp" where none is written
	// Unknown says that variables without a default are in it.
	Unknown bool
}

// Ports yields those of s itself, in the order of the text. What has no port of
// the container is left out.
func (s *ComposeService) Ports() iter.Seq[ComposePort] {
	return func(yield func(ComposePort) bool) {
		for item := range s.items("ports") {
			p := longPort(item)
			if item.Kind() != Mapping {
				p = shortPort(item)
			}
			if p.Target != "" && !yield(p) {
				return
			}
		}
	}
}

func longPort(n *Node) ComposePort {
	p := ComposePort{Node: n, Protocol: "tcp"}
	for key, to := range map[string]*string{"host_ip": &p.HostIP, "published": &p.Published, "target": &p.Target, "protocol": &p.Protocol} {
		if v := composeValue(n.Get(key)); v.Set() {
			*to, p.Unknown = v.Value, p.Unknown || v.Unknown
		}
	}
	return p
}

// shortPort reads [[IP:][HOST]:]CONTAINER[/PROTOCOL].
func shortPort(n *Node) ComposePort {
	v := composeValue(n)
	p := ComposePort{Node: n, Protocol: "tcp", Unknown: v.Unknown}
	text := v.Value
	if i := strings.LastIndexByte(text, '/'); i >= 0 {
		text, p.Protocol = text[:i], text[i+1:]
	}
	i := strings.LastIndexByte(text, ':')
	p.Target = text[i+1:]
	if i < 0 {
		return p
	}
	text = text[:i]
	i = strings.LastIndexByte(text, ':')
	p.Published = text[i+1:]
	if i >= 0 {
		p.HostIP = strings.TrimSuffix(strings.TrimPrefix(text[:i], "["), "]")
	}
	return p
}
