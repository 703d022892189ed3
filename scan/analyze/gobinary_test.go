package analyze

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// exeLines are the components of an executable, one a line.
func exeLines(facts artifact.Facts) []string {
	var list []string
	for _, c := range facts.Components {
		line := fmt.Sprintf("%s %s %s %s", c.Type, c.Name, c.Version, c.Relationship)
		if c.Dev {
			line += " dev"
		}
		if len(c.DependsOn) > 0 {
			line += " needs " + strings.Join(c.DependsOn, " ")
		}
		list = append(list, line)
	}
	return list
}

// TestGoBinary builds the program in each way, and holds GoBinary to finding the
// same in all of them, as debug/buildinfo does.
func TestGoBinary(t *testing.T) {
	t.Parallel()
	for _, p := range goPrograms() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			content := p.build(t)
			checkGoBinary(t, content, p.version)
		})
	}
}

func checkGoBinary(t *testing.T, content []byte, version string) {
	t.Helper()
	want := []string{
		"golang example.org/ship " + version + " root",
		"golang stdlib v" + strings.TrimPrefix(strings.Fields(runtime.Version())[0], "go") + " direct",
		"golang example.org/hull  unknown",
		"golang golang.org/x/sync v0.22.0 unknown",
		"golang golang.org/x/mod v0.39.0 unknown",
	}
	for _, f := range []*artifact.File{analyzetest.Executable("usr/bin/ship", content), analyzetest.Stream("usr/bin/ship", content)} {
		facts, err := GoBinary.Analyze(t.Context(), f)
		if diff := cmp.Diff(want, exeLines(facts)); diff != "" || err != nil {
			t.Errorf("Analyze() = %v: -want +got\n%s", err, diff)
		}
	}
	if v, err := judgeHead(content[:4096]); err != nil || v.golang == ruledOut {
		t.Errorf("judgeHead() = %+v, %v, want that it may be Go", v, err)
	}
	if facts, err := RustBinary.Analyze(t.Context(), analyzetest.Stream("usr/bin/ship", content)); err != nil || !facts.Empty() {
		t.Errorf("RustBinary.Analyze() = %+v, %v, want nothing", facts, err)
	}
	if formatOf(content) == formatFat {
		return
	}
	info, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil || info.Main.Path != "example.org/ship" || len(info.Deps) != 3 {
		t.Errorf("buildinfo.Read() = %v, %v, want what is there", info, err)
	}
}

// TestGoBinaryUniversal holds GoBinary to reading each image of a universal
// binary once.
func TestGoBinaryUniversal(t *testing.T) {
	t.Parallel()
	image := goProgram{env: []string{"GOOS=darwin", "GOARCH=arm64"}, args: []string{"-ldflags=-s -w"}}.build(t)
	checkGoBinary(t, universal(image, image), "")
}

// TestGoBinaryArchive holds GoBinary to finding Go in a C program.
func TestGoBinaryArchive(t *testing.T) {
	t.Parallel()
	archive := goProgram{cgo: true, ci: true, env: []string{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1"}, args: []string{"-buildmode=c-archive", "-ldflags=-buildid="}}.build(t)
	if facts, err := GoBinary.Analyze(t.Context(), analyzetest.Executable("lib.a", archive)); err != nil || !facts.Empty() {
		t.Errorf("Analyze(lib.a) = %+v, %v, want nothing: it is no executable", facts, err)
	}
	content := buildC(t, map[string]string{"lib.a": string(archive), "main.c": "int Answer(void);\nint main(void) { return Answer(); }\n"},
		"-O1", "-s", "main.c", "lib.a", "-lpthread", "-lresolv")
	checkGoBinary(t, content, "")
}

// TestGoBinaryOfTheToolchain holds GoBinary to what debug/buildinfo says of the
// toolchain's own programs.
func TestGoBinaryOfTheToolchain(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := strings.TrimSpace(string(out))
	files, _ := filepath.Glob(filepath.Join(root, "bin", "*"))
	tools, _ := filepath.Glob(filepath.Join(root, "pkg", "tool", "*", "*"))
	for _, path := range append(files, tools...) {
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		facts, err := GoBinary.Analyze(t.Context(), analyzetest.Stream("bin/tool", content))
		if err != nil || len(facts.Components) < 1+len(info.Deps) {
			t.Errorf("Analyze(%s) = %q, %v, want %d modules", path, exeLines(facts), err, 1+len(info.Deps))
		}
	}
}

func TestGoRelease(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ version, want string }{
		{"go1.22.3", "v1.22.3"},
		{"go1.22", "v1.22"},
		{"go1.22rc1", "v1.22rc1"},
		{"go1.22.3 X:boringcrypto", "v1.22.3"},
		{"go1.25.0-X:nodwarf5", "v1.25.0"},
		{"go1.25.0-X:nodwarf5 (Red Hat 1.25.0-1.el9)", "v1.25.0"},
		{"go1.22.3-1", "v1.22.3-1"},
		{"devel go1.24-0123abc Wed Nov 25", "devel go1.24-0123abc Wed Nov 25"},
	} {
		if got := goRelease(row.version); got != row.want {
			t.Errorf("goRelease(%q) = %q, want %q", row.version, got, row.want)
		}
	}
}

func TestStamps(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ flags, want string }{
		{"", ""},
		{"-s -w", ""},
		{"-X main.version=1.2.3", "1.2.3"},
		{"-X=main.version=1.2.3", "1.2.3"},
		{"--X=main.version=1.2.3", "1.2.3"},
		{"-X 'main.version=v1.2.3'", "v1.2.3"},
		{`-X="main.version=v1.2.3"`, "v1.2.3"},
		{`-X main.version="v1.2.3"`, "v1.2.3"},
		{"-s -X main.Version=v1 -w", "v1"},
		{"-X main.VER=v1.2.3", "v1.2.3"},
		{"-X main.gitVersion=v1.2.3", ""},
		{"-X version=v1.2.3", ""},
		{"-X main.version=latest", ""},
		{"-X main.version=", ""},
		{"-X main.version", ""},
		{"-X", ""},
		{"main.version=1.2.3", ""},
		{"-extldflags '-X main.version=1.2.3'", ""},
		{"-X main.version=1.2.3 -X main.version=1.2.4", "1.2.4"},
		{"-X main.version=1.2.3 -X example.org/x/version.Version=1.2.3", "1.2.3"},
		{"-X main.version=1.2.3 -X example.org/x/version.Version=1.2.4", ""},
		{"-X example.org/x/pkg.Version=2.0.0 -X main.version=1.2.3", "1.2.3"},
		{"-X example.org/x/pkg.Version=2.0.0", "2.0.0"},
		{"-X example.org/ship/cmd/sail/app.version=3.0.0 -X main.version=1.2.3", "3.0.0"},
	} {
		s := stamps{module: "example.org/ship"}
		s.addFlags(row.flags)
		if got := s.version(); got != row.want {
			t.Errorf("version of the flags %q = %q, want %q", row.flags, got, row.want)
		}
	}
}

func BenchmarkGoBinary(b *testing.B) {
	path, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	f := analyzetest.Executable("usr/bin/test", content)
	b.ReportAllocs()
	for b.Loop() {
		if facts, err := GoBinary.Analyze(b.Context(), f); err != nil || facts.Empty() {
			b.Fatal(facts, err)
		}
	}
}
