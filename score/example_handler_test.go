package score_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/plimsoll-go/plimsoll/score"
)

func ExampleHandler() {
	server := httptest.NewServer(score.Handler(score.HandlerOptions{Options: score.Options{Compat: true}}))
	defer server.Close()
	resp, err := http.Post(server.URL+"/scan?rule=HostNetwork", "", strings.NewReader(`
apiVersion: v1
kind: Pod
metadata: {name: barge}
spec:
  hostNetwork: true
  containers: [{name: deck, image: deck:1}]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, err)
	for line := range strings.Lines(string(answer)) {
		if strings.Contains(line, `"object"`) || strings.Contains(line, `"message"`) || strings.Contains(line, `"score"`) {
			fmt.Print(line)
		}
	}
	// Output:
	// 200 OK <nil>
	//     "object": "Pod/barge.default",
	//     "message": "Failed with a score of -9 points",
	//     "score": -9,
}
