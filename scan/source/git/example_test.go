package git_test

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/source/git"
)

// A repository is a source like any other: scan.Run takes it.
func ExampleRepository() {
	src := git.Repository("https://user:secret@git.example.com/keel.git", git.Options{Tag: "v1.2.0"})
	fmt.Println(src)
	// Output: https://git.example.com/keel.git
}
