package analyze

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// constraintRows are "constraint version holds".
func constraintRows() []struct {
	constraint, version string
	want                bool
} {
	return []struct {
		constraint, version string
		want                bool
	}{
		{"*", "1", true},
		{"1.0", "1.0.0", true},
		{"==1.0", "1.1", false},
		{"!=1.0", "1.0", false},
		{">=1.0,<2.0", "1.5", true},
		{">=1.0,<2.0", "2.0", false},
		{">=1.0, <2.0 || >=3", "3.1", true},
		{"<1|>2", "1.5", false},
		{">1.0", "1.0", false},
		{"<=1.0", "1.0", true},
		{"^1.2.3", "1.9", true},
		{"^1.2.3", "1.2.2", false},
		{"^1.2.3", "2.0.0", false},
		{"^0.2.3", "0.2.9", true},
		{"^0.2.3", "0.3.0", false},
		{"^0.0.3", "0.0.3", true},
		{"^0.0.3", "0.0.4", false},
		{"^0.0", "0.0.9", true},
		{"^0.0", "0.1", false},
		{"^0", "0.9", true},
		{"^0", "1.0", false},
		{"~1.2.3", "1.2.9", true},
		{"~1.2.3", "1.3.0", false},
		{"~1.2", "1.2.9", true},
		{"~1.2", "1.3", false},
		{"~1", "1.9", true},
		{"~1", "2.0", false},
		{"~=1.2.3", "1.2.9", true},
		{"~=1.2.3", "1.3.0", false},
		{"~=1.2", "1.9", true},
		{"~=1.2", "2.0", false},
		{"1.2.*", "1.2.9", true},
		{"1.2.*", "1.3", false},
		{"==1.2.*", "1.2", true},
		{"!=1.2.*", "1.2.5", false},
		{"!=1.2.*", "1.3", true},
		{"^1!1.2", "1!1.9", true},
		{"^1!1.2", "2.0", false},
	}
}

func TestPoetryConstraint(t *testing.T) {
	t.Parallel()
	for _, row := range constraintRows() {
		if got := poetryConstraint(row.constraint, row.version); got != row.want {
			t.Errorf("poetryConstraint(%q, %q) = %v, want %v", row.constraint, row.version, got, row.want)
		}
	}
	for _, odd := range []string{"", "what", "1 2", "^x", "~", "^99999999999999999999", ">=1 <2", "^1.*.2"} {
		poetryConstraint(odd, "1.0") // whatever it says, it does not panic
	}
}

// TestPoetryConstraintPoetry holds the table to Poetry itself, where it is
// installed (Debian's python3-poetry-core).
func TestPoetryConstraintPoetry(t *testing.T) {
	t.Parallel()
	const script = `
import json, sys
from poetry.core.semver.helpers import parse_constraint
from poetry.core.semver.version import Version
json.dump([parse_constraint(c).allows(Version.parse(v)) for c, v in json.load(sys.stdin)], sys.stdout)`
	var pairs [][2]string
	for _, row := range constraintRows() {
		pairs = append(pairs, [2]string{row.constraint, row.version})
	}
	input, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", "-c", script)
	cmd.Stdin = strings.NewReader(string(input))
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("no poetry-core: %v", err)
	}
	var got []bool
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i, row := range constraintRows() {
		if got[i] != row.want {
			t.Errorf("%s allows %s: Poetry says %v, the table %v", row.constraint, row.version, got[i], row.want)
		}
	}
}

func TestMarker(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		marker string
		want   bool // it needs a group that is not a default
		err    bool
	}{
		{"'dev' in dependency_groups", true, false},
		{"\"dev\" in dependency_groups", true, false},
		{"'dev' not in dependency_groups", false, false},
		{"'App_' in dependency_groups", true, false},
		{"'the_app' in dependency_groups", false, false},
		{"'The.App' in dependency_groups", false, false},
		{"'the-app' not in dependency_groups", true, false},
		{"'dev' in dependency_groups or 'the-app' in dependency_groups", false, false},
		{"'dev' in dependency_groups or sys_platform == 'linux'", false, false},
		{"'dev' in dependency_groups and sys_platform == 'linux'", true, false},
		{"('dev' in dependency_groups or 'x' in dependency_groups) and python_version >= '3'", true, false},
		{"python_version>='3'", false, false},
		{"'x' in extras", false, false},
		{"python_version ~= '3.0' and (os_name != 'nt')", false, false},
		{"", false, true},
		{"'dev'", false, true},
		{"'dev' in", false, true},
		{"'dev in dependency_groups", false, true},
		{"a == b c", false, true},
		{"(a == 'b'", false, true},
		{"a == 'b')", false, true},
		{"a is 'b'", false, true},
		{"a == 'b' and", false, true},
		{"& == 'b'", false, true},
		{"a not == 'b'", false, true},
		{strings.Repeat("(", 100) + "a == 'b'" + strings.Repeat(")", 100), false, true},
	} {
		got, err := needsGroup(row.marker, []string{"the-app"})
		if got != row.want || (err != nil) != row.err {
			t.Errorf("needsGroup(%q) = %v, %v, want %v, error %v", row.marker, got, err, row.want, row.err)
		}
	}
}
