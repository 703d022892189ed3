package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_gentoo() {
	versions := []string{"1.10", "1.2-r1", "1.2_p1", "1.2", "1.2_rc1", "1.2a", "1.02"}
	slices.SortFunc(versions, version.Gentoo.Compare)
	fmt.Println(versions)
	// Output: [1.02 1.2_rc1 1.2 1.2-r1 1.2_p1 1.2a 1.10]
}
