package version_test

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func Example_maven() {
	versions := []string{"1.10", "1.0.1", "1.0-1", "1.0.SP1", "1.0.Final", "1.0-SNAPSHOT", "1.0-rc1", "1.0-beta-2"}
	slices.SortFunc(versions, version.Maven.Compare)
	fmt.Println(versions)
	// Output: [1.0-beta-2 1.0-rc1 1.0-SNAPSHOT 1.0.Final 1.0.SP1 1.0-1 1.0.1 1.10]
}

// Maven itself has no order of these three.
func ExampleMavenReferenceCompare() {
	fmt.Println(version.MavenReferenceCompare("1.x.2", "1-alpha"))
	fmt.Println(version.MavenReferenceCompare("1-alpha", "1"))
	fmt.Println(version.MavenReferenceCompare("1", "1.x.2"))

	versions := []string{"1.x.2", "1-alpha", "1"}
	slices.SortFunc(versions, version.Maven.Compare)
	fmt.Println(versions)
	// Output:
	// -1
	// -1
	// -1
	// [1-alpha 1 1.x.2]
}

// The order by key decides, unless one of the two is ambiguous.
func ExampleMavenAmbiguous() {
	fixed := "1-rc2"
	for _, installed := range []string{"1.RC3", "1.RC-3"} {
		order := version.Maven.Compare(installed, fixed)
		ambiguous := version.MavenAmbiguous(installed) || version.MavenAmbiguous(fixed)
		if ambiguous {
			order = version.MavenReferenceCompare(installed, fixed)
		}
		fmt.Println(installed, order, ambiguous)
	}
	// Output:
	// 1.RC3 1 false
	// 1.RC-3 -1 true
}
