package analyze

import (
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlExpressions calls visit for each expression of a document: a header, or a
// key with its value. A node is valid until visit returns. An error has its
// line.
func (p *pins) tomlExpressions(visit func(*unstable.Node)) (line int, err error) {
	var parser unstable.Parser
	parser.Reset(p.text)
	for parser.NextExpression() {
		visit(parser.Expression())
	}
	err = parser.Error()
	var at *unstable.ParserError
	if !errors.As(err, &at) {
		return 1, err
	}
	if offset := cap(p.text) - cap(at.Highlight); offset >= 0 && offset <= len(p.text) {
		line = p.lines.line(offset)
	}
	return max(1, line), errors.New(at.Message) // at shares memory with the document
}

// tomlKey is the parts of a header or key, and the offset of the first.
func tomlKey(n *unstable.Node) (parts []string, offset int) {
	for it := n.Key(); it.Next(); {
		if len(parts) == 0 {
			offset = int(it.Node().Raw.Offset)
		}
		parts = append(parts, string(it.Node().Data))
	}
	return parts, offset
}

// tomlText is the text of a string, "" of something else.
func tomlText(n *unstable.Node) string {
	if n == nil || n.Kind != unstable.String {
		return ""
	}
	return string(n.Data)
}
