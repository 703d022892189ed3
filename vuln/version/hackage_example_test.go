package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_hackage() {
	versions := []string{"1.10.0", "1.0.0.0", "1.9.1", "1.0.0"}
	slices.SortFunc(versions, version.Hackage.Compare)
	fmt.Println(versions)
	// Output: [1.0.0 1.0.0.0 1.9.1 1.10.0]
}
