// Command gen writes the table of Kubernetes API types that package kubetypes
// embeds, to the file that is its only argument.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen types.txt")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(name string) error {
	table, err := build()
	if err != nil {
		return err
	}
	return os.WriteFile(name, table, 0o644)
}
