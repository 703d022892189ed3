package analyze_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func TestYarnLockGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"yarn-v1", "yarn-berry"} {
		files := nodeProject(t, name)
		nodeGolden(t, analyze.YarnLock, name, files)
		nodeGolden(t, analyze.YarnLock, name+"-alone", map[string]string{"yarn.lock": files["yarn.lock"]})
	}
}

// TestYarnLockInfo holds YarnLock to what "yarn info" lists of the same project.
func TestYarnLockInfo(t *testing.T) {
	t.Parallel()
	tree, errs := analyzetest.Run(t.Context(), analyze.YarnLock, nodeProject(t, "yarn-berry"))
	if len(errs) > 0 {
		t.Errorf("Run() = %v", errs)
	}
	want := nodeLines(t, "yarn-berry", "yarn-info.txt")
	nodeSame(t, "yarn-berry", want, nodeEdges(tree.File("yarn.lock").Facts.Components))
}

func TestYarnLockClassic(t *testing.T) {
	t.Parallel()
	nodeTable(t, analyze.YarnLock, "app/yarn.lock", []nodeRow{
		{"nothing", "", "", ""},
		{"comments", "# yarn lockfile v1\n\n  # x\n", "", ""},
		{"an entry", "a@^1:\n  version \"1.2.3\"\n", "a@1.2.3 unknown 1-2\n", ""},
		{"without quotes", "a@^1:\n  version 1.2.3\n", "a@1.2.3 unknown 1-2\n", ""},
		{"with colons", "a@^1:\n  version: \"1.2.3\"\n", "a@1.2.3 unknown 1-2\n", ""},
		{"CRLF", "a@^1:\r\n  version \"1.2.3\"\r\n", "a@1.2.3 unknown 1-2\n", ""},
		{"no last line feed", "a@^1:\n  version \"1.2.3\"", "a@1.2.3 unknown 1-2\n", ""},
		{"several patterns", "\"@s/a@>= 1, < 2\", \"@s/a@^1\":\n  version \"1.2.3\"\n\nb@1:\n  version \"1\"\n  dependencies:\n    \"@s/a\" \">= 1, < 2\"\n",
			"@s/a@1.2.3 unknown 1-2\nb@1 unknown 4-7\n\t@s/a@1.2.3\n", ""},
		{"an alias", "\"x@npm:@s/y@^1\":\n  version \"1.2.3\"\n\nb@1:\n  version \"1\"\n  optionalDependencies:\n    x \"npm:@s/y@^1\"\n",
			"@s/y@1.2.3 unknown 1-2\nb@1 unknown 4-7\n\t@s/y@1.2.3\n", ""},
		{"a protocol, no alias", "x@npm:^1:\n  version \"1.2.3\"\n", "x@1.2.3 unknown 1-2\n", ""},
		{"git", "x@git+https://g.example/x.git:\n  version \"1.2.3\"\n  resolved \"git+https://g.example/x.git#01\"\n", "x@1.2.3 unknown 1-3\n", ""},
		{"a link", "\"x@link:./x\":\n  version \"0.0.0\"\n  uid \"\"\n", "", ""},
		{"replaced by a resolution", "a@^1:\n  version \"1.0.0\"\n  dependencies:\n    b \"^1\"\n\nb@2.0.0:\n  version \"2.0.0\"\n",
			"a@1.0.0 unknown 1-4\n\tb@2.0.0\nb@2.0.0 unknown 6-7\n", ""},
		{"the same twice", "a@^1:\n  version \"1.0.0\"\n\na@1:\n  version \"1.0.0\"\n", "a@1.0.0 unknown 1-2 4-5\n", ""},
		{"no version", "a@^1:\n  resolved \"x\"\n\nb@1:\n  version \"1\"\n", "b@1 unknown 4-5\n", `line 1: package "a@^1": no version`},
		{"no colon", "a@^1\n  version \"1\"\n", "", "line 1: a line that is not the start of an entry; line 2: a line that is not of an entry"},
		{"no entry", "  version \"1\"\n", "", "line 1: a line that is not of an entry"},
		{"merge conflict", "<<<<<<< HEAD\na@^1:\n  version \"1\"\n=======\na@^2:\n  version \"2\"\n>>>>>>> x\n", "a@1 unknown 2-3\na@2 unknown 5-6\n", "line 1: a line that is not the start of an entry; line 4"},
		{"open quote", "\"a@^1:\n  version \"1\n", "", "line 1: a line that is not the start of an entry"},
		{"two values", "a@1:\n  version \"1\" \"2\"\n", "", "line 2: a line that is not of an entry"},
		{"an empty pattern", "\"\":\n  version \"1\"\n", "", "line 1: no name"},
		{"NUL", "\x00", "", "line 1: a line that is not the start of an entry"},
	})
}

