package analyze

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// YarnLock lists the packages of Yarn's lock file, yarn.lock, of Yarn 1 (classic)
// and of later ones (berry), but for those below a node_modules.
// https://classic.yarnpkg.com/en/docs/yarn-lock,
// https://github.com/yarnpkg/berry/blob/master/packages/yarnpkg-core/sources/Project.ts
//
// Packages come in the order of the file, each name and version once, with the
// lines of all its entries. A package that goes by another name (an alias) has
// its own. A directory that is only linked to is none. DependsOn are what the
// entries that an entry asks for resolve to; where what is asked for is not in
// the file, since a resolution of the project replaced it, all of that name.
//
// What the project is, and what it needs, is in the package.json beside the file,
// and in those of its workspaces: the resolver takes it from there. The project
// is then Root and a workspace Workspace, where they have a name and a version,
// before the others in a file of Yarn 1, which does not have them; a package is
// Direct if one of them needs it, Indirect if only others do, and Dev if it is
// reached only over their devDependencies. Without a package.json beside the file
// nothing is Dev; relationships are unknown in a file of Yarn 1, while later ones
// have what the workspaces need.
//
// The error names, with their lines, entries that are left out: without a name or
// a version. Nothing is Dev in a file that is not wholly understood. A file of
// berry is YAML, and is bounded as that of [PNPMLock] is. A package.json that
// cannot be read is an error if it is the project's or a workspace's.
var YarnLock artifact.Analyzer = yarnLock{}

type yarnLock struct{}

func (yarnLock) Name() string { return "yarn" }
func (yarnLock) Version() int { return 1 }

func (yarnLock) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "yarn.lock"}, {Base: packageJSON}}
}

// The names of what Analyze leaves for Resolve.
const (
	yarnEntries  = "yarn-entries"
	yarnManifest = "yarn-manifest"
)

// A yarnFile is what a yarn.lock says.
type yarnFile struct {
	Berry   bool `json:",omitempty"`
	Partial bool `json:",omitempty"` // something in it was not understood
	Entries []yarnEntry
	needs   int // of all entries
}

// A yarnEntry is one entry of it.
type yarnEntry struct {
	Name, Version string // without a version it is no component
	Patterns      []string
	Needs         []nodeNeed `json:",omitempty"`
	// Workspace is the directory of a part of the project, relative to it; "."
	// is the project. Else it is empty.
	Workspace   string `json:",omitempty"`
	First, Last int    // lines
}

func (a yarnLock) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if belowNodeModules(f.Path) {
		return artifact.Facts{}, nil
	}
	if path.Base(f.Path) == packageJSON {
		m, err := readManifest(f)
		if err != nil {
			m.Fault = err.Error()
		}
		return customFacts(yarnManifest, m)
	}
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	var wrong faults
	y := readYarn(text, &wrong)
	y.Partial = wrong.err() != nil
	var facts artifact.Facts
	if facts.Components, err = yarnComponents(&y, yarnProject{}); err != nil {
		wrong.add(1, nil, err)
	}
	if len(y.Entries) > 0 {
		if err := setCustom(&facts, yarnEntries, y); err != nil {
			return facts, err
		}
	}
	return facts, wrong.in(f.Path)
}

// add adds an entry, within bounds.
func (y *yarnFile) add(e yarnEntry) error {
	if len(y.Entries) == maxLocked {
		return fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxLocked)
	}
	if y.needs += len(e.Needs); y.needs > maxNeeds {
		return fmt.Errorf("%w: more than %d dependencies", artifact.ErrLimit, maxNeeds)
	}
	y.Entries = append(y.Entries, e)
	return nil
}

// readYarn reads a file of either kind: those of berry say of which version
// they are.
func readYarn(text []byte, wrong *faults) yarnFile {
	for _, line := range lines(text) {
		if bytes.HasPrefix(line, []byte("__metadata:")) {
			return readYarnBerry(text, wrong)
		}
	}
	return readYarnClassic(text, wrong)
}

func (yarnLock) Resolve(t *artifact.Tree) error {
	var wrong faults
	for _, f := range t.Files() {
		if value, ok := f.Facts.Custom[yarnEntries]; ok {
			if err := resolveYarn(t, f, value, &wrong); err != nil {
				wrong.note(fmt.Errorf("resolve %s: %w", f.Path, err))
			}
		}
	}
	for _, f := range t.Files() {
		delete(f.Facts.Custom, yarnEntries)
		delete(f.Facts.Custom, yarnManifest)
	}
	return wrong.err()
}

// resolveYarn joins a lock file with the package.json of its project. What is
// wrong with one of those is added to wrong.
func resolveYarn(t *artifact.Tree, f *artifact.TreeFile, value json.RawMessage, wrong *faults) error {
	var y yarnFile
	if err := json.Unmarshal(value, &y); err != nil {
		return err
	}
	p := yarnProject{manifests: make(map[string]*nodeManifest)}
	read := func(dir string, file *artifact.TreeFile) {
		m, err := manifestOf(file)
		if err != nil {
			wrong.note(fmt.Errorf("resolve %s: %w", f.Path, err))
			p.partial = true
		} else if m != nil {
			p.manifests[dir] = m
		}
	}
	read(".", t.Beside(f, packageJSON))
	root := p.manifests["."]
	if root == nil {
		return nil // Analyze said all there is to say
	}
	dir := path.Dir(f.Path)
	if y.Berry {
		for _, e := range y.Entries {
			if e.Workspace != "" && e.Workspace != "." {
				read(e.Workspace, t.File(path.Join(dir, e.Workspace, packageJSON)))
			}
		}
	} else if len(root.Workspaces) > 0 {
		for _, file := range t.Files() {
			if rel, ok := within(dir, path.Dir(file.Path)); ok && isWorkspace(root.Workspaces, rel) {
				read(rel, file)
			}
		}
	}
	var err error
	f.Facts.Components, err = yarnComponents(&y, p)
	return err
}

// within is the path of dir relative to parent, if it is below that.
func within(parent, dir string) (string, bool) {
	if parent == "." {
		return dir, dir != "."
	}
	if len(dir) > len(parent)+1 && dir[:len(parent)] == parent && dir[len(parent)] == '/' {
		return dir[len(parent)+1:], true
	}
	return "", false
}

// manifestOf is what a package.json says; nil where there is none.
func manifestOf(f *artifact.TreeFile) (*nodeManifest, error) {
	if f == nil {
		return nil, nil
	}
	value, ok := f.Facts.Custom[yarnManifest]
	if !ok {
		return nil, nil
	}
	var m nodeManifest
	if err := json.Unmarshal(value, &m); err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Path, err)
	}
	if m.Fault != "" {
		return nil, fmt.Errorf("%s", m.Fault)
	}
	return &m, nil
}
