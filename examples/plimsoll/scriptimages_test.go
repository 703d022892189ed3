package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// image is the command "image DIR [PACKAGE=VERSION...]": it makes an OCI layout with
// an image of Alpine 3.19 that has these packages, and runs as user 10001.
func image(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: image DIR [PACKAGE=VERSION...]")
	}
	var installed strings.Builder
	for _, arg := range append(args[1:], "base=1.0.0-r0") {
		pkg, version, _ := strings.Cut(arg, "=")
		fmt.Fprintf(&installed, "P:%s\nV:%s\nA:x86_64\no:%s\n\n", pkg, version, pkg)
	}
	img, err := alpineImage(installed.String())
	if err != nil {
		ts.Fatalf("%v", err)
	}
	dir, err := layout.Write(ts.MkAbs(args[0]), empty.Index)
	if err == nil {
		err = dir.AppendImage(img)
	}
	if err != nil {
		ts.Fatalf("%v", err)
	}
}

// alpineImage is an image with that list of installed packages.
func alpineImage(installed string) (v1.Image, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	var errs []error
	for _, file := range [][2]string{{"etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n"}, {"lib/apk/db/installed", installed}} {
		errs = append(errs, w.WriteHeader(&tar.Header{Name: file[0], Mode: 0o644, Size: int64(len(file[1]))}))
		_, err := io.WriteString(w, file[1])
		errs = append(errs, err)
	}
	if err := errors.Join(append(errs, w.Close())...); err != nil {
		return nil, err
	}
	img, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), static.NewLayer(out.Bytes(), types.OCIUncompressedLayer))
	if err != nil {
		return nil, err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Config.User = "linux", "amd64", "10001"
	return mutate.ConfigFile(img, config)
}

// serveImages is the command "registry [REPOSITORY:TAG=DIR...]": it serves these OCI
// layouts at $REGISTRY, an address on loopback, until the script ends.
func serveImages(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: registry [REPOSITORY:TAG=DIR...]")
	}
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	ts.Defer(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	ts.Setenv("REGISTRY", host)
	for _, arg := range args {
		image, dir, _ := strings.Cut(arg, "=")
		if err := push(host+"/"+image, ts.MkAbs(dir)); err != nil {
			ts.Fatalf("%s: %v", arg, err)
		}
	}
}

// push pushes the image of the OCI layout in dir.
func push(to, dir string) error {
	ref, err := name.ParseReference(to, name.Insecure)
	if err != nil {
		return err
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return err
	}
	m, err := index.IndexManifest()
	if err != nil {
		return err
	}
	img, err := index.Image(m.Manifests[0].Digest)
	if err != nil {
		return err
	}
	return remote.Write(ref, img)
}
