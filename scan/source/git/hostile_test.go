package git_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source/git"
)

// repo makes an empty repository, to be fetched by its path.
func repo(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	run(t, dir, "init", "-q", "-b", "main")
	return dir
}

// A name that is not UTF-8 is a name like others.
func TestNameNotUTF8(t *testing.T) {
	t.Parallel()
	dir := repo(t)
	write(t, dir, "caf\xe9/go.mod", "x")
	write(t, dir, "z", "z")
	run(t, dir, "add", ".")
	run(t, dir, "commit", "-q", "-m", "first")
	got, _, err := list(t, git.Repository(dir, git.Options{}))
	if err != nil || !strings.Contains(got, "caf\xe9/go.mod") || !strings.Contains(got, "z") {
		t.Errorf("Walk visits %q, %v", got, err)
	}
}

// A tag may be of a tag.
func TestTagOfTag(t *testing.T) {
	t.Parallel()
	dir := repo(t)
	write(t, dir, "a", "a")
	run(t, dir, "add", ".")
	run(t, dir, "commit", "-q", "-m", "first")
	run(t, dir, "tag", "-a", "inner", "-m", "inner")
	run(t, dir, "tag", "-a", "outer", "-m", "outer", "inner")
	run(t, dir, "tag", "-a", "tree", "-m", "tree", "HEAD^{tree}")
	_, target, err := list(t, git.Repository(dir, git.Options{Tag: "outer"}))
	if want := run(t, dir, "rev-parse", "HEAD"); err != nil || target.Commit != want {
		t.Errorf("Open of a tag of a tag has the commit %q, %v, want %s", target.Commit, err, want)
	}
	temp := t.TempDir()
	if _, _, err := list(t, git.Repository(dir, git.Options{Tag: "tree", TempDir: temp})); err == nil || !strings.Contains(err.Error(), "tree") {
		t.Errorf("Open of a tag of a tree = %v, want an error that says so", err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// A password is in no name and no error.
func TestPasswordHidden(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(nil)
	srv.Close() // nobody listens any more
	addr := strings.TrimPrefix(srv.URL, "http://")
	for _, url := range []string{
		"http://user:hush@" + addr + "/x", "ssh://user:hush@" + addr + "/x", "https://user:hush@" + addr + "/%zz", "https://user:hush%zz@" + addr + "/x",
		"git://user:hush@" + addr + "/x", "https://hush@" + addr + "/x",
	} {
		src := git.Repository(url, git.Options{})
		if strings.Contains(fmt.Sprint(src), "hush") {
			t.Errorf("%s is called %v", url, src)
		}
		if _, err := src.Open(t.Context()); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("Open of %s = %v", url, err)
		}
	}
	if name := fmt.Sprint(git.Repository("ssh://git@example.test/x", git.Options{})); name != "ssh://git@example.test/x" {
		t.Errorf("a URL with the user's name alone is called %s", name)
	}
}

// A path is no option of a program.
func TestPathNoOption(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"--help", "-h", "--version", "file://--help"} {
		if _, err := git.Repository(path, git.Options{}).Open(t.Context()); err == nil {
			t.Errorf("Open of %s succeeds", path)
		} else {
			t.Log(err)
		}
	}
}

// The content of a large file is not held for its size to be known, nor where it
// is more than an analyzer gets.
func TestLargeFile(t *testing.T) {
	const size = 64 << 20
	dir := repo(t)
	if err := os.WriteFile(filepath.Join(dir, "large.jar"), bytes.Repeat([]byte("0123456789abcde\n"), size/16), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "add", ".")
	run(t, dir, "commit", "-q", "-m", "first")
	art, err := git.Repository(dir, git.Options{}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer art.Close()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err = art.Layers()[0].Walk(t.Context(), func(f *artifact.File) error {
		if f.Path != "large.jar" {
			return nil
		}
		f.Bind(t.Context(), 1<<20, artifact.NewMemory(1<<20))
		defer f.Release()
		if _, err := f.Bytes(); err == nil || f.Size != size {
			t.Errorf("Bytes of %d bytes = %v, want a limit", f.Size, err)
		}
		if head := f.Head(); len(head) == 0 {
			t.Error("the large file has no head")
		}
		if tail, err := f.Tail(); err != nil || len(tail) != artifact.TailSize {
			t.Errorf("Tail = %d bytes, %v", len(tail), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
		t.Errorf("a walk that refuses a file of %d bytes takes %d bytes", size, got)
	}
}
