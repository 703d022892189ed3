package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, or order versions of packages",
		Example: `  plimsoll version
  plimsoll version compare npm 1.10.0 1.9.0`,
		Args: suggestCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "plimsoll %s %s %s/%s\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return failed(err)
		},
	}
	cmd.AddCommand(compareCommand(), checkCommand())
	return cmd
}
