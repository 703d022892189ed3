package analyzetest_test

import (
	"context"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
)

func ExampleRun() {
	tree, errs := analyzetest.Run(context.Background(), analyze.OSRelease, map[string]string{
		"etc/os-release": "ID=debian\nVERSION_ID=12\n",
		"etc/motd":       "not wanted",
	})
	fmt.Println(tree.File("etc/os-release").Facts.OS, len(tree.Files()), len(errs))
	// Output: debian 12 1 0
}

func ExampleFile() {
	facts, err := analyze.OSRelease.Analyze(context.Background(), analyzetest.File("etc/alpine-release", []byte("3.19.1\n")))
	fmt.Println(facts.OS, err)
	// Output: alpine 3.19.1 <nil>
}

func ExampleExecutable() {
	f := analyzetest.Executable("usr/bin/boat", []byte("#!/bin/sh\n"))
	fmt.Println(f.Mode, analyzetest.Wants(analyze.GoBinary, f.Path, f.Mode))
	// Output: -rwxr-xr-x true
}

func ExampleStream() {
	facts, err := analyze.GoBinary.Analyze(context.Background(), analyzetest.Stream("usr/bin/boat", []byte("#!/bin/sh\n")))
	fmt.Println(len(facts.Components), err)
	// Output: 0 <nil>
}
