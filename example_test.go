package plimsoll_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// check is the function that README.md shows.
func check(ctx context.Context, image, database string) error {
	db, err := store.Open(database)
	if err != nil {
		return err
	}
	defer db.Close()
	rep, err := scan.Image(ctx, image, scan.Options{Database: db})
	if err != nil {
		return err // no report: neither clean nor affected
	}
	if err := (report.Count{}).Report(ctx, os.Stdout, rep); err != nil {
		return err
	}
	if v := (scan.Gate{Severity: severity.High, IgnoreUnfixed: true}).Judge(rep); v.Failed {
		return errors.New(strings.Join(v.Reasons, "; "))
	}
	return nil
}

// A database is built once; then images are checked against it.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	database := filepath.Join(dir, "advisories.db")
	if _, err := store.Build(ctx, database, []string{"testdata/advisories"}, store.BuildOptions{}); err != nil {
		fmt.Println(err)
		return
	}

	for _, image := range []string{"testdata/images/debian12.tar", "testdata/images/alpine319.tar"} {
		fmt.Println(check(ctx, image, database))
	}
	// Output:
	// testdata/images/debian12.tar (debian 12.15): UNKNOWN 2, LOW 3, MEDIUM 11, HIGH 5, CRITICAL 3, total 24
	// 2 vulnerabilities of severity CRITICAL; 2 vulnerabilities of severity HIGH
	// testdata/images/alpine319.tar (alpine 3.19.1): UNKNOWN 0, LOW 1, MEDIUM 9, HIGH 5, CRITICAL 4, total 19
	// 4 vulnerabilities of severity CRITICAL; 5 vulnerabilities of severity HIGH
}