func TestYarnLockBerry(t *testing.T) {
	t.Parallel()
	lock := func(entries string) string { return "__metadata:\n  version: 8\n" + entries }
	nodeTable(t, analyze.YarnLock, "app/yarn.lock", []nodeRow{
		{"no entries", lock(""), "", ""},
		{"an entry", lock("\"a@npm:^1\":\n  version: 1.2.3\n  resolution: \"a@npm:1.2.3\"\n"), "a@1.2.3 unknown 3-5\n", ""},
		{"no resolution", lock("\"a@npm:^1\":\n  version: 1.2.3\n"), "a@1.2.3 unknown 3-4\n", ""},
		{"an alias", lock("\"x@npm:@s/y@^1\":\n  version: 1.2.3\n  resolution: \"@s/y@npm:1.2.3\"\n"), "@s/y@1.2.3 unknown 3-5\n", ""},
		{"a version like a number", lock("\"a@npm:1\":\n  version: 1.20\n  resolution: \"a@npm:1.20\"\n"), "a@1.20 unknown 3-5\n", ""},
		{"a patch of the project's", lock("\"a@npm:1.0.0\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n\"a@patch:a@npm%3A1.0.0#./a.patch::locator=s%40workspace%3A.\":\n  version: 1.0.0\n  resolution: \"a@patch:a@npm%3A1.0.0#./a.patch::version=1.0.0&hash=01&locator=s%40workspace%3A.\"\n" +
			"\"s@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"s@workspace:.\"\n  dependencies:\n    a: \"patch:a@npm%3A1.0.0#./a.patch\"\n"),
			"a@1.0.0 direct 3-5 6-8\n", ""},
		{"a virtual one", lock("\"a@virtual:0123#npm:^1\":\n  version: 1.0.0\n  resolution: \"a@virtual:0123#npm:1.0.0\"\n"), "a@1.0.0 unknown 3-5\n", ""},
		{"links and portals", lock("\"a@link:./a::locator=s%40workspace%3A.\":\n  version: 0.0.0-use.local\n  resolution: \"a@link:./a::locator=s%40workspace%3A.\"\n\"b@portal:./b\":\n  version: 0.0.0-use.local\n  resolution: \"b@portal:./b\"\n  dependencies:\n    c: ^1\n\"c@npm:^1\":\n  version: 1.0.0\n"),
			"c@1.0.0 unknown 11-12\n", ""},
		{"older: ranges without protocol", lock("\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n  dependencies:\n    b: ^2\n\"b@npm:^2\":\n  version: 2.0.0\n  resolution: \"b@npm:2.0.0\"\n"),
			"a@1.0.0 unknown 3-7\n\tb@2.0.0\nb@2.0.0 unknown 8-10\n", ""},
		{"no version", lock("\"a@npm:1\":\n  resolution: \"a@npm:1\"\n\"b@npm:1\":\n  version: 1\n"), "b@1 unknown 5-6\n", `line 3: package "a@npm:1": no version`},
		{"a list", lock("\"a@npm:1\": []\n"), "", `line 3: package "a@npm:1": not a mapping`},
		{"no YAML", "__metadata:\n a\n  b: [\n", "", "yaml: line"},
	})
}

