package lint

import (
	"time"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Config says which rules run, and what is left out: what a .kube-linter.yaml
// says. The zero Config runs the rules that run by default.
type Config struct {
	// AddAllBuiltIn adds all built-in rules to those that run; in compat mode those of
	// the group [KubeLinter].
	AddAllBuiltIn bool
	// DoNotAutoAddDefaults leaves out the rules that run by default.
	DoNotAutoAddDefaults bool
	// Include and Exclude name rules to add and to leave out, by name, alias or
	// group: see [Config.Rules]. Exclude wins.
	Include, Exclude []string
	// IgnorePaths are patterns of files that are not read: see [Config.Ignores].
	IgnorePaths []string
	// CustomChecks are rules made from templates. All of them run.
	CustomChecks []CustomCheck
	// Suppress is what is not to be reported: for [Options].Suppress. KubeLinter
	// has no such list.
	Suppress []Suppression
	// Warnings are what has no meaning and is passed over, as KubeLinter does
	// without a word: keys that there are not, documents behind the first one.
	Warnings []Problem

	names map[string]manifest.Position // of the entries of Include and Exclude
}

// A CustomCheck is a rule made from a template.
type CustomCheck struct {
	Name        string
	Template    string
	Description string
	Remediation string
	// Kinds are what the rule looks at instead of what the template's rules do; nil
	// where the check has no scope.
	Kinds []Kind
	// Params are the arguments, nil where there are none.
	Params *manifest.Node
	// Severity is Unknown where it is left out. KubeLinter has no such field.
	Severity severity.Level
	// Position is where the check stands in its file.
	Position manifest.Position
}

// A Suppression keeps what rules say of some objects out of the diagnostics. A
// pattern that is empty fits everything; * stands for any text without a slash, in
// Path ** for any folders.
type Suppression struct {
	Rules     []string // names, aliases or groups; "*" or "all": every rule
	Kind      string   // "Deployment"
	Name      string
	Namespace string // an object that names none is in default
	Path      string // of the file, as it is shown
	Reason    string
	// Until is the last day on which it holds; zero: it does not expire.
	Until time.Time
	// Position is where it stands in its file.
	Position manifest.Position
}

// ReadConfig reads a configuration, YAML or JSON. Keys are read whatever their
// case, and a string with commas where a list is due, as KubeLinter does. Name is
// the path to show. An error joins a [Problem] for each mistake.
func ReadConfig(name string, text []byte) (*Config, error) {
	r := configReader{config: new(Config)}
	docs, problems := manifest.ReadDocuments(name, text, manifest.Options{})
	for _, p := range problems {
		r.errs = append(r.errs, Problem{Position: p.Position, Err: p.Err})
	}
	for i, doc := range docs {
		if i > 0 {
			r.warnf(doc.Root, "only the first document is read")
			break
		}
		r.read(doc.Root)
	}
	return r.result()
}
