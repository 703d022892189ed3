package plimsoll_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// comparesVersions names the files outside vuln/version that may compare
// versions otherwise than by key, each with the reason.
func comparesVersions() map[string]string {
	return map[string]string{
		"scan/analyze/gomod.go":        "go.sum has several versions of a module, of which the highest counts",
		"scan/cache/directory.go":      "compares times, not versions",
		"vuln/match.go":                "chooses the highest of several fixed versions, which decides nothing",
		"vuln/osv/compile.go":          "asks Maven near a bound that its order and the key may see differently",
		"vuln/store/compile.go":        "compares times, not versions",
		"vuln/store/content.go":        "compares times, not versions",
		"vuln/store/shard.go":          "compares times, not versions",
		"vuln/store/verify/peers.go":   "asks comparators that are not ours, to check the keys",
		"vuln/trivydb/hits.go":         "chooses the entry with the highest fixed version, as the database is made to be read",
		"examples/plimsoll/compare.go": "compares reports, not versions",
		"examples/plimsoll/order.go":   "is the command that compares",
	}
}

// TestVersionsAreComparedByKey finds each call of a Compare that is not of the
// standard library. That no other module orders versions, importRules sees to.
func TestVersionsAreComparedByKey(t *testing.T) {
	t.Parallel()
	reasons := comparesVersions()
	found := make(map[string]bool)
	root := rootDir(t)
	for _, pattern := range []string{"*.go", "*/*.go", "*/*/*.go", "*/*/*/*.go"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name, err := filepath.Rel(root, file)
			if err != nil {
				t.Fatal(err)
			}
			name = filepath.ToSlash(name)
			if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "vuln/version/") {
				continue
			}
			source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			if comparesOtherwise(source) {
				found[name] = true
				if reasons[name] == "" {
					t.Errorf("%s compares versions, or what looks like it: comparesVersions gives no reason", name)
				}
			}
		}
	}
	for name := range reasons {
		if !found[name] {
			t.Errorf("comparesVersions gives a reason for %s, which compares nothing", name)
		}
	}
}

// comparesOtherwise reports whether f calls a Compare or MavenReferenceCompare
// of anything but bytes, cmp and strings.
func comparesOtherwise(f *ast.File) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Compare" && sel.Sel.Name != "MavenReferenceCompare" {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "bytes" || x.Name == "cmp" || x.Name == "strings") {
			return true
		}
		found = true
		return true
	})
	return found
}

func TestComparesOtherwise(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"bytes.Compare(a, b)": false, "strings.Compare(a, b)": false, "cmp.Compare(a, b)": false, "a.Compared(b)": false,
		"version.Deb.Compare(a, b)": true, "scheme.Compare(a, b)": true, "version.MavenReferenceCompare(a, b)": true,
		"x.y.Compare(b)": true,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc f() { "+body+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := comparesOtherwise(f); got != want {
			t.Errorf("comparesOtherwise(%s) = %v, want %v", body, got, want)
		}
	}
}
