package scan_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// exampleConfig is an image of which only the config is known.
func exampleConfig() scan.Target {
	return scan.Target{Kind: artifact.KindImage, Name: "app:1", Config: json.RawMessage(`{
		"config": {"Env": ["PATH=/bin", "API_TOKEN=12345"], "ExposedPorts": {"22/tcp": {}}, "Cmd": ["/app"]},
		"history": [
			{"created_by": "ADD rootfs.tar.xz / # buildkit"},
			{"created_by": "RUN |1 VERSION=3 /bin/sh -c make && make install # buildkit"},
			{"created_by": "CMD [\"/app\"]", "empty_layer": true}
		]
	}`)}
}

func ExampleLintImage() {
	// The decoder of module manifest/dockerfile finds the commands of RUN too.
	matcher := scan.LintImage(rules.All(), lint.Options{}, nil)
	rep, err := scan.Judge(context.Background(), &scan.Inventory{Target: exampleConfig()}, scan.Options{Matchers: []scan.Matcher{matcher}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range rep.Diagnostics {
		fmt.Printf("%s: %s (%s)\n", d.Span.Start, d.Message, d.Rule)
	}
	for _, p := range rep.Problems {
		fmt.Println(p)
	}
	// Output:
	// app:1 <image config>:1:1: there is no HEALTHCHECK (dockerfile-no-healthcheck)
	// app:1 <image config>:1:1: the image has no USER: it runs as root, or as its base says (dockerfile-root-user)
	// app:1 <image config>:7:5: API_TOKEN looks like a secret, and stays in the image (dockerfile-secret)
	// app:1 <image config>:8:8: port 22, which is that of SSH, is exposed (dockerfile-ssh-port)
	// match app:1 <image config>: the commands of 1 RUN are not looked at: no decoder for Dockerfiles (hides some)
}

func ExampleImageDockerfile() {
	d, problems, err := scan.ImageDockerfile(exampleConfig())
	if err != nil || problems != nil {
		fmt.Println(err, problems)
		return
	}
	fmt.Print(string(d.File.Text))
	// Output:
	// FROM scratch
	// ADD rootfs.tar.xz /
	// ARG VERSION
	// RUN make && make install
	// CMD ["/app"]
	// ENV PATH=/bin
	// ENV API_TOKEN=12345
	// EXPOSE 22/tcp
}

func ExampleImageRules() {
	all := rules.All()
	list := scan.ImageRules(all)
	fmt.Println(len(list) < len(all), list[0].Aliases[0])
	// Output: true DS-0005
}
