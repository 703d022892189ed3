package source

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Of several images the first is opened.
func TestDockerSeveralImages(t *testing.T) {
	t.Parallel()
	image := func(name string, tags ...string) imagetest.Image {
		return imagetest.Image{Tags: tags, Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File(name, "")}}}}
	}
	files := imagetest.Docker(image("one", "a:1", "a:latest"), image("two", "b:2"))
	target, _, layers := readImage(t, DockerArchive(tempFile(t, files.Tar()), Options{}))
	if got := layers[0][0].Path; got != "one" {
		t.Errorf("the image holds %s, want one", got)
	}
	if diff := cmp.Diff([]string{"a:1", "a:latest"}, target.RepoTags); diff != "" {
		t.Errorf("RepoTags (-want +got):\n%s", diff)
	}
}

// Older versions of docker save write a layer once and links to it, and name
// members as they please.
func TestDockerMembers(t *testing.T) {
	t.Parallel()
	raw := imagetest.TarOf(imagetest.File("file", "content"))
	config := []byte(fmt.Sprintf(`{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":[%[1]q,%[1]q,%[1]q,%[1]q]}}`, imagetest.Digest(raw)))
	manifest := `[{"Config":"./config.json","Layers":["one/layer.tar","two/layer.tar","/three/layer.tar","four"]}]`
	archive := imagetest.TarOf(
		imagetest.File("./config.json", string(config)),
		imagetest.File("one/layer.tar", "replaced below"),
		imagetest.Dir("one"),
		imagetest.File("one/layer.tar", string(raw)),
		imagetest.Symlink("two/layer.tar", "../one/layer.tar"),
		imagetest.Symlink("three/layer.tar", "/two/layer.tar"),
		imagetest.Hardlink("four", "./three/layer.tar"),
		imagetest.File("manifest.json", manifest),
	)
	_, infos, layers := readImage(t, DockerArchive(tempFile(t, archive), Options{}))
	for i, l := range layers {
		if len(l) != 1 || l[0].Content != "content" || infos[i].Size != int64(len(raw)) {
			t.Errorf("layer %d holds %v and is %d bytes, want one file and %d", i, l, infos[i].Size, len(raw))
		}
	}
}

// What docker writes since version 25 is an OCI layout as well.
func TestDockerAndOCI(t *testing.T) {
	t.Parallel()
	img := threeLayers()
	files := imagetest.OCI(img)
	for name, content := range imagetest.Docker(img) {
		files[name] = content
	}
	file := tempFile(t, files.Tar())
	for _, row := range []struct {
		src    artifact.Source
		digest bool // that only an OCI layout has
	}{
		{DockerArchive(file, Options{}), false},
		{OCIArchive(file, "", Options{}), true},
		{&archive{file: file}, false},
	} {
		target, _, layers := readImage(t, row.src)
		if got := target.Digest != ""; got != row.digest || len(layers) != 3 {
			t.Errorf("%s has a digest: %t, %d layers, want %t, 3", row.src, got, len(layers), row.digest)
		}
	}
}

