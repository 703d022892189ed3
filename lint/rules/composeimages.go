package rules

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// image is the image that s itself names; the zero value where it depends on the
// environment, or is the name of what is built.
func (s composeService) image() manifest.ComposeValue {
	image := s.Own("image")
	if image.Unknown || s.Get("build").Exists() {
		return manifest.ComposeValue{}
	}
	return image
}

func serviceImageDigest(s composeService) {
	if image := s.image(); image.Value != "" && !strings.Contains(image.Value, "@") {
		s.foundf(image.Node, "service %q has the image %q, without a digest", s.Name, image.Value)
	}
}
