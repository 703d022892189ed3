package analyze_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

func TestOSRelease(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		path string
		text string
		want *vuln.OS
		err  string
	}{
		{"Debian", "etc/os-release",
			"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n" +
				"VERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
			&vuln.OS{Family: "debian", Version: "12", Codename: "bookworm", PrettyName: "Debian GNU/Linux 12 (bookworm)"}, ""},
		{"Debian testing has no VERSION_ID", "usr/lib/os-release",
			"PRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\nVERSION_CODENAME=trixie\nID=debian\n",
			&vuln.OS{Family: "debian", Codename: "trixie", PrettyName: "Debian GNU/Linux trixie/sid"}, ""},
		{"Ubuntu's own codename", "usr/lib/os-release", "ID=ubuntu\nVERSION_ID=\"16.04\"\nUBUNTU_CODENAME=xenial\n",
			&vuln.OS{Family: "ubuntu", Version: "16.04", Codename: "xenial"}, ""},
		{"the standard codename first", "etc/os-release", "ID=ubuntu\nUBUNTU_CODENAME=jammy\nVERSION_CODENAME=vera\n",
			&vuln.OS{Family: "ubuntu", Codename: "vera"}, ""},
		{"an ID in capitals", "etc/os-release", "ID=\"Alpine\"\nVERSION_ID=3.16.2\n", &vuln.OS{Family: "alpine", Version: "3.16.2"}, ""},
		{"the last of two", "etc/os-release", "ID=a\nID=b\n", &vuln.OS{Family: "b"}, ""},
		{"CRLF, no final LF", "etc/os-release", "ID=\"debian\"\r\nVERSION_ID='12'\r\nVERSION_CODENAME=bookworm",
			&vuln.OS{Family: "debian", Version: "12", Codename: "bookworm"}, ""},
		{"comments and other lines", "etc/os-release", "# ID=no\n\n#\nnonsense\n  ID=debian\nid=no\nXID=no\nID_LIKE=no\n",
			&vuln.OS{Family: "debian"}, ""},
		{"no ID", "etc/os-release", "NAME=Debian\nVERSION_ID=12\n", nil, "read etc/os-release: no ID"},
		{"an empty ID", "etc/os-release", "ID=\"\"\nVERSION_ID=12\n", nil, "read etc/os-release: no ID"},
		{"an ID in a comment", "etc/os-release", "#ID=debian\n", nil, "read etc/os-release: no ID"},
		{"empty", "etc/os-release", "", nil, "read etc/os-release: empty file"},
		{"blank", "usr/lib/os-release", " \r\n\n", nil, "read usr/lib/os-release: empty file"},
		{"binary", "etc/os-release", "\x00\x01\xff=\x00\n", nil, "read etc/os-release: no ID"},

		{"Ubuntu", "etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=18.04\nDISTRIB_CODENAME=bionic\nDISTRIB_DESCRIPTION=\"Ubuntu 18.04.3 LTS\"\n",
			&vuln.OS{Family: "ubuntu", Version: "18.04", Codename: "bionic", PrettyName: "Ubuntu 18.04.3 LTS"}, ""},
		{"LSB without an ID", "etc/lsb-release", "ID=ubuntu\nDISTRIB_RELEASE=1.4\n", nil, "read etc/lsb-release: no DISTRIB_ID"},
		{"LSB of Red Hat", "etc/lsb-release", "LSB_VERSION=base-4.0-amd64:base-4.0-noarch\n", nil, ""},
		{"LSB, empty", "etc/lsb-release", "\n", nil, "read etc/lsb-release: empty file"},

		{"a point release", "etc/debian_version", "12.15\n", &vuln.OS{Family: "debian", Version: "12.15"}, ""},
		{"unstable", "etc/debian_version", "trixie/sid", &vuln.OS{Family: "debian", Version: "trixie/sid"}, ""},
		{"the first line only", "etc/debian_version", " 12.15\t\r\nmore\n", &vuln.OS{Family: "debian", Version: "12.15"}, ""},
		{"debian_version, empty", "etc/debian_version", "", nil, "read etc/debian_version: empty file"},
		{"debian_version, first line blank", "etc/debian_version", " \n12\n", nil, "read etc/debian_version: empty file"},

		{"Alpine", "etc/alpine-release", "3.16.2\n", &vuln.OS{Family: "alpine", Version: "3.16.2"}, ""},
		{"Alpine's edge", "etc/alpine-release", "3.21.0_alpha20240923\n", &vuln.OS{Family: "alpine", Version: "3.21.0_alpha20240923"}, ""},
		{"alpine-release, empty", "etc/alpine-release", "\n", nil, "read etc/alpine-release: empty file"},

		{"another file", "etc/issue", "ID=debian\n", nil, ""},
	} {
		facts, err := analyze.OSRelease.Analyze(t.Context(), newFile(row.path, []byte(row.text)))
		if diff := cmp.Diff(row.want, facts.OS); diff != "" {
			t.Errorf("%s: Analyze(%s): -want +got\n%s", row.name, row.path, diff)
		}
		if got := errorText(err); got != row.err {
			t.Errorf("%s: Analyze(%s) = %v, want %s", row.name, row.path, err, row.err)
		}
	}
}

