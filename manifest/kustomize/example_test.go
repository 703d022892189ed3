package kustomize_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/plimsoll-go/plimsoll/manifest/kustomize"
)

func ExampleRenderer() {
	fsys := fstest.MapFS{
		"base/kustomization.yaml": {Data: []byte("resources: [web.yaml]\n")},
		"base/web.yaml":           {Data: []byte("apiVersion: v1\nkind: Service\nmetadata: {name: web}\n")},
		"prod/kustomization.yaml": {Data: []byte("resources: [../base]\nnamespace: prod\n")},
	}
	list, err := kustomize.Renderer{}.Render(context.Background(), fsys, "prod")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range list {
		fmt.Printf("%s:\n%s", m.Path, m.Text)
	}
	// Output:
	// base/web.yaml:
	// apiVersion: v1
	// kind: Service
	// metadata:
	//   name: web
	//   namespace: prod
}
