package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_composer() {
	versions := []string{"1.0-p1", "v1.0", "1.0RC1", "1.0-dev", "1.0-beta.10", "1.0-beta9", "1.0.0.1"}
	slices.SortFunc(versions, version.Composer.Compare)
	fmt.Println(versions, version.Composer.Compare("1.0", "1.0.0"))
	// Output: [1.0-dev 1.0-beta9 1.0-beta.10 1.0RC1 v1.0 1.0-p1 1.0.0.1] 0
}
