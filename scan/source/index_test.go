package source

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// platformImage is an image for a platform; its one file is named after it.
func platformImage(p string) imagetest.Image {
	q, err := parsePlatform(p)
	if err != nil {
		panic(err)
	}
	name := imagetest.File(p, "")
	return imagetest.Image{OS: q.OS, Architecture: q.Architecture, Variant: q.Variant,
		Layers: []imagetest.Layer{{Entries: []imagetest.Entry{name}}}}
}

func TestPlatform(t *testing.T) {
	t.Parallel()
	here := "linux/" + runtime.GOARCH
	for _, row := range []struct {
		name   string
		there  []string // "?" first: the index does not say it
		asked  string
		want   string
		errors string
	}{
		{"default", []string{"linux/s390x", here, "windows/" + runtime.GOARCH}, "", here, ""},
		{"default, only another", []string{"linux/s390x"}, "", "linux/s390x", ""},
		{"default, two others", []string{"linux/s390x", "linux/mips64"}, "", "", "no image for " + here + ", only for linux/s390x, linux/mips64"},
		{"asked", []string{"linux/s390x", "linux/mips64"}, "linux/mips64", "linux/mips64", ""},
		{"asked, only another", []string{"linux/s390x"}, "linux/mips64", "", "no image for linux/mips64, only for linux/s390x"},
		{"any variant", []string{"linux/arm/v6", "linux/arm/v5"}, "linux/arm", "linux/arm/v6", ""},
		{"the usual variant", []string{"linux/arm/v6", "linux/arm/v7"}, "linux/arm", "linux/arm/v7", ""},
		{"the very variant", []string{"linux/arm/v6", "linux/arm/v7"}, "linux/arm/v6", "linux/arm/v6", ""},
		{"no such variant", []string{"linux/arm/v6", "linux/arm/v7"}, "linux/arm/v5", "", "no image for linux/arm/v5, only for linux/arm/v6, linux/arm/v7"},
		{"variant implied there", []string{"linux/s390x", "linux/arm64"}, "linux/arm64/v8", "linux/arm64", ""},
		{"variant implied here", []string{"linux/s390x", "linux/arm64/v8"}, "linux/arm64", "linux/arm64/v8", ""},
		{"only the config says it", []string{"?linux/s390x"}, "linux/s390x", "linux/s390x", ""},
		{"the config says another", []string{"?linux/s390x"}, "linux/mips64", "", "the image is for linux/s390x, not for linux/mips64"},
		{"two without a platform", []string{"?linux/s390x", "?linux/mips64"}, "", "", "only for no platform"},
		{"same platform twice", []string{"linux/s390x", "linux/s390x"}, "linux/s390x", "linux/s390x", ""},
		{"malformed", []string{here}, "linux/", "", `platform "linux/" is not os/architecture[/variant]`},
		{"too long", []string{here}, "linux/arm/v7/x", "", "is not os/architecture[/variant]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var images []imagetest.Image
			for _, p := range row.there {
				hidden := p[0] == '?'
				if hidden {
					p = p[1:]
				}
				img := platformImage(p)
				img.NoPlatform = hidden
				images = append(images, img)
			}
			// The same through an index in the index.
			nested := imagetest.OCI(images...)
			outer := nested.Blob(nested["index.json"])
			nested["index.json"] = imagetest.NewIndex(imagetest.Descriptor{MediaType: imagetest.TypeIndex, Digest: outer})
			for _, files := range []imagetest.Files{imagetest.OCI(images...), nested} {
				src := OCIArchive(tempFile(t, files.Tar()), "", Options{Platform: row.asked})
				if row.errors != "" {
					_, err := src.Open(t.Context())
					checkMessage(t, "Open", err, row.errors)
					continue
				}
				target, _, layers := readImage(t, src)
				if got := layers[0][0].Path; got != row.want || target.Platform != row.want {
					t.Errorf("Open opens the image for %s and says it is for %s, want %s", got, target.Platform, row.want)
				}
			}
		})
	}
}

