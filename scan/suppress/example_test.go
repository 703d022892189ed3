package suppress_test

import (
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/suppress"
	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

func ExampleIgnore() {
	file, err := suppress.ReadIgnoreFile(".trivyignore", []byte("CVE-2024-0001 # the rudder is fixed\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	// As scan.Options{Suppress: …} does at the end of a scan.
	r, err := scan.Suppress(context.Background(), shop(), suppress.Ignore(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range r.SuppressedVulnerabilities {
		fmt.Println(v.ID, v.Component.Name, v.Decision.Outcome, v.Reason, v.Source)
	}
	fmt.Println(len(r.Vulnerabilities), "left")
	// Output:
	// CVE-2024-0001 libkeel1 ignored the rudder is fixed .trivyignore:1
	// 3 left
}

func ExampleVEX() {
	statements, err := vex.Read("shop.vex.json", []byte(`{
  "@context": "https://openvex.dev/ns/v0.2.0",
  "statements": [{
    "vulnerability": {"name": "CVE-2024-0003"},
    "products": [{"@id": "pkg:oci/shop", "subcomponents": [{"@id": "pkg:golang/example.com/mast"}]}],
    "status": "not_affected",
    "justification": "vulnerable_code_not_present"
  }]
}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := scan.Suppress(context.Background(), shop(), suppress.VEX(statements))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range r.SuppressedVulnerabilities {
		fmt.Println(v.ID, v.Component.Name, v.Decision.Outcome, v.Reason)
	}
	// Output: CVE-2024-0003 example.com/mast not_affected vulnerable_code_not_present
}
