package suppress_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/suppress"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

// shop is an image with vulnerabilities in a system's package, a program and a jar.
func shop() *scan.Report {
	r := &scan.Report{
		Target: scan.Target{
			Kind: artifact.KindImage, Name: "shop.tar", RepoTags: []string{"example.com/shop:1"},
			RepoDigests: []string{"example.com/shop@sha256:ab"}, Platform: "linux/amd64", ImageID: "sha256:cd",
		},
		OS:      &vuln.OS{Family: vuln.Debian, Version: "12.5"},
		Created: time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC),
		Components: []scan.Component{
			{Package: vuln.Package{Type: vuln.TypeDeb, Name: "libkeel1", Version: "1:2.0-1", Arch: "amd64", SourceName: "keel", SourceVersion: "1:2.0-1"}, Path: "var/lib/dpkg/status"},
			{Package: vuln.Package{Type: vuln.TypeGo, Name: "example.com/app", Version: "v1.0.0"}, Path: "usr/bin/app", Relationship: artifact.Root},
			{Package: vuln.Package{Type: vuln.TypeGo, Name: "example.com/mast", Version: "v1.2.0"}, Path: "usr/bin/app"},
			{Package: vuln.Package{Type: vuln.TypeMaven, Name: "com.example:sail", Version: "3.0"}, Path: "srv/a.war", Inside: "WEB-INF/lib/sail.jar"},
		},
	}
	for i, id := range []string{"CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003", "CVE-2024-0004"} {
		r.Vulnerabilities = append(r.Vulnerabilities, scan.Vulnerability{Component: &r.Components[i], ID: id})
	}
	r.Vulnerabilities[2].Advisories = []string{"GHSA-mast", "GO-2024-1"}
	r.Vulnerabilities[2].Advisory = &vuln.Advisory{ID: "GHSA-mast", Aliases: []string{"HULL-3", "CVE-2024-0099"}}
	for _, path := range []string{"deploy/web.yaml", "deploy/base/db.yaml"} {
		for _, rule := range []string{"host-pid", "latest-tag"} {
			r.Diagnostics = append(r.Diagnostics, lint.Diagnostic{Rule: rule, Span: manifest.Span{Start: manifest.Position{Path: path, Line: 3}}})
		}
	}
	return r
}

// apply is what list suppresses of shop, a line each, and the problems.
func apply(t *testing.T, list ...scan.Suppressor) string {
	t.Helper()
	r := shop()
	out, err := scan.Suppress(t.Context(), r, list...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shop().Vulnerabilities, r.Vulnerabilities); diff != "" {
		t.Errorf("Suppress changed the report it was given:\n%s", diff)
	}
	if n := len(out.Vulnerabilities) + len(out.SuppressedVulnerabilities); n != 4 {
		t.Errorf("%d vulnerabilities are left, want 4", n)
	}
	var b strings.Builder
	for _, v := range out.SuppressedVulnerabilities {
		fmt.Fprintf(&b, "%s of %s is %s by %s at %s: %s\n", v.ID, v.Component.Name, v.Decision.Outcome, v.By, v.Source, v.Reason)
	}
	for _, d := range out.Suppressed {
		fmt.Fprintf(&b, "%s in %s by %s at %s: %s\n", d.Rule, d.Span.Start.Path, d.By, d.Source, d.Reason)
	}
	for _, p := range out.Problems {
		if p.Hides != artifact.HidesNothing {
			t.Errorf("problem %s hides something", p)
		}
		fmt.Fprintf(&b, "problem: %s: %v\n", p.Path, p.Err)
	}
	return b.String()
}

