// Package source holds the sources of images: a registry, an archive of docker
// save, an OCI layout as a directory or in a tar, and one held in memory.
package source

import (
	"net/http"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Options say how an image is found and opened. Each zero field is a default.
type Options struct {
	// Platform, os/architecture[/variant], chooses from an image for several.
	// Empty: linux and the architecture of this program, else the only one
	// there is.
	Platform string
	// Insecure lets a registry be reached by plain HTTP, and by HTTPS whose
	// certificate is not verified.
	Insecure bool
	// Keychain finds the credentials of a registry. Nil: none are sent; see
	// [DefaultKeychain].
	Keychain authn.Keychain
	// Transport reaches registries; nil is a copy of http.DefaultTransport.
	Transport http.RoundTripper
	// TempDir is where a gzipped docker save archive is inflated, to a file
	// that has no name; empty is os.TempDir.
	TempDir string
	// Limits bound what is read; zero fields are defaults.
	Limits artifact.Limits
}
