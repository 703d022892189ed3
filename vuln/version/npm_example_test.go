package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_npm() {
	versions := []string{"1.2.3", "=1.2.10", "v1.2.9", "1.2.3beta.2", "1.2.3-alpha"}
	slices.SortFunc(versions, version.NPM.Compare)
	fmt.Println(versions)
	// Output: [1.2.3-alpha 1.2.3beta.2 1.2.3 v1.2.9 =1.2.10]
}
