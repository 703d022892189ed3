package analyze_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// printPython prints what a makes of one file.
func printPython(a artifact.Analyzer, path, text string) {
	facts, err := a.Analyze(context.Background(), analyzetest.File(path, []byte(text)))
	if err != nil {
		fmt.Println(err)
	}
	for _, c := range facts.Components {
		fmt.Println(c.Type, c.Name, c.Version, c.Relationship, c.Dev, c.DependsOn)
	}
}

func ExamplePythonPackage() {
	const text = "Metadata-Version: 2.1\nName: keel-boat\nVersion: 1.4.2\nLicense: MIT\n\nA boat.\n"
	file := analyzetest.File("usr/lib/python3/dist-packages/keel_boat-1.4.2.dist-info/METADATA", []byte(text))
	facts, err := analyze.PythonPackage.Analyze(context.Background(), file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version, c.Licenses)
	}
	// Output: keel-boat 1.4.2 [MIT]
}

func ExamplePythonEgg() {
	var egg bytes.Buffer
	archive := zip.NewWriter(&egg)
	member, _ := archive.Create("EGG-INFO/PKG-INFO")
	fmt.Fprint(member, "Name: keel-boat\nVersion: 1.4.2\n")
	archive.Close()

	facts, err := analyze.PythonEgg.Analyze(context.Background(), analyzetest.File("opt/keel_boat-1.4.2-py3.11.egg", egg.Bytes()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version, "in", c.Inside)
	}
	// Output: keel-boat 1.4.2 in EGG-INFO/PKG-INFO
}

func ExampleRequirements() {
	printPython(analyze.Requirements, "requirements.txt", "keel-boat==1.4.2  # pinned\nmast>=2\n")
	// Output: pypi keel-boat 1.4.2 unknown false []
}

func ExamplePipenv() {
	printPython(analyze.Pipenv, "Pipfile.lock", `{"default": {"keel-boat": {"version": "==1.4.2"}}, "develop": {"mast": {"version": "==2"}}}`)
	// Output:
	// pypi keel-boat 1.4.2 unknown false []
	// pypi mast 2 unknown true []
}

func ExamplePoetry() {
	tree, errs := analyzetest.Run(context.Background(), analyze.Poetry, map[string]string{
		"poetry.lock": `
[[package]]
name = "keel-boat"
version = "1.4.2"

[package.dependencies]
mast = ">=2"

[[package]]
name = "mast"
version = "2.1"
`,
		"pyproject.toml": `
[project]
dependencies = ["Keel_Boat>=1"]
`,
	})
	for path, err := range errs {
		fmt.Println(path, err)
	}
	for _, c := range tree.File("poetry.lock").Facts.Components {
		fmt.Println(c.Name, c.Version, c.Relationship, c.DependsOn, c.Lines)
	}
	// Output:
	// keel-boat 1.4.2 direct [mast@2.1] [{2 7}]
	// mast 2.1 indirect [] [{9 11}]
}

func ExampleUV() {
	printPython(analyze.UV, "uv.lock", `
[[package]]
name = "boat"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "keel-boat" }]

[package.dev-dependencies]
dev = [{ name = "mast" }]

[[package]]
name = "keel-boat"
version = "1.4.2"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "mast"
version = "2.1"
source = { registry = "https://pypi.org/simple" }
`)
	// Output:
	// pypi boat 0.1.0 root false [keel-boat@1.4.2]
	// pypi keel-boat 1.4.2 direct false []
	// pypi mast 2.1 direct true []
}

func ExamplePyLock() {
	printPython(analyze.PyLock, "pylock.toml", `
lock-version = "1.0"

[[packages]]
name = "keel-boat"
version = "1.4.2"
dependencies = [{ name = "mast" }]

[[packages]]
name = "mast"
version = "2.1"

[[packages]]
name = "sail"
version = "5"
marker = "'dev' in dependency_groups"
`)
	// Output:
	// pypi keel-boat 1.4.2 unknown false [mast@2.1]
	// pypi mast 2.1 unknown false []
	// pypi sail 5 unknown true []
}

func ExampleCondaPackage() {
	const text = `{"name": "keel", "version": "1.4.2", "build": "h0_0", "license": "MIT"}`
	printPython(analyze.CondaPackage, "opt/conda/conda-meta/keel-1.4.2-h0_0.json", text)
	// Output: conda keel 1.4.2 unknown false []
}

func ExampleCondaEnvironment() {
	printPython(analyze.CondaEnvironment, "environment.yml", `
name: sea
dependencies:
  - keel=1.4.2=h0_0
  - mast>=2
  - pip:
      - rope-walk==1.0
`)
	// Output:
	// conda keel 1.4.2 unknown false []
	// pypi rope-walk 1.0 unknown false []
}
