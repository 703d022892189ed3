package manifest

// Metadata is what an object, or the template of a pod, says of itself.
type Metadata struct {
	Node        *Node // of the mapping, nil where there is none
	Name        Field[string]
	Namespace   Field[string]
	Labels      Strings
	Annotations Strings
}

func newMetadata(n *Node) Metadata {
	return Metadata{
		Node:        n,
		Name:        n.StringAt("name"),
		Namespace:   n.StringAt("namespace"),
		Labels:      newStrings(n.Get("labels")),
		Annotations: newStrings(n.Get("annotations")),
	}
}

// Metadata is what o says of itself.
func (o *Object) Metadata() Metadata {
	o.metaOnce.Do(func() { o.meta = newMetadata(o.Get("metadata")) })
	return o.meta
}

// Strings is a mapping of strings to strings, in the order of the text.
type Strings struct {
	Node    *Node // of the mapping, nil where there is none
	Entries []StringEntry

	index map[string]int // in Entries as they were read, where there are many
}

// A StringEntry is one entry of [Strings].
type StringEntry struct {
	Key   string
	Value string // empty for null
	Node  *Node  // of the value
}

func newStrings(n *Node) Strings {
	s := Strings{Node: n}
	if n.Len() > 0 {
		s.Entries = make([]StringEntry, 0, n.Len())
	}
	for key, value := range n.Entries() {
		text, _ := value.Str()
		s.Entries = append(s.Entries, StringEntry{key, text, value})
	}
	if len(s.Entries) > fewKeys {
		s.index = make(map[string]int, len(s.Entries))
		for i, e := range s.Entries {
			s.index[e.Key] = i
		}
	}
	return s
}

// Get is the value under key.
func (s Strings) Get(key string) (value string, ok bool) {
	if e := s.Find(key); e != nil {
		return e.Value, true
	}
	return "", false
}

// Find is the entry under key, nil where there is none.
func (s Strings) Find(key string) *StringEntry {
	if i, ok := s.index[key]; ok && i < len(s.Entries) && s.Entries[i].Key == key {
		return &s.Entries[i]
	} else if !ok && s.index != nil {
		return nil
	}
	for i := range s.Entries {
		if s.Entries[i].Key == key {
			return &s.Entries[i]
		}
	}
	return nil
}
