package helm

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/Masterminds/semver/v3"
)

// metadata is Chart.yaml, and requirements.yaml of charts of old.
// https://helm.sh/docs/topics/charts/#the-chartyaml-file
type metadata struct {
	APIVersion   string            `json:"apiVersion"`
	Name         string            `json:"name"`
	Version      string            `json:"version"`
	KubeVersion  string            `json:"kubeVersion"`
	Description  string            `json:"description"`
	Type         string            `json:"type"`
	Keywords     []string          `json:"keywords"`
	Home         string            `json:"home"`
	Sources      []string          `json:"sources"`
	Icon         string            `json:"icon"`
	AppVersion   string            `json:"appVersion"`
	Deprecated   bool              `json:"deprecated"`
	Annotations  map[string]string `json:"annotations"`
	Condition    string            `json:"condition"`
	Tags         string            `json:"tags"`
	Maintainers  []*maintainer     `json:"maintainers"`
	Dependencies []*dependency     `json:"dependencies"`
}

type maintainer struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	URL   string `json:"url"`
}

// A dependency says under which name and conditions a chart in charts/ is used.
type dependency struct {
	Name         string   `json:"name"`
	Version      string   `json:"version"` // a constraint
	Repository   string   `json:"repository"`
	Condition    string   `json:"condition"` // paths in the values, separated by commas
	Tags         []string `json:"tags"`
	Enabled      bool     `json:"enabled"`
	ImportValues []any    `json:"import-values"`
	Alias        string   `json:"alias"`
}

var aliases = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

// check reports what helm does not accept, and cleans the texts as helm does.
func (m *metadata) check() error {
	for _, s := range []*string{&m.Name, &m.Description, &m.Home, &m.Icon, &m.Condition, &m.Tags, &m.AppVersion, &m.KubeVersion} {
		*s = printable(*s)
	}
	printables(m.Sources)
	printables(m.Keywords)
	if m.Name == "" || m.Name == "." || m.Name == ".." || m.Name != path.Base(m.Name) {
		return fmt.Errorf("the chart's name, %q, is none", m.Name)
	}
	if _, err := semver.NewVersion(m.Version); err != nil {
		return fmt.Errorf("the chart's version, %q: %w", m.Version, err)
	}
	if m.Type != "" && m.Type != "application" && m.Type != library {
		return fmt.Errorf("the chart's type is %q, want application or library", m.Type)
	}
	for _, person := range m.Maintainers {
		if person == nil {
			return errors.New("a maintainer is empty")
		}
		person.Name, person.Email, person.URL = printable(person.Name), printable(person.Email), printable(person.URL)
	}
	names := make(map[string]bool)
	for _, d := range m.Dependencies {
		if d == nil {
			return errors.New("a dependency is empty")
		}
		if d.Alias != "" && !aliases.MatchString(d.Alias) {
			return fmt.Errorf("dependency %q has the alias %q, want letters, digits, _ and -", d.Name, d.Alias)
		}
		d.Name, d.Version = printable(d.Name), printable(d.Version)
		d.Repository, d.Condition = printable(d.Repository), printable(d.Condition)
		printables(d.Tags)
		name := or(d.Alias, d.Name)
		if names[name] {
			return fmt.Errorf("more than one dependency is called %q", name)
		}
		names[name] = true
	}
	return nil
}

const library = "library"

func printables(list []string) {
	for i := range list {
		list[i] = printable(list[i])
	}
}

// printable leaves out what cannot be printed; any space becomes a blank.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsPrint(r):
			return r
		}
		return -1
	}, s)
}

// asMap is what templates see as .Chart.
func (m *metadata) asMap() map[string]any {
	maintainers := []any{}
	for _, p := range m.Maintainers {
		maintainers = append(maintainers, map[string]any{"Name": p.Name, "Email": p.Email, "URL": p.URL})
	}
	dependencies := []any{}
	for _, d := range m.Dependencies {
		dependencies = append(dependencies, map[string]any{
			"Name": d.Name, "Version": d.Version, "Repository": d.Repository, "Condition": d.Condition,
			"Tags": anys(d.Tags), "Enabled": d.Enabled, "ImportValues": d.ImportValues, "Alias": d.Alias,
		})
	}
	return map[string]any{
		"APIVersion": m.APIVersion, "Name": m.Name, "Version": m.Version, "KubeVersion": m.KubeVersion,
		"Description": m.Description, "Type": m.Type, "Keywords": anys(m.Keywords), "Home": m.Home,
		"Sources": anys(m.Sources), "Icon": m.Icon, "AppVersion": m.AppVersion, "Deprecated": m.Deprecated,
		"Annotations": m.Annotations, "Condition": m.Condition, "Tags": m.Tags,
		"Maintainers": maintainers, "Dependencies": dependencies,
	}
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// compatible reports whether a version meets a constraint.
func compatible(constraint, version string) bool {
	v, err := semver.NewVersion(version)
	if err != nil {
		return false
	}
	c, err := semver.NewConstraint(constraint)
	return err == nil && c.Check(v)
}
