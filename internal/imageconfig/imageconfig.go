// Package imageconfig turns the config of an image, with its history, back into a
// Dockerfile: a text for people to read, and the model of it.
//
// The text is our own, written so that no value of the image can become an
// instruction, a comment with a meaning, or a sequence that steers a terminal. The
// model has all but the commands of scripts, which need a parser.
package imageconfig

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// Suffix is what the name of a recipe's file ends in, behind the name of the image.
const Suffix = "<image config>"

// What bounds a recipe. More is a problem that matches manifest.ErrLimit.
const (
	maxEntries = 1000      // of the history, and of each list of the config
	maxEntry   = 16 << 10  // bytes of one entry, or value
	maxText    = 512 << 10 // bytes of all
	maxNote    = 160       // bytes of an entry that is no instruction
)

// A Recipe is what an image says of how it was made. It starts with FROM scratch:
// the history of an image has those of its bases.
type Recipe struct {
	// Dockerfile is the model. RUN, CMD, ENTRYPOINT and HEALTHCHECK have no commands,
	// and there are no comments: those of an image are nobody's word on it.
	Dockerfile *manifest.Dockerfile
	// Windows says that the image is one of Windows.
	Windows bool
	// Layers is how many layers the history tells of.
	Layers int
	// Problems say what of the config could not be read. They hide some of it.
	Problems []error

	origins []origin
}

// An origin is the layer that the text from an offset on made.
type origin struct{ offset, layer int }

// Layer is the index of the layer that what stands at an offset of the text made; -1
// where that made none.
func (r *Recipe) Layer(offset int) int {
	i := sort.Search(len(r.origins), func(i int) bool { return r.origins[i].offset > offset }) - 1
	if i < 0 {
		return -1
	}
	return r.origins[i].layer
}

// A document is the part of an image's config that a recipe is made of.
// https://github.com/opencontainers/image-spec/blob/main/config.md
type document struct {
	OS      string   `json:"os"`
	Config  settings `json:"config"`
	History []struct {
		CreatedBy  string `json:"created_by"`
		EmptyLayer bool   `json:"empty_layer"`
	} `json:"history"`
}

// The settings are what a container of the image starts with. Healthcheck is
// Docker's, https://github.com/moby/docker-image-spec/blob/main/spec.md.
type settings struct {
	User         string
	Env          []string
	ExposedPorts map[string]json.RawMessage
	Volumes      map[string]json.RawMessage
	Entrypoint   []string
	Cmd          []string
	WorkingDir   string
	Labels       map[string]string
	StopSignal   string
	Healthcheck  *struct{ Test []string }
}

// Read makes the recipe of a config document. Name is that of its file. An error is
// one that leaves nothing to read; all else is one of the recipe's problems.
func Read(name string, config []byte) (*Recipe, error) {
	var doc document
	r := &Recipe{}
	if err := json.Unmarshal(config, &doc); err != nil {
		if mismatch := (*json.UnmarshalTypeError)(nil); !errors.As(err, &mismatch) {
			return nil, fmt.Errorf("parse image config: %w", err)
		}
		r.Problems = append(r.Problems, fmt.Errorf("parse image config: %w", err)) // the rest was read
	}
	r.Windows = doc.OS == "windows"
	w := newWriter(name, r.Windows)
	doc.Config.bound(w)
	w.history(&doc)
	w.settle(&doc.Config)
	r.Dockerfile = w.finish()
	r.origins, r.Layers = w.origins, w.layers
	r.Problems = append(r.Problems, w.problems...)
	return r, nil
}

// limitf is an error that matches manifest.ErrLimit.
func limitf(format string, args ...any) error {
	return fmt.Errorf("%w: %s", manifest.ErrLimit, fmt.Sprintf(format, args...))
}
