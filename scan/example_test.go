package scan_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// openExample builds the database of the repository's own advisories.
func openExample(ctx context.Context) (db *store.DB, done func(), err error) {
	dir, err := os.MkdirTemp("", "plimsoll-example-")
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(dir, "advisories.db")
	if _, err := store.Build(ctx, file, []string{"../testdata/advisories"}, store.BuildOptions{}); err != nil {
		return nil, nil, err
	}
	db, err = store.Open(file)
	return db, func() { db.Close(); os.RemoveAll(dir) }, err
}

// alpine is an image of one layer, held in memory.
func alpine() scan.Source {
	file := func(path, content string) source.MemoryEntry {
		return source.MemoryEntry{Entry: artifact.Entry{Path: path, Mode: fs.FileMode(0o644)}, Content: []byte(content)}
	}
	return source.Memory("app", []source.MemoryEntry{
		file("etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n"),
		file("lib/apk/db/installed", "P:musl\nV:1.2.4_git20230717-r4\nA:x86_64\no:musl\n\n"+
			"P:libcrypto3\nV:3.1.4-r5\nA:x86_64\no:openssl\n\n"),
	})
}

func ExampleImage() {
	ctx := context.Background()
	db, done, err := openExample(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer done()
	rep, err := scan.Image(ctx, "../testdata/images/alpine319.tar", scan.Options{
		Database: db,
		Filter:   scan.Filter{Severities: []severity.Level{severity.Critical}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rep.OS, len(rep.Components), "packages")
	for _, v := range rep.Vulnerabilities {
		fmt.Println(v.ID, v.Component.Name, v.Component.Version, "fixed in", v.Fixed)
	}
	// Output:
	// alpine 3.19.1 17 packages
	// CVE-2024-5535 libcrypto3 3.1.4-r5 fixed in 3.1.6-r0
	// CVE-2024-45491 libexpat 2.6.2-r0 fixed in 2.6.3-r0
	// CVE-2024-5535 libssl3 3.1.4-r5 fixed in 3.1.6-r0
	// CVE-2024-5535 openssl 3.1.4-r5 fixed in 3.1.6-r0
}

func ExampleRun() {
	ctx := context.Background()
	db, done, err := openExample(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer done()
	rep, err := scan.Run(ctx, alpine(), scan.Options{Database: db})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range rep.Vulnerabilities {
		fmt.Println(v.ID, v.Severity, v.Component.Name)
	}
	// Output:
	// CVE-2024-5535 CRITICAL libcrypto3
	// CVE-2024-6119 HIGH libcrypto3
	// CVE-2024-2511 MEDIUM libcrypto3
	// CVE-2025-26519 HIGH musl
}

func ExampleInspect() {
	inv, err := scan.Inspect(context.Background(), alpine(), scan.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(inv.OS)
	for _, c := range inv.Components {
		fmt.Println(c.Name, c.Version, "from", c.SourceName, "in layer", c.Layer)
	}
	// Output:
	// alpine 3.19.1
	// libcrypto3 3.1.4-r5 from openssl in layer 0
	// musl 1.2.4_git20230717-r4 from musl in layer 0
}

// An inventory can be stored, and judged when there are new advisories.
func ExampleJudge() {
	ctx := context.Background()
	inv, err := scan.Inspect(ctx, alpine(), scan.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	db, done, err := openExample(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer done()
	for _, level := range []severity.Level{severity.Medium, severity.Critical} {
		rep, err := scan.Judge(ctx, inv, scan.Options{Database: db, Filter: scan.Filter{Severities: []severity.Level{level}}})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(level, len(rep.Vulnerabilities))
	}
	// Output:
	// MEDIUM 1
	// CRITICAL 1
}

// Advisories is also a matcher of its own, for a second database.
func ExampleAdvisories() {
	ctx := context.Background()
	db, done, err := openExample(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer done()
	rep, err := scan.Run(ctx, alpine(), scan.Options{Matchers: []scan.Matcher{scan.Advisories(db, scan.Filter{IgnoreUnfixed: true})}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(rep.Vulnerabilities) > 0)
	// Output: true
}

func ExampleGate_Judge() {
	rep := &scan.Report{
		Vulnerabilities: []scan.Vulnerability{{ID: "CVE-2024-0001", Severity: severity.High, Fixed: "2.0"}},
		Problems:        []scan.Problem{{Stage: artifact.StageRead, Err: scan.ErrLimit, Hides: artifact.HidesSome}},
	}
	for _, gate := range []scan.Gate{{Severity: severity.Critical}, {Severity: severity.Critical, IgnoreProblems: true}} {
		v := gate.Judge(rep)
		fmt.Println(v.Failed, v.Complete, v.Reasons)
	}
	// Output:
	// true false [incomplete: read: limit reached (hides some)]
	// false false []
}

func ExampleReport_Unsupported() {
	rep := &scan.Report{OS: &vuln.OS{Family: vuln.Debian, Version: "9.13"}, Created: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	if end, known := rep.OS.EndOfLife(); known { // as scan.Judge does
		rep.EndOfLife = &end
	}
	fmt.Println(rep.Unsupported(), scan.Gate{EndOfLife: true}.Judge(rep).Reasons)
	// Output: true [the support of debian 9 ended on 2022-06-30]
}