func TestOSReleaseQuotes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ value, want string }{
		{``, ``},
		{`plain`, `plain`},
		{`""`, ``},
		{`''`, ``},
		{`"two words"`, `two words`},
		{`'two words'`, `two words`},
		{`two words`, `two words`},
		{`"a\"b\\c\$d\` + "`" + `e"`, "a\"b\\c$d`e"},
		{`"a\nb"`, `a\nb`}, // a backslash before another character stays
		{`'a\'`, `a\`},     // and all do in single quotes
		{`'a"b'`, `a"b`},
		{`"a'b"`, `a'b`},
		{`a\ b\"c\\`, `a b"c\`},
		{`a\`, `a\`},
		{`"a\`, `a\`},
		{`"open`, `open`},
		{`'open`, `open`},
		{`"a" # comment`, `a`},
		{`"a""b"`, `a`}, // os-release(5): not supported
		{`a=b`, `a=b`},
		{`$HOME`, `$HOME`},
	} {
		text := "ID=x\nPRETTY_NAME=" + row.value + "\n"
		facts, err := analyze.OSRelease.Analyze(t.Context(), newFile("etc/os-release", []byte(text)))
		if err != nil {
			t.Fatalf("Analyze(%s) = %v", row.value, err)
		}
		if got := facts.OS.PrettyName; got != row.want {
			t.Errorf("Analyze(PRETTY_NAME=%s) = %q, want %q", row.value, got, row.want)
		}
	}
}

func TestRepositories(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		text string
		want string // empty: no facts
	}{
		{"a release", "http://dl-cdn.alpinelinux.org/alpine/v3.16/main\nhttp://dl-cdn.alpinelinux.org/alpine/v3.16/community\n", "3.16"},
		{"CRLF, a slash at the end", "https://example.org/v3.4/main/\r\n", "3.4"},
		{"the highest, as numbers", "https://example.org/alpine/v3.9/main\nhttps://example.org/alpine/v3.20/main\nhttps://example.org/alpine/v3.18/main", "3.20"},
		{"the highest major", "https://example.org/alpine/v3.20/main\nhttps://example.org/alpine/v4.1/main\n", "4.1"},
		{"edge before numbers", "https://example.org/alpine/edge/main\nhttps://example.org/alpine/v3.20/main\n", "edge"},
		{"edge after numbers", "https://example.org/alpine/v3.20/main\nhttps://example.org/alpine/edge/main\n", "edge"},
		{"edge with a tag", "https://example.org/alpine/v3.20/main\n@testing https://example.org/alpine/edge/testing\n", "3.20"},
		{"edge in a comment", "https://example.org/alpine/v3.20/main\n#https://example.org/alpine/edge/main\n # https://example.org/alpine/edge/main\n", "3.20"},
		{"a mirror deep in a path", "https://example.org/repository/v2/alpine/v3.18/main\n", "3.18"},
		{"without the v", "https://example.org/alpine/3.18/main\n", "3.18"},
		{"components apart", "https://example.org/alpine/v3.22 main community\n", "3.22"},
		{"a number elsewhere in the path", "https://example.org/v9.9/mirror/alpine/v3.18/main\n", "3.18"},
		{"a host is no release", "https://edge/main\nhttps://3.18/main\n", ""},
		{"a branch without a number", "https://example.org/alpine/latest-stable/main\n", ""},
		{"a directory", "/media/cdrom/apks\n/mirror/edge/main\n", ""},
		{"no numbers at all", "https://example.org/alpine/v/main\nhttps://example.org/alpine/v3./main\nhttps://example.org/alpine/v-3.+1/main\n", ""},
		{"a number too large", "https://example.org/alpine/v3.99999999999999999999/main\n", ""},
		{"half an address", "https://\nhttps:\n@\n", ""},
		{"empty", "", ""},
		{"blank", " \n\t\n", ""},
	} {
		facts, err := analyze.OSRelease.Analyze(t.Context(), newFile("etc/apk/repositories", []byte(row.text)))
		var want *vuln.OS
		if row.want != "" {
			want = &vuln.OS{Family: vuln.Alpine, Repository: row.want}
		}
		if diff := cmp.Diff(want, facts.OS); diff != "" || err != nil {
			t.Errorf("%s: Analyze() error %v: -want +got\n%s", row.name, err, diff)
		}
	}
}

func TestOSReleaseLimits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		text string
		err  string
	}{
		{"a file as large as may be", "ID=debian\n" + strings.Repeat("#\n", (64<<10-10)/2), ""},
		{"a larger file", "ID=debian\n" + strings.Repeat("#\n", (64<<10-8)/2),
			"read etc/os-release: limit reached: 65538 bytes in a file that names the system, of 65536"},
		{"a line as long as may be", "ID=debian\n#" + strings.Repeat("x", 4095) + "\n", ""},
		{"a longer line", "ID=debian\n#" + strings.Repeat("x", 4096) + "\n", "read etc/os-release: line 2: limit reached: 4097 bytes, of 4096"},
	} {
		facts, err := analyze.OSRelease.Analyze(t.Context(), newFile("etc/os-release", []byte(row.text)))
		if got := errorText(err); got != row.err || errors.Is(err, artifact.ErrLimit) != (row.err != "") {
			t.Errorf("%s: Analyze() = %v, want %s", row.name, err, row.err)
		}
		if got, want := facts.OS != nil, row.err == ""; got != want {
			t.Errorf("%s: Analyze() has facts %v, want %v", row.name, got, want)
		}
	}
}

// FuzzOSRelease reads content as each of the files.
func FuzzOSRelease(f *testing.F) {
	f.Add([]byte("ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='a\\' # b\nVERSION_CODENAME=a\\ b\r\n"))
	f.Add([]byte("DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=18.04"))
	f.Add([]byte("trixie/sid\n"))
	f.Add([]byte("@t https://a/edge/x\nhttps://a/v3.16/main\n#\nhttps:///edge"))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, p := range analyze.OSRelease.Patterns() {
			check(t, analyze.OSRelease, p.Path, content)
		}
	})
}
