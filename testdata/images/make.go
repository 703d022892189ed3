//go:build ignore

// Command make writes an image archive from directories, one a layer:
//
//	go run make.go -format oci|docker -o FILE -name NAME "DIR=BUILD STEP"...
//
// The base comes first. A file named .wh.NAME is a whiteout, as in a layer. The
// archive depends on the directories and the flags alone: names are sorted,
// times are zero, and everything belongs to root.
//
// oci is an image layout in a tar, its layers gzipped:
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
// docker is what docker save writes, its layers plain:
// https://github.com/moby/docker-image-spec/blob/main/spec.md
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	format := flag.String("format", "oci", "oci or docker")
	output := flag.String("o", "", "the archive to write")
	name := flag.String("name", "", "the image's name and tag")
	flag.Parse()
	if err := run(*format, *output, *name, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(format, output, name string, args []string) error {
	if output == "" || name == "" || len(args) == 0 {
		return errors.New(`usage: go run make.go -format oci|docker -o FILE -name NAME "DIR=BUILD STEP"...`)
	}
	var layers []layer
	for _, arg := range args {
		dir, step, _ := strings.Cut(arg, "=")
		stream, err := tarOf(dir)
		if err != nil {
			return fmt.Errorf("make a layer of %s: %w", dir, err)
		}
		layers = append(layers, layer{stream: stream, step: step})
	}
	var members []member
	var err error
	switch format {
	case "oci":
		members, err = ociLayout(name, layers)
	case "docker":
		members, err = dockerSave(name, layers)
	default:
		return fmt.Errorf("unknown format %q: want oci or docker", format)
	}
	if err != nil {
		return err
	}
	archive, err := pack(members)
	if err != nil {
		return err
	}
	return os.WriteFile(output, archive, 0o644)
}

// A layer is an uncompressed tar stream and the build step it came from.
type layer struct {
	stream []byte
	step   string
}

// A member is a file of the archive. A name that ends in a slash is a directory.
type member struct {
	name    string
	content []byte
}

// ociLayout holds one manifest. The blobs of sha256 stand in the order they are
// needed, so that a reader of the stream finds each when it wants it.
func ociLayout(name string, layers []layer) ([]member, error) {
	blobs := []member{}
	blob := func(mediaType string, content []byte) map[string]any {
		blobs = append(blobs, member{"blobs/sha256/" + hexDigest(content), content})
		return map[string]any{
			"mediaType": mediaType,
			"digest":    "sha256:" + hexDigest(content),
			"size":      len(content),
		}
	}
	config, err := configOf(layers)
	if err != nil {
		return nil, err
	}
	manifest := map[string]any{
		"schemaVersion": 2,
		"mediaType":     "application/vnd.oci.image.manifest.v1+json",
		"config":        blob("application/vnd.oci.image.config.v1+json", config),
	}
	var descriptors []any
	for _, l := range layers {
		zipped, err := gzipped(l.stream)
		if err != nil {
			return nil, err
		}
		descriptors = append(descriptors, blob("application/vnd.oci.image.layer.v1.tar+gzip", zipped))
	}
	manifest["layers"] = descriptors
	document, err := json.Marshal(manifest)
	if err != nil {
		return nil, err
	}
	image := blob("application/vnd.oci.image.manifest.v1+json", document)
	image["platform"] = map[string]any{"os": "linux", "architecture": "amd64"}
	_, tag, _ := strings.Cut(name, ":")
	image["annotations"] = map[string]any{"org.opencontainers.image.ref.name": tag}
	index, err := json.Marshal(map[string]any{
		"schemaVersion": 2,
		"mediaType":     "application/vnd.oci.image.index.v1+json",
		"manifests":     []any{image},
	})
	if err != nil {
		return nil, err
	}
	members := []member{
		{"oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)},
		{"index.json", index},
		{"blobs/", nil},
		{"blobs/sha256/", nil},
	}
	return append(members, blobs...), nil
}

func dockerSave(name string, layers []layer) ([]member, error) {
	config, err := configOf(layers)
	if err != nil {
		return nil, err
	}
	configName := hexDigest(config) + ".json"
	members := []member{{configName, config}}
	var paths []string
	for _, l := range layers {
		dir := hexDigest(l.stream) + "/"
		members = append(members, member{dir, nil}, member{dir + "layer.tar", l.stream})
		paths = append(paths, dir+"layer.tar")
	}
	manifest, err := json.Marshal([]any{map[string]any{
		"Config":   configName,
		"RepoTags": []string{name},
		"Layers":   paths,
	}})
	if err != nil {
		return nil, err
	}
	return append(members, member{"manifest.json", manifest}), nil
}

// configOf ends the history with a step that made no layer, as most images do.
func configOf(layers []layer) ([]byte, error) {
	const created = "1970-01-01T00:00:00Z"
	var diffIDs []string
	var history []any
	for _, l := range layers {
		diffIDs = append(diffIDs, "sha256:"+hexDigest(l.stream))
		history = append(history, map[string]any{"created": created, "created_by": l.step})
	}
	history = append(history, map[string]any{"created": created, "created_by": `CMD ["/bin/sh"]`, "empty_layer": true})
	return json.Marshal(map[string]any{
		"created":      created,
		"os":           "linux",
		"architecture": "amd64",
		"config":       map[string]any{"Cmd": []string{"/bin/sh"}},
		"rootfs":       map[string]any{"type": "layers", "diff_ids": diffIDs},
		"history":      history,
	})
}

// tarOf writes what lies below dir, without dir itself.
func tarOf(dir string) ([]byte, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return addFile(w, filepath.ToSlash(name), path, d)
	})
	if err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func addFile(w *tar.Writer, name, path string, d fs.DirEntry) error {
	h := header(name, 0)
	switch {
	case d.IsDir():
		h = header(name+"/", 0)
		return w.WriteHeader(h)
	case d.Type() == fs.ModeSymlink:
		link, err := os.Readlink(path)
		if err != nil {
			return err
		}
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, link, 0o777
		return w.WriteHeader(h)
	case d.Type().IsRegular():
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		h.Size = int64(len(content))
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		_, err = w.Write(content)
		return err
	}
	return fmt.Errorf("%s is neither a file, a directory nor a link", path)
}

func pack(members []member) ([]byte, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, m := range members {
		if err := w.WriteHeader(header(m.name, len(m.content))); err != nil {
			return nil, err
		}
		if _, err := io.Copy(w, bytes.NewReader(m.content)); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// header is that of a regular file, or of a directory where name ends in a slash.
func header(name string, size int) *tar.Header {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(size), Mode: 0o644, ModTime: time.Unix(0, 0)}
	if strings.HasSuffix(name, "/") {
		h.Typeflag, h.Mode = tar.TypeDir, 0o755
	}
	return h
}

func gzipped(b []byte) ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func hexDigest(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }
