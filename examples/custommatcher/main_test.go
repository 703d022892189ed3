package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// image holds two packages, the first of which a later layer replaces.
func image() scan.Source {
	file := func(path, content string) source.MemoryEntry {
		return source.MemoryEntry{Entry: artifact.Entry{Path: path, Mode: 0o644}, Content: []byte(content)}
	}
	const curl = "Package: curl\nStatus: install ok installed\nVersion: 8.0-1\nArchitecture: amd64\n\n"
	const telnet = "Package: telnet\nStatus: install ok installed\nVersion: 0.17-1\nArchitecture: amd64\n\n"
	return source.Memory("boat",
		[]source.MemoryEntry{
			file("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
			file("var/lib/dpkg/status", telnet),
		},
		[]source.MemoryEntry{file("var/lib/dpkg/status", curl+telnet)},
	)
}

func TestDenyList(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		list denyList
		want []string
	}{
		{denyList{"telnet", "rsh"}, []string{"DENIED-telnet 0.17-1"}},
		{denyList{"telnet", "curl"}, []string{"DENIED-curl 8.0-1", "DENIED-telnet 0.17-1"}},
		{denyList{"tel", "CURL"}, nil},
	} {
		rep, err := scan.Run(t.Context(), image(), scan.Options{Matchers: []scan.Matcher{test.list}})
		if err != nil {
			t.Fatalf("Run(%q) = %v", test.list, err)
		}
		var got []string
		for _, v := range rep.Vulnerabilities {
			got = append(got, v.ID+" "+v.Component.Version)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Run(%q) finds (-want +got):\n%s", test.list, diff)
		}
		if verdict := (scan.Gate{}).Judge(rep); verdict.Failed != (test.want != nil) {
			t.Errorf("Judge() after %q = %+v, want Failed %t", test.list, verdict, test.want != nil)
		}
	}
}
