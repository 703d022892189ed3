package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_cran() {
	versions := []string{"1.0.1", "1.10", "1.0-2", "1.9", "1.0"}
	slices.SortFunc(versions, version.CRAN.Compare)
	fmt.Println(versions)
	// Output: [1.0 1.0.1 1.0-2 1.9 1.10]
}
