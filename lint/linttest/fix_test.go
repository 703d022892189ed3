package linttest_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/linttest"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// crew reports the Services without a pilot and a cook, which it can hire.
func crew() *lint.Rule {
	return service("crew", func(p *lint.Pass, spec *manifest.Node) {
		for _, who := range []string{"pilot", "cook"} {
			if !spec.Get(who).Exists() {
				p.Report(spec, "no "+who, lint.SetFix(spec, true, who))
			}
		}
	})
}

// service makes a rule that looks at the spec of Services.
func service(name string, look func(*lint.Pass, *manifest.Node)) *lint.Rule {
	return &lint.Rule{Name: name, Kinds: []lint.Kind{lint.Service}, Run: func(p *lint.Pass) error {
		look(p, p.Object.Get("spec"))
		return nil
	}}
}

const (
	alone = `-- fire.yaml --
apiVersion: v1
kind: Service
spec: # want "no pilot" "no cook"
  cargo: tar # two berths
`
	manned = `-- fire.yaml.fixed --
apiVersion: v1
kind: Service
spec: # want "no pilot" "no cook"
  cargo: tar # two berths
  pilot: true
  cook: true
`
	full = `-- ok.yaml --
apiVersion: v1
kind: Service
spec:
  pilot: true
  cook: true
`
)

func TestFixes(t *testing.T) {
	t.Parallel()
	refused := lint.Fix{Message: "sail on", Refused: manifest.ErrEdit}
	tug := func(p *lint.Pass, n *manifest.Node, fixes ...lint.Fix) {
		if s, _ := n.Get("cargo").Str(); s == "tar" {
			p.Report(n, "tar", fixes...)
		}
	}
	const tar = "-- fire.yaml --\napiVersion: v1\nkind: Service\nspec: # want \"tar\"\n  cargo: tar\n"
	const coal = "-- fire.yaml.fixed --\napiVersion: v1\nkind: Service\nspec: # want \"tar\"\n  cargo: coal\n"
	for _, row := range []struct {
		name    string
		rule    *lint.Rule
		archive string
		want    []string
	}{
		{"two at one place", crew(), alone + manned + full, nil},
		{
			"another text", crew(), alone + manned + "  mate: true\n" + full,
			[]string{`f.txtar:13: fire.yaml.fixed:7: after fixes got line "", want "  mate: true\n"; got all in all`},
		},
		{
			"another line", crew(), alone + "-- fire.yaml.fixed --\napiVersion: v1\nkind: Service\nspec:\n" + full,
			[]string{`fire.yaml.fixed:3: after fixes got line "spec: # want \"no pilot\" \"no cook\"\n", want "spec:\n"`},
		},
		{"no fixed text", crew(), alone + full, []string{"the rule has fixes, and no section .fixed says what they give"}},
		{
			"fixed text is the text", crew(), alone + "-- fire.yaml.fixed --\n" + alone[len("-- fire.yaml --\n"):] + full,
			[]string{"fire.yaml.fixed:1: the fixture is too weak: the fixed text is the text"},
		},
		{
			"files of a directory", crew(), alone + manned + full +
				"-- fleet/a.yaml --\napiVersion: v1\nkind: Service\nspec: {cook: true} # want \"pilot\"\n" +
				"-- fleet/a.yaml.fixed --\napiVersion: v1\nkind: Service\nspec: {cook: true, pilot: true} # want \"pilot\"\n" +
				"-- fleet/b.yaml --\napiVersion: v1\nkind: Service\nspec: {pilot: true} # want \"cook\"\n" +
				"-- fleet/b.yaml.fixed --\napiVersion: v1\nkind: Service\nspec: {pilot: true, cook: true} # want \"cook\"\n",
			nil,
		},
		{
			"the first that is not refused",
			service("tug", func(p *lint.Pass, n *manifest.Node) {
				tug(p, n, refused, lint.SetFix(n, "coal", "cargo"), lint.DeleteFix(n, "cargo"))
			}),
			tar + coal + full, nil,
		},
		{"all refused", service("tug", func(p *lint.Pass, n *manifest.Node) { tug(p, n, refused) }), tar + full, nil},
		{
			"a fixed text that nothing makes", service("tug", func(p *lint.Pass, n *manifest.Node) { tug(p, n, refused) }),
			tar + coal + full, []string{`fire.yaml.fixed:4: after fixes got line "  cargo: tar\n", want "  cargo: coal\n"`},
		},
		{
			"no edits", service("tug", func(p *lint.Pass, n *manifest.Node) { tug(p, n, lint.SetFix(n, "tar", "cargo")) }),
			tar + coal + full, []string{`f.txtar:4: fire.yaml:3: fix "set cargo to \"tar\"" of "tar": the fix changes nothing`},
		},
		{
			"no message", service("tug", func(p *lint.Pass, n *manifest.Node) {
				f := lint.SetFix(n, "coal", "cargo")
				f.Message = ""
				tug(p, n, f)
			}),
			tar + coal + full, []string{`fix "" of "tar": it has no message`},
		},
		{
			"a later one cannot be applied", service("tug", func(p *lint.Pass, n *manifest.Node) {
				tug(p, n, lint.SetFix(n, "coal", "cargo"), lint.Fix{Message: "break", Edits: []manifest.Edit{{File: p.Object.File(), Text: "["}}})
			}),
			tar + coal + full, []string{`fix "break" of "tar": cannot edit`},
		},
		{
			"no end", service("tug", func(p *lint.Pass, n *manifest.Node) {
				if s, _ := n.Get("cargo").Str(); s != "" {
					p.Report(n, s, lint.SetFix(n, s+"r", "cargo"))
				}
			}),
			tar + full, []string{"f.txtar:2: fire.yaml:1: the fixes come to no end, and have made\napiVersion: v1\nkind: Service\nspec: # want \"tar\"\n  cargo: tarrrrr\n"},
		},
		{
			"no help", service("tug", func(p *lint.Pass, n *manifest.Node) {
				switch s, _ := n.Get("cargo").Str(); s {
				case "tar":
					p.Report(n, "tar", lint.SetFix(n, "coal", "cargo"))
				case "coal":
					p.Report(n, "tar")
				}
			}),
			tar + coal + full, []string{`fire.yaml:3: "tar" is still found after its fix`},
		},
		{
			"another diagnostic", service("tug", func(p *lint.Pass, n *manifest.Node) {
				switch s, _ := n.Get("cargo").Str(); s {
				case "tar":
					p.Report(n, "tar", lint.SetFix(n, "coal", "cargo"))
				case "coal":
					p.Report(n, "coal")
				}
			}),
			tar + coal + full, nil,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			checkFailures(t, row.rule, row.archive, row.want)
		})
	}
}

