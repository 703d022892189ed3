package scan_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// What is left out has no problems either: an image is read as if it were not
// there, as a directory is.
func TestSkippedProblems(t *testing.T) {
	t.Parallel()
	src := source.Memory("test", layer(t, "f a.jar a=1", "f x/b.jar broken", "f c.jar broken"))
	for _, tt := range []struct {
		opts scan.Options
		want int
	}{
		{scan.Options{}, 2},
		{scan.Options{SkipDirs: []string{"x"}}, 1},
		{scan.Options{SkipFiles: []string{"c.jar"}}, 1},
		{scan.Options{SkipFiles: []string{"c.jar"}, SkipDirs: []string{"x"}}, 0},
	} {
		tt.opts.Analyzers = listers()
		inv, err := scan.Inspect(t.Context(), src, tt.opts)
		if err != nil || len(inv.Problems) != tt.want {
			t.Errorf("SkipDirs %v, SkipFiles %v: Inspect has the problems %v, %v, want %d", tt.opts.SkipDirs, tt.opts.SkipFiles, inv.Problems, err, tt.want)
		}
	}
}

// What a package of a bill needs is named by the bill, wherever that says each of
// the two was found.
func TestSBOMDependencies(t *testing.T) {
	t.Parallel()
	const text = `{"bomFormat": "CycloneDX", "components": [
		{"bom-ref": "a", "type": "library", "name": "keel", "purl": "pkg:npm/keel@1.0.0", "properties": [{"name": "syft:location:0:path", "value": "/a"}]},
		{"bom-ref": "b", "type": "library", "name": "mast", "purl": "pkg:npm/mast@2.0.0", "properties": [{"name": "syft:location:0:path", "value": "/b"}]},
		{"bom-ref": "c", "type": "library", "name": "rig", "purl": "pkg:deb/debian/rig@3.0"}],
		"dependencies": [{"ref": "a", "dependsOn": ["b", "c"]}]}`
	for _, tt := range []struct {
		opts scan.Options
		want string
	}{
		{scan.Options{}, "mast@2.0.0 rig@3.0"},
		{scan.Options{DevDependencies: true}, "mast@2.0.0 rig@3.0"},
		{scan.Options{SkipFiles: []string{"b"}}, "rig@3.0"},
		{scan.Options{SkipFiles: []string{"b"}, DevDependencies: true}, "rig@3.0"},
		{scan.Options{PackageClasses: []scan.PackageClass{scan.ClassLibrary}}, "mast@2.0.0"},
	} {
		inv, err := scan.InspectSBOM(t.Context(), "x", strings.NewReader(text), tt.opts)
		if err != nil || len(inv.Components) == 0 {
			t.Fatalf("InspectSBOM = %v, %v", inv, err)
		}
		if got := strings.Join(inv.Components[0].DependsOn, " "); got != tt.want {
			t.Errorf("%+v: %s needs %q, want %q", tt.opts, inv.Components[0].Name, got, tt.want)
		}
	}
}
