package manifest

import "errors"

// Limits bound what is read. Zero fields are the defaults.
type Limits struct {
	FileBytes int64 // of one file; 16 MiB
	Files     int   // that are read of a tree; 100,000
	Documents int   // of one file; 10,000
	// Nodes bounds those of one document, each alias counted as what it stands for,
	// and those that all aliases of a file stand for; 1,000,000. A document of YAML
	// with more brackets, commas, colons and dashes is refused unread, even where they
	// are in texts.
	Nodes int
	Depth int // of collections in each other; 200
	Lists int // of lists of objects in each other; 8
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	if l.FileBytes <= 0 {
		l.FileBytes = 16 << 20
	}
	set(&l.Files, 100_000)
	set(&l.Documents, 10_000)
	set(&l.Nodes, 1_000_000)
	set(&l.Depth, 200)
	set(&l.Lists, 8)
	return l
}

// Errors that callers branch on.
var (
	// ErrLimit is matched when a bound of [Limits] was reached.
	ErrLimit = errors.New("limit reached")
	// ErrSyntax is matched when a text is not YAML or JSON.
	ErrSyntax = errors.New("syntax error")
	// ErrNotObject is matched when a document is no Kubernetes object.
	ErrNotObject = errors.New("not a Kubernetes object")
	// ErrType is matched when a field holds what its type does not allow.
	ErrType = errors.New("type mismatch")
	// ErrValue is matched when a field holds a string that its type cannot be read
	// from, such as a quantity without a number.
	ErrValue = errors.New("invalid value")
	// ErrDuplicateKey is matched when a mapping has a key twice.
	ErrDuplicateKey = errors.New("duplicate key")
)
