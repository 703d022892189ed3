package analyze

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// readCargoManifest keeps what says how crates came into the lock file,
// https://doc.rust-lang.org/cargo/reference/manifest.html.
func readCargoManifest(text []byte) (artifact.Facts, error) {
	doc, err := parseTOML(text)
	if err != nil {
		return artifact.Facts{}, err
	}
	var wrong faults
	table := func(t *tomlTable, key string) *tomlTable {
		t, err := t.table(key)
		wrong.note(err)
		return t
	}
	var p cargoProject
	for _, key := range [...]string{"package", "project"} { // the latter is the old name
		p.Name = cmp.Or(p.Name, table(doc, key).text("name"))
	}
	workspace := table(table(doc, "workspace"), "dependencies")
	tables := []*tomlTable{doc}
	platforms := table(doc, "target")
	for _, platform := range platforms.keys() {
		tables = append(tables, table(platforms, platform))
	}
	for _, t := range tables {
		// With an underscore is how they were spelled once.
		for _, key := range [...]string{"dependencies", "build-dependencies", "build_dependencies"} {
			p.Normal = appendCrates(p.Normal, table(t, key), workspace)
		}
		for _, key := range [...]string{"dev-dependencies", "dev_dependencies"} {
			p.Dev = appendCrates(p.Dev, table(t, key), workspace)
		}
	}
	if err := wrong.err(); err != nil {
		return artifact.Facts{}, err
	}
	p.Normal, p.Dev = sortedIDs(p.Normal), sortedIDs(p.Dev)
	return customFacts(cargoCustom, p)
}

// appendCrates adds the names of the crates that a table of dependencies asks
// for: its keys, or what they say is the name of the package.
func appendCrates(names []string, table, workspace *tomlTable) []string {
	for _, key := range table.keys() {
		names = append(names, crateName(key, table.value(key), workspace))
	}
	return names
}

func crateName(key string, value any, workspace *tomlTable) string {
	details, _ := value.(*tomlTable)
	if name, ok := details.value("package").(string); ok {
		return name
	}
	if inherited, _ := details.value("workspace").(bool); inherited && workspace.value(key) != nil {
		return crateName(key, workspace.value(key), nil)
	}
	return key
}

// hasCrate reports whether names, which are sorted, have one. Cargo does not
// tell - from _ in them.
func hasCrate(names []string, name string) bool {
	if _, ok := slices.BinarySearch(names, name); ok {
		return true
	}
	same := func(other string) bool {
		return strings.ReplaceAll(other, "_", "-") == strings.ReplaceAll(name, "_", "-")
	}
	return slices.ContainsFunc(names, same)
}
