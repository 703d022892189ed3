package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// threeLayers is an image with a layer of each compression.
func threeLayers() imagetest.Image {
	return imagetest.Image{Tags: []string{"example.com/app:1.0"}, Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{imagetest.Dir("etc"), imagetest.File("etc/os-release", "ID=none\n")}},
		{Entries: []imagetest.Entry{imagetest.Whiteout("etc/os-release")}, Compress: imagetest.Zstd},
		{Entries: []imagetest.Entry{imagetest.File("etc/motd", "hello")}, Compress: imagetest.Plain},
	}}
}

// An image is the same in whatever it is kept.
func TestSameImage(t *testing.T) {
	t.Parallel()
	img := threeLayers()
	built := img.Build()
	dir := filepath.Join(t.TempDir(), "layout")
	imagetest.OCI(img).WriteDir(t, dir)
	ociTar, dockerTar := imagetest.OCI(img).Tar(), imagetest.Docker(img).Tar()

	target := artifact.Target{
		Kind: artifact.KindImage, RepoTags: []string{"example.com/app:1.0"}, Platform: "linux/amd64",
		ImageID: artifact.Digest(imagetest.Digest(built.Config)), Config: built.Config,
		Digest: artifact.Digest(built.Descriptor.Digest),
	}
	var infos []artifact.LayerInfo
	for i, l := range built.Layers {
		infos = append(infos, artifact.LayerInfo{
			Digest: artifact.Digest(l.Digest), DiffID: artifact.DiffID(l.DiffID), Size: int64(len(l.Blob)),
			CreatedBy: "step " + string(rune('0'+i)),
		})
	}
	layers := [][]seen{
		{{artifact.Entry{Path: "etc", Kind: artifact.KindDir, Mode: 0o755}, ""},
			{artifact.Entry{Path: "etc/os-release", Kind: artifact.KindRegular, Mode: 0o644, Size: 8}, "ID=none\n"}},
		{{artifact.Entry{Path: "etc/os-release", Kind: artifact.KindWhiteout}, ""}},
		{{artifact.Entry{Path: "etc/motd", Kind: artifact.KindRegular, Mode: 0o644, Size: 5}, "hello"}},
	}
	for name, row := range map[string]struct {
		src    artifact.Source
		docker bool
	}{
		"directory":     {OCILayout(dir, "", Options{}), false},
		"tar":           {OCIArchive(tempFile(t, ociTar), "", Options{}), false},
		"tar.gz":        {OCIArchive(tempFile(t, imagetest.Gzip(ociTar)), "", Options{}), false},
		"tar.zst":       {OCIArchive(tempFile(t, imagetest.Zstd(ociTar)), "", Options{}), false},
		"docker":        {DockerArchive(tempFile(t, dockerTar), Options{}), true},
		"docker tar.gz": {DockerArchive(tempFile(t, imagetest.Gzip(dockerTar)), Options{}), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gotTarget, gotInfos, gotLayers := readImage(t, row.src)
			wantTarget, wantInfos := target, infos
			_, wantTarget.Name, _ = strings.Cut(row.src.(interface{ String() string }).String(), ":")
			if row.docker {
				wantTarget.Digest = ""
				wantInfos = append([]artifact.LayerInfo(nil), infos...)
				for i := range wantInfos {
					wantInfos[i].Digest = ""
				}
			}
			if diff := cmp.Diff(wantTarget, gotTarget); diff != "" {
				t.Errorf("Target (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(wantInfos, gotInfos); diff != "" {
				t.Errorf("Info of layers (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(layers, gotLayers); diff != "" {
				t.Errorf("Walk visits (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEmptyImage(t *testing.T) {
	t.Parallel()
	for _, src := range []artifact.Source{
		OCIArchive(tempFile(t, imagetest.OCI(imagetest.Image{}).Tar()), "", Options{}),
		DockerArchive(tempFile(t, imagetest.Docker(imagetest.Image{}).Tar()), Options{}),
	} {
		if target, infos, _ := readImage(t, src); len(infos) != 0 || target.Platform != "linux/amd64" {
			t.Errorf("%s has %d layers and platform %q, want none and linux/amd64", src, len(infos), target.Platform)
		}
	}
}

func TestOCIRef(t *testing.T) {
	t.Parallel()
	image := func(tag string) imagetest.Image {
		return imagetest.Image{Tags: []string{tag}, Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("name", tag)}}}}
	}
	a, b, bare := image("example.com/a:1"), image("example.com/b:2"), image("3")
	nameless, kept := image("nameless"), image("kept")
	nameless.Tags = nil
	kept.Annotations = map[string]string{
		"io.containerd.image.name":          "docker.io/library/kept:4",
		"org.opencontainers.image.ref.name": "4",
	}
	digest := func(img imagetest.Image) string { return img.Build().Descriptor.Digest }
	for _, row := range []struct {
		name   string
		images []imagetest.Image
		ref    string
		want   string   // the content of the file name; empty: an error
		tags   []string // RepoTags, or what the error says
	}{
		{"the only one", []imagetest.Image{a}, "", "example.com/a:1", []string{"example.com/a:1"}},
		{"the only one, without a name", []imagetest.Image{nameless}, "", "nameless", nil},
		{"a tag", []imagetest.Image{a, b}, "2", "example.com/b:2", []string{"example.com/b:2"}},
		{"a whole name", []imagetest.Image{a, b}, "example.com/a:1", "example.com/a:1", []string{"example.com/a:1"}},
		{"a tag alone is no name", []imagetest.Image{a, bare}, "3", "3", nil},
		{"containerd's annotation", []imagetest.Image{a, kept}, "4", "kept", []string{"docker.io/library/kept:4"}},
		{"a digest", []imagetest.Image{a, b}, digest(b), "example.com/b:2", []string{"example.com/b:2"}},
		{"one of two", []imagetest.Image{a, b}, "", "", []string{"there are 2 images, choose one: example.com/a:1, example.com/b:2"}},
		{"no such tag", []imagetest.Image{a, b}, "9", "", []string{`no image is named "9"`}},
		{"no such digest", []imagetest.Image{a}, digest(b), "", []string{"file does not exist", "blobs/sha256/"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			src := OCIArchive(tempFile(t, imagetest.OCI(row.images...).Tar()), row.ref, Options{})
			if row.want == "" {
				_, err := src.Open(t.Context())
				checkMessage(t, "Open", err, row.tags...)
				return
			}
			target, _, layers := readImage(t, src)
			if got := layers[0][0].Content; got != row.want {
				t.Errorf("ref %q opens %q, want %q", row.ref, got, row.want)
			}
			if diff := cmp.Diff(row.tags, target.RepoTags); diff != "" {
				t.Errorf("RepoTags (-want +got):\n%s", diff)
			}
		})
	}
}

// Two names of one image leave nothing to choose.
func TestOCITwoNames(t *testing.T) {
	t.Parallel()
	files := imagetest.Files{"oci-layout": []byte("{}")}
	first := files.Add(imagetest.Image{Tags: []string{"example.com/a:1"}})
	second := first
	second.Annotations = map[string]string{"org.opencontainers.image.ref.name": "example.com/a:latest"}
	files["index.json"] = imagetest.NewIndex(first, second)
	for _, ref := range []string{"", "1", "latest"} {
		target, _, _ := readImage(t, OCIArchive(tempFile(t, files.Tar()), ref, Options{}))
		if diff := cmp.Diff([]string{"example.com/a:1", "example.com/a:latest"}, target.RepoTags); diff != "" {
			t.Errorf("RepoTags of ref %q (-want +got):\n%s", ref, diff)
		}
	}
}

func TestOCIBadLayout(t *testing.T) {
	t.Parallel()
	img := threeLayers()
	built := img.Build()
	manifestPath, configPath := imagetest.BlobPath(built.Descriptor.Digest), imagetest.BlobPath(imagetest.Digest(built.Config))
	// with returns a change that puts another manifest into the layout.
	with := func(edit func(manifest string) string) func(imagetest.Files) {
		return func(f imagetest.Files) {
			desc := built.Descriptor
			desc.Digest = f.Blob([]byte(edit(string(built.Manifest))))
			f["index.json"] = imagetest.NewIndex(desc)
		}
	}
	// config returns a change that puts another config into the layout.
	config := func(mediaType, content string) func(imagetest.Files) {
		return func(f imagetest.Files) {
			digest := f.Blob([]byte(content))
			with(func(m string) string {
				m = strings.Replace(m, imagetest.Digest(built.Config), digest, 1)
				return strings.Replace(m, imagetest.TypeConfig, mediaType, 1)
			})(f)
		}
	}
	for _, row := range []struct {
		name   string
		change func(imagetest.Files)
		opts   Options
		want   error
		says   []string
	}{
		{"no index", func(f imagetest.Files) { delete(f, "index.json") }, Options{}, fs.ErrNotExist, []string{"index.json"}},
		{"index of no image", func(f imagetest.Files) { f["index.json"] = imagetest.NewIndex() }, Options{}, nil, []string{"the index lists no image"}},
		{"index that is no JSON", func(f imagetest.Files) { f["index.json"] = []byte("<html>") }, Options{}, nil, []string{"index.json: parse"}},
		{"index cut short", func(f imagetest.Files) { f["index.json"] = f["index.json"][:50] }, Options{}, nil, []string{"index.json: parse"}},
		{"index that is a manifest", func(f imagetest.Files) { f["index.json"] = built.Manifest }, Options{}, nil, []string{"index.json: it is a manifest"}},
		{"index that is neither", func(f imagetest.Files) { f["index.json"] = []byte("{}") }, Options{}, nil, []string{"neither an index nor a manifest"}},
		{"index that is both", func(f imagetest.Files) { f["index.json"] = []byte(`{"manifests":[],"layers":[]}`) }, Options{}, nil, []string{"an index and a manifest at once"}},
		{"index without digests", func(f imagetest.Files) { f["index.json"] = []byte(`{"manifests":[{"mediaType":"x"}]}`) }, Options{}, nil, []string{"without a digest"}},
		{"index with a digest that is a path", func(f imagetest.Files) {
			f["index.json"] = []byte(`{"manifests":[{"digest":"sha256:../../index.json"}]}`)
		}, Options{}, nil, []string{"index.json: parse image index"}},
		{"index too long", func(f imagetest.Files) { f["index.json"] = append(f["index.json"], make([]byte, 5000)...) },
			Options{Limits: artifact.Limits{MetadataBytes: 5000}}, artifact.ErrLimit, []string{"read index.json"}},
		{"no manifest", func(f imagetest.Files) { delete(f, manifestPath) }, Options{}, fs.ErrNotExist, []string{manifestPath}},
		{"manifest changed", func(f imagetest.Files) { f[manifestPath] = append(f[manifestPath], ' ') }, Options{}, artifact.ErrDigest, []string{"manifest bytes are sha256:", built.Descriptor.Digest}},
		{"manifest too long", with(func(m string) string { return m + strings.Repeat(" ", 5000) }),
			Options{Limits: artifact.Limits{MetadataBytes: 5000}}, artifact.ErrLimit, []string{"manifest"}},
		{"manifest without a config", with(func(string) string { return `{"layers":[]}` }), Options{}, nil, []string{"it names no config"}},
		{"manifest of schema 1", with(func(string) string { return `{"schemaVersion":1,"fsLayers":[]}` }), Options{}, nil, []string{"schema 1"}},
		{"manifest that is an index", with(func(string) string { return string(imagetest.NewIndex()) }), Options{}, nil, []string{"is an index, but is listed as a manifest"}},
		{"layer without a digest", with(func(m string) string {
			return strings.Replace(m, `"digest":"`+built.Layers[1].Digest+`",`, "", 1)
		}), Options{}, nil, []string{"layer 1: its descriptor has no digest"}},
		{"layer of a negative size", with(func(m string) string {
			return strings.Replace(m, fmt.Sprintf(`"size":%d}]`, len(built.Layers[2].Blob)), `"size":-1}]`, 1)
		}), Options{}, nil, []string{"layer 2: its descriptor has no digest, or a negative size"}},
		{"no config", func(f imagetest.Files) { delete(f, configPath) }, Options{}, fs.ErrNotExist, []string{configPath}},
		{"config changed", func(f imagetest.Files) { f[configPath] = append(f[configPath], ' ') }, Options{}, artifact.ErrDigest, []string{"config bytes are sha256:"}},
		{"config that is no JSON", config(imagetest.TypeConfig, "x"), Options{}, nil, []string{"parse image config"}},
		{"config too short", config(imagetest.TypeConfig, `{}`), Options{}, nil, []string{"3 layers, but its config lists 0 diff IDs"}},
		{"config with a null diff ID", config(imagetest.TypeConfig, `{"rootfs":{"diff_ids":[null,null,null]}}`), Options{}, nil, []string{"parse image config"}},
		{"config with a bad diff ID", config(imagetest.TypeConfig, `{"rootfs":{"diff_ids":["md5:00"]}}`), Options{}, nil, []string{"parse image config"}},
		{"no image", config("application/vnd.cncf.helm.config.v1+json", `{"name":"chart"}`), Options{}, nil, []string{"not an image", "helm"}},
		{"no image, no JSON", config("application/vnd.oci.empty.v1+json", ``), Options{}, nil, []string{"not an image"}},
		{"other platform", func(imagetest.Files) {}, Options{Platform: "linux/s390x"}, nil, []string{"linux/s390x", "linux/amd64"}},
		{"bad platform", func(imagetest.Files) {}, Options{Platform: "linux"}, nil, []string{`platform "linux" is not`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			files := imagetest.OCI(img)
			row.change(files)
			dir := t.TempDir()
			files.WriteDir(t, filepath.Join(dir, "layout"))
			for _, src := range []artifact.Source{
				OCILayout(filepath.Join(dir, "layout"), "", row.opts),
				OCIArchive(tempFile(t, files.Tar()), "", row.opts),
			} {
				a, err := src.Open(t.Context())
				if a != nil || err == nil || row.want != nil && !errors.Is(err, row.want) {
					t.Fatalf("Open(%s) = %v, %v, want an error matching %v", src, a, err, row.want)
				}
				checkMessage(t, "Open", err, row.says...)
			}
			if n := openedBelow(t, dir); n != 0 {
				t.Errorf("Open leaves %d files open", n)
			}
		})
	}
}

// Links in a layout's directory do not lead out of it, and a pipe is not waited
// for.
func TestOCILayoutLinks(t *testing.T) {
	t.Parallel()
	img := threeLayers()
	dir := t.TempDir()
	layout := filepath.Join(dir, "layout")
	imagetest.OCI(img).WriteDir(t, layout)
	built := img.Build()
	path := func(i int) string {
		return filepath.Join(layout, filepath.FromSlash(imagetest.BlobPath(built.Layers[i].Digest)))
	}
	outside := filepath.Join(dir, "outside")
	if err := os.Rename(path(0), outside); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, path(0)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path(1)); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path(1), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path(2)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path(2), 0o755); err != nil {
		t.Fatal(err)
	}
	a := openSource(t, OCILayout(layout, "", Options{}))
	for i, want := range []string{"escapes", "not a regular file", "not a regular file"} {
		_, err := readLayer(t.Context(), a.Layers()[i])
		checkMessage(t, "Walk", err, want)
	}
}

func TestOCILayoutNoDirectory(t *testing.T) {
	t.Parallel()
	_, err := OCILayout(filepath.Join(t.TempDir(), "none"), "", Options{}).Open(t.Context())
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v, want fs.ErrNotExist", err)
	}
}

func TestOpenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	imagetest.OCI(threeLayers()).WriteDir(t, filepath.Join(dir, "layout"))
	file := filepath.Join(dir, "image.tar")
	imagetest.Docker(threeLayers()).WriteTar(t, file)
	for _, src := range []artifact.Source{
		OCILayout(filepath.Join(dir, "layout"), "", Options{}),
		DockerArchive(file, Options{}),
		Memory("empty"),
	} {
		if a, err := src.Open(ctx); a != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("Open(%s) = %v, %v, want %v", src, a, err, context.Canceled)
		}
	}
	if n := openedBelow(t, dir); n != 0 {
		t.Errorf("Open leaves %d files open", n)
	}
}

// Close closes what Open opened.
func TestCloseFreesFiles(t *testing.T) {
	t.Parallel()
	dir, temp := t.TempDir(), t.TempDir()
	imagetest.OCI(threeLayers()).WriteDir(t, filepath.Join(dir, "layout"))
	plain, zipped := filepath.Join(dir, "image.tar"), filepath.Join(dir, "image.tar.gz")
	tarball := imagetest.Docker(threeLayers()).Tar()
	for file, content := range map[string][]byte{plain: tarball, zipped: imagetest.Gzip(tarball)} {
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		src       artifact.Source
		dir, temp int // files open while the image is
	}{
		{OCILayout(filepath.Join(dir, "layout"), "", Options{TempDir: temp}), 1, 0},
		{DockerArchive(plain, Options{TempDir: temp}), 1, 0},
		{DockerArchive(zipped, Options{TempDir: temp}), 0, 1},
	} {
		a, err := row.src.Open(t.Context())
		if err != nil {
			t.Fatalf("Open(%s) = %v", row.src, err)
		}
		for _, l := range a.Layers() {
			if _, err := readLayer(t.Context(), l); err != nil {
				t.Errorf("Walk = %v", err)
			}
		}
		if got := openedBelow(t, dir); got != row.dir {
			t.Errorf("%s: %d files are open, want %d", row.src, got, row.dir)
		}
		if got := openedBelow(t, temp); got != row.temp {
			t.Errorf("%s: %d temporary files are open, want %d", row.src, got, row.temp)
		}
		if names, err := os.ReadDir(temp); len(names) != 0 || err != nil {
			t.Errorf("%s: the directory for temporary files lists %v, %v, want nothing", row.src, names, err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("Close of %s = %v", row.src, err)
		}
		if got := openedBelow(t, dir) + openedBelow(t, temp); got != 0 {
			t.Errorf("%s: %d files are open after Close, want none", row.src, got)
		}
	}
}

// A document that only starts as JSON is refused: tools would disagree.
func TestParseDocumentTrailing(t *testing.T) {
	t.Parallel()
	index, manifest, err := parseDocument(append(imagetest.NewIndex(), "{}"...))
	if err == nil {
		t.Errorf("parseDocument = %v, %v, want an error", index, manifest)
	}
}

// A store of any kind is a layout: what is in memory is what is in a directory.
func TestOCIFunc(t *testing.T) {
	t.Parallel()
	files := imagetest.OCI(imagetest.Image{Tags: []string{"a:1"}, Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("f", "x")}}}})
	open := func(_ context.Context, name string) (io.ReadCloser, error) {
		b, ok := files[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(bytes.NewReader(b)), nil
	}
	src := OCIFunc("store", "a:1", open, Options{})
	art, err := src.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer art.Close()
	n := 0
	err = art.Layers()[0].Walk(t.Context(), func(f *artifact.File) error { n++; return nil })
	if err != nil || n != 1 || art.Target().Name != "store" || fmt.Sprint(src) != "store" {
		t.Errorf("Walk = %v after %d entries, target %+v", err, n, art.Target())
	}
	if _, err := OCIFunc("store", "b:1", open, Options{}).Open(t.Context()); err == nil {
		t.Error("Open of a name that is not there is no error")
	}
}
