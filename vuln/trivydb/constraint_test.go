package trivydb

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func TestConstraint(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		scheme  version.Scheme
		text    string
		in, out string // versions
	}{
		{version.Semver, ">=1.2.0, <1.2.5", "1.2.0 1.2.4", "1.1.9 1.2.5"},
		{version.Semver, ">=1.2.0 <1.2.5", "1.2.0 1.2.4", "1.1.9 1.2.5"},
		{version.Semver, "<1.0.0 || >2.0.0", "0.9.0 2.0.1", "1.0.0 2.0.0"},
		{version.Semver, "=1.0.0 || ==1.1.0", "1.0.0 1.1.0", "1.0.1"},
		{version.Semver, "1.0.0", "1.0.0", "1.0.1"},
		{version.Semver, "<= 1.0.0", "1.0.0", "1.0.1"},
		{version.Semver, "=<1.0.0, =>0.5.0", "0.5.0 1.0.0", "0.4.0 1.0.1"},
		{version.Semver, "!=1.0.0", "1.0.1 0.9.0", "1.0.0"},
		{version.Semver, ">=0", "0.0.0-0 0.0.0 9.0.0", ""},
		{version.Semver, ">=0.0.0-0", "0.0.0-0 0.0.0", ""},
		{version.Semver, "<1.2", "1.1.9 1.2.0-rc1", "1.2.0"},
		{version.Semver, "^1.2.3", "1.2.3 1.9.9", "1.2.2 2.0.0"},
		{version.Semver, "^0.2.3", "0.2.3 0.2.9", "0.3.0 1.0.0"},
		{version.Semver, "^0.0.3", "0.0.3", "0.0.4"},
		{version.Semver, "~1.2.3", "1.2.3 1.2.9", "1.3.0"},
		{version.Semver, "~1", "1.0.0 1.9.0", "2.0.0"},
		{version.NPM, "1.2.x", "1.2.0 1.2.9", "1.3.0 1.1.9"},
		{version.NPM, "1.x || 3.*", "1.0.0 1.9.0 3.1.0", "2.0.0 4.0.0"},
		{version.NPM, "*", "0.0.1 9.9.9", ""},
		{version.NPM, ">1.x", "2.0.0", "1.9.9"},
		{version.NPM, "<=1.x", "1.9.9", "2.0.0"},
		{version.NPM, "1.2.0 - 2.3.0", "1.2.0 2.3.0", "1.1.0 2.3.1"},
		{version.NPM, "<2.0.0", "2.0.0-rc.1", "2.0.0"},
		{version.RubyGems, "~> 1.2.3", "1.2.3 1.2.9", "1.3 1.2.2"},
		{version.RubyGems, "~>1.2", "1.2 1.9", "2.0 2.0.rc1"},
		{version.RubyGems, "~>1", "1 1.9", "0.9 2"},
		{version.RubyGems, "~> 1.2.0.rc1", "1.2.0.rc2 1.2.9", "1.3 1.2.0.beta"},
		{version.RubyGems, "<v1.2.3", "1.2.2", "1.2.3"},
		{version.PyPI, ">=2.0,<2.1", "2.0 2.0.9", "2.1"},
		{version.Maven, "[1.0,2.0)", "1.0 1.9", "2.0 0.9"},
		{version.Maven, "(1.0,2.0]", "1.1 2.0", "1.0 2.1"},
		{version.Maven, "(,1.0],[1.2,)", "0.1 1.0 1.2 9", "1.1"},
		{version.Maven, "[1.5]", "1.5", "1.5.1"},
	} {
		c, err := parseConstraint(row.text, row.scheme)
		if err != nil {
			t.Errorf("parseConstraint(%q): %v", row.text, err)
			continue
		}
		for i, list := range []string{row.in, row.out} {
			for v := range strings.FieldsSeq(list) {
				key, err := keyOf(row.scheme, v)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := c.holds(key), i == 0; got != want {
					t.Errorf("%q holds %s = %t, want %t", row.text, v, got, want)
				}
			}
		}
	}
	for _, text := range []string{"<", ">= ", "=>x y", "<a b", "[1.0", "[1.0,2.0", "(1.0)", "<>1.0", "~>1.a.2", ">*", strings.Repeat("<1,", 30000)} {
		if c, err := parseConstraint(text, version.Semver); err == nil {
			t.Errorf("parseConstraint(%.40q) = %v, want an error", text, c)
		}
	}
}

// FuzzConstraint holds plain lists of comparators against Compare, which knows
// nothing of keys.
func FuzzConstraint(f *testing.F) {
	f.Add(">=1.2.0, <1.2.5 || =3.0.0", "1.2.3")
	f.Add("^1.2 || ~2 || ~>3.1 || 1.x", "2.0.0")
	f.Add("[1.0,2.0),(3,]", "3.1")
	f.Fuzz(func(t *testing.T, text, v string) {
		c, err := parseConstraint(text, version.Semver)
		if err != nil {
			return
		}
		key, err := keyOf(version.Semver, v)
		if err != nil || version.Semver.Check(v) != nil {
			return
		}
		got := c.holds(key)
		if strings.ContainsAny(text, "~^*xX[]()-\t") {
			return
		}
		want := false
		for part := range strings.SplitSeq(text, "||") {
			all := true
			for op := range strings.FieldsFuncSeq(part, func(r rune) bool { return r == ',' }) {
				op = strings.TrimSpace(op)
				if op == "" {
					continue
				}
				n := len(op) - len(strings.TrimLeft(op, "<>=!"))
				bound := strings.TrimSpace(op[n:])
				if version.Semver.Check(bound) != nil {
					return // two in one, or one that is filled up
				}
				r := version.Semver.Compare(v, bound)
				switch op[:n] {
				case "", "=", "==":
					all = all && r == 0
				case "!=":
					all = all && r != 0
				case "<":
					all = all && r < 0
				case "<=", "=<":
					all = all && r <= 0
				case ">":
					all = all && r > 0
				case ">=", "=>":
					all = all && (r >= 0 || bound == "0")
				}
			}
			want = want || all
		}
		if got != want {
			t.Errorf("%q holds %q = %t, want %t", text, v, got, want)
		}
	})
}

func FuzzAdvisory(f *testing.F) {
	for _, packages := range sample() {
		for _, values := range packages {
			for _, text := range values {
				f.Add([]byte(text), "1.0-1")
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, v string) {
		for _, scheme := range []version.Scheme{version.RPM, version.PyPI} {
			key, err := keyOf(scheme, v)
			if err != nil {
				continue
			}
			for _, e := range entriesOf("CVE-1", data, &place{scheme: scheme}) {
				e.holds(key)
			}
		}
	})
}
