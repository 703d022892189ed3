package manifest

import "strings"

// maxKey bounds the length of a key as it is written: the parser wants its colon
// within 1024 characters.
const maxKey = 500

// checkFits refuses what cannot be written at n's place.
func checkFits(n *Node, v any) error {
	switch v := v.(type) {
	case float64:
		if s := encodeFloat(v); n.doc.json && strings.Contains(s, "n") {
			return refuse("%s is no number of JSON", s)
		}
	case []any:
		for _, item := range v {
			if err := checkFits(n, item); err != nil {
				return err
			}
		}
	case []Entry:
		for _, e := range v {
			if len(e.Key) > maxKey/8 && len(quoteDouble(e.Key)) > maxKey {
				return refuse("key of more than %d bytes", maxKey)
			}
			if err := checkFits(n, e.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// add adds an entry to the mapping n, or makes n one if it is null: v under path.
func (n *Node) add(path []string, v any) ([]Edit, error) {
	if n.kind == Null || len(n.children) == 0 {
		return n.replace(nested(path, v))
	}
	e := Entry{path[0], nested(path[1:], v)}
	if err := checkFits(n, []Entry{e}); err != nil {
		return nil, err
	}
	l := layoutOf(n)
	if n.style == Flow {
		return l.insertFlow(n, func(f flowStyle, indent string) string {
			var b strings.Builder
			f.entry(&b, e, indent)
			return b.String()
		})
	}
	key := &n.children[len(n.children)-2]
	column := l.indentation(key.start)
	if l.indentation(n.children[0].start) != column {
		return nil, refuse("keys of %s are written in an unusual way", describe(n))
	}
	return l.insertBlock(n, column, func(s blockStyle) string {
		var b strings.Builder
		s.entry(&b, e, column)
		return b.String()
	})
}

// appendItem adds v to the sequence n.
func (n *Node) appendItem(v any) ([]Edit, error) {
	if err := checkFits(n, v); err != nil {
		return nil, err
	}
	l := layoutOf(n)
	like := Plain
	if len(n.children) > 0 {
		if last := n.children[len(n.children)-1]; last.kind == String {
			like = last.style
		}
	}
	_, isText := v.(string)
	switch {
	case len(n.children) == 0 && isInline(v) && !inFlow(n):
		return []Edit{l.edit(n.start, n.end, "["+flowStyle{colon: ": ", comma: ", "}.encode(v, "")+"]")}, nil
	case len(n.children) == 0:
		return n.replace([]any{v})
	case n.style == Flow:
		return l.insertFlow(n, func(f flowStyle, indent string) string {
			if isText {
				if like == DoubleQuoted {
					f.quoted = true
				}
				return f.text(v.(string), like)
			}
			return f.encode(v, indent)
		})
	}
	column := l.indentation(n.start)
	last, ok := l.element(n, len(n.children)-1)
	if !ok || l.indentation(last.start) != column {
		return nil, refuse("items of %s are written in an unusual way", describe(n))
	}
	width := 2
	if last.value.isWritten() && l.lineStart(last.value.start) == l.lineStart(last.start) {
		width = last.value.start - last.start
	}
	return l.insertBlock(n, column, func(s blockStyle) string {
		text := "-" + strings.Repeat(" ", width-1)
		switch {
		case isText:
			return text + encodeScalar(v, like, false)
		case isInline(v):
			return text + s.encode(v, column)
		}
		return text + s.encode(v, column+width)
	})
}

// insertBlock puts an element behind the last one of a block collection.
func (l layout) insertBlock(n *Node, column int, encode func(blockStyle) string) ([]Edit, error) {
	last, ok := l.element(n, n.elements()-1)
	if !ok {
		return nil, refuse("the last key of %s is written in an unusual way", describe(n))
	}
	s := l.blockStyle(n, max(last.start, l.contentEnd(last.value)))
	text := encode(s)
	if end := l.contentEnd(last.value); last.value.isWritten() && end < last.end { // behind a block scalar
		return []Edit{l.edit(last.end, last.end, strings.Repeat(" ", column)+text+s.eol)}, nil
	}
	end, free := l.rest(last.end)
	if !free {
		return nil, refuse("more stands behind %s on its line", describe(last.value))
	}
	if end == len(l.text) && last.value.endsInBlock() && !l.isStripped(last.value) {
		return nil, refuse("the text ends in %s, which a line end would change", describe(last.value))
	}
	return []Edit{l.edit(end, end, s.newLine(column)+text)}, nil
}

// isStripped reports whether the block scalar that n ends in is without the line
// end of its last line.
func (l layout) isStripped(n *Node) bool {
	for len(n.children) > 0 {
		n = &n.children[len(n.children)-1]
	}
	return strings.Contains(string(l.text[n.start:l.lineEnd(n.start)]), "-")
}

// insertFlow puts an element behind the last one of a collection in brackets that
// is not empty.
func (l layout) insertFlow(n *Node, encode func(f flowStyle, indent string) string) ([]Edit, error) {
	last, ok := l.element(n, n.elements()-1)
	if !ok || l.isPair(n) {
		return nil, refuse("%s is written in an unusual way", describe(n))
	}
	f := l.flowStyle(n, last.end)
	indent := ""
	if f.lines {
		indent, _ = l.opensLine(last.start)
	}
	text := encode(f, indent)
	comma := l.skip(last.end) // or the bracket
	if comma >= len(l.text) {
		return nil, refuse("%s has no end", describe(n))
	}
	end := last.end
	trailing := l.text[comma] == ','
	if trailing {
		end = comma + 1
	}
	lineEnd, free := l.rest(end)
	switch commented := free && strings.Contains(string(l.text[end:lineEnd]), "#"); {
	case commented && !l.doc.json: // the comment stays with the last element
		if !f.lines {
			indent = strings.Repeat(" ", l.indentation(last.start))
		}
		insert := l.edit(lineEnd, lineEnd, f.eol+indent+text)
		if trailing {
			insert.Text += ","
			return []Edit{insert}, nil
		}
		return []Edit{l.edit(end, end, ","), insert}, nil
	case f.lines && trailing:
		return []Edit{l.edit(end, end, f.eol+indent+text+",")}, nil
	case f.lines:
		return []Edit{l.edit(end, end, ","+f.eol+indent+text)}, nil
	case trailing:
		return []Edit{l.edit(end, end, strings.TrimPrefix(f.comma, ",")+text+",")}, nil
	}
	return []Edit{l.edit(end, end, f.comma+text)}, nil
}
