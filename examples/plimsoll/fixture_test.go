package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

const (
	debian     = "../../testdata/images/debian12.tar"
	alpine     = "../../testdata/images/alpine319.tar"
	advisories = "../../testdata/advisories"
)

// TestMain gives the tests a user's cache of their own, which the program has too where
// they start it.
func TestMain(m *testing.M) {
	program := map[string]func(){"plimsoll": main}
	if _, ok := program[strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")]; ok {
		testscript.Main(m, program)
	}
	keepGoEnvironment()
	dir, err := os.MkdirTemp("", "plimsoll-test-")
	if err != nil {
		panic(err)
	}
	for _, name := range cacheVariables() {
		os.Setenv(name, dir)
	}
	testscript.Main(tests{m, dir}, program)
}

// tests run, and then remove the directory that they were given.
type tests struct {
	*testing.M
	dir string
}

func (t tests) Run() int {
	defer os.RemoveAll(t.dir)
	return t.M.Run()
}

// keepGoEnvironment lets the Go tool find what it keeps for the user, once the variables
// that say where that is are changed.
func keepGoEnvironment() {
	names := []string{"GOENV", "GOPATH", "GOCACHE"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		return // no test may need it
	}
	for i, value := range strings.Split(strings.TrimRight(string(out), "\r\n"), "\n") {
		os.Setenv(names[i], strings.TrimRight(value, "\r"))
	}
}

// cacheVariables are those that os.UserCacheDir reads, of each system.
func cacheVariables() []string { return []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} }

// layoutDir extracts the OCI archive at path.
func layoutDir(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	for _, m := range members(t, path) {
		to := filepath.Join(dir, filepath.FromSlash(m.header.Name))
		if m.header.Typeflag == tar.TypeDir {
			if err := os.MkdirAll(to, 0o755); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(to, m.content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// damaged copies the docker save archive at path, the last byte of the content of
// its last layer changed: the layer cannot be believed, the others can.
func damaged(t *testing.T, path string) string {
	t.Helper()
	list := members(t, path)
	last := -1
	for i, m := range list {
		if filepath.Base(m.header.Name) == "layer.tar" {
			last = i
		}
	}
	if last < 0 {
		t.Fatalf("%s holds no layer.tar", path)
	}
	list[last].content[len(list[last].content)-1] ^= 1

	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, m := range list {
		if err := w.WriteHeader(m.header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(m.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file(t, "damaged.tar", out.Bytes())
}

type member struct {
	header  *tar.Header
	content []byte
}

func members(t *testing.T, path string) []member {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []member
	r := tar.NewReader(f)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, member{h, content})
	}
}

// file writes content to a file of that name in a directory of its own.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