// TestYarnLockProject holds YarnLock to what package.json beside the file says.
func TestYarnLockProject(t *testing.T) {
	t.Parallel()
	const lock = "a@1:\n  version \"1.0.0\"\n  dependencies:\n    c \"1\"\nb@1:\n  version \"1.0.0\"\n  dependencies:\n    c \"1\"\nc@1:\n  version \"1.0.0\"\nd@1:\n  version \"1.0.0\"\n"
	for _, row := range []struct {
		name  string
		files map[string]string
		want  string
		err   string
	}{
		{"dev", map[string]string{"app/package.json": `{"name": "s", "version": "2.0.0", "devDependencies": {"a": "1", "b": "1"}, "dependencies": {"b": "1"}}`},
			"s@2.0.0 root\n\ta@1.0.0\n\tb@1.0.0\na@1.0.0 direct dev 1-4\n\tc@1.0.0\nb@1.0.0 direct 5-8\n\tc@1.0.0\nc@1.0.0 indirect 9-10\nd@1.0.0 unknown 11-12\n", ""},
		{"optional", map[string]string{"app/package.json": `{"optionalDependencies": {"a": "1"}, "devDependencies": {"d": "1"}}`},
			"a@1.0.0 direct 1-4\n\tc@1.0.0\nb@1.0.0 unknown 5-8\n\tc@1.0.0\nc@1.0.0 indirect 9-10\nd@1.0.0 direct dev 11-12\n", ""},
		{"workspaces", map[string]string{
			"app/package.json":                      `{"workspaces": {"packages": ["./parts/**", "!parts/old"]}}`,
			"app/parts/p/package.json":              `{"name": "p", "version": "1.0.0", "dependencies": {"q": "1", "a": "1"}}`,
			"app/parts/x/q/package.json":            `{"name": "q", "version": "1.0.0", "devDependencies": {"d": "1"}}`,
			"app/parts/old/package.json":            `{"name": "o", "version": "1.0.0"}`,
			"app/parts/p/node_modules/package.json": `{`,
			"app/other/package.json":                `{`,
			"package.json":                          `{`,
		}, "p@1.0.0 workspace\n\ta@1.0.0\n\tq@1.0.0\nq@1.0.0 workspace\n\td@1.0.0\na@1.0.0 direct 1-4\n\tc@1.0.0\nb@1.0.0 unknown 5-8\n\tc@1.0.0\nc@1.0.0 indirect 9-10\nd@1.0.0 direct dev 11-12\n", ""},
		{"resolutions", map[string]string{"app/package.json": `{"dependencies": {"a": "^7"}, "devDependencies": {"d": "9"}, "resolutions": {"**/a": "1", "x/d": "1"}}`},
			"a@1.0.0 direct 1-4\n\tc@1.0.0\nb@1.0.0 unknown 5-8\n\tc@1.0.0\nc@1.0.0 indirect 9-10\nd@1.0.0 direct dev 11-12\n", ""},
		{"broken beside it", map[string]string{"app/package.json": `{`},
			"a@1.0.0 unknown 1-4\n\tc@1.0.0\nb@1.0.0 unknown 5-8\n\tc@1.0.0\nc@1.0.0 unknown 9-10\nd@1.0.0 unknown 11-12\n",
			"resolve app/yarn.lock: read app/package.json: line 1: unexpected end of JSON input"},
		{"broken workspace", map[string]string{"app/package.json": `{"devDependencies": {"d": "1"}, "workspaces": ["p"]}`, "app/p/package.json": `[]`},
			"a@1.0.0 unknown 1-4\n\tc@1.0.0\nb@1.0.0 unknown 5-8\n\tc@1.0.0\nc@1.0.0 unknown 9-10\nd@1.0.0 direct 11-12\n",
			"resolve app/yarn.lock: read app/p/package.json: not a JSON object"},
		{"none beside it", map[string]string{"package.json": `{"devDependencies": {"a": "1"}}`},
			"a@1.0.0 unknown 1-4\n\tc@1.0.0\nb@1.0.0 unknown 5-8\n\tc@1.0.0\nc@1.0.0 unknown 9-10\nd@1.0.0 unknown 11-12\n", ""},
	} {
		row.files["app/yarn.lock"] = lock
		tree, errs := analyzetest.Run(t.Context(), analyze.YarnLock, row.files)
		if got := strings.TrimPrefix(nodeRender(tree, nil), "== app/yarn.lock\n"); got != row.want {
			t.Errorf("%s: Run() =\n%swant\n%s", row.name, got, row.want)
		}
		if got := errs[""]; row.err == "" && len(errs) > 0 || row.err != "" && (got == nil || got.Error() != row.err || len(errs) != 1) {
			t.Errorf("%s: Run() = %v, want %q", row.name, errs, row.err)
		}
	}
}

