package vex_test

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

func ExampleIndex_Find() {
	d, err := vex.Read("app.vex.json", []byte(`{
  "@context": "https://openvex.dev/ns/v0.2.0",
  "author": "Jo",
  "timestamp": "2024-05-01T10:00:00Z",
  "statements": [{
    "vulnerability": {"name": "CVE-2024-0001"},
    "products": [{"@id": "pkg:npm/mast"}],
    "status": "not_affected",
    "justification": "vulnerable_code_not_in_execute_path"
  }]
}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	m, found := vex.NewIndex(d).Find(vex.Subject{
		Vulnerabilities: []string{"CVE-2024-0001"},
		Packages:        []string{"pkg:npm/mast@1.2.3"},
	})
	if found {
		fmt.Println(m.Statement.Status, m.Statement.Justification, m.Suppresses())
	}
	// Output: not_affected vulnerable_code_not_in_execute_path true
}

func ExampleCovers() {
	fmt.Println(vex.Covers("pkg:npm/mast", "pkg:npm/mast@1.2.3"))
	// Output: true <nil>
}
