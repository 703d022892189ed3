package analyze

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// maxYAMLMarks bounds the places where a value can begin in a YAML file, which
// take some two hundred bytes of memory each, however short the value. The
// largest lock files have some 300,000.
const maxYAMLMarks = 3 << 18

var errNotMapping = errors.New("not a mapping")

// parseYAML returns the values of the documents in text, and beside an error
// those before it. Aliases are left as they are: no package manager writes any,
// and whoever follows one may not come to an end.
func parseYAML(text []byte) ([]*yaml.Node, error) {
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(bytes.Clone(text), '\n')
	}
	marks := 0
	for _, c := range text {
		switch c {
		case '\n', ',', '[', '{', ':', '?':
			marks++
		case '-':
			marks++ // also within checksums, which is no matter
		}
	}
	if marks > maxYAMLMarks {
		return nil, fmt.Errorf("%w: %d places for a value, of %d", artifact.ErrLimit, marks, maxYAMLMarks)
	}
	var documents []*yaml.Node
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var n yaml.Node
		err := d.Decode(&n)
		if err == io.EOF {
			return documents, nil
		}
		if err != nil {
			return documents, err
		}
		if n.Kind == yaml.DocumentNode && len(n.Content) == 1 {
			documents = append(documents, n.Content[0])
		}
	}
}

// yamlMembers yields the keys and values of a mapping, and nothing of any other
// node.
func yamlMembers(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(key, value *yaml.Node) bool) {
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

// yamlMember is the value of a mapping's key, or nil.
func yamlMember(n *yaml.Node, key string) *yaml.Node {
	for k, v := range yamlMembers(n) {
		if k.Kind == yaml.ScalarNode && k.Value == key {
			return v
		}
	}
	return nil
}

// yamlElements are those of a sequence; none of something else.
func yamlElements(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// yamlText is the text of a scalar, "" of something else.
func yamlText(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// isYAMLEmpty holds for nothing at all and for null.
func isYAMLEmpty(n *yaml.Node) bool {
	return n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// yamlLines are the lines from that of a key to the last on which something of
// its value, if it has one, begins.
func yamlLines(key, value *yaml.Node) []artifact.LineRange {
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
