package analyze_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func TestPNPMLockGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"pnpm-v5.2", "pnpm-v5.4", "pnpm-v6.0", "pnpm-v9.0"} {
		nodeGolden(t, analyze.PNPMLock, name, nodeProject(t, name))
	}
}

func TestPNPMLock(t *testing.T) {
	t.Parallel()
	v5 := func(packages string) string { return "lockfileVersion: 5.4\npackages:\n" + packages }
	v6 := func(packages string) string { return "lockfileVersion: '6.0'\npackages:\n" + packages }
	v9 := func(rest string) string { return "lockfileVersion: '9.0'\n" + rest }
	nodeTable(t, analyze.PNPMLock, "app/pnpm-lock.yaml", []nodeRow{
		{"no packages", v9(""), "", ""},
		{"empty", v9("packages: {}\nsnapshots:\n"), "", ""},
		{"5: scoped, with peers", v5("  /@boat/keel/1.2.3_react@17.0.2+@boat+x@1.0.0:\n    dev: true\n"), "@boat/keel@1.2.3 unknown dev 3-4\n", ""},
		{"5: hashed peers", v5("  /keel/1.2.3_0a1b:\n    dev: false\n"), "keel@1.2.3 unknown 3-4\n", ""},
		{"5: a registry", v5("  r.example/keel/1.2.3:\n    dev: false\n"), "keel@1.2.3 unknown 3-4\n", ""},
		{"5: a tarball", v5("  '@r.example/keel/-/keel-1.2.3.tgz':\n    name: keel\n    version: 1.2.3\n"), "keel@1.2.3 unknown 3-5\n", ""},
		{"5: git", v5("  github.com/boat/keel/0123:\n    name: keel\n    version: 1.2.3\n"), "keel@1.2.3 unknown 3-5\n", ""},
		{"5: direct, of one project", "lockfileVersion: 5.3\nspecifiers:\n  keel: ^1\ndependencies:\n  keel: 1.2.3\npackages:\n  /keel/1.2.3:\n    dependencies:\n      a: 1.0.0\n  /a/1.0.0: {dev: false}\n",
			"keel@1.2.3 direct 7-9\n\ta@1.0.0\na@1.0.0 indirect 10-10\n", ""},
		{"6: scoped, with peers", v6("  /@boat/keel@1.2.3(@boat/x@1.0.0)(react@17.0.2):\n    dev: true\n"), "@boat/keel@1.2.3 unknown dev 3-4\n", ""},
		{"6: a registry", v6("  r.example/keel@1.2.3:\n    dev: false\n"), "keel@1.2.3 unknown 3-4\n", ""},
		{"6: one version, other peers", v6("  /keel@1.2.3(x@1.0.0):\n    dev: true\n  /keel@1.2.3(x@2.0.0):\n    dev: false\n"), "keel@1.2.3 unknown 3-4 5-6\n", ""},
		{"9: dev by reach", v9("importers:\n  .:\n    devDependencies:\n      a: {specifier: '1', version: 1.0.0}\n    dependencies:\n      b:\n        version: 1.0.0\n" +
			"packages:\n  a@1.0.0: {}\n  b@1.0.0: {}\n  c@1.0.0: {}\n  d@1.0.0: {}\nsnapshots:\n  a@1.0.0:\n    dependencies:\n      c: 1.0.0\n      d: 1.0.0\n  b@1.0.0:\n    optionalDependencies:\n      d: 1.0.0\n  c@1.0.0: {}\n  d@1.0.0: {}\n"),
			"a@1.0.0 direct dev 10-10\n\tc@1.0.0\n\td@1.0.0\nb@1.0.0 direct 11-11\n\td@1.0.0\nc@1.0.0 indirect dev 12-12\nd@1.0.0 indirect 13-13\n", ""},
		{"9: nothing is dev where something lacks", v9("importers:\n  .:\n    devDependencies:\n      a: {version: 1.0.0}\n    dependencies:\n      b: {version: 1.0.0}\npackages:\n  a@1.0.0: {}\nsnapshots:\n  a@1.0.0: {}\n"),
			"a@1.0.0 direct 9-9\n", ""},
		{"9: with peers", v9("importers:\n  .:\n    dependencies:\n      a: {version: 1.0.0(b@2.0.0)}\npackages:\n  a@1.0.0: {}\n  b@2.0.0: {}\nsnapshots:\n  a@1.0.0(b@2.0.0):\n    dependencies:\n      b: 2.0.0\n  b@2.0.0: {}\n"),
			"a@1.0.0 direct 7-7\n\tb@2.0.0\nb@2.0.0 indirect 8-8\n", ""},
		{"9: with other peers", v9("importers:\n  .:\n    devDependencies:\n      a: {version: 1.0.0(b@2.0.0)}\n  p:\n    dependencies:\n      a: {version: 1.0.0}\npackages:\n  a@1.0.0: {}\n  b@2.0.0: {}\nsnapshots:\n  a@1.0.0(b@2.0.0):\n    dependencies:\n      b: 2.0.0\n  a@1.0.0: {}\n  b@2.0.0: {}\n"),
			"a@1.0.0 direct 10-10\n\tb@2.0.0\nb@2.0.0 indirect dev 11-11\n", ""},
		{"9: dev with peers", v9("importers:\n  .:\n    devDependencies:\n      a: {version: 1.0.0(b@2.0.0)}\npackages:\n  a@1.0.0: {}\n  b@2.0.0: {}\nsnapshots:\n  a@1.0.0(b@2.0.0):\n    dependencies:\n      b: 2.0.0\n  b@2.0.0: {}\n"),
			"a@1.0.0 direct dev 7-7\n\tb@2.0.0\nb@2.0.0 indirect dev 8-8\n", ""},
		{"9: git", v9("packages:\n  keel@git+https://g.example/keel.git#01:\n    version: 1.2.3\n  x@https://codeload.example/x/tar.gz/01:\n    resolution: {tarball: u}\n"),
			"keel@1.2.3 unknown 3-4\nx@https://codeload.example/x/tar.gz/01 unknown 5-6\n", ""},
		{"9: only snapshots", v9("snapshots:\n  a@1.0.0(b@1.0.0): {}\n"), "a@1.0.0 unknown 3-3\n", ""},
		{"9: two documents", v9("importers:\n  .:\n    configDependencies:\n      x: {version: 1.0.0}\npackages:\n  x@1.0.0: {}\nsnapshots:\n  x@1.0.0: {}\n---\n") +
			v9("importers:\n  .:\n    devDependencies:\n      y: {version: 1.0.0}\npackages:\n  y@1.0.0: {}\nsnapshots:\n  y@1.0.0: {}\n"),
			"x@1.0.0 direct 7-7\ny@1.0.0 direct dev 17-17\n", ""},
		{"a number for a version", v5("  /keel/1:\n    dev: true\n"), "keel@1 unknown dev 3-4\n", ""},
		{"no version", v6("  /keel:\n    dev: true\n  /b@1: {}\n"), "b@1 unknown 5-5\n", `line 3: package "/keel": no version`},
		{"no name", v6("  'keel':\n    dev: true\n"), "", `line 3: package "keel": no name`},
		{"a list for a package", v6("  /a@1: []\n  /b@1: {}\n"), "b@1 unknown 4-4\n", `line 3: package "/a@1": not a mapping`},
		{"packages is a list", "packages: [a]\n", "", "line 1: not a mapping"},
		{"an alias is not followed", "x: &x {/a@1: {}}\npackages: *x\n", "", "line 2: not a mapping"},
		{"a scalar", "packages\n", "", "line 1: not a mapping"},
		{"nothing", "", "", ""},
		{"no YAML", "packages:\n  - a\n b: [", "", "yaml: line 2"},
		{"NUL", "packages:\x00", "", "yaml: control characters are not allowed"},
		{"invalid UTF-8", "packages:\n  \xff: {}\n", "", "yaml: invalid"},
		{"conflict", v6("<<<<<<< HEAD\n  /a@1: {}\n=======\n"), "", "yaml: line"},
	})
}

