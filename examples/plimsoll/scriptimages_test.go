package main

import (
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
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
	files := imagetest.OCI(imagetest.Image{User: "10001", Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
		imagetest.File("etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n"),
		imagetest.File("lib/apk/db/installed", installed.String()),
	}}}})
	if err := os.CopyFS(ts.MkAbs(args[0]), files.FS()); err != nil {
		ts.Fatalf("%v", err)
	}
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
