package main

import (
	"strings"

	"github.com/spf13/cobra"
)

const rootLong = `Find what must not go aboard: vulnerabilities in images, and mistakes in the
manifests that run them.

A flag may have its value in the environment too, as PLIMSOLL_ and its name
(PLIMSOLL_SEVERITY=HIGH,CRITICAL), or in ` + settingsName + ` in the working
directory. What is given counts before the environment, that before the file.`

const rootExample = `  plimsoll image nginx:1.27
  plimsoll fs --severity HIGH,CRITICAL --exit-code 1 .
  plimsoll lint deploy/
  plimsoll score deploy/web.yaml`

// A group is the commands that the help of the program lists together.
type group struct {
	title    string
	commands []string
}

// groups are in the order of the help. A command of none comes last.
func groups() []group {
	return []group{
		{"Vulnerabilities:", []string{"image", "fs", "rootfs", "repo", "sbom"}},
		{"Manifests:", []string{"lint", "score", "config", "workload", "set-image"}},
		{"Reports:", []string{"compare", "diff", "convert"}},
		{"Databases:", []string{"db"}},
	}
}

// doneCodes are the exit codes of a command that says none itself.
const doneCodes = `

Exit codes:
  0  it was done
  2  the command line is wrong
  3  it could not be done`

// holderCodes are those of a command that only holds others.
const holderCodes = `

Exit codes:
  2  a command is missing, or there is none of that name`

// arrange puts the commands under root into groups, and completes what their help
// says.
func arrange(root *cobra.Command) {
	root.Example = rootExample
	root.Version = buildVersion()
	root.InitDefaultCompletionCmd()
	if cmd := commandNamed(root, "completion"); cmd != nil {
		cmd.Args, cmd.RunE = suggestCommand, needCommand
		cmd.Long += holderCodes
		cmd.Example = "  plimsoll completion bash > ~/.local/share/bash-completion/completions/plimsoll"
		for _, shell := range cmd.Commands() {
			shell.Example = "  plimsoll completion " + shell.Name()
			run := shell.RunE
			shell.RunE = func(cmd *cobra.Command, args []string) error { return failed(run(cmd, args)) }
		}
	}
	root.SetVersionTemplate("plimsoll {{.Version}}\n")
	for _, g := range groups() {
		root.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		for _, name := range g.commands {
			if cmd := commandNamed(root, name); cmd != nil {
				cmd.GroupID = g.title
			}
		}
	}
	for cmd := range commandsOf(root) {
		if cmd.Long == "" {
			cmd.Long = cmd.Short + "."
		}
		if cmd.HasParent() && !strings.Contains(cmd.Long, "Exit codes:") {
			cmd.Long += doneCodes
		}
	}
}
