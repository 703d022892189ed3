package source_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http/httptest"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/registry"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

func ExampleRegistry() {
	// A registry of our own, with an image of one layer.
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	ref := server.Listener.Addr().String() + "/team/app:1.0"
	img, err := crane.Image(map[string][]byte{"etc/hostname": []byte("app\n")})
	if err == nil {
		err = crane.Push(img, ref)
	}
	if err != nil {
		fmt.Println(err)
		return
	}

	src, err := source.Registry(ref, source.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	opened, err := src.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer opened.Close()
	for _, layer := range opened.Layers() {
		err := layer.Walk(ctx, func(f *artifact.File) error {
			content, err := f.Bytes()
			fmt.Printf("%s: %s", f.Path, content)
			return err
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	// Output: etc/hostname: app
}

func ExampleDefaultKeychain() {
	// Nothing is read before the source is opened.
	src, err := source.Registry("nginx:1.18", source.Options{Keychain: source.DefaultKeychain()})
	fmt.Println(src, err)
	// Output: nginx:1.18 <nil>
}
