package osv_test

import (
	"fmt"
	"os"

	"github.com/plimsoll-go/plimsoll/vuln/osv"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func ExampleDecode() {
	data, err := os.ReadFile("testdata/TEST-2024-0001.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := osv.Decode(data)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.ID, e.Vulnerabilities())
	for i := range e.Affected {
		a := &e.Affected[i]
		level, by := e.Label(a)
		fmt.Println(a.Package.Ecosystem, a.Package.Name, level, by, a.Status())
	}
	// Output:
	// TEST-2024-0001 [CVE-2024-90001 CVE-2024-90002]
	// Debian:12 harbour LOW debian unknown
	// Ubuntu:22.04:LTS harbour UNKNOWN  will_not_fix
}

func ExampleCompile() {
	a := &osv.Affected{Ranges: []osv.Range{{Type: "ECOSYSTEM", Events: []osv.Event{{Introduced: "0"}, {Fixed: "3.0.9-1"}}}}}
	c := osv.Compile(a, version.Deb)
	for _, v := range []string{"3.0.8-1", "3.0.9-1"} {
		key, err := version.Deb.AppendKey(nil, v)
		fmt.Println(v, c.Intervals[0].Contains(key), err)
	}
	// Output:
	// 3.0.8-1 true <nil>
	// 3.0.9-1 false <nil>
}

func ExampleEntry_Advisory() {
	e, err := osv.Decode([]byte(`{"id": "TEST-2024-0002", "summary": "quay: slippery", "severity": [
		{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	a := e.Advisory("Debian")
	fmt.Println(a.ID, a.Title, a.Ratings[0].Score, a.Ratings[0].Level)
	// Output: TEST-2024-0002 quay: slippery 5.3 MEDIUM
}

func ExampleEntry_Modules() {
	e, err := osv.Decode([]byte(`{"id": "TEST-2024-0002", "summary": "Moderate: boats:12 security update", "affected": [{
		"package": {"ecosystem": "AlmaLinux:8", "name": "boats"},
		"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "12.1-1.module_el8.5.0+1+a"}]}]}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Modules(&e.Affected[0]))
	// Output: [boats:12] true
}
