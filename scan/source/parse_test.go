package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
)

// Parse looks at paths as they are written, so this test runs in a directory of
// its own and beside no other.
func TestParse(t *testing.T) {
	t.Chdir(t.TempDir())
	img := threeLayers()
	imagetest.OCI(img).WriteDir(t, "layout")
	imagetest.OCI(img).WriteDir(t, "with:colon")
	for _, dir := range []string{"nginx", "half"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for file, content := range map[string][]byte{
		"docker.tar":        imagetest.Docker(img).Tar(),
		"docker.tar.gz":     imagetest.Gzip(imagetest.Docker(img).Tar()),
		"oci.tar":           imagetest.OCI(img).Tar(),
		"oci.tar.gz":        imagetest.Gzip(imagetest.OCI(img).Tar()),
		"other.tar":         imagetest.TarOf(imagetest.File("index.json", "{}")),
		"notes.txt":         []byte(noise(1000)),
		"half/oci-layout":   nil,
		"nginx/Dockerfile":  nil,
		"redis:7":           imagetest.Docker(img).Tar(),
		"docker-archive:no": nil,
	} {
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	abs, err := filepath.Abs("layout")
	if err != nil {
		t.Fatal(err)
	}
	digest := img.Build().Descriptor.Digest
	for _, row := range []struct {
		ref  string
		want string // the type and name of the source; empty: Parse fails
		says string // what the error of Parse says, or of Open; empty: neither
	}{
		{"docker-archive:docker.tar", "*source.archive docker-archive:docker.tar", ""},
		{"docker-archive:docker.tar.gz", "*source.archive docker-archive:docker.tar.gz", ""},
		{"docker-archive:oci.tar", "*source.archive docker-archive:oci.tar", "find manifest.json in the archive"},
		{"docker-archive:redis:7", "*source.archive docker-archive:redis:7", ""},
		{"docker-archive:none.tar", "*source.archive docker-archive:none.tar", "no such file"},
		{"oci:layout", "*source.layout oci:layout", ""},
		{"oci:layout:1.0", "*source.layout oci:layout:1.0", ""},
		{"oci:layout:example.com/app:1.0", "*source.layout oci:layout:example.com/app:1.0", ""},
		{"oci:layout:app:1.0", "*source.layout oci:layout:app:1.0", `no image is named "app:1.0"`},
		{"oci:layout@" + digest, "*source.layout oci:layout@" + digest, ""},
		{"oci:" + abs + ":1.0", "*source.layout oci:" + abs + ":1.0", ""},
		{"oci:with:colon", "*source.layout oci:with:colon", ""},
		{"oci:with:colon:1.0", "*source.layout oci:with:colon:1.0", ""},
		{"oci:none:1.0", "*source.layout oci:none:1.0", "no such file"},
		{"oci-archive:oci.tar", "*source.archive oci-archive:oci.tar", ""},
		{"oci-archive:oci.tar.gz:1.0", "*source.archive oci-archive:oci.tar.gz:1.0", ""},
		{"oci-archive:docker.tar", "*source.archive oci-archive:docker.tar", "find index.json in the archive"},
		{"registry:nginx", "*source.registry nginx", "-"},
		{"registry:layout", "*source.registry layout", "-"},

		{"docker.tar", "*source.archive docker.tar", ""},
		{"./docker.tar.gz", "*source.archive ./docker.tar.gz", ""},
		{"oci.tar", "*source.archive oci.tar", ""},
		{"oci.tar.gz", "*source.archive oci.tar.gz", ""},
		{"redis:7", "*source.archive redis:7", ""},
		{"layout", "*source.layout oci:layout", ""},
		{abs, "*source.layout oci:" + abs, ""},
		{"other.tar", "*source.archive other.tar", "neither an archive of docker save nor an OCI layout"},
		{"notes.txt", "*source.archive notes.txt", "read archive"},

		{"nginx", "", "directory nginx is not an OCI layout: it has no oci-layout (registry:nginx is"},
		{"half", "", "it has no index.json"},
		{".", "", "it has no oci-layout"},
		{"./none", "", "no such file"},
		{"../none", "", "no such file"},
		{abs + "/none", "", "no such file"},
		{"oci:", "", "nothing follows the transport"},
		{"docker-archive:", "", "nothing follows the transport"},
		{"oci-archive:", "", "nothing follows the transport"},
		{"registry:", "", "nothing follows the transport"},
		{"registry:UPPER", "", "UPPER"},
		{"", "", "parse image reference"},

		{"alpine", "*source.registry alpine", "-"},
		{"alpine:3.4", "*source.registry alpine:3.4", "-"},
		{"localhost:5000/x", "*source.registry localhost:5000/x", "-"},
		{"oci/image:1", "*source.registry oci/image:1", "-"},
		{"example.com/none.tar", "*source.registry example.com/none.tar", "-"},
	} {
		src, err := Parse(row.ref, Options{})
		if row.want == "" {
			if src != nil {
				t.Errorf("Parse(%q) = %v, %v, want no source", row.ref, src, err)
			}
			checkMessage(t, fmt.Sprintf("Parse(%q)", row.ref), err, row.says)
			continue
		}
		if got := fmt.Sprintf("%T %s", src, src); err != nil || got != row.want {
			t.Errorf("Parse(%q) = %s, %v, want %s", row.ref, got, err, row.want)
			continue
		}
		if row.says == "-" {
			continue
		}
		a, err := src.Open(t.Context())
		if row.says != "" {
			checkMessage(t, fmt.Sprintf("Open(%s)", src), err, row.says)
			continue
		}
		if err != nil {
			t.Errorf("Open(%s) = %v", src, err)
			continue
		}
		if n := len(a.Layers()); n != 3 {
			t.Errorf("Open(%s) has %d layers, want 3", src, n)
		}
		a.Close()
	}
	for _, ref := range []string{"./none", "../none", abs + "/none"} {
		if _, err := Parse(ref, Options{}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Parse(%q) = %v, want fs.ErrNotExist", ref, err)
		}
	}
}
