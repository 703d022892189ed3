package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// RedHatBuild reads what Red Hat's build system says of an image, a layer at a
// time: which repositories its packages are from. Red Hat's advisories are about
// a package of a repository, and not of a release. It finds no packages.
//
// The files are content manifests, root/buildinfo/content_manifests/*.json and
// usr/share/buildinfo/*.json, whose content_sets are names of repositories; and
// root/buildinfo/Dockerfile-NAME-VERSION-RELEASE, which stands for the build
// COMPONENT-VERSION-RELEASE-ARCHITECTURE, with the values of its labels
// com.redhat.component (or BZComponent) and architecture. Both are ContentSets,
// as they are spelled and in the order of the file. A Dockerfile's build does
// not count where a manifest in the same layer names repositories: that is the
// better word.
//
// An error is a manifest that is no JSON object, or whose content_sets are
// something else than a list of strings, and a Dockerfile without those labels
// or another name. A manifest may have no content_sets.
// https://github.com/containerbuildsystem/atomic-reactor/blob/master/atomic_reactor/schemas/content_manifest.json
var RedHatBuild artifact.Analyzer = redHatBuild{}

type redHatBuild struct{}

func (redHatBuild) Name() string { return "redhat-build" }
func (redHatBuild) Version() int { return 1 }

const redHatBuildDir = "root/buildinfo"

func (redHatBuild) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Dir: redHatBuildDir + "/content_manifests", Suffix: ".json"},
		{Dir: "usr/share/buildinfo", Suffix: ".json"},
		{Dir: redHatBuildDir, Prefix: "Dockerfile-"},
	}
}

func (redHatBuild) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	read := contentSets
	if path.Dir(f.Path) == redHatBuildDir {
		read = func(text []byte) ([]string, error) { return dockerfileBuild(path.Base(f.Path), text) }
	}
	sets, err := read(text)
	if err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return artifact.Facts{ContentSets: sets}, nil
}

// Resolve drops the builds of layers that have a manifest with repositories.
func (redHatBuild) Resolve(t *artifact.Tree) error {
	named := make(map[int]bool)
	for _, f := range t.Files() {
		if path.Dir(f.Path) != redHatBuildDir && len(f.Facts.ContentSets) > 0 {
			named[f.Layer] = true
		}
	}
	for _, f := range t.Files() {
		if path.Dir(f.Path) == redHatBuildDir && named[f.Layer] {
			f.Facts.ContentSets = nil
		}
	}
	return nil
}

// maxContentSets is more than all of Red Hat's repositories for an architecture.
const maxContentSets = 1 << 14

// contentSets is what a content manifest names.
func contentSets(text []byte) ([]string, error) {
	var manifest *struct {
		ContentSets []string `json:"content_sets"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, err
	}
	if manifest == nil {
		return nil, errors.New("null where an object belongs")
	}
	var sets []string
	for _, s := range manifest.ContentSets {
		switch {
		case s == "":
			return nil, errors.New("a content set without a name")
		case len(s) > maxValue:
			return nil, fmt.Errorf("%w: a content set of %d bytes, of %d", artifact.ErrLimit, len(s), maxValue)
		case len(sets) == maxContentSets:
			return nil, fmt.Errorf("%w: more than %d content sets", artifact.ErrLimit, maxContentSets)
		}
		sets = append(sets, s)
	}
	return sets, nil
}

// dockerfileBuild is the build that the Dockerfile called base is of.
func dockerfileBuild(base string, text []byte) ([]string, error) {
	release := strings.LastIndexByte(base, '-')
	version := strings.LastIndexByte(base[:max(release, 0)], '-')
	if version < len("Dockerfile") || version+1 == release || release+1 == len(base) {
		return nil, errors.New("a name that is not Dockerfile-NAME-VERSION-RELEASE")
	}
	labels, err := dockerfileLabels(text, "com.redhat.component", "BZComponent", "architecture")
	if err != nil {
		return nil, err
	}
	component := labels["com.redhat.component"]
	if component == "" {
		component = labels["BZComponent"]
	}
	arch := labels["architecture"]
	if component == "" || arch == "" {
		return nil, errors.New("no labels com.redhat.component (or BZComponent) and architecture")
	}
	return []string{component + base[version:] + "-" + arch}, nil
}
