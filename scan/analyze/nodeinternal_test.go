package analyze

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestIsWorkspace(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		patterns string // by spaces
		dir      string
		want     bool
	}{
		{"packages/*", "packages/a", true},
		{"packages/*", "packages/a/b", false},
		{"packages/*", "packages", false},
		{"./packages/*/", "packages/a", true},
		{"packages/**", "packages/a/b", true},
		{"**", "a/b", true},
		{"a/**/z", "a/z", true},
		{"a/**/z", "a/b/c/z", true},
		{"a/**/b/**/z", "a/x/b/y/b/q/z", true},
		{"a/**/z", "a/b/c", false},
		{"packages/a-?", "packages/a-1", true},
		{"packages/* !packages/b", "packages/b", false},
		{"!packages/b packages/*", "packages/b", true},
		{"packages/*", "packages/node_modules", false},
		{"**", "node_modules/a", false},
		{"**", ".", false},
		{"**", "../a", false},
		{"[", "[", false},
		{strings.Repeat("**/a/", 30) + "z", strings.Repeat("a/", 40) + "y", false},
	} {
		if got := isWorkspace(strings.Fields(row.patterns), row.dir); got != row.want {
			t.Errorf("isWorkspace(%q, %q) = %v, want %v", row.patterns, row.dir, got, row.want)
		}
	}
}

func TestPlainJSON(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{`{"a": 1}`, `{"a": 1}`},
		{`{"a": 1,}`, `{"a": 1 }`},
		{`[1, 2, /* , */ ]`, `[1, 2          ]`},
		{"[1, // x\n]", "[1      \n]"},
		{`["//", "/*", ",]", "\",]",]`, `["//", "/*", ",]", "\",]" ]`},
		{"/* a\nb */ 1", "    \n     1"},
		{`1 /* open`, `1        `},
		{`"open`, `"open`},
		{`/`, `/`},
		{`1 / 2`, `1 / 2`},
		{`[1,,]`, `[1, ]`},
	} {
		if got := string(plainJSON([]byte(row.text))); got != row.want {
			t.Errorf("plainJSON(%q) = %q, want %q", row.text, got, row.want)
		}
	}
}

// TestValidMembers holds validMembers to encoding/json.
func TestValidMembers(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, ` { } `, `{"a":1}`, "{\n\"a\" : [1, {\"b\": \"}\"}] , \"c\":\"\\\\\",\"\\u0061\\n\":null}", `{"a":-1.5e3,"b":true}`, `{"":{}}`,
	} {
		want := make(map[string]json.RawMessage)
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		n := 0
		for m := range validMembers([]byte(text), 0) {
			n++
			if string(want[string(m.key)]) != string(m.value) {
				t.Errorf("validMembers(%q) has %q: %q, want %q", text, m.key, m.value, want[string(m.key)])
			}
			if text[m.first] != '"' || text[m.valueOffset():m.end] != string(m.value) {
				t.Errorf("validMembers(%q) has %q at %d to %d", text, m.key, m.first, m.end)
			}
		}
		if n != len(want) {
			t.Errorf("validMembers(%q) has %d members, want %d", text, n, len(want))
		}
	}
}

func FuzzValidMembers(f *testing.F) {
	f.Add([]byte(`{"a": [1, {"b": "}"}], "\u0061": "\\", "c": -1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		want := make(map[string]json.RawMessage)
		if checkJSONObject(text) != nil || json.Unmarshal(text, &want) != nil {
			return
		}
		got := make(map[string]json.RawMessage)
		for m := range validMembers(text, 0) {
			got[string(m.key)] = m.value
		}
		if len(got) != len(want) {
			t.Fatalf("validMembers(%q) = %q, want %q", text, got, want)
		}
		for key, value := range want {
			if string(got[key]) != string(value) {
				t.Errorf("validMembers(%q) has %q: %q, want %q", text, key, got[key], value)
			}
		}
	})
}

func TestSplitDepPath(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		key           string
		nine          bool
		name, version string
	}{
		{"/a/1.0.0", false, "a", "1.0.0"},
		{"/@s/a/1.0.0_b@2.0.0", false, "@s/a", "1.0.0"},
		{"/a@1.0.0", false, "a", "1.0.0"},
		{"/@s/a@1.0.0(@t/b@2.0.0(c@1.0.0))", false, "@s/a", "1.0.0"},
		{"r.example/@s/a/1.0.0", false, "@s/a", "1.0.0"},
		{"r.example/@s/a@1.0.0", false, "@s/a", "1.0.0"},
		{"file:a", false, "", "file:a"},
		{"a@1.0.0(b@2.0.0)", true, "a", "1.0.0"},
		{"@s/a@file:p/a", true, "@s/a", "file:p/a"},
		{"a@https://h.example/a/@b.tgz", true, "a", "https://h.example/a/@b.tgz"},
		{"a", true, "a", ""},
		{"", true, "", ""},
		{"/", false, "", ""},
		{"/@s", false, "@s", ""},
	} {
		if name, version := splitDepPath(row.key, row.nine); name != row.name || version != row.version {
			t.Errorf("splitDepPath(%q, %v) = %q, %q, want %q, %q", row.key, row.nine, name, version, row.name, row.version)
		}
	}
}

func TestTarballVersion(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, address, want string }{
		{"a", "https://r.example/a/-/a-1.0.0.tgz", "1.0.0"},
		{"@s/a", "https://r.example/@s/a/-/a-1.0.0-rc.1.tgz?x#y", "1.0.0-rc.1"},
		{"a", "file:a-1.0.0.tgz", "1.0.0"},
		{"a", "https://r.example/b-1.0.0.tgz", ""},
		{"a", "https://r.example/a-b-1.0.0.tgz", ""},
		{"a", "https://r.example/a.tgz", ""},
		{"a", "1.0.0", ""},
	} {
		if got := tarballVersion(row.name, row.address); got != row.want {
			t.Errorf("tarballVersion(%q, %q) = %q, want %q", row.name, row.address, got, row.want)
		}
	}
}

func TestResolutionName(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"a": "a", "**/a": "a", "b/a": "a", "@s/a": "@s/a", "b/@s/a": "@s/a", "@s/b/a": "a", "a@npm:^1": "a", "@s/a@1": "@s/a", "b@1/a": "a",
	} {
		if got := resolutionName(key); got != want {
			t.Errorf("resolutionName(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestBunHolder(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{"a": "", "a/b": "a", "@s/a": "", "@s/a/b": "@s/a", "b/@s/a": "b", "@s/a/@t/b": "@s/a", "": ""} {
		if got := bunHolder(key); got != want {
			t.Errorf("bunHolder(%q) = %q, want %q", key, got, want)
		}
	}
}
