package analyze_test

import (
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
)

func ExampleNodePackage() {
	const text = `{"name": "keel", "version": "1.2.3", "license": "MIT"}`
	file := analyzetest.File("app/node_modules/keel/package.json", []byte(text))

	facts, err := analyze.NodePackage.Analyze(context.Background(), file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version, c.Licenses)
	}
	// Output: keel 1.2.3 [MIT]
}

func ExampleNPMLock() {
	const text = `{
  "lockfileVersion": 3,
  "packages": {
    "": {"dependencies": {"keel": "^1.0.0"}, "devDependencies": {"rig": "^2.0.0"}},
    "node_modules/keel": {"version": "1.2.3", "dependencies": {"hull": "^1.0.0"}},
    "node_modules/hull": {"version": "1.0.1"},
    "node_modules/rig": {"version": "2.0.0", "dev": true}
  }
}`
	facts, err := analyze.NPMLock.Analyze(context.Background(), analyzetest.File("package-lock.json", []byte(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.ID(), c.Relationship, c.Dev, c.DependsOn, c.Lines)
	}
	// Output:
	// keel@1.2.3 direct false [hull@1.0.1] [{5 5}]
	// hull@1.0.1 indirect false [] [{6 6}]
	// rig@2.0.0 direct true [] [{7 7}]
}

func ExampleYarnLock() {
	tree, errs := analyzetest.Run(context.Background(), analyze.YarnLock, map[string]string{
		"package.json": `{"dependencies": {"keel": "^1.0.0"}, "devDependencies": {"rig": "^2.0.0"}}`,
		"yarn.lock": `# yarn lockfile v1

keel@^1.0.0:
  version "1.2.3"

rig@^2.0.0:
  version "2.0.0"
`,
	})
	if len(errs) > 0 {
		fmt.Println(errs)
		return
	}
	for _, c := range tree.File("yarn.lock").Facts.Components {
		fmt.Println(c.ID(), c.Relationship, c.Dev, c.Lines)
	}
	// Output:
	// keel@1.2.3 direct false [{3 4}]
	// rig@2.0.0 direct true [{6 7}]
}

func ExamplePNPMLock() {
	const text = `lockfileVersion: '9.0'
importers:
  .:
    devDependencies:
      rig:
        specifier: ^2.0.0
        version: 2.0.0(keel@1.2.3)
packages:
  keel@1.2.3: {}
  rig@2.0.0: {}
snapshots:
  keel@1.2.3: {}
  rig@2.0.0(keel@1.2.3):
    dependencies:
      keel: 1.2.3
`
	facts, err := analyze.PNPMLock.Analyze(context.Background(), analyzetest.File("pnpm-lock.yaml", []byte(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.ID(), c.Relationship, c.Dev, c.DependsOn)
	}
	// Output:
	// keel@1.2.3 indirect true []
	// rig@2.0.0 direct true [keel@1.2.3]
}

func ExampleBunLock() {
	const text = `{
  "lockfileVersion": 1,
  "workspaces": {"": {"dependencies": {"keel": "^1.0.0"}}},
  "packages": {
    "keel": ["keel@1.2.3", "", {"dependencies": {"hull": "^1.0.0"}}, "sha512-"],
    "hull": ["hull@1.0.1", "", {}, "sha512-"], // a comment, and a comma:
  },
}`
	facts, err := analyze.BunLock.Analyze(context.Background(), analyzetest.File("bun.lock", []byte(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.ID(), c.Relationship, c.DependsOn)
	}
	// Output:
	// keel@1.2.3 direct [hull@1.0.1]
	// hull@1.0.1 indirect []
}
