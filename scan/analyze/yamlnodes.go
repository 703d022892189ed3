package analyze

import (
	"iter"

	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// yamlPairs yields the keys and values of a mapping; none of something else.
// Aliases are not followed: no lock file has any, and they could make a small
// file large.
func yamlPairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// yamlValue is the value of a mapping's key, or nil.
func yamlValue(n *yaml.Node, key string) *yaml.Node {
	for k, v := range yamlPairs(n) {
		if k.Value == key {
			return v
		}
	}
	return nil
}

// yamlText is the text of a scalar, "" of something else.
func yamlText(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// yamlItems are the elements of a sequence; none of something else.
func yamlItems(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// yamlSpan is the lines from that of a key to the last on which something of
// its value begins.
func yamlSpan(key, value *yaml.Node) []artifact.LineRange {
	last := key.Line
	for n := value; n != nil; {
		last = max(last, n.Line)
		if len(n.Content) == 0 {
			break
		}
		n = n.Content[len(n.Content)-1]
	}
	return []artifact.LineRange{{First: key.Line, Last: last}}
}
