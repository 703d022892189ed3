package manifest_test

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/manifest"
)

const harbour = `apiVersion: v1
kind: Pod # of the harbour
metadata: {name: crane}
spec:
  containers:
  - name: winch # pulls
    securityContext:
      privileged: true
      capabilities:
        drop: [NET_RAW]
`

func firstContainer() *manifest.Node {
	b := manifest.ReadFile("crane.yaml", []byte(harbour), manifest.Options{})
	for c := range b.Objects[0].Pod().AllContainers() {
		return c.Node
	}
	return nil
}

func ExampleNode_Set() {
	edits, err := firstContainer().Set("64Mi", "resources", "limits", "memory")
	fmt.Printf("%s %v\n", edits[0].Text, err)
	// Output:
	//     resources:
	//       limits:
	//         memory: 64Mi <nil>
}

func ExampleNode_Delete() {
	n := firstContainer()
	edits, err := n.Delete("securityContext", "privileged")
	e := edits[0]
	fmt.Printf("%q %v\n", e.File.Text[e.Start:e.End], err)
	// Output:
	// "      privileged: true\n" <nil>
}

func ExampleNode_Append() {
	edits, err := firstContainer().Append("SYS_TIME", "securityContext", "capabilities", "drop")
	fmt.Printf("%q %v\n", edits[0].Text, err)
	// Output:
	// ", SYS_TIME" <nil>
}

func ExampleApply() {
	n := firstContainer()
	privileged, err := n.Set(false, "securityContext", "privileged")
	if err != nil {
		fmt.Println(err)
		return
	}
	drop, err := n.Set([]string{"ALL"}, "securityContext", "capabilities", "drop")
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := manifest.Apply(n.Document().File, append(privileged, drop...))
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// apiVersion: v1
	// kind: Pod # of the harbour
	// metadata: {name: crane}
	// spec:
	//   containers:
	//   - name: winch # pulls
	//     securityContext:
	//       privileged: false
	//       capabilities:
	//         drop: [ALL]
	// <nil>
}
