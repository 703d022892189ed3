package scan_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

func inspectDir(t *testing.T, dir string, kind artifact.TargetKind, opts scan.Options) *scan.Inventory {
	t.Helper()
	if opts.Analyzers == nil {
		opts.Analyzers = listers()
	}
	inv, err := scan.Inspect(t.Context(), source.Directory(dir, source.DirectoryOptions{Kind: kind}), opts)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func TestDirectoryLinks(t *testing.T) {
	t.Parallel()
	outside := imagetest.Tree(t, map[string]string{"secret.jar": "secret=1", "dir/a.jar": "secret=2"})
	dir := imagetest.Tree(t, map[string]string{
		"var/lib/db": "-> /opt/db", "opt/db/list": "a=1", // absolute, from the directory as root
		"out.jar": "-> " + filepath.Join(outside, "secret.jar"), "up": "-> ../../../../../.." + outside, "round.jar": "-> round.jar",
		"in.jar": "-> opt/jar", "opt/jar": "b=1", "self": "-> .",
	})
	inv := inspectDir(t, dir, artifact.KindRootfs, scan.Options{})
	if got := fmt.Sprint(listing(inv)); got != "[a=1@0 b=1@0 in.jar]" {
		t.Errorf("Inspect lists %s", got)
	}
	if len(inv.Problems) != 1 || !errors.Is(inv.Problems[0].Err, scan.ErrLimit) || inv.Problems[0].Hides != artifact.HidesSome {
		t.Errorf("Inspect has the problems %v, want one of the link that goes round", inv.Problems)
	}
}

// A directory that may not be read is a problem that hides something, and the
// rest is reported. Root may read everything, so the test that runs as root does
// it with a source of its own.
func TestDirectoryUnreadable(t *testing.T) {
	t.Parallel()
	src := fileSource{
		artifact.Unreadable(artifact.Entry{Path: "closed", Kind: artifact.KindDir}, errors.New("read closed: permission denied")),
		artifact.NewLateFile("broken.jar", brokenLate{}),
		artifact.NewFile(artifact.Entry{Path: "a.jar", Kind: artifact.KindRegular, Size: 3}, strings.NewReader("a=1")),
	}
	inv, err := scan.Inspect(t.Context(), src, scan.Options{Analyzers: listers()})
	if err != nil {
		t.Fatal(err)
	}
	want := "read closed: read closed: permission denied (hides some)\nanalyze broken.jar: jar: read broken.jar: input/output error (hides some)"
	if got := problems(inv.Problems); got != want || fmt.Sprint(listing(inv)) != "[a=1@0 a.jar]" {
		t.Errorf("Inspect lists %v with the problems\n%s\nwant\n%s", listing(inv), got, want)
	}
}

type brokenLate struct{}

func (brokenLate) Stat() (fs.FileMode, int64, error) { return 0o644, 4, nil }
func (brokenLate) Open() (io.Reader, error)          { return nil, errors.New("input/output error") }

// A directory without packages is an answer; an image without is none.
func TestDirectoryEmpty(t *testing.T) {
	t.Parallel()
	for kind, want := range map[artifact.TargetKind]artifact.Hides{
		artifact.KindFilesystem: artifact.HidesNothing, artifact.KindRepository: artifact.HidesNothing, artifact.KindRootfs: artifact.HidesAll,
	} {
		inv := inspectDir(t, t.TempDir(), kind, scan.Options{})
		if len(inv.Problems) != 1 || !errors.Is(inv.Problems[0].Err, scan.ErrNoPackages) || inv.Problems[0].Hides != want {
			t.Errorf("%s: Inspect has the problems %v, want one that hides %s", kind, inv.Problems, want)
		}
	}
}

func TestDirectorySkip(t *testing.T) {
	t.Parallel()
	dir := imagetest.Tree(t, map[string]string{"a.jar": "a=1", "test/b.jar": "b=1", "x/testdata/c.jar": "broken", "d.txt": "", ".git/e.jar": "e=1"})
	opts := scan.Options{Analyzers: listers(), SkipDirs: []string{"**/testdata", "test"}, SkipFiles: []string{"*.txt"}, Matchers: []scan.Matcher{nothing{}}}
	rep, err := scan.Filesystem(t.Context(), dir, opts)
	if err != nil || len(rep.Components) != 1 || len(rep.Problems) != 0 || rep.Stats.Entries != 3 {
		t.Errorf("Filesystem = %+v, %v, want one package of three entries", rep, err)
	}
}

type nothing struct{}

func (nothing) Name() string { return "nothing" }
func (nothing) Match(context.Context, *scan.Inventory) (scan.Results, error) {
	return scan.Results{}, nil
}

// Executables are asked for their mode, others are not.
func TestDirectoryExecutable(t *testing.T) {
	t.Parallel()
	dir := imagetest.Tree(t, map[string]string{"tool": "MAGIC", "text": "MAGIC"})
	if err := os.Chmod(filepath.Join(dir, "tool"), 0o755); err != nil {
		t.Fatal(err)
	}
	exe := lister{"exe", "golang", []scan.Pattern{{Executable: true, Magic: "MAG"}}}
	inv := inspectDir(t, dir, artifact.KindRootfs, scan.Options{Analyzers: []scan.Analyzer{exe}})
	if got := problems(inv.Problems); !strings.Contains(got, `analyze tool: exe: bad word "MAGIC"`) || strings.Contains(got, "text") {
		t.Errorf("Inspect has the problems %s, want the one of tool", got)
	}
}

// A fileSource is a layer of files that were made already.
type fileSource []*scan.File

func (s fileSource) Open(context.Context) (scan.Artifact, error) { return s, nil }
func (s fileSource) Target() scan.Target                         { return scan.Target{} }
func (s fileSource) Layers() []scan.Layer                        { return []scan.Layer{s} }
func (s fileSource) Close() error                                { return nil }
func (s fileSource) Info() scan.LayerInfo                        { return scan.LayerInfo{} }
func (s fileSource) Walk(_ context.Context, visit func(*scan.File) error) error {
	for _, f := range s {
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkDirectory inspects a directory of 20,000 files, of which 200 are
// wanted and 2,000 executable, and in the same loop walks it with
// filepath.WalkDir, which reads the same files. The median of the ratio of the
// two is x-walk.
func BenchmarkDirectory(b *testing.B) {
	for _, kind := range []artifact.TargetKind{artifact.KindFilesystem, artifact.KindRootfs} {
		b.Run(string(kind), func(b *testing.B) { benchmarkDirectory(b, kind) })
	}
}

func benchmarkDirectory(b *testing.B, kind artifact.TargetKind) {
	dir := b.TempDir()
	for i := range 20_000 {
		name := filepath.Join(dir, strconv.Itoa(i%7), strconv.Itoa(i/200), "file"+strconv.Itoa(i)+".go")
		mode := fs.FileMode(0o644)
		content := "package p\n"
		switch {
		case i%100 == 0:
			name = filepath.Join(filepath.Dir(name), strconv.Itoa(i), "go.mod")
			content = "module example.test/m" + strconv.Itoa(i) + "\n\ngo 1.26\n\nrequire example.test/x v1.0.0\n"
		case i%10 == 1:
			mode = 0o755
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), mode); err != nil {
			b.Fatal(err)
		}
	}
	src := source.Directory(dir, source.DirectoryOptions{Kind: kind})
	var ratios []float64
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		inv, err := scan.Inspect(b.Context(), src, scan.Options{})
		scanned := time.Since(start)
		if err != nil || inv.Stats.Entries < 20_000 {
			b.Fatalf("Inspect = %v, %v", inv, err)
		}
		b.StopTimer()
		start = time.Now()
		walkDir(b, dir, kind)
		ratios = append(ratios, float64(scanned)/float64(time.Since(start)))
		b.StartTimer()
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "x-walk")
}

// walkDir reads what Inspect does: lock files in a directory, the first bytes of
// executables in the root of a system.
func walkDir(b *testing.B, dir string, kind artifact.TargetKind) {
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if kind == artifact.KindFilesystem {
			if d.Name() == "go.mod" {
				_, err = os.ReadFile(name)
			}
			return err
		}
		info, err := d.Info()
		if err != nil || info.Mode()&0o111 == 0 {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.ReadFull(f, make([]byte, min(info.Size(), 4096)))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