func TestIgnore(t *testing.T) {
	t.Parallel()
	rules := []*lint.Rule{{Name: "host-pid", Aliases: []string{"KSV-0010"}}, {Name: "latest-tag"}}
	for name, row := range map[string]struct{ file, text, want string }{
		"lines": {"a.trivyignore", `# never reached
CVE-2024-0001 exp:2024-06-02

CVE-2024-0002 # of no use
CVE-2024-0099
latest-tag
CVE-2024-0004 exp:2024-06-01
`, `CVE-2024-0001 of libkeel1 is ignored by ignore file at a.trivyignore:2: never reached
CVE-2024-0002 of example.com/app is ignored by ignore file at a.trivyignore:4: of no use
latest-tag in deploy/web.yaml by ignore file at a.trivyignore:6: 
latest-tag in deploy/base/db.yaml by ignore file at a.trivyignore:6: 
problem: a.trivyignore:7: the entry for CVE-2024-0004 expired on 2024-05-31
`},
		"other names": {"a", "GO-2024-1\nAVD-KSV-0010\n", `CVE-2024-0003 of example.com/mast is ignored by ignore file at a:1: 
host-pid in deploy/web.yaml by ignore file at a:2: 
host-pid in deploy/base/db.yaml by ignore file at a:2: 
`},
		"an alias": {"a", "HULL-3\r\nKSV010\r\n", `CVE-2024-0003 of example.com/mast is ignored by ignore file at a:1: 
host-pid in deploy/web.yaml by ignore file at a:2: 
host-pid in deploy/base/db.yaml by ignore file at a:2: 
`},
		"odd lines": {"a", "CVE-2024-0001 exp:soon\nCVE-2024-0002 until 2025-01-01\n", `CVE-2024-0002 of example.com/app is ignored by ignore file at a:2: 
problem: a:1: CVE-2024-0001: "soon" is no day, as 2027-01-31 is
problem: a:2: CVE-2024-0002: "until" is passed over: what comes after an id is exp:DATE, or a comment after #
problem: a:2: CVE-2024-0002: "2025-01-01" is passed over: what comes after an id is exp:DATE, or a comment after #
`},
		"many problems": {"a", strings.Repeat("x exp:soon\n", 30), strings.Repeat("", 1)},
		"Trivy's YAML": {"i.yaml", `
vulnerabilities:
  - id: CVE-2024-0001
    purls: ["pkg:deb/debian/libkeel1@2.0-1?epoch=1"]
    statement: not loaded
    expired_at: 2024-06-02
  - id: CVE-2024-0002
    purls: ["pkg:golang/example.com/app@v2.0.0"]
  - id: CVE-2024-0003
    paths: ["/usr/*/app"]
  - id: CVE-2024-0004
    paths: ["**/sail.jar"]
    expired_at: 2024-06-01
misconfigurations:
  - id: KSV-0010
    paths: ["deploy/*.yaml"]
secrets:
  - id: x
`, `CVE-2024-0001 of libkeel1 is ignored by ignore file at i.yaml:3: not loaded
CVE-2024-0003 of example.com/mast is ignored by ignore file at i.yaml:9: 
host-pid in deploy/web.yaml by ignore file at i.yaml:15: 
problem: i.yaml:11: the entry for CVE-2024-0004 expired on 2024-05-31
`},
		"ours": {".plimsollignore.yaml", `
require: [reason, until]
vulnerabilities:
- {id: CVE-2024-0001, reason: not loaded, until: 2024-06-01}
- {id: CVE-2024-0002, reason: not loaded}
- {id: CVE-2024-0003, until: 2024-06-01}
- {id: CVE-2024-0004, reason: "a jar", until: 2024-05-31}
diagnostics:
- {id: latest-tag, reason: pinned elsewhere, until: 2024-06-01T13:00:00Z, paths: ["**/db.yaml"]}
`, `CVE-2024-0001 of libkeel1 is ignored by ignore file at .plimsollignore.yaml:4: not loaded
latest-tag in deploy/base/db.yaml by ignore file at .plimsollignore.yaml:9: pinned elsewhere
problem: .plimsollignore.yaml:5: CVE-2024-0002: the day until which it holds, that the file requires, is missing
problem: .plimsollignore.yaml:6: CVE-2024-0003: the reason that the file requires is missing
problem: .plimsollignore.yaml:7: the entry for CVE-2024-0004 expired on 2024-05-31
`},
		"odd YAML": {"i.yml", `
vulnerabilities:
- CVE-2024-0001
- {id: CVE-2024-0001, path: x}
- {id: CVE-2024-0001, paths: []}
- {id: CVE-2024-0001, paths: ["a["]}
- {id: CVE-2024-0001, purls: [keel]}
- {id: CVE-2024-0001, purls: ["pkg:deb"]}
- {id: CVE-2024-0001, until: soon}
- {id: CVE-2024-0001, id: CVE-2024-0002}
- {id: [CVE-2024-0001]}
- {reason: x}
misconfigurations: {id: latest-tag}
require: [name]
other:
`, `problem: i.yml:3: want an entry with an id
problem: i.yml:4: path: unknown field
problem: i.yml:5: paths: line 5: want a list of texts
problem: i.yml:6: CVE-2024-0001: malformed pattern "a["
problem: i.yml:7: CVE-2024-0001: "keel" is no package URL
problem: i.yml:8: CVE-2024-0001: package URL "pkg:deb": purl is missing type or name
problem: i.yml:9: until: "soon" is no day, as 2027-01-31 is
problem: i.yml:10: "id" is there twice
problem: i.yml:11: id: line 11: want a text
problem: i.yml:12: an entry without an id
problem: i.yml:13: want a list of entries
problem: i.yml:14: require: "name": want reason or until
problem: i.yml:15: unknown section "other"
`},
		"empty":    {"i.yaml", "", ""},
		"null":     {"i.yaml", "# nothing\n---\n", ""},
		"no lines": {"i", "\n\n#\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := suppress.ReadIgnoreFile(row.file, []byte(row.text))
			if err != nil {
				t.Fatal(err)
			}
			got := apply(t, suppress.Ignore(f, rules...))
			if name == "many problems" {
				if n := strings.Count(got, "problem: "); n != 21 || !strings.Contains(got, "a: 10 more problems") {
					t.Errorf("%d problems, want 20 and one that counts 10:\n%s", n, got)
				}
				return
			}
			if diff := cmp.Diff(sorted(row.want), sorted(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// sorted is text with its problems in the order of their lines as numbers.
func sorted(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		list = append(list, line)
	}
	less := func(s string) string {
		before, rest, ok := strings.Cut(s, "problem: ")
		if !ok || before != "" {
			return ""
		}
		path, words, _ := strings.Cut(rest, ": ")
		name, n, _ := strings.Cut(path, ":")
		return fmt.Sprintf("%s %4s %s", name, n, words)
	}
	for i := range list { // few, and nearly in order
		for j := i; j > 0 && less(list[j]) < less(list[j-1]); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return list
}

func TestReadIgnoreFileErrors(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text string
		want       error
	}{
		{"a.yaml", "a: [", suppress.ErrIgnoreFile},
		{"a.yaml", "- a", suppress.ErrIgnoreFile},
		{"a.yaml", "a:\n---\nb:\n", suppress.ErrIgnoreFile},
		{"a", "\x00", suppress.ErrIgnoreFile},
		{"a", "\xff", suppress.ErrIgnoreFile},
		{"a", strings.Repeat("x\n", 100_001), scan.ErrLimit},
		{"a", strings.Repeat("#", 9<<20), scan.ErrLimit},
	} {
		if _, err := suppress.ReadIgnoreFile(row.name, []byte(row.text)); !errors.Is(err, row.want) || !strings.HasPrefix(err.Error(), "read ignore file "+row.name) {
			t.Errorf("ReadIgnoreFile(%q, %.20q) = %v, want %v", row.name, row.text, err, row.want)
		}
	}
}

func TestVEX(t *testing.T) {
	t.Parallel()
	say := func(name, id string, status vuln.Status, products ...vex.Product) *vex.Document {
		return &vex.Document{Name: name, Format: vex.OpenVEX, Statements: []vex.Statement{{
			Vulnerabilities: []string{id}, Status: status, Products: products, Justification: "component_not_present", Path: "statements[0]",
		}}}
	}
	alone := func(ids ...string) vex.Product { return vex.Product{IDs: ids} }
	for name, row := range map[string]struct {
		document *vex.Document
		want     string // the package that is suppressed, "": none
	}{
		"package":            {say("v", "CVE-2024-0001", vuln.StatusNotAffected, alone("pkg:deb/debian/libkeel1")), "libkeel1"},
		"version":            {say("v", "CVE-2024-0001", vuln.StatusFixed, alone("pkg:deb/debian/libkeel1@1:2.0-1")), "libkeel1"},
		"other version":      {say("v", "CVE-2024-0001", vuln.StatusFixed, alone("pkg:deb/debian/libkeel1@1:2.0-2")), ""},
		"source":             {say("v", "CVE-2024-0001", vuln.StatusFixed, alone("pkg:deb/debian/keel?arch=source")), "libkeel1"},
		"name of the source": {say("v", "CVE-2024-0001", vuln.StatusFixed, alone("pkg:deb/debian/keel")), ""},
		"affected":           {say("v", "CVE-2024-0001", vuln.StatusAffected, alone("pkg:deb/debian/libkeel1")), ""},
		"investigated":       {say("v", "CVE-2024-0001", vuln.StatusUnderInvestigation, alone("pkg:deb/debian/libkeel1")), ""},
		"image":              {say("v", "CVE-2024-0001", vuln.StatusFixed, alone("pkg:oci/shop?repository_url=example.com/shop")), "libkeel1"},
		"image by digest":    {say("v", "CVE-2024-0001", vuln.StatusFixed, alone("pkg:oci/shop@sha256:ab")), "libkeel1"},
		"image by name":      {say("v", "CVE-2024-0001", vuln.StatusFixed, alone("example.com/shop:1")), "libkeel1"},
		"image by id":        {say("v", "CVE-2024-0001", vuln.StatusFixed, alone("sha256:cd")), "libkeel1"},
		"another image":      {say("v", "CVE-2024-0001", vuln.StatusFixed, alone("pkg:oci/stall")), ""},
		"part of image":      {say("v", "CVE-2024-0003", vuln.StatusFixed, vex.Product{IDs: []string{"pkg:oci/shop"}, Subcomponents: []string{"pkg:golang/example.com/mast"}}), "example.com/mast"},
		"part of program":    {say("v", "CVE-2024-0003", vuln.StatusFixed, vex.Product{IDs: []string{"pkg:golang/example.com/app"}, Subcomponents: []string{"pkg:golang/example.com/mast"}}), "example.com/mast"},
		"of another program": {say("v", "CVE-2024-0004", vuln.StatusFixed, vex.Product{IDs: []string{"pkg:golang/example.com/app"}, Subcomponents: []string{"pkg:maven/com.example/sail"}}), ""},
		"by advisory":        {say("v", "GO-2024-1", vuln.StatusFixed, alone("pkg:golang/example.com/mast")), "example.com/mast"},
		"a neighbour":        {say("v", "CVE-2024-0099", vuln.StatusFixed, alone("pkg:golang/example.com/mast")), ""},
	} {
		want := ""
		if row.want != "" {
			status := row.document.Statements[0].Status
			id := map[string]string{"libkeel1": "CVE-2024-0001", "example.com/mast": "CVE-2024-0003"}[row.want]
			want = fmt.Sprintf("%s of %s is %s by OpenVEX at v: statements[0]: component_not_present\n", id, row.want, status)
		}
		if got := apply(t, suppress.VEX(row.document)); got != want {
			t.Errorf("%s:\n%swant:\n%s", name, got, want)
		}
	}
	bad := &vex.Document{Name: "v", Problems: []vex.Problem{{Path: "statements[1]", Err: errors.New("odd")}, {Err: errors.New("old")}}}
	if got, want := apply(t, suppress.VEX(bad)), "problem: v: old\nproblem: v: statements[1]: odd\n"; got != want {
		t.Errorf("problems:\n%swant:\n%s", got, want)
	}
}

// What depends on a package is what it is in: all ways to the project count.
func TestVEXOfDependents(t *testing.T) {
	t.Parallel()
	const file = "app/package-lock.json"
	for _, kind := range []artifact.TargetKind{artifact.KindFilesystem, artifact.KindCycloneDX} {
		r := &scan.Report{Target: scan.Target{Kind: kind, Name: "app"}}
		add := func(name string, root artifact.Relationship, needs ...string) {
			c := scan.Component{Package: vuln.Package{Type: vuln.TypeNPM, Name: name, Version: "1.0.0"}, Path: file, Analyzer: "npm", Relationship: root, DependsOn: needs}
			if kind == artifact.KindCycloneDX {
				c.Path, c.Analyzer = "node_modules/"+name, "sbom"
			}
			r.Components = append(r.Components, c)
		}
		add("app", artifact.Root, "direct1@1.0.0", "direct2@1.0.0")
		add("direct1", artifact.Direct, "deep@1.0.0")
		add("direct2", artifact.Direct, "deep@1.0.0")
		add("deep", artifact.Indirect, "loop@1.0.0")
		add("loop", artifact.Indirect, "deep@1.0.0")
		add("alone", artifact.Indirect)
		for i := range r.Components {
			r.Vulnerabilities = append(r.Vulnerabilities, scan.Vulnerability{Component: &r.Components[i], ID: "CVE-1"})
		}
		for in, want := range map[string]string{
			"direct1":         "",
			"direct1 direct2": "deep",
			"app":             "alone deep",
			"deep":            "", // the loop leads to the project all the same
			"stall":           "",
		} {
			d := &vex.Document{Name: "v", Format: vex.OpenVEX}
			for _, name := range strings.Fields(in) {
				d.Statements = append(d.Statements, vex.Statement{
					Vulnerabilities: []string{"CVE-1"}, Status: vuln.StatusNotAffected,
					Products: []vex.Product{{IDs: []string{"pkg:npm/" + name}, Subcomponents: []string{"pkg:npm/deep", "pkg:npm/alone"}}},
				})
			}
			out, err := scan.Suppress(t.Context(), r, suppress.VEX(d))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range out.SuppressedVulnerabilities {
				got = append(got, v.Component.Name)
			}
			slices.Sort(got)
			if strings.Join(got, " ") != want {
				t.Errorf("%s, in %s: %v suppressed, want %s", kind, in, got, want)
			}
		}
	}
}

// broken fails, or panics.
type broken struct{ err error }

func (b broken) Suppress(context.Context, *scan.Report) (scan.Decisions, error) {
	if b.err == nil {
		panic("broken")
	}
	return scan.Decisions{Vulnerabilities: map[int]scan.Decision{}}, b.err
}

func TestSuppressorThatFails(t *testing.T) {
	t.Parallel()
	if got := apply(t, broken{errors.New("lost")}); got != "problem: : lost\n" {
		t.Errorf("an error gives %q", got)
	}
	if got := apply(t, broken{}); !strings.HasPrefix(got, "problem: : panic") {
		t.Errorf("a panic gives %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := scan.Suppress(ctx, shop(), broken{errors.New("lost")}); !errors.Is(err, context.Canceled) {
		t.Errorf("Suppress with a cancelled context = %v", err)
	}
}

func FuzzReadIgnoreFile(f *testing.F) {
	f.Add("a", "CVE-1 exp:2024-01-01 # why\n")
	f.Add("a.yaml", "require: [reason]\nvulnerabilities:\n- {id: CVE-1, paths: [a], purls: ['pkg:npm/a'], until: 2024-01-01}\n")
	f.Add("a.yml", "misconfigurations: &a\n- id: *a\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		file, err := suppress.ReadIgnoreFile(name, []byte(text))
		if (file == nil) == (err == nil) {
			t.Fatalf("ReadIgnoreFile = %v, %v", file, err)
		}
		if err != nil {
			return
		}
		for _, e := range file.Entries {
			if e.ID == "" || e.Line < 1 || !e.Vulnerabilities && !e.Diagnostics {
				t.Fatalf("an entry about nothing: %+v", e)
			}
		}
		if _, err := scan.Suppress(t.Context(), shop(), suppress.Ignore(file)); err != nil {
			t.Fatal(err)
		}
	})
}
