package source_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// show opens src and lists what is in it.
func show(src artifact.Source) {
	ctx := context.Background()
	image, err := src.Open(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer image.Close()
	fmt.Println(image.Target().Platform, image.Target().RepoTags)
	for i, layer := range image.Layers() {
		err := layer.Walk(ctx, func(f *artifact.File) error {
			fmt.Println(i, f.Kind, f.Path)
			return nil
		})
		if err != nil {
			log.Fatal(err)
		}
	}
}

// exampleImage is an image as a builder would make it.
func exampleImage() imagetest.Image {
	return imagetest.Image{Tags: []string{"example.com/app:1.0"}, Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{imagetest.File("etc/os-release", "ID=debian")}},
		{Entries: []imagetest.Entry{imagetest.Whiteout("etc/os-release")}},
	}}
}

// tempDir makes a directory for an example's files.
func tempDir() string {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	return dir
}

func ExampleMemory() {
	show(source.Memory("app",
		[]source.MemoryEntry{
			{Entry: artifact.Entry{Path: "etc/os-release"}, Content: []byte("ID=alpine")},
			{Entry: artifact.Entry{Path: "bin", Kind: artifact.KindSymlink, Link: "usr/bin"}},
		},
		[]source.MemoryEntry{
			{Entry: artifact.Entry{Path: "bin", Kind: artifact.KindWhiteout}},
		},
	))
	// Output:
	// []
	// 0 regular file etc/os-release
	// 0 symbolic link bin
	// 1 whiteout bin
}

func ExampleOCILayout() {
	dir := tempDir()
	defer os.RemoveAll(dir)
	if err := os.CopyFS(filepath.Join(dir, "layout"), imagetest.OCI(exampleImage()).FS()); err != nil {
		log.Fatal(err)
	}

	show(source.OCILayout(filepath.Join(dir, "layout"), "1.0", source.Options{Platform: "linux/amd64"}))
	// Output:
	// linux/amd64 [example.com/app:1.0]
	// 0 regular file etc/os-release
	// 1 whiteout etc/os-release
}

func ExampleOCIArchive() {
	dir := tempDir()
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "layout.tar")
	if err := os.WriteFile(file, imagetest.OCI(exampleImage()).Tar(), 0o644); err != nil {
		log.Fatal(err)
	}

	show(source.OCIArchive(file, "", source.Options{}))
	// Output:
	// linux/amd64 [example.com/app:1.0]
	// 0 regular file etc/os-release
	// 1 whiteout etc/os-release
}

func ExampleDockerArchive() {
	dir := tempDir()
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "saved.tar.gz")
	if err := os.WriteFile(file, imagetest.Gzip(imagetest.Docker(exampleImage()).Tar()), 0o644); err != nil {
		log.Fatal(err)
	}

	show(source.DockerArchive(file, source.Options{}))
	// Output:
	// linux/amd64 [example.com/app:1.0]
	// 0 regular file etc/os-release
	// 1 whiteout etc/os-release
}

func ExampleParse() {
	for _, ref := range []string{"nginx:1.18", "oci:layout:1.0", "docker-archive:saved.tar.gz", "./absent.tar"} {
		src, err := source.Parse(ref, source.Options{})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(src)
	}
	// Output:
	// nginx:1.18
	// oci:layout:1.0
	// docker-archive:saved.tar.gz
	// find image: stat ./absent.tar: no such file or directory
}
