package analyze_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
)

func TestBunLockGolden(t *testing.T) {
	t.Parallel()
	nodeGolden(t, analyze.BunLock, "bun", nodeProject(t, "bun"))
}

// TestNodeLocksAgree holds the readers of each package manager's lock file of one
// project to the same packages to run it, and to develop it.
func TestNodeLocksAgree(t *testing.T) {
	t.Parallel()
	npm, _ := analyzetest.Run(t.Context(), analyze.NPMLock, nodeProject(t, "npm-v3"))
	components := npm.File("package-lock.json").Facts.Components
	want := map[bool]string{
		true:  strings.Join(npmShipped(components, true), "\n"),
		false: strings.Join(npmShipped(components, false), "\n"),
	}
	for _, row := range nodeLocks() {
		tree, errs := analyzetest.Run(t.Context(), row.analyzer, nodeProject(t, row.dir))
		if len(errs) > 0 {
			t.Errorf("%s: Run() = %v", row.dir, errs)
		}
		components := tree.File(row.file).Facts.Components
		for dev, want := range want {
			var ids []string
			for id := range strings.SplitSeq(want, "\n") {
				if !row.lacks(id) {
					ids = append(ids, id)
				}
			}
			got := npmShipped(components, dev)
			if row.more {
				got = slices.DeleteFunc(got, func(id string) bool { return !slices.Contains(strings.Split(want, "\n"), id) })
			}
			nodeSame(t, row.dir, ids, got)
		}
	}
}

func TestBunLock(t *testing.T) {
	t.Parallel()
	lock := func(workspaces, packages string) string {
		return "{\n\"lockfileVersion\": 1,\n\"workspaces\": {" + workspaces + "},\n\"packages\": {" + packages + ",}\n}\n"
	}
	root := `"": {"name": "ship", "dependencies": {"a": "1"}, "devDependencies": {"b": "1"},},`
	nodeTable(t, analyze.BunLock, "app/bun.lock", []nodeRow{
		{"direct and dev", lock(root, `"a": ["a@1.0.0", "", {}, "sha512-x"], "b": ["b@1.0.0", "", {"dependencies": {"c": "1"}}, ""], "c": ["c@1.0.0"]`),
			"a@1.0.0 direct 4-4\nb@1.0.0 direct dev 4-4\n\tc@1.0.0\nc@1.0.0 indirect dev 4-4\n", ""},
		{"comments", "{ // a\n/* \"packages\": { */ \"packages\": {\n\"a\": [\"a@1\", \"http://x\", /* , */ ], // }\n}, }",
			"a@1 unknown 3-3\n", ""},
		{"the package's own first", lock(root, `"a": ["a@1.0.0", "", {"dependencies": {"@s/c": "1"}}], "@s/c": ["@s/c@1.0.0"], "a/@s/c": ["@s/c@2.0.0", "", {"dependencies": {"d": "1"}}], "a/d": ["d@2.0.0"], "d": ["d@1.0.0"]`),
			"a@1.0.0 direct 4-4\n\t@s/c@2.0.0\n@s/c@1.0.0 unknown 4-4\n@s/c@2.0.0 indirect 4-4\n\td@2.0.0\nd@2.0.0 indirect 4-4\nd@1.0.0 unknown 4-4\n", ""},
		{"an alias", lock(root, `"a": ["keel@1.0.0", "", {}]`), "keel@1.0.0 direct 4-4\n", ""},
		{"git", lock(root, `"a": ["a@git+ssh://g.example/a.git#0123", {}, "0123"]`), "a@git+ssh://g.example/a.git#0123 direct 4-4\n", ""},
		{"a tarball", lock(root, `"a": ["@s/a@https://r.example/a-1.2.0.tgz", {}]`), "@s/a@1.2.0 direct 4-4\n", ""},
		{"a directory", lock(root, `"a": ["a@file:a", {"dependencies": {"c": "1"}}], "c": ["c@1"]`), "c@1 indirect 4-4\n", ""},
		{"workspaces is a list", `{"workspaces": [], "packages": {"a": ["a@1"]}}`, "a@1 unknown 1-1\n", "line 1: workspaces: not a JSON object"},
		{"packages is a list", `{"packages": []}`, "", "line 1: packages: not a JSON object"},
		{"an object for a package", lock("", `"a": {"version": "1"}, "b": ["b@1"]`), "b@1 unknown 4-4\n", `line 4: package "a": not an array that begins with NAME@VERSION`},
		{"no version", lock("", `"a": ["a"], "c": [], "d": [1], "e": 5, "b": ["b@1"]`), "b@1 unknown 4-4\n", `line 4: package "c": not an array`},
		{"no name", lock("", `"a": [""]`), "", `line 4: package "a": not an array`},
		{"nothing", "", "", "line 1: unexpected end of JSON input"},
		{"open comment", "{ /* ", "", "line 1: unexpected end of JSON input"},
		{"deep", strings.Repeat("[", 20000), "", "exceeded max depth"},
		{"a list", "[]", "", "not a JSON object"},
		{"NUL", "{\x00}", "", "line 1: invalid character"},
	})
}

func FuzzBunLock(f *testing.F) {
	seed(f, "testdata/node/bun/bun.lock")
	f.Add([]byte("{ // a\n\"packages\": {\"a\": [\"a@1\", /* x */ ], },}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		nodeCheck(t, analyze.BunLock, "bun.lock", content)
	})
}
