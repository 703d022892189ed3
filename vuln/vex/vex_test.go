package vex_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// show is a document as the golden files have it.
func show(d *vex.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s by %s, %s\n", d.Format, d.ID, d.Author, d.Timestamp.UTC().Format(time.RFC3339))
	for _, s := range d.Statements {
		fmt.Fprintf(&b, "\n%s: %s is %s, %s\n", s.Path, strings.Join(s.Vulnerabilities, " "), s.Status, s.Timestamp.UTC().Format(time.RFC3339))
		if s.Justification != "" || s.Detail != "" {
			fmt.Fprintf(&b, "\t%s: %s\n", s.Justification, s.Detail)
		}
		for _, p := range s.Products {
			fmt.Fprintf(&b, "\t- %s\n", strings.Join(p.IDs, " "))
			for _, sub := range p.Subcomponents {
				fmt.Fprintf(&b, "\t\t- %s\n", sub)
			}
		}
	}
	b.WriteString("\n")
	for _, p := range d.Problems {
		fmt.Fprintf(&b, "problem: %s\n", p)
	}
	return b.String()
}

// Each document of testdata, beside what is read of it.
func TestRead(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d, err := vex.Read(file, text)
			if err != nil {
				t.Fatal(err)
			}
			golden, got := strings.TrimSuffix(file, ".json")+".golden", show(d)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("Read(%s) (-want +got):\n%s", file, diff)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	many := strings.Repeat(`"a",`, 1000)
	for text, want := range map[string]string{
		"":                                      "line 1, column 1: unexpected end",
		"{\n  \"@context\": 1,\n}":              "line 3, column 1: invalid character",
		"{}":                                    vex.ErrFormat.Error(),
		"[]":                                    "array, where a struct is wanted",
		`{"@context": "https://example.com"}`:   vex.ErrFormat.Error(),
		`{"bomFormat": "SPDX"}`:                 vex.ErrFormat.Error(),
		`{"document": {"csaf_version": "1.2"}}`: vex.ErrFormat.Error(),
		`{"@context": "https://openvex.dev/ns", "statements": {}}`:              "statements is a object, want a slice",
		`{"bomFormat": "CycloneDX", "metadata": {"timestamp": 1}}`:              "metadata.timestamp is a number, want a string",
		`{"document": {"csaf_version": "2.0"}, "product_tree": {"branches":1}}`: "product_tree.branches is a number",
		`{"@context": "https://openvex.dev/ns", "statements": [` + strings.Repeat(`{"vulnerability": "CVE-1", "status": "fixed", "products": [`+
			many+`"b"], "subcomponents": [`+many+`"b"]},`, 2) + `{}]}`: vex.ErrLimit.Error(),
	} {
		d, err := vex.Read("x.json", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "read VEX document x.json: ") {
			t.Errorf("Read(%.80q) = %v, %v, want an error with %q", text, d, err, want)
		}
	}
	if _, err := vex.Read("x", []byte("{}")); !errors.Is(err, vex.ErrFormat) {
		t.Errorf("Read({}) = %v, want ErrFormat", err)
	}
}

