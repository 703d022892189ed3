package packageurl

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func TestImages(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		target artifact.Target
		want   []string
	}{
		"no image": {artifact.Target{Kind: artifact.KindFilesystem, RepoTags: []string{"a:1"}}, nil},
		"no name":  {artifact.Target{Kind: artifact.KindImage, Name: "app.tar"}, nil},
		"a tag": {
			artifact.Target{Kind: artifact.KindImage, RepoTags: []string{"localhost:5000/team/App:1"}},
			[]string{"pkg:oci/app?repository_url=localhost:5000%2Fteam%2FApp&tag=1"},
		},
		"a digest and two tags": {
			artifact.Target{
				Kind: artifact.KindImage, Platform: "linux/arm64/v8", RepoDigests: []string{"example.com/app@sha256:12"},
				RepoTags: []string{"example.com/app:2", "example.com/app:1"},
			},
			[]string{
				"pkg:oci/app@sha256:12?arch=arm64&repository_url=example.com%2Fapp&tag=1",
				"pkg:oci/app@sha256:12?arch=arm64&repository_url=example.com%2Fapp&tag=2",
			},
		},
	} {
		if diff := cmp.Diff(row.want, Images(row.target)); diff != "" {
			t.Errorf("%s: Images (-want +got):\n%s", name, diff)
		}
	}
}
