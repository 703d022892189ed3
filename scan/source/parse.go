package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Parse returns the source that ref names. With a transport that is
//
//	docker-archive:FILE        [DockerArchive]
//	oci:DIR[:REF]              [OCILayout], also DIR@sha256:…
//	oci-archive:FILE[:REF]     [OCIArchive], also FILE@sha256:…
//	registry:REFERENCE         [Registry]
//
// Without one, a ref that exists as a path is an OCI layout or an archive,
// which its content tells; an archive that is both is read as one of docker
// save. Any other ref names an image in a registry.
//
// A path that is written as one ("./", "../" or "/" first) and does not exist
// gives an error matching fs.ErrNotExist.
func Parse(ref string, opts Options) (artifact.Source, error) {
	transport, rest, _ := strings.Cut(ref, ":")
	switch transport {
	case "docker-archive", "oci", "oci-archive", "registry":
		if rest == "" {
			return nil, fmt.Errorf("parse image reference %q: nothing follows the transport", ref)
		}
	}
	switch transport {
	case "docker-archive":
		return DockerArchive(rest, opts), nil
	case "oci":
		dir, ref := splitRef(rest)
		return OCILayout(dir, ref, opts), nil
	case "oci-archive":
		file, ref := splitRef(rest)
		return OCIArchive(file, ref, opts), nil
	case "registry":
		return Registry(rest, opts)
	}
	info, err := os.Stat(ref)
	switch {
	case err == nil && info.IsDir():
		return parseDir(ref, opts)
	case err == nil:
		return &archive{file: ref, opts: opts}, nil
	case isPath(ref):
		return nil, fmt.Errorf("find image: %w", err)
	}
	return Registry(ref, opts)
}

func parseDir(dir string, opts Options) (artifact.Source, error) {
	for _, name := range []string{"oci-layout", "index.json"} {
		_, err := os.Stat(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("directory %s is not an OCI layout: it has no %s (registry:%s is the image of that name)", dir, name, dir)
		}
		if err != nil {
			return nil, fmt.Errorf("find image: %w", err)
		}
	}
	return OCILayout(dir, "", opts), nil
}

// isPath reports whether ref can only be meant as a path.
func isPath(ref string) bool {
	return ref == "." || ref == ".." || strings.HasPrefix(ref, "./") || strings.HasPrefix(ref, "../") || strings.HasPrefix(ref, "/")
}

// splitRef parts a path from what chooses an image in it. Either may hold a
// colon: the path is the shortest part before one that exists, or what is before
// the first.
func splitRef(s string) (file, ref string) {
	if file, digest, ok := strings.Cut(s, "@sha256:"); ok {
		return file, "sha256:" + digest
	}
	for i, c := range s {
		if c != ':' {
			continue
		}
		if _, err := os.Stat(s[:i]); err == nil {
			return s[:i], s[i+1:]
		}
	}
	if _, err := os.Stat(s); err == nil {
		return s, ""
	}
	file, ref, _ = strings.Cut(s, ":")
	return file, ref
}
