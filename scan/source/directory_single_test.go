package source_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// A file that is named by a link is read where the link leads, whole, and has
// the link's name, which says what it is.
func TestDirectorySingleLink(t *testing.T) {
	t.Parallel()
	outside := imagetest.Tree(t, map[string]string{"real": "longer than the link's own text", "dir/file": "x"})
	dir := imagetest.Tree(t, map[string]string{
		"sub/real": "also longer than the link", "near.lock": "-> sub/real", "far.lock": "-> " + filepath.Join(outside, "real"), "dir": "-> " + filepath.Join(outside, "dir"),
	})
	for name, want := range map[string]string{
		"near.lock": "[regular file near.lock 644 25 also longer than the link]",
		"far.lock":  "[regular file far.lock 644 31 longer than the link's own text]",
		"dir":       "[directory . regular file file 644 1 x]",
	} {
		got, target := visits(t, source.Directory(filepath.Join(dir, name), source.DirectoryOptions{}))
		if fmt.Sprint(got) != want || target.Name != filepath.Join(dir, name) {
			t.Errorf("Walk of %s visits %q, want %s", name, got, want)
		}
	}
}

func TestDirectorySingleSkipped(t *testing.T) {
	t.Parallel()
	dir := imagetest.Tree(t, map[string]string{"a": "a"})
	skip := func(path string, dir bool) bool { return path == "a" && !dir }
	if got, _ := visits(t, source.Directory(filepath.Join(dir, "a"), source.DirectoryOptions{Skip: skip})); len(got) != 0 {
		t.Errorf("Walk of a file that is to be skipped visits %q", got)
	}
}

// A panic of Skip is one of Walk, which its caller can catch.
func TestDirectorySkipPanics(t *testing.T) {
	t.Parallel()
	skip := func(string, bool) bool { panic("ahoy") }
	art, err := source.Directory(imagetest.Tree(t, map[string]string{"a": "a"}), source.DirectoryOptions{Skip: skip}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer art.Close()
	defer func() {
		if p := recover(); p != "ahoy" {
			t.Errorf("Walk panics with %v, want what Skip did", p)
		}
	}()
	err = art.Layers()[0].Walk(t.Context(), func(*artifact.File) error { return nil })
	t.Errorf("Walk = %v", err)
}

// A link to the root of the system is that root.
func TestDirectoryLinkToRoot(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/", link); err != nil {
		t.Fatal(err)
	}
	skip := func(path string, dir bool) bool { return dir && path != "proc" }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	art, err := source.Directory(link, source.DirectoryOptions{Skip: skip}).Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer art.Close()
	err = art.Layers()[0].Walk(ctx, func(f *artifact.File) error {
		if f.Path == "proc" {
			t.Error("Walk visits proc")
			cancel()
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A directory that a link out of the root took the place of is not listed.
func TestDirectoryReplacedByLink(t *testing.T) {
	t.Parallel()
	outside := imagetest.Tree(t, map[string]string{"secret": "secret"})
	files := map[string]string{"a": "a"}
	for i := range 40 { // more than are listed ahead
		files[fmt.Sprintf("d%02d/x", i)] = "x"
	}
	files["z/x"], files["z/y/x"] = "x", "x"
	dir := imagetest.Tree(t, files)
	art, err := source.Directory(dir, source.DirectoryOptions{}).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer art.Close()
	lost := false
	err = art.Layers()[0].Walk(t.Context(), func(f *artifact.File) error {
		switch f.Path {
		case "a":
			z := filepath.Join(dir, "z")
			if err := os.RemoveAll(z); err != nil {
				t.Error(err)
			}
			if err := os.Symlink(outside, z); err != nil {
				t.Error(err)
			}
		case "z":
			lost = f.Err() != nil
		case "z/secret":
			t.Error("Walk visits z/secret, which is outside")
		}
		return nil
	})
	if err != nil || !lost {
		t.Errorf("Walk = %v, want z to be unreadable", err)
	}
}