// TestYarnLockDamaged holds YarnLock to calling nothing Dev in a file it has not
// wholly understood: what is left out may have needed it.
func TestYarnLockDamaged(t *testing.T) {
	t.Parallel()
	tree, _ := analyzetest.Run(t.Context(), analyze.YarnLock, map[string]string{
		"package.json": `{"devDependencies": {"a": "1"}, "dependencies": {"b": "1"}}`,
		"yarn.lock":    "a@1:\n  version \"1\"\nb@1:\n  dependencies:\n    a \"1\"\n",
	})
	if got, want := nodeRender(tree, nil), "== yarn.lock\na@1 direct 1-2\n"; got != want {
		t.Errorf("Run() = %s, want %s", got, want)
	}
}

// TestYarnLockHostile holds YarnLock to bounds, on files made to pass them.
func TestYarnLockHostile(t *testing.T) {
	t.Parallel()
	var entries, same strings.Builder
	for i := range 1<<16 + 5 {
		fmt.Fprintf(&entries, "%d@1:\n  version 1\n", i)
	}
	for i := range 10000 {
		fmt.Fprintf(&same, "a@%d:\n  version %d\n  dependencies:\n    a x\n", i, i)
	}
	for _, row := range []struct {
		name, text string
		limit      bool
	}{
		{"too large", strings.Repeat("#", 17<<20), true},
		{"many entries", entries.String(), true},
		{"many needs", "a@1:\n  version 1\n  dependencies:\n" + strings.Repeat("    b 1\n", 1<<19+1), true},
		{"many of one name", same.String(), true},
		{"many faults", strings.Repeat("x\n", 1<<17), false},
		{"long line", strings.Repeat("x,", 1<<20), false},
		{"berry, many values", "__metadata:\na: [" + strings.Repeat("a,", 1<<20) + "]", true},
		{"berry, deep", "__metadata:\na: " + strings.Repeat("[", 50000), false},
	} {
		_, err := nodeComponents(t, analyze.YarnLock, "yarn.lock", row.text)
		if err == nil || errors.Is(err, artifact.ErrLimit) != row.limit {
			t.Errorf("%s: Analyze() = %.200v, want an error, a limit: %v", row.name, err, row.limit)
		}
	}
}

func FuzzYarnLock(f *testing.F) {
	seed(f, "testdata/node/yarn-*/yarn.lock")
	f.Fuzz(func(t *testing.T, content []byte) {
		nodeCheck(t, analyze.YarnLock, "yarn.lock", content)
		manifest := `{"name": "s", "version": "1", "devDependencies": {"debug": "2.6.9"}, "dependencies": {"chalk": "2.4.2"}}`
		tree, _ := analyzetest.Run(t.Context(), analyze.YarnLock, map[string]string{"yarn.lock": string(content), "package.json": manifest})
		for _, file := range tree.Files() {
			if len(file.Facts.Custom) > 0 {
				t.Errorf("Resolve() leaves %v in %s", file.Facts.Custom, file.Path)
			}
		}
	})
}
