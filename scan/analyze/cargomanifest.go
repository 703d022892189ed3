package analyze

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// manifestDependencies are the tables of dependencies of a Cargo.toml, or of one
// platform in it, https://doc.rust-lang.org/cargo/reference/manifest.html.
type manifestDependencies struct {
	Dependencies      map[string]any `toml:"dependencies"`
	BuildDependencies map[string]any `toml:"build-dependencies"`
	DevDependencies   map[string]any `toml:"dev-dependencies"`
	// As they were spelled once.
	OldBuildDependencies map[string]any `toml:"build_dependencies"`
	OldDevDependencies   map[string]any `toml:"dev_dependencies"`
}

// readCargoManifest keeps what says how crates came into the lock file.
func readCargoManifest(text []byte) (artifact.Facts, error) {
	if err := checkTOMLDepth(text); err != nil {
		return artifact.Facts{}, err
	}
	var doc struct {
		Package struct{ Name any }
		Project struct{ Name any } // the old name of package
		manifestDependencies
		Target    map[string]manifestDependencies
		Workspace struct{ Dependencies map[string]any }
	}
	if err := toml.Unmarshal(text, &doc); err != nil {
		return artifact.Facts{}, fmt.Errorf("line %d: %w", 1+tomlLine(err), err)
	}
	var p cargoProject
	p.Name, _ = doc.Package.Name.(string)
	if p.Name == "" {
		p.Name, _ = doc.Project.Name.(string)
	}
	tables := []manifestDependencies{doc.manifestDependencies}
	for _, platform := range slices.Sorted(maps.Keys(doc.Target)) {
		tables = append(tables, doc.Target[platform])
	}
	for _, t := range tables {
		for _, table := range []map[string]any{t.Dependencies, t.BuildDependencies, t.OldBuildDependencies} {
			p.Normal = appendCrates(p.Normal, table, doc.Workspace.Dependencies)
		}
		for _, table := range []map[string]any{t.DevDependencies, t.OldDevDependencies} {
			p.Dev = appendCrates(p.Dev, table, doc.Workspace.Dependencies)
		}
	}
	p.Normal, p.Dev = sortedIDs(p.Normal), sortedIDs(p.Dev)
	b, err := json.Marshal(p)
	if err != nil {
		return artifact.Facts{}, err
	}
	return artifact.Facts{Custom: map[string]json.RawMessage{cargoCustom: b}}, nil
}

// appendCrates adds the names of the crates that a table of dependencies asks
// for: its keys, or what they say is the name of the package.
func appendCrates(names []string, table, workspace map[string]any) []string {
	for key, value := range table {
		names = append(names, crateName(key, value, workspace))
	}
	return names
}

func crateName(key string, value any, workspace map[string]any) string {
	details, _ := value.(map[string]any)
	if name, ok := details["package"].(string); ok {
		return name
	}
	if inherited, _ := details["workspace"].(bool); inherited && workspace[key] != nil {
		return crateName(key, workspace[key], nil)
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
