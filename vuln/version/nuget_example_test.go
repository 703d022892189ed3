package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_nuGet() {
	versions := []string{"1.0.0.1", "1.0", "1.0.0-RC.1", "1.0.0-beta.10", "1.0.0-Beta.9"}
	slices.SortFunc(versions, version.NuGet.Compare)
	fmt.Println(versions, version.NuGet.Compare("1.0-rc+a", "1.0.0.0-RC"))
	// Output: [1.0.0-Beta.9 1.0.0-beta.10 1.0.0-RC.1 1.0 1.0.0.1] 0
}
