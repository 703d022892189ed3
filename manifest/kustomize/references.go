package kustomize

//lint:file-ignore SA1019 what kustomize still follows is checked, deprecated or not

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"
)

// ErrRemote is matched by the error of a kustomization that refers to another place
// than its file system. Nothing is fetched.
var ErrRemote = errors.New("remote reference is not fetched")

// checkReferences refuses what kustomize would get over HTTP or by git. It remembers
// the files that hold generators and transformers, since these refer to files too.
func (t *tree) checkReferences(dir string, k *types.Kustomization) error {
	config := t.isConfig(dir + "/.")
	for _, entry := range slices.Concat(k.Resources, k.Bases, k.Components, k.Crds) {
		if isRepository(entry) {
			return fmt.Errorf("%w: %s", ErrRemote, entry)
		}
		if config {
			t.configs = append(t.configs, path.Join(dir, entry))
		}
	}
	for _, entry := range slices.Concat(k.Generators, k.Transformers, k.Validators) {
		if isInPlace(entry) {
			if err := t.checkYAML([]byte(entry), true); err != nil {
				return err
			}
			continue
		}
		if isRepository(entry) {
			return fmt.Errorf("%w: %s", ErrRemote, entry)
		}
		t.configs = append(t.configs, path.Join(dir, entry))
	}
	for _, file := range files(k) {
		if isURL(file) {
			return fmt.Errorf("%w: %s", ErrRemote, file)
		}
	}
	return nil
}

// files are the references of k that cannot be to a repository.
func files(k *types.Kustomization) []string {
	list := slices.Clone(k.Configurations)
	for _, name := range k.OpenAPI {
		list = append(list, name)
	}
	for _, p := range slices.Concat(k.Patches, k.PatchesJson6902) {
		list = append(list, p.Path)
	}
	for _, p := range k.PatchesStrategicMerge {
		if !isInPlace(string(p)) {
			list = append(list, string(p))
		}
	}
	for _, r := range k.Replacements {
		list = append(list, r.Path)
	}
	sources := func(s types.KvPairSources) {
		list = append(list, s.EnvSource)
		list = append(list, s.EnvSources...)
		list = append(list, s.FileSources...)
	}
	for _, g := range k.ConfigMapGenerator {
		sources(g.KvPairSources)
	}
	for _, g := range k.SecretGenerator {
		sources(g.KvPairSources)
	}
	return list
}

// isInPlace reports whether an entry is YAML rather than the path of it. Kustomize
// tries the one and then the other, so what could be both is a path here.
func isInPlace(entry string) bool {
	first, _, several := strings.Cut(strings.TrimSpace(entry), "\n")
	if strings.HasPrefix(first, "{") {
		return true
	}
	return several && !isURL(first) && !strings.Contains(first, "@") && !strings.Contains(strings.ToLower(first), "git")
}

// isRepository reports whether kustomize may take s for something to fetch. Some
// odd names of files are among them.
func isRepository(s string) bool {
	s = strings.ToLower(s)
	return isURL(s) || strings.ContainsAny(s, "@:?") || strings.Contains(s, "github.com")
}

func isURL(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "://") || strings.HasPrefix(s, "http:") || strings.HasPrefix(s, "https:")
}

// isConfig reports whether a file holds generators or transformers.
func (t *tree) isConfig(name string) bool {
	return slices.ContainsFunc(t.configs, func(c string) bool {
		return name == c || strings.HasPrefix(name, c+"/")
	})
}

// checkYAML refuses a file whose aliases make it too large. Where it configures
// generators or transformers, no text in it may be a URL: each might be fetched.
// What is no YAML is left to who reads it.
func (t *tree) checkYAML(text []byte, config bool) error {
	if !config && !bytes.ContainsAny(text, "*") {
		return nil
	}
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var n yaml.Node
		if d.Decode(&n) != nil {
			return nil
		}
		if expanded(&n, make(map[*yaml.Node]int), t.limits.Nodes) > t.limits.Nodes {
			return over("nodes of YAML")
		}
		if config {
			if url := findURL(&n); url != "" {
				return fmt.Errorf("%w: %s", ErrRemote, url)
			}
		}
	}
}

// expanded is how many nodes there are once each alias is written out, or a number
// above most. Sizes has those of anchors that are done; one that is not is its own
// ancestor.
func expanded(n *yaml.Node, sizes map[*yaml.Node]int, most int) int {
	if size, ok := sizes[n]; ok {
		return size
	}
	sizes[n] = most + 1
	size := 1
	if n.Alias != nil {
		size += expanded(n.Alias, sizes, most)
	}
	for _, child := range n.Content {
		if size += expanded(child, sizes, most); size > most {
			return most + 1
		}
	}
	sizes[n] = size
	return size
}

// findURL is the first text in n that is a URL.
func findURL(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && isURL(n.Value) {
		return n.Value
	}
	for _, child := range n.Content {
		if url := findURL(child); url != "" {
			return url
		}
	}
	return ""
}
