package main

import (
	"iter"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// commandsOf are root and all commands under it that people see, each before those
// under it.
func commandsOf(root *cobra.Command) iter.Seq[*cobra.Command] {
	return func(yield func(*cobra.Command) bool) { walkCommands(root, yield) }
}

func walkCommands(cmd *cobra.Command, yield func(*cobra.Command) bool) bool {
	if !yield(cmd) {
		return false
	}
	for _, child := range cmd.Commands() {
		if (child.IsAvailableCommand() || child.HasSubCommands()) && child.Name() != "help" && !walkCommands(child, yield) {
			return false
		}
	}
	return true
}

// commandNamed is the command under cmd of that name or alias, or nil.
func commandNamed(cmd *cobra.Command, name string) *cobra.Command {
	for _, child := range cmd.Commands() {
		if child.Name() == name || child.HasAlias(name) {
			return child
		}
	}
	return nil
}

// commandNames are those of the commands under cmd.
func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, child := range cmd.Commands() {
		if !child.Hidden {
			names = append(names, child.Name())
		}
	}
	return names
}

// flagNames are those of the flags of cmd.
func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			names = append(names, flag.Name)
		}
	})
	slices.Sort(names)
	return names
}