// Attestations and other artifacts are no images, whatever index they are in.
func TestAttestations(t *testing.T) {
	t.Parallel()
	files := imagetest.Files{"oci-layout": []byte("{}")}
	unknown := files.Add(platformImage("unknown/unknown"))
	noted := platformImage("linux/s390x")
	noted.Annotations = map[string]string{"vnd.docker.reference.type": "attestation-manifest"}
	attested := files.Add(noted)
	artifactType := files.Add(platformImage("linux/mips64"))
	artifactType.ArtifactType = "application/vnd.example.signature"
	image := files.Add(platformImage("linux/riscv64"))
	image.ArtifactType = imagetest.TypeConfig
	inner := files.Blob(imagetest.NewIndex(unknown, attested, artifactType, image))
	for name, index := range map[string][]byte{
		"index": imagetest.NewIndex(unknown, attested, artifactType, image),
		"inner": imagetest.NewIndex(imagetest.Descriptor{MediaType: imagetest.TypeIndex, Digest: inner}),
		"bare":  imagetest.NewIndex(imagetest.Descriptor{Digest: inner}),
	} {
		files["index.json"] = index
		target, _, _ := readImage(t, OCIArchive(tempFile(t, files.Tar()), "", Options{}))
		if target.Platform != "linux/riscv64" {
			t.Errorf("%s: the image is for %s, want linux/riscv64", name, target.Platform)
		}
	}
	files["index.json"] = imagetest.NewIndex(unknown, attested, artifactType)
	_, err := OCIArchive(tempFile(t, files.Tar()), "", Options{}).Open(t.Context())
	checkMessage(t, "Open", err, "the index lists no image")
}

func TestNestedIndexLimits(t *testing.T) {
	t.Parallel()
	nested := func(files imagetest.Files, depth int, desc imagetest.Descriptor) imagetest.Descriptor {
		for range depth {
			desc = imagetest.Descriptor{MediaType: imagetest.TypeIndex, Digest: files.Blob(imagetest.NewIndex(desc))}
		}
		return desc
	}
	for depth, want := range map[int]error{maxIndexDepth - 1: nil, maxIndexDepth: artifact.ErrLimit} {
		files := imagetest.Files{"oci-layout": []byte("{}")}
		files["index.json"] = imagetest.NewIndex(nested(files, depth, files.Add(threeLayers())))
		a, err := OCIArchive(tempFile(t, files.Tar()), "", Options{}).Open(t.Context())
		if !errors.Is(err, want) {
			t.Errorf("Open of %d indexes in each other = %v, want %v", depth, err, want)
		}
		if a != nil {
			a.Close()
		}
	}
	for n, want := range map[int]error{maxIndexes: nil, maxIndexes + 1: artifact.ErrLimit} {
		files := imagetest.Files{"oci-layout": []byte("{}")}
		list := []imagetest.Descriptor{files.Add(threeLayers())}
		for i := range n { // each another, with as many of the same in it
			inner := slices.Repeat(list[:1], i+1)
			list = append(list, imagetest.Descriptor{MediaType: imagetest.TypeIndex, Digest: files.Blob(imagetest.NewIndex(inner...))})
		}
		files["index.json"] = imagetest.NewIndex(list...)
		a, err := OCIArchive(tempFile(t, files.Tar()), "", Options{}).Open(t.Context())
		if !errors.Is(err, want) {
			t.Errorf("Open of %d indexes in one = %v, want %v", n, err, want)
		}
		if a != nil {
			a.Close()
		}
	}
}

// An image with two names is one image, whether or not it says its platform.
func TestSeveralNames(t *testing.T) {
	t.Parallel()
	for _, noPlatform := range []bool{false, true} {
		img := threeLayers()
		img.NoPlatform = noPlatform
		files := imagetest.Files{"oci-layout": []byte("{}")}
		one := files.Add(img)
		two := one
		one.Annotations = map[string]string{"org.opencontainers.image.ref.name": "example.com/app:1"}
		two.Annotations = map[string]string{"org.opencontainers.image.ref.name": "example.com/app:latest"}
		files["index.json"] = imagetest.NewIndex(one, two)
		a, err := OCIArchive(tempFile(t, files.Tar()), "", Options{}).Open(t.Context())
		if err != nil {
			t.Errorf("Open without platform %v: %v", noPlatform, err)
			continue
		}
		if got := strings.Join(a.Target().RepoTags, " "); got != "example.com/app:1 example.com/app:latest" {
			t.Errorf("RepoTags are %s, want both", got)
		}
		a.Close()
	}
}
