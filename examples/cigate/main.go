// Command cigate shows how a build is stopped: a gate turns a report into a
// verdict, and a scan that was not done, or not in full, never passes for a
// clean one.
//
//	cigate IMAGE DATABASE SEVERITY
//
// It exits with 0 if the gate lets the image pass, 1 if not, and 2 if there is
// no report to judge.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: cigate IMAGE DATABASE SEVERITY")
		os.Exit(2)
	}
	passed, err := gate(context.Background(), os.Stdout, os.Args[1], os.Args[2], os.Args[3])
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case !passed:
		os.Exit(1)
	}
}

// gate scans the image and says on w why it does not pass.
func gate(ctx context.Context, w io.Writer, ref, database, least string) (passed bool, err error) {
	level, err := severity.Parse(least)
	if err != nil {
		return false, err
	}
	db, err := store.Open(database)
	if err != nil {
		return false, err
	}
	defer db.Close()
	rep, err := scan.Image(ctx, ref, scan.Options{Database: db})
	if err != nil {
		return false, err
	}
	// Vulnerabilities that nobody has fixed yet cannot be helped in a build.
	verdict := scan.Gate{Severity: level, IgnoreUnfixed: true}.Judge(rep)
	for _, reason := range verdict.Reasons {
		fmt.Fprintf(w, "%s: %q\n", ref, reason) // quoted: it may hold names from the image
	}
	return !verdict.Failed, nil
}
