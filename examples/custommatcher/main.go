// Command custommatcher shows how a rule of one's own joins a scan: a Matcher
// judges the inventory, and what it finds is filtered, reported and gated like
// any vulnerability. It needs no database.
//
//	custommatcher IMAGE PACKAGE...
package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A denyList names packages that no image may hold. It implements scan.Matcher.
type denyList []string

func (denyList) Name() string { return "deny list" }

func (d denyList) Match(ctx context.Context, inv *scan.Inventory) (scan.Results, error) {
	var res scan.Results
	for i := range inv.Components {
		c := &inv.Components[i]
		if slices.Contains(d, c.Name) {
			res.Vulnerabilities = append(res.Vulnerabilities, scan.Vulnerability{
				Component: c, ID: "DENIED-" + c.Name, Status: vuln.StatusAffected, Severity: severity.High,
			})
		}
	}
	return res, ctx.Err()
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: custommatcher IMAGE PACKAGE...")
		os.Exit(2)
	}
	ctx := context.Background()
	rep, err := scan.Image(ctx, os.Args[1], scan.Options{Matchers: []scan.Matcher{denyList(os.Args[2:])}})
	if err == nil {
		err = report.Table{}.Report(ctx, os.Stdout, rep)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
