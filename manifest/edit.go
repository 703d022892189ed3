package manifest

import "errors"

// An Edit replaces a part of a file's text.
type Edit struct {
	File       *File
	Start, End int // bytes
	Text       string
}

// An Entry is one entry of a mapping that is to be written.
type Entry struct {
	Key   string
	Value any // as for [Node.Set]
}

// ErrEdit is matched when an edit is refused: the text cannot be changed, or not
// without changing something else.
var ErrEdit = errors.New("cannot edit")

// Set returns the edits that make value the one under path below n, which is a
// mapping. Mappings that are missing on the way are made.
func (n *Node) Set(value any, path ...string) ([]Edit, error) { return nil, ErrEdit }

// Delete returns the edits that remove what is under path below n.
func (n *Node) Delete(path ...string) ([]Edit, error) { return nil, ErrEdit }

// Append returns the edits that add value to the end of the sequence under path
// below n. A sequence that is missing is made.
func (n *Node) Append(value any, path ...string) ([]Edit, error) { return nil, ErrEdit }
