package plimsoll_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSource holds the code of the library, tests and examples excluded, to the
// rules that a compiler does not know.
func TestSource(t *testing.T) {
	t.Parallel()
	packages := goList(t, rootDir(t), "-deps", "-export", "./...")
	env := readsEnvironment()
	vars := mutableVariables()
	for _, p := range packages {
		dir := directoryOf(p.ImportPath)
		if p.Standard || p.Module.Path != modulePath || strings.HasPrefix(dir, "examples/") {
			continue
		}
		sources := make(map[string]string)
		for _, name := range p.GoFiles {
			b, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			sources[filepath.Join(dir, name)] = string(b)
		}
		for _, f := range lintSource(t, p.ImportPath, sources, packages) {
			name := dir + "." + f.name
			switch f.rule {
			case ruleEnvironment:
				if strings.HasPrefix(dir, "internal/") { // test kits
					continue
				}
				if _, ok := readsEnvironment()[name]; ok {
					delete(env, name)
					continue
				}
			case ruleMutable:
				if _, ok := mutableVariables()[name]; ok {
					delete(vars, name)
					continue
				}
			}
			t.Error(f)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		t.Errorf("readsEnvironment lists %s, which does not", name)
	}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		t.Errorf("mutableVariables lists %s, which is none", name)
	}
}

