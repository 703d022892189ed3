package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_bitnami() {
	versions := []string{"1.2.4", "1.2.3-10", "1.2.3-9", "1.2.3", "1.2.3-rc1"}
	slices.SortFunc(versions, version.Bitnami.Compare)
	fmt.Println(versions)
	// Output: [1.2.3-rc1 1.2.3 1.2.3-9 1.2.3-10 1.2.4]
}
