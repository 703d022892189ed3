package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_opam() {
	versions := []string{"2.10.0", "2.2.0+1", "2.2.0", "v0.16.0", "2.2.0~rc1", "2.2.0~beta2"}
	slices.SortFunc(versions, version.Opam.Compare)
	fmt.Println(versions)
	// Output: [2.2.0~beta2 2.2.0~rc1 2.2.0 2.2.0+1 2.10.0 v0.16.0]
}
