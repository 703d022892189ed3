package lint_test

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
)

func ExampleReadConfig() {
	config, err := lint.ReadConfig(".kube-linter.yaml", []byte(`
checks:
  doNotAutoAddDefaults: true
  includes: [no-anchor]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range config.Warnings {
		fmt.Println(w)
	}
	// Output: .kube-linter.yaml:4:3: checks has no key "includes"
}

func ExampleConfig_Rules() {
	builtin := []*lint.Rule{
		{Name: "no-anchor", Default: true, Aliases: []string{"HBR-0001"}},
		{Name: "no-flag", Groups: []string{"coastguard"}},
		{Name: "no-lights", Groups: []string{"coastguard"}},
	}
	config := lint.Config{Include: []string{"coastguard"}, Exclude: []string{"HBR-0001"}}
	rules, err := config.Rules(builtin, nil, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range rules {
		fmt.Println(r.Name)
	}
	// Output:
	// no-flag
	// no-lights
}

func ExampleConfig_Ignores() {
	config := lint.Config{IgnorePaths: []string{"vendor", "**/*.test.yaml"}}
	fmt.Println(config.Ignores("/srv/harbour", "vendor/crane/deploy.yaml", false))
	fmt.Println(config.Ignores("/srv/harbour", "docks/crane.yaml", false))
	// Output:
	// true
	// false
}
