package source

import "github.com/google/go-containerregistry/pkg/authn"

// DefaultKeychain returns the credentials of the user who runs the program: the
// first file there is of Docker's config.json ($DOCKER_CONFIG, else ~/.docker),
// $REGISTRY_AUTH_FILE and Podman's auth.json ($XDG_RUNTIME_DIR/containers). The
// credential helpers that the file names are run. A registry without an entry
// is asked without credentials.
//
// It is the only part of this package that reads the environment or the
// configuration of the user, at each use, and only if the caller passes it as
// Options.Keychain.
func DefaultKeychain() authn.Keychain { return authn.DefaultKeychain }
