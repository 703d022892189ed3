package manifest

// A Decoder reads files that are neither YAML nor JSON, such as Dockerfiles. It is
// safe for concurrent use.
type Decoder interface {
	// Name is a word for messages: "dockerfile".
	Name() string
	// Claims reports whether a file of that path is for this decoder.
	Claims(path string) bool
	// Decode reads a file of at most Limits.FileBytes. What cannot be read is a
	// Problem. Where objects have no context, that of the file is set.
	Decode(file *File, limits Limits) Bundle
}

// decoderOf is the first of opts that claims a path, nil where none does.
func (opts *Options) decoderOf(path string) Decoder {
	for _, d := range opts.Decoders {
		if d.Claims(path) {
			return d
		}
	}
	return nil
}

// decode reads a file that a decoder claims.
func decode(d Decoder, file *File, context string, limits Limits) Bundle {
	file.decoder = d
	b := d.Decode(file, limits.withDefaults())
	for _, o := range b.Objects {
		if o.Context == "" {
			o.Context = context
		}
	}
	return b
}
