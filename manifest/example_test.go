package manifest_test

import (
	"context"
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/plimsoll-go/plimsoll/manifest"
)

func ExampleLoad() {
	fsys := fstest.MapFS{
		"quay/crane.yaml": {Data: []byte(harbour)},
		"quay/bad.yaml":   {Data: []byte("a: b\n---\nc: 'd\n")},
	}
	b, err := manifest.Load(context.Background(), fsys, "quay", manifest.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range b.Objects {
		fmt.Println(o, "in", o.Context)
	}
	for _, p := range b.Problems {
		fmt.Println(p)
	}
	// Output:
	// v1 Pod crane in quay
	// quay/bad.yaml:3:1: syntax error: found unexpected end of stream
}

func ExampleRead() {
	b, err := manifest.Read("-", strings.NewReader("apiVersion: v1\nkind: Service\nmetadata: {name: quay}\n"), manifest.Options{})
	fmt.Println(b.Objects[0], b.Problems, err)
	// Output: v1 Service quay [] <nil>
}

func ExampleReadFile() {
	b := manifest.ReadFile("crane.yaml", []byte(harbour+"---\njust text\n"), manifest.Options{})
	fmt.Println(len(b.Objects), b.Problems[0])
	// Output: 1 crane.yaml:12:1: not a Kubernetes object: a string
}

func ExampleObject_Pod() {
	b := manifest.ReadFile("crane.yaml", []byte(harbour), manifest.Options{})
	for c := range b.Objects[0].Pod().AllContainers() {
		privileged := c.Effective().Privileged
		fmt.Println(c.Name.Value, privileged.Value, privileged.Node.Position())
	}
	// Output: winch true crane.yaml:8:19
}

func ExampleNode_Get() {
	b := manifest.ReadFile("crane.yaml", []byte(harbour), manifest.Options{})
	name := b.Objects[0].Node.Get("metadata", "name")
	fmt.Println(name.Text(), name.Path(), name.Span().Start)
	fmt.Println(name.Get("absent", "below").Exists())
	// Output:
	// crane metadata.name crane.yaml:3:18
	// false
}

func ExampleNode_NamedPath() {
	n := firstContainer().Get("securityContext", "privileged")
	fmt.Println(n.Path())
	fmt.Println(n.NamedPath())
	// Output:
	// spec.containers[0].securityContext.privileged
	// spec.containers[winch].securityContext.privileged
}

func ExampleNodeOf() {
	n, err := manifest.NodeOf(map[string]any{"matchLabels": map[string]string{"app": "crane"}})
	fmt.Println(n.Get("matchLabels", "app").Text(), err)
	// Output: crane <nil>
}

func ExampleNewSelector() {
	n, err := manifest.NodeOf(map[string]any{"matchExpressions": []any{
		map[string]any{"key": "app", "operator": "In", "values": []string{"crane", "quay"}},
	}})
	fmt.Println(manifest.NewSelector(n), err)
	// Output: app in (crane,quay) <nil>
}

func ExampleNewMapSelector() {
	b := manifest.ReadFile("s.yaml", []byte("apiVersion: v1\nkind: Service\nspec: {selector: {app: crane}}\n"), manifest.Options{})
	s := manifest.NewMapSelector(b.Objects[0].Get("spec", "selector"))
	fmt.Println(s, s.Empty())
	// Output: app=crane false
}

func ExampleParseQuantity() {
	half, err := manifest.ParseQuantity("512Mi")
	if err != nil {
		fmt.Println(err)
		return
	}
	one, err := manifest.ParseQuantity("1Gi")
	fmt.Println(half.Value(), half.Cmp(one), err)
	// Output: 536870912 -1 <nil>
}

func ExampleIsTrue() {
	c := firstContainer().Get("securityContext")
	fmt.Println(manifest.IsTrue(c.BoolAt("privileged")), manifest.IsFalse(c.BoolAt("readOnlyRootFilesystem")))
	// Output: true false
}

func ExampleBundle() {
	b := manifest.ReadFile("pier.yaml", []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: pier}\n---\n- crane\n"), manifest.Options{})
	for _, d := range b.Documents {
		fmt.Println(d.Index, d.Root.Kind(), d.Root.Position().Line)
	}
	fmt.Println(len(b.Objects), "object,", len(b.Problems), "problem")
	// Output:
	// 0 object 1
	// 1 list 5
	// 1 object, 1 problem
}