// A manifest that is a fixture by itself has its fixed text beside it.
func TestSingleFile(t *testing.T) {
	t.Parallel()
	const text = "apiVersion: v1\nkind: Service\nspec: {cook: true} # want \"pilot\"\n---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {cook: true, pilot: yes}"
	name := write(t, "fleet.yaml", text)
	for _, row := range []struct {
		fixed string
		want  []string
	}{
		{"", []string{"no section .fixed"}},
		{"apiVersion: v1\nkind: Service\nspec: {cook: true, pilot: true} # want \"pilot\"\n---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {cook: true, pilot: yes}", nil},
		{"apiVersion: v2\n", []string{"fleet.yaml.fixed:1: after fixes got line"}},
		{text, []string{"fleet.yaml.fixed:1: the fixture is too weak"}},
	} {
		if row.fixed != "" {
			if err := os.WriteFile(name+".fixed", []byte(row.fixed), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		r := new(recorder)
		linttest.Run(r, crew(), name)
		compare(t, "Run with fixed text\n"+row.fixed, r.failures, row.want)
	}
}

// The flag is set for all tests, so nothing runs beside this one.
func TestUpdate(t *testing.T) {
	if flag.Lookup("update") == nil { // it is, when the test is run a second time
		flag.Bool("update", false, "")
	}
	if err := flag.Set("update", "true"); err != nil {
		t.Fatal(err)
	}
	defer flag.Set("update", "false")
	const prose = "Ships.\n\n"
	const compat = "-- compat/a.yaml --\napiVersion: v1\nkind: Service\nspec: {cook: true} # want \"pilot\"\n"
	for _, row := range []struct{ name, archive, want string }{
		{"new", prose + alone + full + compat, prose + alone + manned + full + compat},
		{"in place", prose + full + alone + "-- fire.yaml.want --\n-- fire.yaml.fixed --\nold\n", prose + full + alone + "-- fire.yaml.want --\n" + manned},
		{
			"compat in place", prose + alone + full + compat + "-- compat/a.yaml.fixed --\n",
			prose + alone + manned + full + compat + "-- compat/a.yaml.fixed --\napiVersion: v1\nkind: Service\nspec: {cook: true, pilot: true} # want \"pilot\"\n",
		},
		{"up to date", alone + manned + full, alone + manned + full},
	} {
		name := write(t, "f.txtar", row.archive)
		r := new(recorder)
		linttest.Run(r, crew(), name)
		compare(t, row.name+": Run with update", r.failures, nil)
		if diff := cmp.Diff(row.want, read(t, name)); diff != "" {
			t.Errorf("%s: the archive after Run with update (-want +got):\n%s", row.name, diff)
		}
	}
	single := write(t, "fleet.yaml", "apiVersion: v1\nkind: Service\nspec: {cook: true} # want \"pilot\"\n---\nkind: Service\napiVersion: v1\nspec: {cook: yes, pilot: yes}\n")
	r := new(recorder)
	linttest.Run(r, crew(), single)
	compare(t, "Run with update", r.failures, nil)
	want := "apiVersion: v1\nkind: Service\nspec: {cook: true, pilot: true} # want \"pilot\"\n---\nkind: Service\napiVersion: v1\nspec: {cook: yes, pilot: yes}\n"
	if diff := cmp.Diff(want, read(t, single+".fixed")); diff != "" {
		t.Errorf("the fixed text after Run with update (-want +got):\n%s", diff)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
