package analyze_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
)

// cargoTables is a lock file. Each word is a crate with the names of those it
// depends on, "ship:hull,tar"; one that starts with a capital has no source.
func cargoTables(words string) string {
	var b strings.Builder
	for _, w := range strings.Fields(words) {
		name, deps, _ := strings.Cut(w, ":")
		b.WriteString("[[package]]\nname = \"" + strings.ToLower(name) + "\"\nversion = \"1.0.0\"\n")
		if name == strings.ToLower(name) {
			b.WriteString("source = \"registry+https://github.com/rust-lang/crates.io-index\"\n")
		}
		b.WriteString("dependencies = [")
		for _, d := range strings.FieldsFunc(deps, func(r rune) bool { return r == ',' }) {
			b.WriteString("\"" + d + "\", ")
		}
		b.WriteString("]\n")
	}
	return b.String()
}

func TestCargoRelationships(t *testing.T) {
	t.Parallel()
	const ship = "[package]\nname = \"ship\"\n"
	for _, row := range []struct {
		name      string
		lock      string
		manifests map[string]string
		want      string
	}{
		{"no manifest", "Ship:tar tar", nil, "ship unknown, tar unknown"},
		{"a manifest that cannot be read", "Ship:tar tar", map[string]string{"Cargo.toml": "[package\n"}, "ship unknown, tar unknown"},
		{"a manifest elsewhere", "Ship:tar tar", map[string]string{"a/Cargo.toml": ship}, "ship unknown, tar unknown"},
		{"direct", "Ship:tar tar:oil oil", map[string]string{"Cargo.toml": ship + "[dependencies]\ntar = '1'\n"},
			"ship root, tar direct, oil indirect"},
		{"for tests", "Ship:tar tar:oil oil", map[string]string{"Cargo.toml": ship + "[dev-dependencies]\ntar = '1'\n"},
			"ship root, tar direct dev, oil indirect dev"},
		{"for tests, and indirectly not", "Ship:tar,hull hull:oil tar:oil oil:tar", map[string]string{"Cargo.toml": ship + "[dependencies]\nhull = '1'\n[dev-dependencies]\ntar = '1'\n"},
			"ship root, hull direct, tar direct, oil indirect"},
		{"in both tables", "Ship:tar tar", map[string]string{"Cargo.toml": ship + "[dependencies]\ntar = '1'\n[dev-dependencies]\ntar = '1'\n"},
			"ship root, tar direct"},
		{"for building", "Ship:tar tar", map[string]string{"Cargo.toml": ship + "[build-dependencies]\ntar = '1'\n"}, "ship root, tar direct"},
		{"for a platform", "Ship:tar,oil tar oil", map[string]string{"Cargo.toml": ship + "[target.x.dependencies]\ntar = '1'\n[target.x.dev-dependencies]\noil = '1'\n"},
			"ship root, tar direct, oil direct dev"},
		{"renamed", "Ship:tar tar", map[string]string{"Cargo.toml": ship + "[dev-dependencies]\npitch = { version = '1', package = 'tar' }\n"},
			"ship root, tar direct dev"},
		{"renamed in the workspace", "Ship:tar tar", map[string]string{"Cargo.toml": ship + "[workspace.dependencies]\npitch = { version = '1', package = 'tar' }\n[dev-dependencies]\npitch.workspace = true\n"},
			"ship root, tar direct dev"},
		{"nowhere in the manifest", "Ship:tar tar", map[string]string{"Cargo.toml": ship}, "ship root, tar direct"},
		{"the table's old name", "Ship:tar tar", map[string]string{"Cargo.toml": "[project]\nname = 'ship'\n[dev_dependencies]\ntar = '1'\n"},
			"ship root, tar direct dev"},
		{"underscore", "Ship:tar-oil tar-oil", map[string]string{"Cargo.toml": ship + "[dev-dependencies]\ntar_oil = '1'\n"}, "ship root, tar-oil direct dev"},
		{"a workspace", "Hull:oil Ship:hull,tar tar oil", map[string]string{
			"Cargo.toml": "[workspace]\nmembers = ['a', 'b']\n", "a/Cargo.toml": ship + "[dependencies]\nhull = '1'\n[dev-dependencies]\ntar = '1'\n",
			"b/Cargo.toml": "[package]\nname = 'hull'\n[dependencies]\noil = '1'\n"},
			"hull workspace, ship workspace, tar direct dev, oil direct"},
		{"a workspace without its members", "Ship:hull,tar hull tar", map[string]string{"Cargo.toml": "[workspace]\nmembers = ['a']\n"},
			"ship indirect, hull indirect, tar indirect"},
		{"another project below", "Ship:tar tar", map[string]string{"Cargo.toml": ship, "a/Cargo.lock": cargoTables("Hull"), "a/Cargo.toml": "[package]\nname = 'hull'\n[dev-dependencies]\ntar = '1'\n"},
			"ship root, tar direct"},
		{"a directory for tests alone", "Ship:kit Kit:tar tar", map[string]string{"Cargo.toml": ship + "[dev-dependencies]\nkit = { path = '../kit' }\n"},
			"ship root, kit direct, tar indirect"}, // it may be a program of its own
		{"orphans", "Ship tar", map[string]string{"Cargo.toml": ship}, "ship root, tar indirect"},
		{"a cycle", "Ship:a a:b b:a", map[string]string{"Cargo.toml": ship + "[dev-dependencies]\na = '1'\n"}, "ship root, a direct dev, b indirect dev"},
		{"itself, for tests", "Ship:ship", map[string]string{"Cargo.toml": ship + "[dev-dependencies]\nship = { path = '.' }\n"}, "ship root"},
	} {
		files := map[string]string{"p/Cargo.lock": cargoTables(row.lock)}
		for name, text := range row.manifests {
			files["p/"+name] = text
		}
		tree, errs := analyzetest.Run(t.Context(), analyze.CargoLock, files)
		if len(errs) > 0 && !strings.Contains(row.name, "cannot be read") {
			t.Errorf("%s: Run() = %v, want no errors", row.name, errs)
		}
		var got []string
		for _, c := range tree.File("p/Cargo.lock").Facts.Components {
			line := c.Name + " " + c.Relationship.String()
			if c.Dev {
				line += " dev"
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(row.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s: -want +got\n%s", row.name, diff)
		}
	}
}
