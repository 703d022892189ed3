package source

import (
	"fmt"
	"hash"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// newHash returns the hash that want, sha256:… or sha512:…, was made with; nil
// if want is empty.
func newHash(want string) (hash.Hash, error) {
	if want == "" {
		return nil, nil
	}
	d, err := v1.NewHash(want)
	if err != nil {
		return nil, err
	}
	return v1.Hasher(d.Algorithm)
}

// checkHash returns an error matching artifact.ErrDigest unless h has come to
// want. A nil h checks nothing. what names the bytes: "stored bytes".
func checkHash(h hash.Hash, want, what string) error {
	if h == nil {
		return nil
	}
	d, err := v1.NewHash(want)
	if err != nil {
		return err
	}
	if got := fmt.Sprintf("%s:%x", d.Algorithm, h.Sum(nil)); got != want {
		return fmt.Errorf("%w: %s are %s, want %s", artifact.ErrDigest, what, got, want)
	}
	return nil
}

// checkBytes is checkHash of bytes that are there as a whole.
func checkBytes(b []byte, want, what string) error {
	h, err := newHash(want)
	if err != nil {
		return err
	}
	if h != nil {
		h.Write(b)
	}
	return checkHash(h, want, what)
}

// readDocument reads r to its end. More than limit bytes are an
// artifact.ErrLimit.
func readDocument(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes in a document", artifact.ErrLimit, limit)
	}
	return b, nil
}