// TestSourceRules shows that each rule sees what it is there for.
func TestSourceRules(t *testing.T) {
	t.Parallel()
	packages := goList(t, rootDir(t), "-deps", "-export",
		"errors", "fmt", "log", "log/slog", "os", "sync", "sync/atomic", "embed",
		"github.com/google/go-containerregistry/pkg/authn")
	const clean = `
// ErrGone is an error.
var ErrGone = errors.New("gone")

// A Scheme is an interface.
type Scheme interface{ Name() string }

type deb struct{ name string }

// Name is a method.
func (d deb) Name() string { return d.name }

// Deb is a value without state.
var Deb Scheme = deb{"deb"}

var _ Scheme = deb{}

// The levels.
const (
	Low = iota
	High
)

// Sizes are fixed.
var Sizes = [2]int{1, 2}

// Logged takes its logger.
func Logged(l *slog.Logger) { l.Info("x"); var local map[string]int; local = nil; _ = local; _ = Sizes[0] }
`
	header := "// Package p is a package.\npackage p\n"
	imports := func(paths ...string) string {
		s := header
		for _, p := range paths {
			s += fmt.Sprintf("import %q\n", p)
		}
		return s
	}
	for _, row := range []struct {
		name, source string
		want         []string // rule and name, sorted by position
	}{
		{"clean", imports("errors", "log/slog") + clean, nil},
		{"map", header + `var m = map[string]int{}`, []string{"mutable m"}},
		{"slice", header + `var s []int`, []string{"mutable s"}},
		{"pointer", header + `var p = new(int)`, []string{"mutable p"}},
		{"pointer in interface", header + `var p any = new(int)`, []string{"mutable p"}},
		{"chan", header + `var c chan int`, []string{"mutable c"}},
		{"sync", imports("sync") + `var mu sync.Mutex`, []string{"mutable mu"}},
		{"atomic", imports("sync/atomic") + `var n atomic.Int64`, []string{"mutable n"}},
		{"nested", header + `type t struct{ a [2]struct{ m map[int]int } }; var x t`, []string{"mutable x"}},
		{"named", header + `type t map[int]int; var x = t{}`, []string{"mutable x"}},
		{"function", header + `func f() map[int]int { return nil }; var x = f()`, []string{"mutable x"}},
		{"several", header + `func f() (int, []int) { return 0, nil }; var a, b = f()`, []string{"mutable b"}},
		{"assigned", header + `var n int; func f() { n = 1 }`, []string{"mutable n"}},
		{"incremented", header + `var n int; func f() { n++ }`, []string{"mutable n"}},
		{"added", header + `var n int; func f() { n += 2 }`, []string{"mutable n"}},
		{"ranged", header + `var n int; func f() { for n = range 3 { _ = 1 } }`, []string{"mutable n"}},
		{"field", header + `var v struct{ n int }; func f() { v.n = 1 }`, []string{"mutable v"}},
		{"element", header + `var v [2]int; func f() { (v)[0] = 1 }`, []string{"mutable v"}},
		{"address", header + `var v int; func f() *int { return &v }`, []string{"mutable v"}},
		{"slicing", header + `var v [2]int; func f() []int { return v[:] }`, []string{"mutable v"}},
		{"method", header + `type t struct{ n int }; func (t *t) set() { t.n = 1 }; var v t; func f() { v.set() }`, []string{"mutable v"}},
		{"shadowed", header + `var n int; func f() { n := 1; n = 2; _ = n }`, nil},
		{"another package's", imports("os") + `func f() { os.Args = nil }`, []string{"mutable Args"}},
		{"init", header + `func init() {}`, []string{"init init"}},
		{"method init", header + `type t struct{}; func (t) init() {}`, nil},
		{"blank import", header + "import _ \"embed\"", []string{"blank import embed"}},
		{"exit", imports("os") + `func f() { os.Exit(1) }`, []string{"forbidden os.Exit"}},
		{"exit as value", imports("os") + `func f() func(int) { return os.Exit }`, []string{"forbidden os.Exit"}},
		{"renamed", header + "import sys \"os\"\nfunc f() { sys.Exit(1) }", []string{"forbidden os.Exit"}},
		{"log", imports("log") + `func f() { log.Print() }`, []string{"forbidden log.Print"}},
		{"logger type", imports("log") + `func f(l *log.Logger) { l.Print() }`, []string{"forbidden log.Logger", "forbidden log.Print"}},
		{"slog default", imports("log/slog") + `func f() { slog.Default() }`, []string{"forbidden slog.Default"}},
		{"slog set", imports("log/slog") + `func f() { slog.SetDefault(nil) }`, []string{"forbidden slog.SetDefault"}},
		{"slog info", imports("log/slog") + `func f() { slog.Info("x") }`, []string{"forbidden slog.Info"}},
		{"slog attribute", imports("log/slog") + `func f() slog.Attr { return slog.Int("n", 1) }`, nil},
		{"print", imports("fmt") + `func f() { fmt.Println() }`, []string{"forbidden fmt.Println"}},
		{"builtin print", header + `func f() { println() }`, []string{"forbidden println"}},
		{"getenv", imports("os") + `func f() { os.Getenv("A") }`, []string{"environment f"}},
		{"lookup", imports("os") + `type t struct{}; func (t) f() { os.LookupEnv("A") }`, []string{"environment t.f"}},
		{"cache", imports("os") + `var f = os.UserCacheDir`, []string{"environment "}},
		{"keychain", imports("github.com/google/go-containerregistry/pkg/authn") + `func f() any { return authn.DefaultKeychain }`, []string{"environment f"}},
		{"no package comment", "package p", []string{"undocumented package p"}},
		{"function without", header + `func F() {}`, []string{"undocumented F"}},
		{"method without", header + "// T is.\ntype T struct{}\nfunc (*T) F() {}", []string{"undocumented T.F"}},
		{"method of a hidden type", header + "type t struct{}\nfunc (t) F() {}", nil},
		{"type without", header + `type T int`, []string{"undocumented T"}},
		{"const without", header + `const C = 1`, []string{"undocumented C"}},
		{"var without", header + `var V = 1`, []string{"undocumented V"}},
		{"grouped aliases", header + "// The aliases.\ntype (\n\tA = int\n\t// B is.\n\tB = int\n)", []string{"undocumented A"}},
		{"grouped variable", header + "// The variables.\nvar (\n\tV = 1\n)", nil},
		{"commented constant", header + "const (\n\tC = 1 // one\n)", nil},
		{"empty comment", header + "//\nfunc F() {}", []string{"undocumented F"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range lintSource(t, "p", map[string]string{"p.go": row.source}, packages) {
				got = append(got, f.rule+" "+f.name)
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("lintSource(%s) = %q, want %q", row.source, got, row.want)
			}
		})
	}
}

// The rules of lintSource.
const (
	ruleMutable      = "mutable"      // package-level state
	ruleInit         = "init"         // func init
	ruleBlank        = "blank import" // import for its side effects
	ruleForbidden    = "forbidden"    // what only a program may do
	ruleEnvironment  = "environment"  // reads the environment; named by function
	ruleUndocumented = "undocumented" // an exported name without a comment of its own
)

// A flaw is a place where a rule is broken.
type flaw struct {
	pos        token.Position
	rule, name string
}

func (f flaw) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.pos.Filename, f.pos.Line, f.rule, f.name)
}

