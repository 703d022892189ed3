package vuln_test

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/vuln"
)

func ExampleModuleOf() {
	fmt.Println(vuln.ModuleOf(&vuln.Package{Name: "npm", Modularity: "nodejs:12:8030020201124152102:229f0a1c"}))
	// Output: nodejs:12
}

func ExampleIsModular() {
	fmt.Println(vuln.IsModular("1:14.18.2-2.module_el8.5.0+254+b4526b16"), vuln.IsModular("1:14.18.2-2.el8"))
	// Output: true false
}

func ExamplePackage_Unversioned() {
	checkout := vuln.Package{Type: vuln.TypeGo, Name: "example.com/boats", Version: "(devel)"}
	fmt.Println(checkout.Unversioned())
	// Output: true
}

func ExampleLookup_Covers() {
	l, err := vuln.LookupOf(vuln.OS{Family: vuln.RedHat, Version: "9.4"}, vuln.TypeRPM)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(l.Covers(&vuln.Package{Name: "boats", Version: "1-1.el9", ContentSets: []string{"boats-for-rhel-9-rpms"}}))
	// Output: no advisories for Red Hat: none of its repositories ["boats-for-rhel-9-rpms"] is of the release itself
}