// TestPNPMLockHostile holds PNPMLock to bounds, on files made to pass them.
func TestPNPMLockHostile(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := range 12 {
		bomb += string(rune('b'+i)) + ": &" + string(rune('b'+i)) + " [" + strings.Repeat("*"+string(rune('a'+i))+",", 9) + "]\n"
	}
	for _, row := range []struct {
		name, text string
		fails      bool
		limit      bool
	}{
		{"deep flow", "packages: " + strings.Repeat("[", 100000), true, false},
		{"deep mappings", "packages: " + strings.Repeat("{a: ", 9000), true, false},
		{"deep sequences", "packages:\n  " + strings.Repeat("- ", 100000), true, false},
		{"aliases", bomb + "packages: {/a@1: *m}\n", true, false},
		{"many values", "packages: [" + strings.Repeat("a,", 5<<20) + "]", true, true},
		{"many lines", "packages:\n" + strings.Repeat("# a\n", 1<<18) + "  /a@1: {}\n", false, false},
		{"too large", strings.Repeat("#", 17<<20), true, true},
	} {
		_, err := nodeComponents(t, analyze.PNPMLock, "pnpm-lock.yaml", row.text)
		if (err != nil) != row.fails || errors.Is(err, artifact.ErrLimit) != row.limit {
			t.Errorf("%s: Analyze() = %v, want an error: %v, a limit: %v", row.name, err, row.fails, row.limit)
		}
	}
}

func FuzzPNPMLock(f *testing.F) {
	seed(f, "testdata/node/pnpm-*/pnpm-lock.yaml")
	f.Fuzz(func(t *testing.T, content []byte) {
		nodeCheck(t, analyze.PNPMLock, "pnpm-lock.yaml", content)
	})
}
