package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_freebsd() {
	versions := []string{"0.9,1", "1.0_1", "1.0.r2", "1.0", "1.0p1", "1.*"}
	slices.SortFunc(versions, version.FreeBSD.Compare)
	fmt.Println(versions)
	// Output: [1.* 1.0.r2 1.0 1.0_1 1.0p1 0.9,1]
}
