package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// The exit codes beside 0 and the gate's, which --exit-code chooses.
const (
	exitUsage = 2 // the command line is wrong
	exitError = 3 // the work could not be done, or not in full
)

// An exit is an error that has an exit code. Errors without one are cobra's, and
// about the command line.
type exit struct {
	code int
	err  error // nil: there is nothing more to say
}

func (e *exit) Error() string { return e.err.Error() }
func (e *exit) Unwrap() error { return e.err }

// run is the program: args without its name. It returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(args, stdin, stdout, stderr)

	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	var e *exit
	if !errors.As(err, &e) {
		fmt.Fprintf(stderr, "error: %v\nRun '%s --help' for usage.\n", err, cmd.CommandPath())
		return exitUsage
	}
	if e.err != nil {
		fmt.Fprintf(stderr, "error: %s\n", printable(e.err.Error()+nextStep(e.err)))
	}
	return e.code
}

// needCommand is what a command does that only holds others.
func needCommand(*cobra.Command, []string) error {
	return errors.New("a command is missing")
}

// failed makes err one that ends the program with [exitError].
func failed(err error) error {
	if err == nil {
		return nil
	}
	return &exit{code: exitError, err: err}
}

// newRoot is the program as a command, with all others.
func newRoot(args []string, stdin io.Reader, stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "plimsoll",
		Short: "Find what must not go aboard: vulnerabilities in images, mistakes in manifests",
		Long:  rootLong,
		Args:  suggestCommand,
		RunE:  needCommand,

		SilenceErrors: true,
		SilenceUsage:  true,

		DisableAutoGenTag: true,
	}
	root.AddCommand(scanCommands()...)
	root.AddCommand(configCommand(), lintCommand(), scoreCommand(args), workloadCommand(), setImageCommand(), compareImagesCommand(), diffCommand(), databaseCommand(), convertCommand(), versionCommand(), manCommand())
	arrange(root)
	addSettings(root)
	addCompletions(root)
	root.SetFlagErrorFunc(suggestFlag)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root
}
