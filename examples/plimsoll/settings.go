package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// settingsName is the file of settings that is read where it is in the working
// directory, and defaultSettingsName the one that --generate-default-config makes.
const (
	settingsName        = "plimsoll.yaml"
	defaultSettingsName = "plimsoll-default.yaml"
)

// environmentPrefix is what the variables begin with that stand for flags.
const environmentPrefix = "PLIMSOLL_"

// scans marks the commands, in their Annotations, that all settings without a
// command's name are for.
const scans = "scans"

// settingsFlags say where the values come from that flags have unless they are given.
type settingsFlags struct {
	path     string
	generate bool
}

// addSettings lets flags of all commands under root have values that stand in a file
// or in the environment. A flag that is given counts before the environment, that
// before the file, and the file before the default.
func addSettings(root *cobra.Command) {
	var f settingsFlags
	flags := root.PersistentFlags()
	flags.StringVarP(&f.path, "config", "c", "", "read settings from `FILE` (default "+settingsName+", where it is)")
	flags.BoolVar(&f.generate, "generate-default-config", false, "write "+defaultSettingsName+", with all settings there are, and do nothing else")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if f.generate {
			if err := writeDefaultSettings(root); err != nil {
				return failed(err)
			}
			return &exit{}
		}
		return failed(f.apply(root, cmd))
	}
}

// apply gives the flags of cmd the values of the environment, and then of the file.
func (f *settingsFlags) apply(root, cmd *cobra.Command) error {
	if err := applyEnvironment(cmd); err != nil {
		return err
	}
	file, err := f.read(root)
	if err != nil || file == nil {
		return err
	}
	return file.apply(cmd)
}

// read reads the file; nil: there is none, and none was asked for.
func (f *settingsFlags) read(root *cobra.Command) (*settingsFile, error) {
	path := f.path
	if path == "" {
		path = os.Getenv(environmentPrefix + "CONFIG")
	}
	asked := path != ""
	if !asked {
		path = settingsName
	}
	text, err := readFile(path, maxSettings)
	if !asked && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return readSettings(path, text, root)
}

// applyEnvironment gives the flags of cmd that are not given the values of variables:
// PLIMSOLL_IMAGE_FORMAT, and then PLIMSOLL_FORMAT.
func applyEnvironment(cmd *cobra.Command) error {
	var errs []error
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		for _, variable := range variables(cmd, flag) {
			value := os.Getenv(variable)
			if flag.Changed || value == "" {
				continue
			}
			if err := cmd.Flags().Set(flag.Name, value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", variable, errors.Unwrap(err)))
				return
			}
		}
	})
	if errs == nil {
		return nil
	}
	return oneLine(errs)
}

// variables are those that a flag of cmd can have its value of, the first that is set
// counts.
func variables(cmd *cobra.Command, flag *pflag.Flag) []string {
	if !isSetting(flag) {
		return nil
	}
	var names []string
	section := sectionOf(cmd) + "_"
	for _, prefix := range []string{section, ""} {
		if prefix == "" && !isGeneral(cmd, flag.Name) {
			break
		}
		for _, name := range append([]string{flag.Name}, aliasesOf(flag.Name)...) {
			names = append(names, environmentPrefix+strings.ToUpper(strings.NewReplacer("-", "_", " ", "_").Replace(prefix+name)))
		}
	}
	return names
}

// isSetting reports whether a flag may have its value elsewhere.
func isSetting(flag *pflag.Flag) bool {
	return flag.Deprecated == "" && !slices.Contains([]string{"help", "version", "generate-default-config"}, flag.Name)
}

// isGeneral reports whether a setting that names no command is for that flag of cmd.
// What a report looks like, where it goes and when it fails the run is only for the
// commands that scan: others have flags of these names too, for other things.
func isGeneral(cmd *cobra.Command, flag string) bool {
	if cmd.Annotations[scans] != "" {
		return true
	}
	return !slices.Contains([]string{
		"config", "format", "output", "template", "severity", "exit-code", "ignore-problems", "sort",
		"baseline", "write-baseline", "ignorefile", "show-suppressed", "tag", "source", "from", "debug",
	}, flag)
}

// sectionOf is the name of cmd without the program's: "db update".
func sectionOf(cmd *cobra.Command) string {
	_, name, _ := strings.Cut(cmd.CommandPath(), " ")
	return name
}
