package kubetypes_test

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/internal/kubetypes"
)

func ExampleLookup() {
	deployment, _ := kubetypes.Lookup("apps", "v1", "Deployment")
	spec, _ := deployment.Field("spec")
	replicas, _ := spec.Field("replicas")
	fmt.Println(replicas.Scalar(kubetypes.Number, "3"))
	fmt.Println(replicas.Scalar(kubetypes.Text, "3"))
	// Output:
	// <nil>
	// wrong type: string "3" for integer
}
