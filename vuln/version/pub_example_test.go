package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_pub() {
	versions := []string{"1.0.0+10", "1.0.0+9", "1.0.0", "1.0.0-dev.2+1", "1.0.0-dev.2"}
	slices.SortFunc(versions, version.Pub.Compare)
	fmt.Println(versions)
	// Output: [1.0.0-dev.2 1.0.0-dev.2+1 1.0.0 1.0.0+9 1.0.0+10]
}
