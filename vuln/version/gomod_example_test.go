package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_go() {
	versions := []string{"v1.2.4", "v1.2.3+incompatible", "v1.2.4-0.20191109021931-daa7c04131f5", "v1.2.2"}
	slices.SortFunc(versions, version.Go.Compare)
	fmt.Println(versions)

	releases := []string{"go1.21.1", "go1.21", "1.21.0-rc.3", "go1.21rc2"}
	slices.SortFunc(releases, version.Go.Compare)
	fmt.Println(releases)
	// Output:
	// [v1.2.2 v1.2.3+incompatible v1.2.4-0.20191109021931-daa7c04131f5 v1.2.4]
	// [go1.21rc2 1.21.0-rc.3 go1.21 go1.21.1]
}