// What is written once and referred to often is bounded, and so is the time it takes.
func TestReadBounds(t *testing.T) {
	t.Parallel()
	list := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format+",", i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	const csaf = `{"document": {"csaf_version": "2.0"}, "product_tree": {%s}, "vulnerabilities": [{"cve": "CVE-1", %s}]}`
	for name, text := range map[string]string{
		"groups": fmt.Sprintf(csaf, `"full_product_names": [{"product_id": "0", "product_identification_helper": {"purl": "pkg:npm/a"}}],
			"product_groups": [{"group_id": "g", "product_ids": [`+list(3000, `"%d"`)+`]}]`,
			`"product_status": {"fixed": ["0"]}, "flags": [`+list(3000, `{"label": "x%d", "group_ids": ["g"]}`)+`]`),
		"names": fmt.Sprintf(csaf, `"full_product_names": [{"product_id": "0", "product_identification_helper": {"purls": [`+list(3000, `"pkg:npm/a%d"`)+`]}}],
			"relationships": [`+list(3000, `{"product_reference": "0", "relates_to_product_reference": "0", "full_product_name": {"product_id": "r%d"}}`)+`]`,
			`"product_status": {"fixed": [`+list(3000, `"r%d"`)+`]}`),
	} {
		if d, err := vex.Read("x", []byte(text)); !errors.Is(err, vex.ErrLimit) {
			t.Errorf("%s: Read = %v, %v, want ErrLimit", name, d, err)
		}
	}
	many := `{"@context": "https://openvex.dev/ns", "statements": [{"vulnerability": {"name": "CVE-1", "aliases": [` + list(1000, `"X-%d"`) + `]}, "products": ["a"], "status": "fixed"}]}`
	d, err := vex.Read("x", []byte(many))
	if err != nil || len(d.Statements) > 0 || len(d.Problems) != 1 || !errors.Is(d.Problems[0].Err, vex.ErrLimit) {
		t.Errorf("1001 names of a vulnerability: Read = %+v, %v, want one problem", d, err)
	}
	deep := strings.Repeat(`{"branches": [`, 200) + strings.Repeat(`]}`, 200)
	d, err = vex.Read("x", []byte(fmt.Sprintf(csaf, `"branches": [`+deep+`]`, `"cve": "CVE-2"`)))
	if err != nil || len(d.Problems) != 1 || !errors.Is(d.Problems[0].Err, vex.ErrLimit) {
		t.Errorf("200 branches in each other: Read = %+v, %v, want one problem", d, err)
	}
	deep = strings.Repeat(`{"components": [`, 200) + strings.Repeat(`]}`, 200)
	d, err = vex.Read("x", []byte(`{"bomFormat": "CycloneDX", "components": [`+deep+`]}`))
	if err != nil || len(d.Problems) != 1 || !errors.Is(d.Problems[0].Err, vex.ErrLimit) {
		t.Errorf("200 components in each other: Read = %+v, %v, want one problem", d, err)
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		pattern, id string
		want        bool
	}{
		{"pkg:npm/mast", "pkg:npm/mast@1.0.0", true},
		{"pkg:npm/mast@1.0.0", "pkg:npm/mast@1.0.0", true},
		{"pkg:npm/mast@1.0.1", "pkg:npm/mast@1.0.0", false},
		{"pkg:npm/mast@1.0.0", "pkg:npm/mast", false},
		{"pkg:npm/mast", "pkg:npm/%40hull/mast@1.0.0", false},
		{"pkg:npm/mast", "pkg:gem/mast@1.0.0", false},
		{"pkg:deb/debian/keel", "pkg:deb/ubuntu/keel@1", false},
		{"pkg:deb/debian/keel?arch=amd64", "pkg:deb/debian/keel@1?arch=amd64&distro=debian-12", true},
		{"pkg:deb/debian/keel?arch=arm64", "pkg:deb/debian/keel@1?arch=amd64", false},
		{"pkg:deb/debian/keel?arch=arm64", "pkg:deb/debian/keel@1", false},
		{"pkg:rpm/redhat/keel@1:2-3", "pkg:rpm/redhat/keel@2-3?epoch=1", true},
		{"pkg:rpm/redhat/keel@2-3?epoch=1", "pkg:rpm/redhat/keel@1:2-3", true},
		{"pkg:rpm/redhat/keel@2-3?epoch=0", "pkg:rpm/redhat/keel@2-3", true},
		{"pkg:rpm/redhat/keel@2-3", "pkg:rpm/redhat/keel@2-3?epoch=1", false},
		{"pkg:deb/debian/keel", "pkg:deb/debian/keel@1?arch=source", false},
		{"pkg:rpm/redhat/keel?arch=src", "pkg:rpm/redhat/keel@1?arch=src", true},
		{"pkg:PyPI/Mast_Head", "pkg:pypi/mast-head@1", true},
		{"pkg:golang/example.com/mast#sail", "pkg:golang/example.com/mast@v1", false},
		{"pkg:oci/debian?repository_url=index.docker.io/library/debian", "pkg:oci/debian@sha256%3Aab?repository_url=docker.io/library/debian&tag=12", true},
		{"pkg:oci/debian?repository_url=docker.io/library", "pkg:oci/debian@sha256:ab?repository_url=index.docker.io/library/debian", true},
		{"pkg:oci/debian?repository_url=index.docker.io/library/debian", "pkg:oci/debian?repository_url=debian&tag=12", true},
		{"pkg:oci/app?repository_url=docker.io/team/app", "pkg:oci/app?repository_url=team/app", true},
		{"pkg:oci/app?repository_url=docker.io/team/app", "pkg:oci/app?repository_url=localhost/app", false},
		{"pkg:golang/example.com/mast@1.2.0", "pkg:golang/example.com/mast@v1.2.0", true},
		{"pkg:golang/example.com/mast@1.2.0", "pkg:golang/example.com/mast@v1.2.1", false},
		{"pkg:oci/debian@sha256%3Aab", "pkg:oci/debian@sha256:ab?repository_url=a.example/debian", true},
		{"pkg:oci/Debian", "pkg:oci/debian?tag=12", true},
		{"pkg:oci/debian?repository_url=b.example/debian", "pkg:oci/debian?repository_url=a.example/debian", false},
		{"example.com/shop:1", "example.com/shop:1", true},
		{"example.com/shop", "example.com/shop:1", false},
	} {
		got, err := vex.Covers(row.pattern, row.id)
		if got != row.want || err != nil {
			t.Errorf("Covers(%q, %q) = %t, %v, want %t", row.pattern, row.id, got, err, row.want)
		}
	}
	if _, err := vex.Covers("pkg:", "pkg:npm/a"); err == nil {
		t.Error("Covers of a package URL that is none is no error")
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) }
	keel := []vex.Product{{IDs: []string{"pkg:deb/debian/keel"}}}
	say := func(status vuln.Status, n int, products []vex.Product) vex.Statement {
		return vex.Statement{Vulnerabilities: []string{"CVE-1", "GHSA-1"}, Status: status, Timestamp: day(n), Products: products}
	}
	document := func(list ...vex.Statement) *vex.Document { return &vex.Document{Statements: list} }
	inShop := []vex.Product{{IDs: []string{"pkg:oci/shop", "sha256:ab"}, Subcomponents: []string{"pkg:deb/debian/keel"}}}
	subject := vex.Subject{Vulnerabilities: []string{"CVE-1"}, Packages: []string{"pkg:deb/debian/keel@1", "pkg:deb/debian/boats@1?arch=source"}}
	of := func(products ...string) vex.Subject { s := subject; s.Products = products; return s }
	for name, row := range map[string]struct {
		documents  []*vex.Document
		subject    vex.Subject
		want       vuln.Status // unknown: nothing is said
		suppressed bool
	}{
		"nothing":                    {nil, subject, 0, false},
		"not affected":               {[]*vex.Document{document(say(vuln.StatusNotAffected, 1, keel))}, subject, vuln.StatusNotAffected, true},
		"fixed":                      {[]*vex.Document{document(say(vuln.StatusFixed, 1, keel))}, subject, vuln.StatusFixed, true},
		"affected":                   {[]*vex.Document{document(say(vuln.StatusAffected, 1, keel))}, subject, vuln.StatusAffected, false},
		"an alias":                   {[]*vex.Document{document(say(vuln.StatusFixed, 1, keel))}, vex.Subject{Vulnerabilities: []string{"X", "GHSA-1"}, Packages: subject.Packages}, vuln.StatusFixed, true},
		"another CVE of an advisory": {[]*vex.Document{document(say(vuln.StatusFixed, 1, keel))}, vex.Subject{Vulnerabilities: []string{"CVE-2", "GHSA-1"}, Packages: subject.Packages}, 0, false},
		"another id":                 {[]*vex.Document{document(say(vuln.StatusFixed, 1, keel))}, vex.Subject{Vulnerabilities: []string{"CVE-2"}, Packages: subject.Packages}, 0, false},
		"the latest":                 {[]*vex.Document{document(say(vuln.StatusAffected, 2, keel), say(vuln.StatusFixed, 1, keel))}, subject, vuln.StatusAffected, false},
		"of equals last":             {[]*vex.Document{document(say(vuln.StatusAffected, 1, keel), say(vuln.StatusFixed, 1, keel))}, subject, vuln.StatusFixed, true},
		"of two documents":           {[]*vex.Document{document(say(vuln.StatusAffected, 2, keel)), document(say(vuln.StatusFixed, 1, keel))}, subject, vuln.StatusFixed, true},
		"first that speaks":          {[]*vex.Document{document(), document(say(vuln.StatusAffected, 1, keel)), document(say(vuln.StatusUnderInvestigation, 2, keel))}, subject, vuln.StatusAffected, false},
		"source":                     {[]*vex.Document{document(say(vuln.StatusFixed, 1, []vex.Product{{IDs: []string{"pkg:deb/debian/boats?arch=source"}}}))}, subject, vuln.StatusFixed, true},
		"the product":                {[]*vex.Document{document(say(vuln.StatusFixed, 1, []vex.Product{{IDs: []string{"pkg:oci/shop"}}}))}, of("pkg:oci/shop@sha256:ab"), vuln.StatusFixed, true},
		"part of product":            {[]*vex.Document{document(say(vuln.StatusFixed, 1, inShop))}, of("x", "sha256:ab"), vuln.StatusFixed, true},
		"of another":                 {[]*vex.Document{document(say(vuln.StatusFixed, 1, inShop))}, of("pkg:oci/stall"), 0, false},
		"of none":                    {[]*vex.Document{document(say(vuln.StatusFixed, 1, inShop))}, subject, 0, false},
		"a part as product":          {[]*vex.Document{document(say(vuln.StatusFixed, 1, inShop))}, vex.Subject{Vulnerabilities: []string{"CVE-1"}, Products: []string{"pkg:oci/shop", "pkg:deb/debian/keel"}}, 0, false},
	} {
		m, found := vex.NewIndex(row.documents...).Find(row.subject)
		switch {
		case found != (row.want != 0):
			t.Errorf("%s: Find = %v, want %s", name, found, row.want)
		case found && (m.Statement.Status != row.want || m.Suppresses() != row.suppressed):
			t.Errorf("%s: Find says %s, suppresses %t, want %s, %t", name, m.Statement.Status, m.Suppresses(), row.want, row.suppressed)
		}
	}
}

func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.json")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := vex.Read("x", text)
		if (d == nil) == (err == nil) {
			t.Fatalf("Read = %v, %v", d, err)
		}
		if err != nil {
			return
		}
		index := vex.NewIndex(d)
		for _, s := range d.Statements {
			if len(s.Vulnerabilities) == 0 || len(s.Products) == 0 || s.Path == "" || s.Status == vuln.StatusUnknown {
				t.Fatalf("a statement that says nothing: %+v", s)
			}
			for _, p := range s.Products {
				subject := vex.Subject{Vulnerabilities: s.Vulnerabilities[:1], Packages: p.Subcomponents, Products: p.IDs}
				if _, found := index.Find(subject); !found {
					t.Fatalf("nothing is said of %+v, which %s is about", subject, s.Path)
				}
			}
		}
	})
}
