package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write manual pages",
		Long:    `Write a manual page for each command to DIR, which is made where it is missing.`,
		Example: "  plimsoll man share/man/man1 && man -M share/man plimsoll-image",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return failed(writePages(cmd.Root(), args[0]))
		},
	}
}

func writePages(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("write manual pages: %w", err)
	}
	header := &doc.GenManHeader{Title: "PLIMSOLL", Section: "1", Source: "plimsoll " + buildVersion(), Manual: "Plimsoll"}
	if err := doc.GenManTree(root, header, dir); err != nil {
		return fmt.Errorf("write manual pages: %w", err)
	}
	return nil
}
