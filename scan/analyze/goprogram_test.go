package analyze

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A goProgram is a way to build the same small program.
type goProgram struct {
	name    string
	env     []string // beside the defaults
	args    []string // of go build
	cgo     bool     // needs a C compiler
	ci      bool     // only where CI is set: what it needs of the library is compiled for it alone
	version string   // the main module's, as GoBinary is to find it
}

func goPrograms() []goProgram {
	native := []string{"GOOS=linux", "GOARCH=amd64"}
	cgo := []string{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1"}
	return []goProgram{
		{name: "plain", env: native},
		{name: "stripped", env: native, args: []string{"-ldflags=-s -w"}},
		{name: "no build ID", env: native, args: []string{"-ldflags=-s -w -buildid="}},
		{name: "position independent", env: native, args: []string{"-buildmode=pie"}},
		{name: "position independent, no build ID", ci: true, env: native, args: []string{"-buildmode=pie", "-ldflags=-s -w -buildid="}},
		{name: "stamped", env: native, args: []string{"-ldflags=-X main.version=1.2.3"}, version: "1.2.3"},
		{name: "stamped, trimmed", env: native, args: []string{"-trimpath", "-ldflags=-X main.version=v1.2.3"}, version: "v1.2.3"},
		{name: "stamped, trimmed, position independent", ci: true, env: native, args: []string{"-trimpath", "-buildmode=pie", "-ldflags=-X main.version=v1.2.3"}, version: "v1.2.3"},
		{name: "stamped, trimmed, stripped", env: native, args: []string{"-trimpath", "-ldflags=-s -w -X main.version=v1.2.3"}},
		{name: "stamped, trimmed, 32-bit", env: []string{"GOOS=linux", "GOARCH=386"}, args: []string{"-trimpath", "-ldflags=-X main.version=v1.2.3"}, version: "v1.2.3"},
		{name: "big-endian", ci: true, env: []string{"GOOS=linux", "GOARCH=s390x"}, args: []string{"-trimpath", "-ldflags=-X main.version=v1.2.3"}, version: "v1.2.3"},
		{name: "windows", env: []string{"GOOS=windows", "GOARCH=amd64"}, args: []string{"-ldflags=-X 'main.version=v1.2.3'"}, version: "v1.2.3"},
		{name: "darwin", env: []string{"GOOS=darwin", "GOARCH=arm64"}, args: []string{"-ldflags=-s -w"}},

		{name: "cgo", env: cgo, cgo: true},
		{name: "linked by C", ci: true, env: cgo, cgo: true, args: []string{"-ldflags=-linkmode=external"}},
		{name: "linked by C, no build ID", ci: true, env: cgo, cgo: true, args: []string{"-ldflags=-linkmode=external -s -w -buildid="}},
		{name: "linked by C, static, no build ID", ci: true, env: cgo, cgo: true, args: []string{"-ldflags=-linkmode=external -extldflags=-static -s -w -buildid="}},
		{name: "linked by C, position independent, no build ID", ci: true, env: cgo, cgo: true, args: []string{"-buildmode=pie", "-ldflags=-linkmode=external -s -w -buildid="}},
		{name: "shared library", ci: true, env: cgo, cgo: true, args: []string{"-buildmode=c-shared"}},
		{name: "shared library, no build ID", ci: true, env: cgo, cgo: true, args: []string{"-buildmode=c-shared", "-ldflags=-s -w -buildid="}},
		{name: "plug-in", ci: true, env: cgo, cgo: true, args: []string{"-buildmode=plugin"}},
		{name: "plug-in, no build ID", ci: true, env: cgo, cgo: true, args: []string{"-buildmode=plugin", "-ldflags=-s -w -buildid="}},
	}
}

// writeProgram writes the program's module into a directory.
func writeProgram(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": `module example.org/ship

go 1.20

require (
	example.org/hull v0.0.0
	example.org/mast v1.4.0
	golang.org/x/mod v0.39.0
)

replace example.org/hull => ./hull

replace example.org/mast => golang.org/x/sync v0.22.0
`,
		"main.go": `package main

import (
	"example.org/hull"
	"example.org/mast/singleflight"
	"golang.org/x/mod/semver"
)

var version = "none"

var group singleflight.Group

func main() { println(version, hull.Planks(), semver.IsValid(version)); group.Forget(version) }
`,
		"c.go":         "package main\n\n// static int answer(void) { return 42; }\nimport \"C\"\n\n//export Answer\nfunc Answer() C.int { return C.answer() }\n",
		"hull/go.mod":  "module example.org/hull\n\ngo 1.20\n",
		"hull/hull.go": "package hull\n\nfunc Planks() int { return 7 }\n",
	} {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	return dir
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// build builds p and returns the file.
func (p goProgram) build(t *testing.T) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("builds programs")
	}
	if p.ci && os.Getenv("CI") == "" {
		t.Skip("only with CI set")
	}
	if p.cgo {
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip(err)
		}
	}
	dir := writeProgram(t)
	out := filepath.Join(t.TempDir(), "out")
	cmd := exec.Command("go", append(append([]string{"build", "-o", out}, p.args...), ".")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off", "GONOSUMDB=*", "GOSUMDB=off", "GOTOOLCHAIN=local")
	cmd.Env = append(cmd.Env, p.env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		if strings.Contains(string(text), "module lookup disabled") || strings.Contains(string(text), "cannot find") {
			t.Skipf("go build: %v\n%s", err, text)
		}
		t.Fatalf("go build: %v\n%s", err, text)
	}
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// universal wraps Mach-O images into a universal binary.
func universal(images ...[]byte) []byte {
	var b bytes.Buffer
	put := func(list ...uint32) { binary.Write(&b, binary.BigEndian, list) }
	put(fatMagic, uint32(len(images)))
	at := uint32(4096)
	for i, image := range images {
		put(0x0100000c, uint32(i), at, uint32(len(image)), 12)
		at += (uint32(len(image)) + 4095) &^ 4095
	}
	for _, image := range images {
		b.Write(make([]byte, (4096-b.Len()%4096)%4096))
		b.Write(image)
	}
	return b.Bytes()
}

// buildC runs gcc on files, and returns what it made.
func buildC(t *testing.T, files map[string]string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	for name, text := range files {
		writeFile(t, filepath.Join(dir, name), text)
	}
	cmd := exec.Command("gcc", append([]string{"-o", "out"}, args...)...)
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("gcc %q: %v\n%s", args, err, text)
	}
	content, err := os.ReadFile(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
