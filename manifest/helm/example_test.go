package helm_test

import (
	"context"
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/plimsoll-go/plimsoll/manifest/helm"
)

func ExampleRenderer() {
	fsys := fstest.MapFS{
		"web/Chart.yaml":  {Data: []byte("apiVersion: v2\nname: web\nversion: 1.0.0\n")},
		"web/values.yaml": {Data: []byte("replicas: 1\n")},
		"web/templates/web.yaml": {Data: []byte(`kind: Deployment
{{- if .Values.labels }}
labels: {{ toJson .Values.labels }}
{{- end }}
replicas: {{ .Values.replicas }}
`)},
	}
	r := helm.Renderer{Set: []string{"replicas=3"}}
	list, err := r.Render(context.Background(), fsys, "web")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range list {
		fmt.Printf("%s, lines %v:\n%s", m.Path, m.Source, m.Text)
	}
	// Output:
	// web/templates/web.yaml, lines [1 5]:
	// kind: Deployment
	// replicas: 3
}

func ExampleReadValues() {
	values, err := helm.ReadValues(strings.NewReader("image: {tag: v1, pull: Always}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	production, err := helm.ReadValues(strings.NewReader("image: {tag: v2}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(helm.MergeValues(values, production))
	// Output: map[image:map[pull:Always tag:v2]]
}