// lintSource checks the files of one package, given by name. What they import is
// read from the export data of dependencies. Flaws are sorted by position.
func lintSource(t *testing.T, path string, sources map[string]string, dependencies []listed) []flaw {
	t.Helper()
	c := checker{fset: token.NewFileSet()}
	var files []*ast.File
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		f, err := parser.ParseFile(c.fset, name, sources[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("parse %s: %v", name, err)
		}
		files = append(files, f)
	}
	exports := make(map[string]string)
	for _, p := range dependencies {
		exports[p.ImportPath] = p.Export
	}
	lookup := func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }
	config := types.Config{Importer: importer.ForCompiler(c.fset, "gc", lookup)}
	c.info = types.Info{
		Types:      make(map[ast.Expr]types.TypeAndValue),
		Defs:       make(map[*ast.Ident]types.Object),
		Uses:       make(map[*ast.Ident]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection),
	}
	if _, err := config.Check(path, c.fset, files, &c.info); err != nil {
		t.Fatalf("type-check %s: %v", path, err)
	}

	c.checkPackageComment(files)
	for _, f := range files {
		for _, i := range f.Imports {
			if i.Name != nil && i.Name.Name == "_" {
				c.report(i.Pos(), ruleBlank, strings.Trim(i.Path.Value, `"`))
			}
		}
		for _, d := range f.Decls {
			function := ""
			switch d := d.(type) {
			case *ast.FuncDecl:
				function = functionName(d)
				if d.Recv == nil && d.Name.Name == "init" {
					c.report(d.Pos(), ruleInit, "init")
				}
				c.checkFunctionComment(d)
			case *ast.GenDecl:
				c.checkComments(d)
				c.checkVariables(d)
			}
			c.checkUses(d, function)
		}
	}
	slices.SortStableFunc(c.flaws, func(a, b flaw) int {
		if n := strings.Compare(a.pos.Filename, b.pos.Filename); n != 0 {
			return n
		}
		return a.pos.Offset - b.pos.Offset
	})
	return c.flaws
}

type checker struct {
	fset  *token.FileSet
	info  types.Info
	flaws []flaw
}

func (c *checker) report(pos token.Pos, rule, name string) {
	c.flaws = append(c.flaws, flaw{c.fset.Position(pos), rule, name})
}

// checkVariables reports the package-level variables of d whose type, or the
// type of whose value, can be changed in place.
func (c *checker) checkVariables(d *ast.GenDecl) {
	if d.Tok != token.VAR {
		return
	}
	for _, spec := range d.Specs {
		spec := spec.(*ast.ValueSpec)
		for i, name := range spec.Names {
			if name.Name == "_" {
				continue
			}
			bad := mutable(c.info.Defs[name].Type())
			if len(spec.Values) == len(spec.Names) {
				value := spec.Values[i]
				bad = bad || mutable(c.info.TypeOf(value))
			}
			if bad {
				c.report(name.Pos(), ruleMutable, name.Name)
			}
		}
	}
}

// mutable reports whether a value of type t holds something that can be changed
// without assigning to the variable that holds the value. What an interface or
// a function holds cannot be seen here.
func mutable(t types.Type) bool {
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil {
		if path := named.Obj().Pkg().Path(); path == "sync" || path == "sync/atomic" {
			return true
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Map, *types.Slice, *types.Pointer, *types.Chan:
		return true
	case *types.Array:
		return mutable(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if mutable(f.Type()) {
				return true
			}
		}
	}
	return false
}

// checkUses reports, in one declaration, writes to package-level variables and
// uses of functions that a library must leave alone.
func (c *checker) checkUses(d ast.Decl, function string) {
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				c.checkWrite(e)
			}
		case *ast.IncDecStmt:
			c.checkWrite(n.X)
		case *ast.RangeStmt:
			c.checkWrite(n.Key)
			c.checkWrite(n.Value)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				c.checkWrite(n.X)
			}
		case *ast.SliceExpr:
			if _, ok := c.info.TypeOf(n.X).Underlying().(*types.Array); ok {
				c.checkWrite(n.X)
			}
		case *ast.SelectorExpr:
			c.checkMethod(n)
		case *ast.Ident:
			c.checkForbidden(n, function)
		}
		return true
	})
}

