package analyze_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func textFile(path, text string) *artifact.File {
	return artifact.NewFile(artifact.Entry{Path: path, Kind: artifact.KindRegular, Size: int64(len(text))}, strings.NewReader(text))
}

func ExampleRPM() {
	_, err := analyze.RPM.Analyze(context.Background(), textFile("var/lib/rpm/Packages", "no database"))
	fmt.Println(err)
	// Output: read var/lib/rpm/Packages: not a database of rpm: neither SQLite, nor ndb, nor a Berkeley hash
}

func ExampleRPMFile() {
	content, err := os.ReadFile("../../testdata/rpm/keel-libs.rpm")
	if err != nil {
		fmt.Println(err)
		return
	}
	facts, err := analyze.RPMFile.Analyze(context.Background(), textFile("srv/keel-libs.rpm", string(content)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version, "from", c.SourceName, c.SourceVersion)
	}
	// Output: keel-libs 2:1.4~rc1-2.fc40 from keel 2:1.4~rc1-2.fc40
}

func ExampleRPMManifest() {
	const line = "keel-libs\t1.4-2.azl3\t0\t0\tMicrosoft Corporation\t(none)\t0\tx86_64\t0\tkeel-1.4-2.azl3.src.rpm\n"
	facts, err := analyze.RPMManifest.Analyze(context.Background(), textFile("var/lib/rpmmanifest/container-manifest-2", line))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range facts.Components {
		fmt.Println(c.Name, c.Version, "from", c.SourceName)
	}
	// Output: keel-libs 1.4-2.azl3 from keel
}

func ExampleRPMLog() {
	facts, err := analyze.RPMLog.Analyze(context.Background(), textFile("var/lib/rpm/rpmdb.sqlite-wal", ""))
	fmt.Println(facts.Empty(), err)
	// Output: true <nil>
}

func ExampleRedHatBuild() {
	const manifest = `{"content_sets": ["rhel-9-for-x86_64-baseos-rpms"]}`
	facts, err := analyze.RedHatBuild.Analyze(context.Background(), textFile("usr/share/buildinfo/content-sets.json", manifest))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(facts.ContentSets)
	// Output: [rhel-9-for-x86_64-baseos-rpms]
}
