package analyze_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func TestNPMLockGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"npm-v1", "npm-v2", "npm-v3"} {
		nodeGolden(t, analyze.NPMLock, name, nodeProject(t, name))
	}
}

// TestNPMLockLs holds NPMLock to what "npm ls" lists of the same file.
func TestNPMLockLs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"npm-v1", "npm-v2", "npm-v3"} {
		tree, errs := analyzetest.Run(t.Context(), analyze.NPMLock, nodeProject(t, name))
		if len(errs) > 0 {
			t.Errorf("%s: Run() = %v", name, errs)
		}
		components := tree.File("package-lock.json").Facts.Components
		if name == "npm-v1" {
			// npm takes the needs of the project and the versions of its parts
			// from their package.json, since the file does not have them; one it
			// calls by its directory.
			for _, kind := range []string{"npm-ls.txt", "npm-ls-omit-dev.txt"} {
				want := npmIDs(nodeLines(t, name, kind))
				got := npmShipped(components, kind == "npm-ls.txt")
				if kind == "npm-ls-omit-dev.txt" {
					// The file has "dev": true for it. What a part of the project
					// needs for development npm 11 does not tell from what it
					// needs to run, when it reads version 1.
					got = append(got, "minimist@1.2.8")
					slices.Sort(got)
				}
				own := func(id string) bool {
					return slices.Contains([]string{"hull@0.1.0", "mast@0.2.0", "anchor@0.0.1"}, id)
				}
				if diff := cmp.Diff(slices.DeleteFunc(want, own), got); diff != "" {
					t.Errorf("%s: %s: -npm +got\n%s", name, kind, diff)
				}
			}
			continue
		}
		// "npm ls" counts the workspaces among what the project needs.
		want := slices.DeleteFunc(nodeLines(t, name, "npm-ls.txt"), func(line string) bool {
			return line == "harbour@1.0.0 mast@0.2.0" || line == "harbour@1.0.0 @harbour/hull@0.1.0"
		})
		if diff := cmp.Diff(want, nodeEdges(components)); diff != "" {
			t.Errorf("%s: needs: -npm +got\n%s", name, diff)
		}
		want = npmIDs(nodeLines(t, name, "npm-ls-omit-dev.txt"))
		if diff := cmp.Diff(want, npmShipped(components, false)); diff != "" {
			t.Errorf("%s: without dev: -npm +got\n%s", name, diff)
		}
	}
}

