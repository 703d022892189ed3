package source

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Every image of the corpus opens, all its layers are what their digests say,
// and it names itself.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpus.Dir(t), "images")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for _, f := range files {
		name, _, _ := strings.Cut(f.Name(), ".oci")
		name, _, ok := strings.Cut(name, ".docker")
		if !ok && name == f.Name() {
			continue // the expectations
		}
		opened++
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			src, err := Parse(filepath.Join(dir, f.Name()), Options{Platform: "linux/amd64"})
			if err != nil {
				t.Fatalf("Parse = %v", err)
			}
			a := openSource(t, src)
			target := a.Target()
			if want := []string{"fixtures.test/" + name + ":1"}; !slices.Equal(target.RepoTags, want) {
				t.Errorf("RepoTags = %q, want %q", target.RepoTags, want)
			}
			if target.ImageID == "" || target.Platform != "linux/amd64" || len(a.Layers()) == 0 {
				t.Errorf("Open gives %s, %s, %d layers", target.ImageID, target.Platform, len(a.Layers()))
			}
			for i, l := range a.Layers() {
				entries := 0
				err := l.Walk(t.Context(), func(f *artifact.File) error {
					entries++
					return nil
				})
				if err != nil || entries == 0 {
					t.Errorf("Walk of layer %d visits %d entries, %v", i, entries, err)
				}
			}
		})
	}
	if opened != 14 {
		t.Errorf("the corpus has %d images, want 14", opened)
	}
}

// The layers of the corpus hold the files that the image was made of.
func TestCorpusContent(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpus.Dir(t), "images")
	for ref, want := range map[string]string{
		"debian12-distroless.oci.tar":         `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"`,
		"alpine3.4.oci-dir":                   `NAME="Alpine Linux"`,
		"ubuntu1804-reconstructed.docker.tar": `NAME="Ubuntu"`,
	} {
		src, err := Parse(filepath.Join(dir, ref), Options{})
		if err != nil {
			t.Fatalf("Parse = %v", err)
		}
		found := ""
		for _, l := range openSource(t, src).Layers() {
			err := l.Walk(t.Context(), func(f *artifact.File) error {
				if (f.Path != "etc/os-release" && f.Path != "usr/lib/os-release") || f.Kind != artifact.KindRegular {
					return nil
				}
				content, err := f.Bytes()
				found += string(content)
				return err
			})
			if err != nil {
				t.Errorf("%s: Walk = %v", ref, err)
			}
		}
		if !strings.Contains(found, want) {
			t.Errorf("%s: os-release is %q, want %q in it", ref, found, want)
		}
	}
}
