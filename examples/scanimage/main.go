// Command scanimage shows the shortest way from an image to a report: open a
// database, scan, write.
//
//	scanimage IMAGE DATABASE
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: scanimage IMAGE DATABASE")
		os.Exit(2)
	}
	if err := scanImage(context.Background(), os.Stdout, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func scanImage(ctx context.Context, w io.Writer, ref, database string) error {
	db, err := store.Open(database)
	if err != nil {
		return err
	}
	defer db.Close()
	rep, err := scan.Image(ctx, ref, scan.Options{Database: db})
	if err != nil {
		return err // no report: not a verdict
	}
	return report.Table{}.Report(ctx, w, rep)
}
