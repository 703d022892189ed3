package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAPINames looks for each name that the table of docs/library.md says to call now.
func TestAPINames(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/library.md")
	if err != nil {
		t.Fatal(err)
	}
	exported := make(map[string]map[string]bool)
	for _, dir := range []string{"lint", "manifest", "scan", "scan/report", "scan/source", "score", "vuln", "vuln/store", "vuln/version"} {
		exported[filepath.Base(dir)] = exportedNames(t, filepath.Join("../..", dir))
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		for _, m := range regexp.MustCompile(`\b([a-z]+)\.([A-Z]\w*)`).FindAllStringSubmatch(cells[2], -1) {
			rows++
			if !exported[m[1]][m[2]] {
				t.Errorf("there is no %s: %s", m[0], line)
			}
		}
	}
	if rows == 0 {
		t.Error("the table of docs/library.md names nothing")
	}
}

// exportedNames are those of the functions, types, variables and constants of the
// package in dir.
func exportedNames(t *testing.T, dir string) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					names[d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						names[s.Name.Name] = true
					case *ast.ValueSpec:
						for _, n := range s.Names {
							names[n.Name] = true
						}
					}
				}
			}
		}
	}
	return names
}
