// Package daemon holds the sources of images that a container engine on this
// machine has: Docker, Podman and containerd, by the sockets they listen at.
//
// It is a module of its own, since containerd speaks gRPC. Nothing is pulled: an
// image that the engine does not have is an error that matches [ErrNotFound].
package daemon

import (
	"errors"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Options say where the engine listens. Each zero field is a default.
type Options struct {
	// Socket is the path of the Unix socket. Empty is the engine's own:
	// [DockerSocket], [PodmanSocket] or [ContainerdSocket].
	Socket string
	// Namespace is that of containerd; empty is "default". Kubernetes has its
	// images in "k8s.io".
	Namespace string
	// Platform, os/architecture[/variant], chooses from an image for several.
	Platform string
	// TempDir is where Docker and Podman's export is kept until the artifact is
	// closed, in a file; empty is os.TempDir.
	TempDir string
	// Limits bound what is read; zero fields are defaults.
	Limits artifact.Limits
}

// The sockets that engines listen at, as they are installed for root.
const (
	DockerSocket     = "/var/run/docker.sock"
	PodmanSocket     = "/run/podman/podman.sock"
	ContainerdSocket = "/run/containerd/containerd.sock"
)

// ErrNotFound is matched when the engine has no such image.
var ErrNotFound = errors.New("the engine has no such image")
