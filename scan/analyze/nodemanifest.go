package analyze

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A nodeManifest is what a package.json says to whoever reads the lock file
// beside it.
type nodeManifest struct {
	Name        string     `json:",omitempty"`
	Version     string     `json:",omitempty"`
	Needs       []nodeNeed `json:",omitempty"` // dependencies and optionalDependencies
	DevNeeds    []nodeNeed `json:",omitempty"`
	Workspaces  []string   `json:",omitempty"` // patterns
	Resolutions []nodeNeed `json:",omitempty"`
	// Fault says why it could not be read. It is for whoever reads it: most
	// package.json lie beside no lock file, and some are not meant to be JSON.
	Fault string `json:",omitempty"`
}

// A nodeNeed is a name and the range of versions asked for.
type nodeNeed [2]string

// readManifest reads a package.json.
func readManifest(f *artifact.File) (nodeManifest, error) {
	text, err := packageText(f)
	if err != nil {
		return nodeManifest{}, err
	}
	if err := checkJSONObject(text); err != nil {
		return nodeManifest{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	var m nodeManifest
	for member := range validMembers(text, 0) {
		switch string(member.key) {
		case "name":
			m.Name, _ = jsonString(member.value)
		case "version":
			m.Version, _ = jsonString(member.value)
		case "dependencies", "optionalDependencies":
			m.Needs = appendNeeds(m.Needs, member.value)
		case "devDependencies":
			m.DevNeeds = appendNeeds(m.DevNeeds, member.value)
		case "workspaces":
			m.Workspaces = workspacePatterns(member.value)
		case "resolutions":
			m.Resolutions = appendNeeds(m.Resolutions, member.value)
		}
	}
	return m, nil
}

func appendNeeds(list []nodeNeed, value []byte) []nodeNeed {
	if !jsonObject(value) {
		return list
	}
	for name, asked := range jsonStrings(value) {
		list = append(list, nodeNeed{name, asked})
	}
	return list
}

// isOnlyDev tells, of the names in m, those that are needed for development and
// for nothing else.
func (m *nodeManifest) isOnlyDev() func(name string) bool {
	runtime := make(map[string]bool)
	for _, n := range m.Needs {
		runtime[n[0]] = true
	}
	dev := make(map[string]bool)
	for _, n := range m.DevNeeds {
		dev[n[0]] = !runtime[n[0]]
	}
	return func(name string) bool { return dev[name] }
}
