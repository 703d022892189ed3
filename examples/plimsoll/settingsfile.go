package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gopkg.in/yaml.v3"
)

// maxSettings is the most bytes of a file of settings.
const maxSettings = 1 << 20

// A settingsFile is what a file of settings says: a mapping of names of flags to
// values, and of commands to such mappings.
//
//	severity: [HIGH, CRITICAL]
//	lint:
//	  include: [pss-restricted]
//	db update:
//	  ecosystem: [Debian, npm]
type settingsFile struct {
	path     string
	settings []setting
}

// A setting is the value of a flag.
type setting struct {
	section string // the command it is for: "db update"; empty: general
	flag    string
	value   *yaml.Node
}

// readSettings reads the settings in text. Each key is a flag or command of root's,
// whatever command runs.
func readSettings(path string, text []byte, root *cobra.Command) (*settingsFile, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, more yaml.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return &settingsFile{path: path}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read settings %s: %w", path, err)
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read settings %s: more than one document", path)
	}
	f := &settingsFile{path: path}
	if top := document.Content[0]; top.Tag != "!!null" {
		err = f.add(top, root)
	}
	return f, err
}

// add adds the settings of the mapping that is about cmd: the program, or a command.
func (f *settingsFile) add(mapping *yaml.Node, cmd *cobra.Command) error {
	if mapping.Kind != yaml.MappingNode {
		return f.errorAt(mapping, "want a mapping of names to values")
	}
	known, seen := settingNames(cmd), make(map[string]bool)
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		name := canonical(key.Value)
		if seen[name] {
			return f.errorAt(key, "%s is there twice", name)
		}
		seen[name] = true
		var child *cobra.Command
		if value.Kind == yaml.MappingNode && !cmd.HasParent() {
			child = sectionNamed(cmd, key.Value)
		}
		switch {
		case child != nil:
			if err := f.add(value, child); err != nil {
				return err
			}
		case slices.Contains(known, name):
			f.settings = append(f.settings, setting{sectionOf(cmd), name, value})
		case value.Kind == yaml.MappingNode && !cmd.HasParent():
			return f.errorAt(key, "unknown command %s%s", key.Value, didYouMean(key.Value, sections(cmd)))
		default:
			return f.errorAt(key, "unknown key %s%s", key.Value, didYouMean(key.Value, known))
		}
	}
	return nil
}

// sections are the names of all commands under root.
func sections(root *cobra.Command) []string {
	var names []string
	for cmd := range commandsOf(root) {
		names = append(names, sectionOf(cmd))
	}
	return names
}

// sectionNamed is the command under root that a section is called after, or nil.
func sectionNamed(root *cobra.Command, name string) *cobra.Command {
	for cmd := range commandsOf(root) {
		if section := sectionOf(cmd); section == name && section != "" {
			return cmd
		}
	}
	return nil
}

// settingNames are the flags that a mapping about cmd may name: those of cmd; of the
// program, the general ones of all commands.
func settingNames(cmd *cobra.Command) []string {
	var names []string
	add := func(of *cobra.Command, all bool) {
		of.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if isSetting(flag) && (all || isGeneral(of, flag.Name)) {
				names = append(names, flag.Name)
			}
		})
	}
	if cmd.HasParent() {
		add(cmd, true)
	} else {
		for of := range commandsOf(cmd) {
			add(of, false)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// apply gives the flags of cmd that have no value yet those of f: first what is said
// of the command, then what is general.
func (f *settingsFile) apply(cmd *cobra.Command) error {
	own := sectionOf(cmd)
	for _, general := range []bool{false, true} {
		for _, s := range f.settings {
			flag := cmd.Flags().Lookup(s.flag)
			switch {
			case flag == nil || flag.Changed, general != (s.section == ""):
			case !general && s.section != own, general && !isGeneral(cmd, s.flag):
			default:
				if err := f.set(flag, s.value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// set gives flag the value of a node: a scalar as the command line has it, or a
// sequence of them for a flag with several values. Null is no value.
func (f *settingsFile) set(flag *pflag.Flag, value *yaml.Node) error {
	switch value.Kind {
	case yaml.ScalarNode:
		if value.Tag == "!!null" {
			return nil
		}
		if err := flag.Value.Set(value.Value); err != nil {
			return f.errorAt(value, "%s: %w", flag.Name, err)
		}
	case yaml.SequenceNode:
		list, ok := flag.Value.(pflag.SliceValue)
		if !ok {
			return f.errorAt(value, "%s: want one value, not a list", flag.Name)
		}
		words := make([]string, 0, len(value.Content))
		for _, item := range value.Content {
			if item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
				return f.errorAt(item, "%s: want a list of words", flag.Name)
			}
			words = append(words, item.Value)
		}
		if err := list.Replace(words); err != nil {
			return f.errorAt(value, "%s: %w", flag.Name, err)
		}
	default:
		return f.errorAt(value, "%s: want a value or a list of them", flag.Name)
	}
	flag.Changed = true
	return nil
}

// errorAt is an error at a place in the file.
func (f *settingsFile) errorAt(node *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %w", f.path, node.Line, node.Column, fmt.Errorf(format, args...))
}

// writeDefaultSettings writes a file with all settings, each a comment, and says so.
func writeDefaultSettings(root *cobra.Command) error {
	file, err := os.OpenFile(defaultSettingsName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("write settings: %s exists; rename or remove it first", defaultSettingsName)
	}
	if err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	_, err = io.WriteString(file, defaultSettings(root))
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	_, err = fmt.Fprintf(root.ErrOrStderr(), "wrote %s; called %s, it is read\n", defaultSettingsName, settingsName)
	return err
}

// defaultSettings are the settings of all commands, in comments: those without a
// space after the "#" are settings.
func defaultSettings(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString("# Settings of plimsoll. A flag counts before a variable of the environment, that\n" +
		"# before this file. What names no command is for each that has the flag.\n")
	general := make(map[string]bool)
	for cmd := range commandsOf(root) {
		if cmd.Annotations[scans] != "" {
			b.WriteString(settingsOf(cmd, "", func(flag *pflag.Flag) bool { return !general[flag.Name] }))
			cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) { general[flag.Name] = true })
		}
	}
	for cmd := range commandsOf(root) {
		if cmd.Annotations[scans] != "" || !cmd.HasParent() {
			continue
		}
		own := settingsOf(cmd, "  ", func(flag *pflag.Flag) bool { return !general[flag.Name] || !isGeneral(cmd, flag.Name) })
		if own != "" {
			b.WriteString("\n#" + sectionOf(cmd) + ":\n" + own)
		}
	}
	return b.String()
}

// settingsOf are the settings of the flags of cmd for which wanted holds.
func settingsOf(cmd *cobra.Command, indent string, wanted func(*pflag.Flag) bool) string {
	var b strings.Builder
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		if isSetting(flag) && !flag.Hidden && wanted(flag) {
			_, usage := pflag.UnquoteUsage(flag)
			fmt.Fprintf(&b, "\n%s# %s\n#%s%s:%s\n", indent, usage, indent, flag.Name, defaultValue(flag))
		}
	})
	return b.String()
}

// defaultValue is what flag is without settings, as YAML after the colon; empty
// where that is nothing.
func defaultValue(flag *pflag.Flag) string {
	if flag.DefValue == "" || flag.DefValue == "[]" {
		return ""
	}
	return " " + flag.DefValue
}
