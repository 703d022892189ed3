package analyze_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
)

func ExampleOSRelease_release() {
	const text = "Oracle Linux Server release 8.9\n"
	facts, err := analyze.OSRelease.Analyze(context.Background(), analyzetest.File("etc/oracle-release", []byte(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(facts.OS)
	// Output: ol 8.9
}

func ExampleDpkg_files() {
	tree, errs := analyzetest.Run(context.Background(), analyze.Dpkg, map[string]string{
		"var/lib/dpkg/status": "Package: keel\nVersion: 1.4-2\nMaintainer: Debian Keel Team <keel@lists.debian.org>\n\n" +
			"Package: docker-ce\nVersion: 5:27.0\nMaintainer: Docker <support@docker.com>\n",
		"var/lib/dpkg/info/keel.list":      "/.\n/usr\n/usr/bin\n/usr/bin/keel\n",
		"var/lib/dpkg/info/docker-ce.list": "/.\n/usr\n/usr/bin\n/usr/bin/dockerd\n",
	})
	for _, f := range tree.Files() {
		for _, c := range f.Facts.Components {
			fmt.Println(c.Name, "third party:", c.ThirdParty)
		}
		for _, p := range f.Facts.Owned {
			fmt.Println("owned:", p)
		}
	}
	fmt.Println(len(errs), "errors")
	// Output:
	// owned: usr/bin/keel
	// keel third party: false
	// docker-ce third party: true
	// 0 errors
}

func ExampleChisel() {
	var stored strings.Builder
	w, err := zstd.NewWriter(&stored)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprintln(w, `{"jsonwall":"1.0","schema":"1.0","count":3}`)
	fmt.Fprintln(w, `{"kind":"package","name":"libkeel1","version":"1.4-2ubuntu1","sha256":"00","arch":"amd64"}`)
	fmt.Fprintln(w, `{"kind":"path","path":"/usr/lib/libkeel.so.1","mode":"0644","slices":["libkeel1_libs"]}`)
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}
	facts, err := analyze.Chisel.Analyze(context.Background(),
		analyzetest.File("var/lib/chisel/manifest.wall", []byte(stored.String())))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(facts.Components[0].Name, facts.Components[0].Version, "and", facts.Owned)
	// Output: libkeel1 1.4-2ubuntu1 and [usr/lib/libkeel.so.1]
}

func ExampleBottlerocket() {
	const text = `{"Content": [{"Name": "keel", "Version": "1.4.2", "Release": "1700000000.abcdef01.br1", "Epoch": "0"}]}`
	facts, err := analyze.Bottlerocket.Analyze(context.Background(),
		analyzetest.File("usr/share/bottlerocket/application-inventory.json", []byte(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(facts.Components[0].Name, facts.Components[0].Version)
	// Output: keel 1.4.2-1700000000.abcdef01.br1
}

func ExamplePacman() {
	const text = "%NAME%\nlibkeel\n\n%VERSION%\n1:1.4.2-3\n\n%BASE%\nkeel\n"
	facts, err := analyze.Pacman.Analyze(context.Background(),
		analyzetest.File("var/lib/pacman/local/libkeel-1:1.4.2-3/desc", []byte(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	c := facts.Components[0]
	fmt.Println(c.Name, c.Version, "from", c.SourceName)
	// Output: libkeel 1:1.4.2-3 from keel
}

func ExampleGentoo() {
	const text = "dir /usr\nobj /usr/bin/keel d41d8cd98f00b204e9800998ecf8427e 1700000000\n"
	facts, err := analyze.Gentoo.Analyze(context.Background(),
		analyzetest.File("var/db/pkg/app-misc/keel-1.4.2-r1/CONTENTS", []byte(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(facts.Components[0].Name, facts.Components[0].Version, "owns", facts.Owned)
	// Output: app-misc/keel 1.4.2-r1 owns [usr/bin/keel]
}
