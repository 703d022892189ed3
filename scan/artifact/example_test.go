package artifact_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

func ExampleNewTree() {
	lock := &artifact.TreeFile{Path: "app/boat.lock"}
	manifest := &artifact.TreeFile{Path: "app/boat.json"}
	tree := artifact.NewTree(lock, manifest)
	fmt.Println(len(tree.Files()), tree.File("app/boat.lock") == lock, tree.Beside(lock, "boat.json") == manifest)
	// Output: 2 true true
}

// onDemand is a file of a source where asking takes time.
type onDemand string

func (s onDemand) Stat() (fs.FileMode, int64, error) { return 0o644, int64(len(s)), nil }
func (s onDemand) Open() (io.Reader, error)          { return strings.NewReader(string(s)), nil }

func ExampleNewLateFile() {
	f := artifact.NewLateFile("etc/motd", onDemand("ahoy"))
	b, err := f.Bytes()
	fmt.Printf("%s %d %q %v\n", f.Path, f.Size, b, err)
	// Output: etc/motd 4 "ahoy" <nil>
}

func ExampleUnreadable() {
	f := artifact.Unreadable(artifact.Entry{Path: "secret", Kind: artifact.KindDir}, errors.New("read secret: permission denied"))
	fmt.Println(f.Path, f.Err())
	// Output: secret read secret: permission denied
}

func ExampleComponent_ID() {
	c := artifact.Component{Package: vuln.Package{Type: vuln.TypeNPM, Name: "@keel/rig", Version: "1.0.0"}}
	fmt.Println(c.ID())
	// Output: @keel/rig@1.0.0
}

func ExampleTarget_Below() {
	for _, name := range []string{"deploy", "./deploy/", "deploy/web.yaml", ".", "elsewhere"} {
		t := artifact.Target{Name: name}
		fmt.Println(t.Below("deploy/web.yaml"))
	}
	// Output:
	// web.yaml
	// web.yaml
	// web.yaml
	// deploy/web.yaml
	// deploy/web.yaml
}
