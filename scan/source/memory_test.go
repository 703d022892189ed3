package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func memoryFile(path, content string) MemoryEntry {
	return MemoryEntry{Entry: artifact.Entry{Path: path}, Content: []byte(content)}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	src := Memory("app",
		[]MemoryEntry{
			{Entry: artifact.Entry{Path: "etc", Kind: artifact.KindDir, Mode: 0o755}},
			memoryFile("etc/passwd", "root"),
			memoryFile("empty", ""),
			{Entry: artifact.Entry{Path: "none", Kind: artifact.KindRegular, Size: 99}},
		},
		nil,
		[]MemoryEntry{
			{Entry: artifact.Entry{Path: "etc/passwd", Kind: artifact.KindWhiteout}},
			{Entry: artifact.Entry{Path: ".", Kind: artifact.KindOpaque}},
			{Entry: artifact.Entry{Path: "link", Kind: artifact.KindSymlink, Link: "etc/passwd"}},
		},
	)
	if got := fmt.Sprint(src); got != "app" {
		t.Errorf("the source is named %q, want app", got)
	}
	target, infos, got := readImage(t, src)
	if diff := cmp.Diff(artifact.Target{Kind: artifact.KindImage, Name: "app"}, target); diff != "" {
		t.Errorf("Target (-want +got):\n%s", diff)
	}
	want := [][]seen{
		{
			{artifact.Entry{Path: "etc", Kind: artifact.KindDir, Mode: 0o755}, ""},
			{artifact.Entry{Path: "etc/passwd", Kind: artifact.KindRegular, Size: 4}, "root"},
			{artifact.Entry{Path: "empty", Kind: artifact.KindRegular}, ""},
			{artifact.Entry{Path: "none", Kind: artifact.KindRegular}, ""},
		},
		nil,
		{
			{artifact.Entry{Path: "etc/passwd", Kind: artifact.KindWhiteout}, ""},
			{artifact.Entry{Path: ".", Kind: artifact.KindOpaque}, ""},
			{artifact.Entry{Path: "link", Kind: artifact.KindSymlink, Link: "etc/passwd"}, ""},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Walk visits (-want +got):\n%s", diff)
	}
	// Caches keep results by diff ID, so it must not change: here the hash of
	// nothing.
	if want := artifact.DiffID("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"); infos[1].DiffID != want {
		t.Errorf("DiffID of a layer without entries = %s, want %s", infos[1].DiffID, want)
	}
}

// The files of an image in memory can be read anywhere.
func TestMemoryReaderAt(t *testing.T) {
	t.Parallel()
	a := openSource(t, Memory("app", []MemoryEntry{memoryFile("a", "content")}))
	err := a.Layers()[0].Walk(t.Context(), func(f *artifact.File) error {
		r, size, err := f.ReaderAt()
		if err != nil {
			return err
		}
		buf := make([]byte, 3)
		if _, err := r.ReadAt(buf, 4); err != nil || size != 7 || string(buf) != "ent" {
			t.Errorf("ReadAt = %q, %v, size %d, want ent, 7", buf, err, size)
		}
		return nil
	})
	if err != nil {
		t.Errorf("Walk = %v", err)
	}
}

// Different entries have different diff IDs, and the same have the same.
func TestMemoryDiffID(t *testing.T) {
	t.Parallel()
	entry := func(e artifact.Entry) []MemoryEntry { return []MemoryEntry{{Entry: e}} }
	ids := make(map[artifact.DiffID]int)
	for i, entries := range [][]MemoryEntry{
		nil,
		{memoryFile("a", "b")},
		{memoryFile("ab", "")},
		{memoryFile("a", ""), memoryFile("b", "")},
		{memoryFile("b", ""), memoryFile("a", "")},
		entry(artifact.Entry{Path: "a", Kind: artifact.KindDir}),
		entry(artifact.Entry{Path: "a", Kind: artifact.KindDir, Mode: 0o700}),
		entry(artifact.Entry{Path: "a", Kind: artifact.KindSymlink, Link: "b"}),
		entry(artifact.Entry{Path: "a", Kind: artifact.KindHardlink, Link: "b"}),
	} {
		for range 2 {
			id := openSource(t, Memory("", entries)).Layers()[0].Info().DiffID
			if other, ok := ids[id]; ok && other != i {
				t.Errorf("entries %d and %d have the diff ID %s", other, i, id)
			}
			ids[id] = i
		}
	}
	if len(ids) != 9 {
		t.Errorf("9 layers have %d diff IDs", len(ids))
	}
}

func TestMemoryBadPath(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "/etc", "a/", "a//b", "../a", "./a"} {
		_, err := Memory("app", nil, []MemoryEntry{memoryFile(path, "")}).Open(t.Context())
		checkMessage(t, "Open", err, "layer 1: path \""+path+"\" is not clean and relative")
	}
}

func TestMemoryWalkEnds(t *testing.T) {
	t.Parallel()
	l := openSource(t, Memory("app", []MemoryEntry{memoryFile("a", ""), memoryFile("b", "")})).Layers()[0]
	if err := l.Walk(t.Context(), func(*artifact.File) error { return fs.SkipAll }); err != fs.SkipAll {
		t.Errorf("Walk = %v, want the error of visit", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	visits := 0
	err := l.Walk(ctx, func(*artifact.File) error {
		visits++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || visits != 1 {
		t.Errorf("Walk = %v after %d visits, want %v after 1", err, visits, context.Canceled)
	}
}