// npmIDs are the packages in lines "package needs", sorted.
func npmIDs(lines []string) []string {
	var ids []string
	for _, line := range lines {
		ids = append(ids, strings.Fields(line)...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// npmShipped are the IDs of components, with those for development or without.
func npmShipped(components []artifact.Component, dev bool) []string {
	var ids []string
	for _, c := range components {
		if dev || !c.Dev {
			ids = append(ids, c.ID())
		}
	}
	slices.Sort(ids)
	return ids
}

func TestNPMLock(t *testing.T) {
	t.Parallel()
	const path = "app/package-lock.json"
	v3 := func(packages string) string { return `{"lockfileVersion": 3, "packages": {` + packages + `}}` }
	v1 := func(dependencies string) string {
		return `{"lockfileVersion": 1, "dependencies": {` + dependencies + `}}`
	}
	nodeTable(t, analyze.NPMLock, path, []nodeRow{
		{"no packages", `{"lockfileVersion": 3}`, "", ""},
		{"empty", v3(``), "", ""},
		{"resolved is false", v3(`"node_modules/keel": {"version": "1.0.0", "resolved": false}`), "keel@1.0.0 unknown 1-1\n", ""},
		{"resolved is a number", v3(`"node_modules/keel": {"version": "1.0.0", "resolved": 1, "integrity": []}`), "keel@1.0.0 unknown 1-1\n", ""},
		{"resolved is false, version 1", v1(`"keel": {"version": "1.0.0", "resolved": false, "requires": true}`), "keel@1.0.0 unknown 1-1\n", ""},
		{"an alias", v3(`"node_modules/kiel": {"name": "keel", "version": "1.0.0"}`), "keel@1.0.0 unknown 1-1\n", ""},
		{"an alias, version 1", v1(`"kiel": {"version": "npm:@boat/keel@1.0.0"}`), "@boat/keel@1.0.0 unknown 1-1\n", ""},
		{"a tarball, version 1", v1(`"@boat/keel": {"version": "https://r.example/@boat/keel/-/keel-1.0.0-rc.1.tgz#x"}`), "@boat/keel@1.0.0-rc.1 unknown 1-1\n", ""},
		{"git, version 1", v1(`"keel": {"version": "git+ssh://git@g.example/keel.git#0123"}`), "keel@git+ssh://git@g.example/keel.git#0123 unknown 1-1\n", ""},
		{"a directory, version 1", v1(`"keel": {"version": "file:../keel"}`), "", ""},
		{"project without a version", v3(`"": {"name": "ship", "dependencies": {"keel": "1"}}, "node_modules/keel": {"version": "1.0.0"}`), "keel@1.0.0 direct 1-1\n", ""},
		{"project of the document", `{"name": "ship", "version": "2.0.0", "packages": {"": {}}}`, "ship@2.0.0 root 1-1\n", ""},
		{"nearest first", v3(`"": {"dependencies": {"a": "1"}}, "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "2"}},` +
			`"node_modules/b": {"version": "1.0.0"}, "node_modules/a/node_modules/b": {"version": "2.0.0"}`),
			"a@1.0.0 direct 1-1\n\tb@2.0.0\nb@1.0.0 unknown 1-1\nb@2.0.0 indirect 1-1\n", ""},
		{"not beside a scope", v3(`"node_modules/@boat/a": {"version": "1.0.0", "dependencies": {"b": "1"}}, "node_modules/@boat/node_modules/b": {"version": "9.0.0"}, "node_modules/b": {"version": "1.0.0"}`),
			// Node.js would look there; npm never puts anything there.
			"@boat/a@1.0.0 unknown 1-1\n\tb@9.0.0\nb@9.0.0 unknown 1-1\nb@1.0.0 unknown 1-1\n", ""},
		{"the same twice", v3(`"node_modules/a": {"version": "1.0.0", "dev": true}, "node_modules/b/node_modules/a": {"version": "1.0.0", "license": "MIT"}`),
			"a@1.0.0 unknown 1-1 [\"MIT\"]\n", ""},
		{"dev in all places", v3(`"node_modules/a": {"version": "1.0.0", "dev": true}, "node_modules/b/node_modules/a": {"version": "1.0.0", "dev": true}`),
			"a@1.0.0 unknown dev 1-1\n", ""},
		{"for development or optional", v3(`"node_modules/a": {"version": "1.0.0", "devOptional": true}`), "a@1.0.0 unknown 1-1\n", ""},
		{"not installed", v3(`"node_modules/a": {"optional": true}, "node_modules/b": {"peer": true}`), "", ""},
		{"a link out of sight", v3(`"node_modules/a": {"resolved": "../a", "link": true}`), "", ""},
		{"a link to itself", v3(`"": {"dependencies": {"a": "1"}}, "node_modules/a": {"resolved": "node_modules/a", "link": true}`), "", ""},
		{"a circle", v3(`"": {"dependencies": {"a": "1"}}, "node_modules/a": {"version": "1", "dependencies": {"b": "1"}}, "node_modules/b": {"version": "1", "dependencies": {"a": "1"}}`),
			"a@1 direct 1-1\n\tb@1\nb@1 indirect 1-1\n\ta@1\n", ""},
		{"licences", v3(`"node_modules/a": {"version": "1", "license": {"type": "ISC"}}, "node_modules/b": {"version": "1", "license": ["MIT", {"type": "ISC"}, 5]}`),
			"a@1 unknown 1-1 [\"ISC\"]\nb@1 unknown 1-1 [\"MIT\" \"ISC\"]\n", ""},
		{"key with escapes", v3(`"node_modules/\u0061": {"version": "1.\u0030"}`), "a@1.0 unknown 1-1\n", ""},
		{"byte order mark", "\ufeff" + v3(`"node_modules/a": {"version": "1"}`), "a@1 unknown 1-1\n", ""},
		{"nested below what is bad, version 1", v1(`"a": {"version": 1, "dependencies": {"b": {"version": "2"}}}`), "b@2 unknown 1-1\n", `line 1: package "a": version: not a string`},
		{"no version", v3(`"node_modules/a": {}, "node_modules/b": {"version": "1"}`), "b@1 unknown 1-1\n", `line 1: package "node_modules/a": no version`},
		{"version is a number", v3("\n\"node_modules/a\": {\"version\": 1}"), "", `line 2: package "node_modules/a": version: not a string`},
		{"a package is a string", v3(`"node_modules/a": "1"`), "", "not a JSON object"},
		{"packages is a list", `{"packages": ["a"]}`, "", "not a JSON object"},
		{"dependencies is a list", `{"dependencies": ["a"]}`, "", "not a JSON object"},
		{"long path", v3(`"node_modules/` + strings.Repeat("a/", 600) + `b": {"version": "1"}`), "", "limit reached"},
		{"a list", `[]`, "", "not a JSON object"},
		{"nothing", ``, "", "unexpected end of JSON input"},
		{"blanks", " \n", "", "unexpected end of JSON input"},
		{"cut short", "{\"packages\": {\n\"node_modules/a\": {\"version\": \"1\"", "", "line 2: unexpected end of JSON input"},
		{"NUL", "{\x00}", "", "line 1: invalid character"},
	})
}

func TestNPMLockBelowNodeModules(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"node_modules/a/package-lock.json", "app/node_modules/a/npm-shrinkwrap.json"} {
		got, err := nodeComponents(t, analyze.NPMLock, path, `{"packages": {"node_modules/a": {"version": "1"}}}`)
		if got != "" || err != nil {
			t.Errorf("Analyze(%s) = %s, %v, want nothing", path, got, err)
		}
	}
}

// TestNPMLockHostile holds NPMLock to bounds, on files made to pass them.
func TestNPMLockHostile(t *testing.T) {
	t.Parallel()
	deep := func(n int) string {
		return strings.Repeat(`{"version":"1","dependencies":{"a":`, n) + `{"version":"1"}` + strings.Repeat(`}}`, n)
	}
	var many strings.Builder
	for i := range 1<<16 + 10 {
		fmt.Fprintf(&many, `"node_modules/%d":{"version":"1"},`, i)
	}
	var needs strings.Builder
	for i := range 200000 {
		fmt.Fprintf(&needs, `"%d":"",`, i)
	}
	lots := strings.TrimSuffix(needs.String(), ",")
	for _, row := range []struct {
		name, text string
		limit      bool
	}{
		{"deep", deep(100), true},
		{"deeper", deep(4000), true},
		{"too deep for JSON", deep(100000), false},
		{"too large", `{"a":"` + strings.Repeat("a", 17<<20) + `"}`, true},
		{"many packages", `{"packages":{` + strings.TrimSuffix(many.String(), ",") + `}}`, true},
		{"many steps", `{"packages":{"` + strings.Repeat("a/", 400) + `":{"dependencies":{` + lots + `}}}}`, true},
	} {
		_, err := nodeComponents(t, analyze.NPMLock, "package-lock.json", row.text)
		if err == nil || errors.Is(err, artifact.ErrLimit) != row.limit {
			t.Errorf("%s: Analyze() = %v, want an error, a limit: %v", row.name, err, row.limit)
		}
	}
}

func FuzzNPMLock(f *testing.F) {
	seed(f, "testdata/node/npm-*/package-lock.json")
	f.Fuzz(func(t *testing.T, content []byte) {
		nodeCheck(t, analyze.NPMLock, "package-lock.json", content)
	})
}
