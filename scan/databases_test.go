package scan_test

import (
	"bytes"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
)

// TestDatabases holds whole images of other systems than Debian and Alpine to
// their packages.
func TestDatabases(t *testing.T) {
	t.Parallel()
	var wall bytes.Buffer
	w, err := zstd.NewWriter(&wall)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":2}\n" +
		"{\"kind\":\"package\",\"name\":\"libkeel1\",\"version\":\"1.4-2\",\"sha256\":\"00\",\"arch\":\"amd64\"}\n")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name  string
		files map[string]string
		os    string
		want  []string // type name version layer
	}{
		{"Arch", map[string]string{
			"etc/os-release":                        "ID=arch\nBUILD_ID=rolling\n",
			"var/lib/pacman/local/keel-1.4-2/desc":  "%NAME%\nkeel\n\n%VERSION%\n1.4-2\n",
			"var/lib/pacman/local/keel-1.4-2/files": "%FILES%\nusr/\nusr/bin/\nusr/bin/keel\n",
			"var/lib/pacman/sync/keel-1.5-1/desc":   "%NAME%\nkeel\n\n%VERSION%\n1.5-1\n",
			"srv/desc":                              "nothing\n",
		}, "arch", []string{"alpm keel 1.4-2"}},
		{"Gentoo", map[string]string{
			"etc/os-release": "ID=gentoo\nVERSION_ID=2.15\n",
			"var/db/pkg/app-misc/keel-1.4-r2/CONTENTS":  "obj /usr/bin/keel d41d8cd98f00b204e9800998ecf8427e 1700000000\n",
			"var/db/pkg/virtual/anchor-0/CONTENTS":      "",
			"var/db/pkg/app-misc/-MERGING-x-1/CONTENTS": "",
			"srv/var/db/pkg/app-misc/keel-1.4/CONTENTS": "",
		}, "gentoo 2.15", []string{"ebuild app-misc/keel 1.4-r2", "ebuild virtual/anchor 0"}},
		{"Bottlerocket", map[string]string{
			"x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release":                                "ID=bottlerocket\nVERSION_ID=1.19.0\n",
			"x86_64-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/application-inventory.json": `{"Content": [{"Name": "keel", "Version": "1.4"}]}`,
		}, "bottlerocket 1.19.0", []string{"bottlerocket keel 1.4"}},
		{"chiselled Ubuntu", map[string]string{
			"etc/os-release":               "ID=ubuntu\nVERSION_ID=24.04\n",
			"var/lib/chisel/manifest.wall": wall.String(),
		}, "ubuntu 24.04", []string{"deb libkeel1 1.4-2"}},
		{"chiselled Ubuntu with a status", map[string]string{
			"etc/os-release":               "ID=ubuntu\nVERSION_ID=24.04\n",
			"var/lib/chisel/manifest.wall": wall.String(),
			"var/lib/dpkg/status":          "Package: libkeel1\nVersion: 1.4-2\nArchitecture: amd64\nStatus: install ok installed\nSource: keel\n",
		}, "ubuntu 24.04", []string{"deb libkeel1 1.4-2 of keel"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var layer imagetest.Layer
			for _, name := range slices.Sorted(maps.Keys(row.files)) {
				layer.Entries = append(layer.Entries, imagetest.File(name, row.files[name]))
			}
			archive := filepath.Join(t.TempDir(), "image.tar")
			imagetest.OCI(imagetest.Image{Layers: []imagetest.Layer{layer}}).WriteTar(t, archive)
			inv, err := scan.Inspect(t.Context(), parse(t, archive), scan.Options{Analyzers: []scan.Analyzer{
				analyze.OSRelease, analyze.Dpkg, analyze.Chisel, analyze.Bottlerocket, analyze.Pacman, analyze.Gentoo,
			}})
			if err != nil {
				t.Fatal(err)
			}
			if inv.OS == nil || inv.OS.String() != row.os {
				t.Errorf("OS = %v, want %s", inv.OS, row.os)
			}
			var got []string
			for _, c := range inv.Components {
				line := strings.Join([]string{string(c.Type), c.Name, c.Version}, " ")
				if c.SourceName != c.Name {
					line += " of " + c.SourceName
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("Components: -want +got\n%s", diff)
			}
			if len(inv.Problems) > 0 {
				t.Errorf("Problems: %s", problems(inv.Problems))
			}
		})
	}
}
