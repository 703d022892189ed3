//go:build linux

package scan_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// hostileFiles are files that each would cost a scanner dearly which believed
// them, with a part of the problem that each must be.
func hostileFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	write := func(name string, content []byte, mode os.FileMode) {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, content, mode)); err != nil {
			t.Fatal(err)
		}
	}
	write("app/bomb.jar", bomb1GB(t), 0o644)
	write("usr/bin/sparse", []byte("\x7fELF"), 0o755)
	if err := os.Truncate(filepath.Join(dir, "usr/bin/sparse"), 2<<30); err != nil {
		t.Fatal(err)
	}
	write("srv/claims.rpm", rpmOf4GB(), 0o644)
	write("app/package-lock.json", []byte(strings.Repeat(`{"dependencies":{"a":`, 10_000)), 0o644)
	write("app/composer.lock", []byte(`{"packages":`+strings.Repeat("[", 10_000)), 0o644)
	write("app/yarn/yarn.lock", []byte("__metadata:\n  version: 6\n\na: "+strings.Repeat("{a: ", 10_000)), 0o644)
	write("app/Cargo.lock", []byte("a = "+strings.Repeat("[", 10_000)), 0o644)
	write("usr/lib/python3/dist-packages/none.egg", []byte("not a zip"), 0o644)
	write("app/node_modules/large/package.json", append([]byte(`{"name":"large","version":"1","x":"`), bytes.Repeat([]byte("x"), 100<<20)...), 0o644)
	write("closed/Manifest.toml", nil, 0o644)
	if err := errors.Join(
		os.Chmod(filepath.Join(dir, "closed"), 0),
		os.Symlink("loop.jar", filepath.Join(dir, "app", "loop.jar")),
		os.Symlink("../app", filepath.Join(dir, "app", "again")),
	); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	// What is in order, beside all that.
	write("app/node_modules/keel/package.json", []byte(`{"name":"keel","version":"1.0.0"}`), 0o644)
	write("app/good/composer.lock", []byte(`{"packages":[{"name":"keel/hull","version":"2.0.0"}]}`), 0o644)
	return map[string]string{
		"app/bomb.jar": "limit reached", "usr/bin/sparse": "", "srv/claims.rpm": "limit reached",
		"app/package-lock.json": "", "app/composer.lock": "", "app/yarn/yarn.lock": "", "app/Cargo.lock": "",
		"usr/lib/python3/dist-packages/none.egg": "", "app/node_modules/large/package.json": "limit reached", "closed": "permission denied",
		"": "more than 40 links",
	}
}

// bomb1GB is ten jars in each other, each with 1,000 entries, of which the
// innermost has 1 GB.
func bomb1GB(t *testing.T) []byte {
	t.Helper()
	var inner []byte
	for level := range 10 {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		add := func(name string, content io.Reader) {
			f, err := w.Create(name)
			if err == nil {
				_, err = io.Copy(f, content)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range 999 {
			size := int64(0)
			if level == 0 {
				size = 1 << 20
			}
			add(fmt.Sprintf("%d.class", i), io.LimitReader(zeros{}, size))
		}
		if level == 0 {
			add("a.jar", io.LimitReader(zeros{}, 64<<20))
		} else {
			add("a.jar", bytes.NewReader(inner))
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		inner = out.Bytes()
	}
	return inner
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// rpmOf4GB is the start of a package whose header claims to have 4 GB.
func rpmOf4GB() []byte {
	b := make([]byte, 96)
	copy(b, "\xed\xab\xee\xdb\x03\x00")
	b[78], b[79] = 0, 5 // a signature of the kind of a header
	signature := append([]byte{0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, make([]byte, 16)...)
	header := []byte{0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff}
	return append(append(b, signature...), append(header, make([]byte, 64)...)...)
}

// TestHostile scans them all in a process of its own, as somebody who may not
// read everything: it takes less than 200 MiB, each is a problem, and the rest is
// reported.
func TestHostile(t *testing.T) {
	if dir := os.Getenv("PLIMSOLL_TEST_HOSTILE"); dir != "" {
		scanHostile(t, dir)
		return
	}
	t.Parallel()
	dir, err := os.MkdirTemp("", "plimsoll-hostile-") // whose parents anybody may enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	want := hostileFiles(t, dir)
	program := filepath.Join(dir, "test")
	self, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(program, self, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run=^TestHostile$")
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "PLIMSOLL_TEST_HOSTILE="+dir, "TMPDIR=/tmp")
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got hostileResult
	line, _, _ := strings.Cut(string(out), "\n")
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	t.Logf("peak memory: %d MiB", got.Peak)
	if got.Peak >= 200 && !corpus.Race {
		t.Errorf("peak memory is %d MiB, want less than 200", got.Peak)
	}
	if fmt.Sprint(got.Packages) != "[keel keel/hull]" {
		t.Errorf("the packages are %q, want keel and keel/hull", got.Packages)
	}
	for path, part := range want {
		if text, ok := got.Problems[path]; !ok || !strings.Contains(text, part) {
			t.Errorf("the problem of %q is %q, want %q", path, text, part)
		}
		delete(got.Problems, path)
	}
	for path, text := range got.Problems {
		if path != "test" { // the program itself, which is an executable too
			t.Errorf("there is a problem of %q too: %s", path, text)
		}
	}
}

// A hostileResult is what the process tells: the most memory it had, in MiB.
type hostileResult struct {
	Peak     int
	Packages []string
	Problems map[string]string
}

func scanHostile(t *testing.T, dir string) {
	inv, err := scan.Inspect(t.Context(), source.Directory(dir, source.DirectoryOptions{}), scan.Options{Everything: true, SkipFiles: []string{"test"}})
	if err != nil {
		t.Fatal(err)
	}
	out := hostileResult{Problems: make(map[string]string)}
	for _, c := range inv.Components {
		if c.Path != "test" && c.Path != "app/bomb.jar" {
			out.Packages = append(out.Packages, c.Name)
		}
	}
	for _, p := range inv.Problems {
		if errors.Is(p.Err, scan.ErrUnidentified) {
			continue
		}
		out.Problems[p.Path] = p.String()
	}
	// Not by getrusage, which counts the process that this one was forked from.
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscanf(peak, "%d kB", &out.Peak); err != nil {
		t.Fatal(err)
	}
	out.Peak >>= 10
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		t.Fatal(err)
	}
}
