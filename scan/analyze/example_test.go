package analyze_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func ExampleImage() {
	for _, a := range analyze.Image()[:3] {
		fmt.Println(a.Name(), a.Version())
	}
	// Output:
	// os-release 1
	// dpkg 1
	// apk 1
}

func ExampleDpkg() {
	const text = "Package: libkeel1\nStatus: install ok installed\nSource: keel (1.4-2)\nVersion: 1.4-2+b1\n"
	file := artifact.NewFile(artifact.Entry{
		Path: "var/lib/dpkg/status",
		Kind: artifact.KindRegular,
		Size: int64(len(text)),
	}, strings.NewReader(text))

	facts, err := analyze.Dpkg.Analyze(context.Background(), file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version, "from", c.SourceName, c.SourceVersion)
	}
	// Output: libkeel1 1.4-2+b1 from keel 1.4-2
}

func ExampleAPK() {
	const text = "P:keel-utils\nV:1.2.4-r1\no:keel\n"
	file := artifact.NewFile(artifact.Entry{
		Path: "lib/apk/db/installed",
		Kind: artifact.KindRegular,
		Size: int64(len(text)),
	}, strings.NewReader(text))

	facts, err := analyze.APK.Analyze(context.Background(), file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version, "from", c.SourceName)
	}
	// Output: keel-utils 1.2.4-r1 from keel
}

func ExampleOSRelease() {
	const text = "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n"
	file := artifact.NewFile(artifact.Entry{
		Path: "etc/os-release",
		Kind: artifact.KindRegular,
		Size: int64(len(text)),
	}, strings.NewReader(text))

	facts, err := analyze.OSRelease.Analyze(context.Background(), file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(facts.OS, facts.OS.Codename)
	// Output: debian 12 bookworm
}