func TestDockerBadArchive(t *testing.T) {
	t.Parallel()
	img := threeLayers()
	built := img.Build()
	configName := strings.TrimPrefix(imagetest.Digest(built.Config), "sha256:") + ".json"
	whole := imagetest.Docker(img).Tar()
	manifest := func(s string) func() []byte {
		return func() []byte {
			files := imagetest.Docker(img)
			files["manifest.json"] = []byte(s)
			return files.Tar()
		}
	}
	bytes := func(b []byte) func() []byte { return func() []byte { return b } }
	without := func(name string) func() []byte {
		return func() []byte {
			files := imagetest.Docker(img)
			delete(files, name)
			return files.Tar()
		}
	}
	for _, row := range []struct {
		name string
		file func() []byte
		opts Options
		want error
		says string
	}{
		{"no manifest", without("manifest.json"), Options{}, fs.ErrNotExist, "find manifest.json in the archive"},
		{"empty file", bytes(nil), Options{}, fs.ErrNotExist, "find manifest.json in the archive"},
		{"no config", without(configName), Options{}, fs.ErrNotExist, configName},
		{"manifest that is no JSON", manifest("x"), Options{}, nil, "parse manifest.json"},
		{"manifest of no image", manifest("[]"), Options{}, nil, "it lists no image"},
		{"manifest without a config", manifest(`[{"Layers":[]}]`), Options{}, nil, "it lists no image"},
		{"manifest of fewer layers", manifest(`[{"Config":"` + configName + `"}]`), Options{}, nil, "the image has 0 layers, but its config lists 3 diff IDs"},
		{"manifest too long", manifest(`[]` + strings.Repeat(" ", 5000)), Options{Limits: artifact.Limits{MetadataBytes: 5000}}, artifact.ErrLimit, "read manifest.json"},
		{"config that is no JSON", manifest(`[{"Config":"manifest.json"}]`), Options{}, nil, "parse image config"},
		{"config that is a loop", func() []byte {
			return imagetest.TarOf(imagetest.Symlink("a", "b"), imagetest.Symlink("b", "a"), imagetest.File("manifest.json", `[{"Config":"a"}]`))
		}, Options{}, artifact.ErrLimit, "more than 40 links"},
		{"config outside", func() []byte {
			return imagetest.TarOf(imagetest.Symlink("a", "/etc/passwd"), imagetest.File("manifest.json", `[{"Config":"a"}]`))
		}, Options{}, fs.ErrNotExist, "find a in the archive"},
		{"other platform", bytes(whole), Options{Platform: "linux/arm64"}, nil, "the image is for linux/amd64, not for linux/arm64"},
		{"bad platform", bytes(whole), Options{Platform: "linux//"}, nil, `platform "linux//" is not`},
		{"many names", func() []byte {
			return imagetest.TarOf(slices.Repeat([]imagetest.Entry{imagetest.File("a", "")}, 100)...)
		},
			Options{Limits: artifact.Limits{MetadataBytes: 5000}}, artifact.ErrLimit, "more than 5000 bytes of names"},
		{"no tar", bytes([]byte(noise(2000))), Options{}, tar.ErrHeader, "read archive"},
		{"tar cut", bytes(whole[:len(whole)/2]), Options{}, io.ErrUnexpectedEOF, "read archive"},
		{"gzip cut", bytes(imagetest.Gzip(whole)[:300]), Options{}, io.ErrUnexpectedEOF, "inflate "},
		{"gzip cut in its header", bytes(imagetest.Gzip(whole)[:5]), Options{}, io.ErrUnexpectedEOF, "inflate "},
		{"gzip of no tar", bytes(imagetest.Gzip([]byte(noise(2000)))), Options{}, tar.ErrHeader, "read archive"},
		{"gzip too large", bytes(imagetest.Gzip(whole)), Options{Limits: artifact.Limits{TotalBytes: 1000}}, artifact.ErrTotal, "more than 1000"},
		{"zstd bomb", bytes(imagetest.Zstd(make([]byte, artifact.RatioFloor+1<<20))), Options{}, artifact.ErrLimit, "uncompressed bytes for each"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir, temp := t.TempDir(), t.TempDir()
			file := filepath.Join(dir, "image.tar")
			if err := os.WriteFile(file, row.file(), 0o644); err != nil {
				t.Fatal(err)
			}
			row.opts.TempDir = temp
			a, err := DockerArchive(file, row.opts).Open(t.Context())
			if a != nil || err == nil || row.want != nil && !errors.Is(err, row.want) {
				t.Fatalf("Open = %v, %v, want an error matching %v", a, err, row.want)
			}
			checkMessage(t, "Open", err, row.says)
			if n := openedBelow(t, dir) + openedBelow(t, temp); n != 0 {
				t.Errorf("Open leaves %d files open", n)
			}
			if names, err := os.ReadDir(temp); len(names) != 0 || err != nil {
				t.Errorf("the directory for temporary files lists %v, %v, want nothing", names, err)
			}
		})
	}
}

// A layer that is not there is a fault of that layer alone.
func TestDockerMissingLayer(t *testing.T) {
	t.Parallel()
	img := threeLayers()
	files := imagetest.Docker(img)
	name := strings.TrimPrefix(img.Build().Layers[1].Digest, "sha256:") + "/layer.tar"
	delete(files, name)
	a := openSource(t, DockerArchive(tempFile(t, files.Tar()), Options{}))
	for i, l := range a.Layers() {
		_, err := readLayer(t.Context(), l)
		if got, want := errors.Is(err, fs.ErrNotExist), i == 1; got != want || !got && err != nil {
			t.Errorf("Walk of layer %d = %v, want a missing file: %t", i, err, want)
		}
		if i == 1 {
			checkMessage(t, "Walk", err, "read "+string(l.Info().DiffID), name)
		}
	}
}

func TestDockerNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := DockerArchive(filepath.Join(dir, "none"), Options{}).Open(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of no file = %v, want fs.ErrNotExist", err)
	}
	_, err := DockerArchive(dir, Options{}).Open(t.Context())
	checkMessage(t, "Open of a directory", err, "not a regular file")
}

func TestInflateNoTempDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "image.tar.gz")
	if err := os.WriteFile(file, imagetest.Gzip(imagetest.Docker(threeLayers()).Tar()), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := DockerArchive(file, Options{TempDir: filepath.Join(dir, "none")}).Open(t.Context())
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v, want fs.ErrNotExist", err)
	}
	if n := openedBelow(t, dir); n != 0 {
		t.Errorf("Open leaves %d files open", n)
	}
}

// Cancelling ends the inflating of an archive, and the reading of its index.
func TestOpenCancelInside(t *testing.T) {
	t.Parallel()
	dir, temp := t.TempDir(), t.TempDir()
	files := imagetest.Docker(imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", noise(1<<20))}}}})
	for name, content := range map[string][]byte{"image.tar": files.Tar(), "image.tar.gz": imagetest.Gzip(files.Tar())} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
		a, err := DockerArchive(file, Options{TempDir: temp}).Open(newCountdown(t, 3))
		if a != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("Open of %s = %v, %v, want %v", name, a, err, context.Canceled)
		}
		if n := openedBelow(t, dir) + openedBelow(t, temp); n != 0 {
			t.Errorf("Open of %s leaves %d files open", name, n)
		}
		if names, err := os.ReadDir(temp); len(names) != 0 || err != nil {
			t.Errorf("the directory for temporary files lists %v, %v, want nothing", names, err)
		}
	}
}
