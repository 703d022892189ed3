package source_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// visits lists what a walk of the only layer visits.
func visits(t *testing.T, src artifact.Source) (list []string, target artifact.Target) {
	t.Helper()
	art, err := src.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer art.Close()
	err = art.Layers()[0].Walk(t.Context(), func(f *artifact.File) error {
		line := fmt.Sprintf("%s %s %s", f.Kind, f.Path, f.Link)
		if f.Kind == artifact.KindRegular {
			f.Bind(t.Context(), 0, nil)
			b, err := f.Bytes()
			line += fmt.Sprintf("%o %d %s", f.Mode, f.Size, b)
			if err != nil {
				line += err.Error()
			}
		} else if f.Err() != nil {
			line += f.Err().Error()
		}
		list = append(list, strings.TrimSpace(line))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, art.Target()
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	dir := imagetest.Tree(t, map[string]string{
		"b": "content", "a/z": "zz", "a/y/x": "x", "a/.git/config": "never", "link": "-> ../../etc/passwd", "round": "-> round",
		"proc/version": "a project's own", "skipped/file": "never", "a/no": "never",
	})
	if err := os.Chmod(filepath.Join(dir, "b"), 0o755|fs.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	skip := func(path string, dir bool) bool { return dir && path == "skipped" || !dir && path == "a/no" }
	got, target := visits(t, source.Directory(dir, source.DirectoryOptions{Skip: skip}))
	want := []string{
		"directory .", fmt.Sprintf("regular file b %o 7 content", 0o755|fs.ModeSetuid),
		"symbolic link link ../../etc/passwd", "symbolic link round round",
		"directory a", "regular file a/z 644 2 zz", "directory a/y", "regular file a/y/x 644 1 x",
		"directory proc", "regular file proc/version 644 15 a project's own",
	}
	if !slices.Equal(got, want) {
		t.Errorf("Walk visits\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if target.Kind != artifact.KindFilesystem || target.Name != dir {
		t.Errorf("target is %+v, want a file system", target)
	}

	got, _ = visits(t, source.Directory(dir, source.DirectoryOptions{Kind: artifact.KindRootfs}))
	if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "proc") }) {
		t.Errorf("Walk of the root of a system visits %q, want no proc", got)
	}
	got, _ = visits(t, source.Directory(filepath.Join(dir, "a", "z"), source.DirectoryOptions{}))
	if fmt.Sprint(got) != "[regular file z 644 2 zz]" {
		t.Errorf("Walk of a file visits %q", got)
	}
}

// A link that takes the place of a file after its directory was listed does not
// lead out of the root.
func TestDirectoryReplaced(t *testing.T) {
	t.Parallel()
	secret := imagetest.Tree(t, map[string]string{"secret": "secret"})
	dir := imagetest.Tree(t, map[string]string{"a/file": "content", "b/file": "content", "c/file": "content"})
	art, err := source.Directory(dir, source.DirectoryOptions{}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer art.Close()
	replace := func(name string, by func(string) error) {
		if err := os.RemoveAll(name); err != nil {
			t.Error(err)
		}
		if err := by(name); err != nil {
			t.Error(err)
		}
	}
	failed := 0
	err = art.Layers()[0].Walk(t.Context(), func(f *artifact.File) error {
		switch f.Path {
		case "a/file":
			replace(filepath.Join(dir, f.Path), func(n string) error { return os.Symlink(filepath.Join(secret, "secret"), n) })
		case "b/file":
			replace(filepath.Join(dir, f.Path), func(n string) error { return syscall.Mkfifo(n, 0o644) })
		case "c/file":
			replace(filepath.Join(dir, f.Path), func(n string) error { return os.Mkdir(n, 0o755) })
		default:
			return nil
		}
		f.Size = 6
		if b, err := f.Bytes(); err == nil {
			t.Errorf("Bytes of %s = %q, want an error", f.Path, b)
		}
		failed++
		return nil
	})
	if err != nil || failed != 3 {
		t.Errorf("Walk = %v after %d files, want 3", err, failed)
	}
}

func TestDirectoryUnreadable(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		t.Skip("root may read everything") // scan's own test of it runs as somebody else
	}
	dir := imagetest.Tree(t, map[string]string{"a/file": "x", "b/file": "y"})
	if err := os.Chmod(filepath.Join(dir, "a"), 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(filepath.Join(dir, "a"), 0o755)
	got, _ := visits(t, source.Directory(dir, source.DirectoryOptions{}))
	want := "[directory . directory a read a: permission denied directory b regular file b/file 644 1 y]"
	if fmt.Sprint(got) != want {
		t.Errorf("Walk visits %q, want %s", got, want)
	}
}

func TestDirectoryErrors(t *testing.T) {
	t.Parallel()
	if _, err := source.Directory(filepath.Join(t.TempDir(), "absent"), source.DirectoryOptions{}).Open(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of nothing: error is %v, want fs.ErrNotExist", err)
	}
	stop := errors.New("stop")
	art, err := source.Directory(imagetest.Tree(t, map[string]string{"a": ""}), source.DirectoryOptions{}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := art.Layers()[0].Walk(t.Context(), func(*artifact.File) error { return stop }); err != stop {
		t.Errorf("Walk = %v, want visit's own error", err)
	}
	if err := art.Close(); err != nil {
		t.Error(err)
	}
}

func TestDirectoryCommit(t *testing.T) {
	t.Parallel()
	const id, other = "0123456789012345678901234567890123456789", "9999999999999999999999999999999999999999"
	for _, row := range []struct {
		name           string
		files          map[string]string
		commit, branch string
	}{
		{"none", map[string]string{"a": ""}, "", ""},
		{"branch", map[string]string{".git/HEAD": "ref: refs/heads/a/b\n", ".git/refs/heads/a/b": id + "\n"}, id, "a/b"},
		{"detached", map[string]string{".git/HEAD": id + "\n"}, id, ""},
		{"packed", map[string]string{
			".git/HEAD":        "ref: refs/heads/main\n",
			".git/packed-refs": "# pack-refs with: peeled\n" + other + " refs/heads/main2\n" + id + " refs/heads/main\n^" + other + "\n",
		}, id, "main"},
		{"no commit yet", map[string]string{".git/HEAD": "ref: refs/heads/main\n"}, "", "main"},
		{"work tree", map[string]string{
			".git": "gitdir: g/worktrees/w\n", "g/worktrees/w/HEAD": "ref: refs/heads/w\n", "g/worktrees/w/commondir": "../..\n",
			"g/refs/heads/w": id + "\n",
		}, id, "w"},
		{"hostile", map[string]string{".git/HEAD": "ref: ../../secret\n", "secret": id}, "", ""},
		{"garbage", map[string]string{".git/HEAD": "zzz\n"}, "", ""},
	} {
		_, target := visits(t, source.Directory(imagetest.Tree(t, row.files), source.DirectoryOptions{Kind: artifact.KindRepository}))
		if target.Commit != row.commit || target.Branch != row.branch {
			t.Errorf("%s: target has commit %q and branch %q, want %q and %q", row.name, target.Commit, target.Branch, row.commit, row.branch)
		}
	}
}
