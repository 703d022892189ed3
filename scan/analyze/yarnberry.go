package analyze

import (
	"net/url"
	"strings"

	"gopkg.in/yaml.v3"
)

// readYarnBerry reads a file of Yarn 2 and later, which is YAML: entries by what
// is asked for, each with its version, its resolution (NAME@REFERENCE), and what
// it needs. https://yarnpkg.com/advanced/lexicon#locator
func readYarnBerry(text []byte, wrong *faults) yarnFile {
	y := yarnFile{Berry: true}
	documents, err := parseYAML(text)
	for _, d := range documents {
		if d.Kind != yaml.MappingNode {
			wrong.add(d.Line, nil, errNotMapping)
		}
		for key, value := range yamlMembers(d) {
			if key.Value == "__metadata" {
				continue
			}
			e, err := berryEntry(key, value)
			if err == nil {
				err = y.add(e)
			}
			if err != nil {
				wrong.add(key.Line, []byte(key.Value), err)
			}
		}
	}
	wrong.note(err)
	return y
}

// localVersion is what berry has for the version of a workspace or a link, since
// it has none.
const localVersion = "0.0.0-use.local"

func berryEntry(key, value *yaml.Node) (yarnEntry, error) {
	if value.Kind != yaml.MappingNode {
		return yarnEntry{}, errNotMapping
	}
	lines := yamlLines(key, value)[0]
	e := yarnEntry{First: lines.First, Last: lines.Last}
	var resolution string
	for k, v := range yamlMembers(value) {
		switch k.Value {
		case "version":
			e.Version = yamlText(v)
		case "resolution":
			resolution = yamlText(v)
		case "dependencies":
			for name, asked := range yamlMembers(v) {
				if len(name.Value) <= maxValue && len(asked.Value) <= maxValue {
					e.Needs = append(e.Needs, nodeNeed{name.Value, yamlText(asked)})
				}
			}
		}
	}
	for asked := range strings.SplitSeq(key.Value, ", ") {
		e.addPattern(asked)
	}
	if resolution == "" {
		resolution, _, _ = strings.Cut(key.Value, ", ")
	}
	name, reference := splitLocator(resolution)
	e.Name = name
	if err := checkLocked(e.Name, e.Version); err != nil {
		return e, err
	}
	if e.Version == "" {
		return e, errNoVersion
	}
	if dir, ok := strings.CutPrefix(reference, "workspace:"); ok {
		e.Workspace = dir
	}
	if e.Version == localVersion {
		e.Version = ""
	}
	return e, nil
}

// addPattern adds what e is locked for. Of NAME@RANGE::BINDINGS the bindings are
// Yarn's own: who asks does not have them. For NAME@patch:SOURCE#PATCH who asks
// may have asked for the source, where the patch is Yarn's; the source is needed.
func (e *yarnEntry) addPattern(asked string) {
	asked, _, _ = strings.Cut(asked, "::")
	if asked == "" || len(asked) > maxValue {
		return
	}
	e.Patterns = append(e.Patterns, asked)
	name, asked := splitLocator(asked)
	source, ok := strings.CutPrefix(asked, "patch:")
	if !ok {
		return
	}
	source, patch, _ := strings.Cut(source, "#")
	source, err := url.PathUnescape(source)
	if err != nil {
		return
	}
	if strings.Contains(patch, "builtin<") {
		e.Patterns = append(e.Patterns, source)
	}
	if of, asked := splitLocator(source); of == name && asked != "" {
		e.Needs = append(e.Needs, nodeNeed{of, asked})
	}
}