// checkWrite reports e when what it writes to is, or lies in, a package-level
// variable.
func (c *checker) checkWrite(e ast.Expr) {
	for e != nil {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			if v, ok := c.info.Uses[x.Sel].(*types.Var); ok && !v.IsField() {
				e = x.Sel // a variable of another package
			} else {
				e = x.X
			}
		case *ast.Ident:
			if v, ok := c.info.Uses[x].(*types.Var); ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
				c.report(x.Pos(), ruleMutable, x.Name)
			}
			return
		default:
			return
		}
	}
}

// checkMethod reports a method with a pointer receiver of a package-level
// variable: it takes the variable's address.
func (c *checker) checkMethod(e *ast.SelectorExpr) {
	s := c.info.Selections[e]
	if s == nil || s.Kind() != types.MethodVal {
		return
	}
	if _, ok := s.Recv().Underlying().(*types.Pointer); ok {
		return
	}
	recv := s.Obj().(*types.Func).Signature().Recv()
	if _, ok := recv.Type().Underlying().(*types.Pointer); ok {
		c.checkWrite(e.X)
	}
}

func (c *checker) checkForbidden(id *ast.Ident, function string) {
	obj := c.info.Uses[id]
	if b, ok := obj.(*types.Builtin); ok && (b.Name() == "print" || b.Name() == "println") {
		c.report(id.Pos(), ruleForbidden, b.Name())
		return
	}
	if obj == nil || obj.Pkg() == nil {
		return
	}
	if _, ok := obj.(*types.PkgName); ok {
		return
	}
	name := obj.Pkg().Name() + "." + obj.Name()
	if obj.Pkg().Path() == "log" {
		c.report(id.Pos(), ruleForbidden, name)
		return
	}
	if obj.Parent() != obj.Pkg().Scope() {
		return // a method, such as that of a *slog.Logger
	}
	switch obj.Pkg().Path() + "." + obj.Name() {
	case "os.Exit",
		"log/slog.Default", "log/slog.SetDefault", "log/slog.With",
		"log/slog.Debug", "log/slog.DebugContext", "log/slog.Info", "log/slog.InfoContext",
		"log/slog.Warn", "log/slog.WarnContext", "log/slog.Error", "log/slog.ErrorContext",
		"log/slog.Log", "log/slog.LogAttrs",
		"fmt.Print", "fmt.Printf", "fmt.Println":
		c.report(id.Pos(), ruleForbidden, name)
	case "os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv", "os.Setenv", "os.Unsetenv", "os.Clearenv",
		"os.UserCacheDir", "os.UserConfigDir", "os.UserHomeDir",
		"syscall.Getenv", "syscall.Environ",
		"github.com/google/go-containerregistry/pkg/authn.DefaultKeychain":
		c.report(id.Pos(), ruleEnvironment, function)
	}
}

func (c *checker) checkPackageComment(files []*ast.File) {
	for _, f := range files {
		if documented(f.Doc) {
			return
		}
	}
	c.report(files[0].Pos(), ruleUndocumented, "package "+files[0].Name.Name)
}

func (c *checker) checkFunctionComment(d *ast.FuncDecl) {
	name := functionName(d)
	receiver, _, isMethod := strings.Cut(name, ".")
	if !d.Name.IsExported() || isMethod && !ast.IsExported(receiver) {
		return
	}
	if !documented(d.Doc) {
		c.report(d.Pos(), ruleUndocumented, name)
	}
}

// checkComments wants a comment on each type, alone or in a group. One comment
// may serve a group of constants or variables.
func (c *checker) checkComments(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			alone := !d.Lparen.IsValid() && documented(d.Doc)
			if spec.Name.IsExported() && !alone && !documented(spec.Doc) {
				c.report(spec.Pos(), ruleUndocumented, spec.Name.Name)
			}
		case *ast.ValueSpec:
			if documented(d.Doc) || documented(spec.Doc) || documented(spec.Comment) {
				continue
			}
			for _, name := range spec.Names {
				if name.IsExported() {
					c.report(name.Pos(), ruleUndocumented, name.Name)
				}
			}
		}
	}
}

func documented(g *ast.CommentGroup) bool { return strings.TrimSpace(g.Text()) != "" }

// functionName is "F", or "T.F" for a method of T or *T.
func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	recv := d.Recv.List[0].Type
	for {
		switch x := recv.(type) {
		case *ast.StarExpr:
			recv = x.X
		case *ast.IndexExpr:
			recv = x.X
		case *ast.IndexListExpr:
			recv = x.X
		case *ast.ParenExpr:
			recv = x.X
		case *ast.Ident:
			return x.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}
