package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/cel"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/lint/schema"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// readConfig reads the configuration, and puts what the flags say in its place. A
// list of the flags replaces one of the file, as KubeLinter does.
func (f *lintFlags) readConfig(cmd *cobra.Command) (*lint.Config, error) {
	config := new(lint.Config)
	name, text, err := f.configText()
	if err != nil {
		return nil, err
	}
	if text != nil {
		if config, err = lint.ReadConfig(name, text); err != nil {
			return nil, fmt.Errorf("failed to load config: %w", err)
		}
	}
	if !f.compat {
		for _, w := range config.Warnings {
			warn(f.stderr, w.Error())
		}
	}
	flags := cmd.Flags()
	if flags.Changed("add-all-built-in") {
		config.AddAllBuiltIn = f.selection.AddAllBuiltIn
	}
	if flags.Changed("do-not-auto-add-defaults") {
		config.DoNotAutoAddDefaults = f.selection.DoNotAutoAddDefaults
	}
	if flags.Changed("include") {
		config.Include = f.selection.Include
	}
	if flags.Changed("exclude") {
		config.Exclude = f.selection.Exclude
	}
	if flags.Changed("ignore-paths") {
		config.IgnorePaths = f.selection.IgnorePaths
	}
	return config, nil
}

// configText is the configuration, nil where there is none.
func (f *lintFlags) configText() (name string, text []byte, err error) {
	names := []string{".kube-linter.yaml", ".kube-linter.yml"}
	if f.config != "" {
		names = []string{f.config}
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		switch {
		case err == nil:
			return name, append(text, '\n'), nil
		case f.config != "" || !errors.Is(err, fs.ErrNotExist):
			return name, nil, fmt.Errorf("failed to load config: %w", err)
		}
	}
	return "", nil, nil
}

// builtin are all rules and templates that the program knows.
func builtin(compat bool, schemas []string) ([]*lint.Rule, []lint.Template, error) {
	check := schema.Rule()
	if len(schemas) > 0 {
		var err error
		if check, err = schema.RuleFrom(schemas...); err != nil {
			return nil, nil, fmt.Errorf("--schema-location: %w", err)
		}
	}
	expression := cel.Template()
	if compat {
		expression = cel.CompatTemplate()
	}
	all := append(rules.All(), check)
	slices.SortFunc(all, func(a, b *lint.Rule) int { return strings.Compare(a.Name, b.Name) })
	templates := append(rules.Templates(), expression, schema.Template())
	slices.SortFunc(templates, func(a, b lint.Template) int { return strings.Compare(a.Name, b.Name) })
	return all, templates, nil
}

// rules are those that run.
func (f *lintFlags) rules(config *lint.Config) ([]*lint.Rule, error) {
	all, templates, err := builtin(f.compat, f.schemas)
	if err != nil {
		return nil, err
	}
	list, err := config.Rules(all, templates, f.compat)
	if err != nil && !f.compat {
		err = fmt.Errorf("%w%s", err, alike(slices.Concat(f.selection.Include, f.selection.Exclude), namesOf(all)))
	}
	return list, err
}

func lintSeverity(word string) (severity.Level, error) {
	level, err := severity.Parse(word)
	if err != nil {
		return level, fmt.Errorf("--severity: %w", err)
	}
	return level, nil
}

// fixValues are what fixes may write, by the pairs of --fix-values.
func fixValues(pairs []string) (lint.Values, error) {
	var v lint.Values
	for _, pair := range pairs {
		if err := setFixValue(&v, pair); err != nil {
			return v, fmt.Errorf("--fix-values %s: %w", pair, err)
		}
	}
	return v, nil
}

// setFixValue sets one of the values that fixes may write.
func setFixValue(v *lint.Values, pair string) error {
	name, value, ok := strings.Cut(pair, "=")
	if !ok || value == "" {
		return errors.New("want NAME=VALUE")
	}
	texts := map[string]*string{
		"cpu-request": &v.CPURequest, "cpu-limit": &v.CPULimit,
		"memory-request": &v.MemoryRequest, "memory-limit": &v.MemoryLimit,
		"service-account": &v.ServiceAccount,
		"storage":         &v.Storage,
	}
	numbers := map[string]*int64{"run-as-user": &v.RunAsUser, "run-as-group": &v.RunAsGroup}
	switch {
	case texts[name] != nil:
		*texts[name] = value
	case numbers[name] != nil:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n <= 0 {
			return errors.New("want a number above 0")
		}
		*numbers[name] = n
	default:
		return fmt.Errorf("unknown name %q", name)
	}
	return nil
}
