package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source/daemon"
)

// docs/trivy-flags.md promises no flag that is not there, and names each that is
// said to be the same.
func TestFlagTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/trivy-flags.md")
	if err != nil {
		t.Fatal(err)
	}
	root := testRoot()
	has := func(flag string) bool {
		for _, name := range []string{"image", "repo"} {
			if cmd := commandNamed(root, name); cmd.Flags().Lookup(flag) != nil || root.PersistentFlags().Lookup(flag) != nil {
				return true
			}
		}
		return false
	}
	flags := regexp.MustCompile("`--([a-z-]+)`")
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "--") {
			continue
		}
		rows++
		named := cells[2]
		if strings.Contains(named, "same") {
			named += cells[1]
		}
		for _, m := range flags.FindAllStringSubmatch(named, -1) {
			if !has(m[1]) {
				t.Errorf("no command has --%s of the row %s", m[1], line)
			}
		}
		if strings.Contains(cells[2], "none") {
			for _, m := range flags.FindAllStringSubmatch(cells[1], -1) {
				if has(m[1]) {
					t.Errorf("--%s is there, in the row %s", m[1], line)
				}
			}
		}
	}
	if rows < 30 {
		t.Errorf("%d rows were read, want 30 or more", rows)
	}
}

func TestTrivyFlags(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		flags []string
		code  int
		want  string // in what is written
	}{
		{[]string{"--scanners", "vuln"}, 0, "24"},
		{[]string{"--security-checks", "vuln,secret"}, 2, "--scanners secret: only vulnerabilities"},
		{[]string{"--scanners", "misconfig"}, 2, `"plimsoll config"`},
		{[]string{"--scanners", "all"}, 2, `--scanners "all": want vuln`},
		{[]string{"--pkg-relationships", "unknown"}, 0, "24"},
		{[]string{"--pkg-relationships", "direct,root"}, 0, "0"},
		{[]string{"--pkg-relationships", "uncle"}, 2, `--pkg-relationships "uncle": want`},
		{[]string{"--distro", "debian/12"}, 0, "24"},
		{[]string{"--distro", "alpine/3.19"}, 0, "0"},
		{[]string{"--distro", "beos/5"}, 2, "--distro beos/5: want FAMILY/VERSION"},
		{[]string{"--distro", "debian"}, 2, "--distro debian: want FAMILY/VERSION"},
		{[]string{"--detection-priority", "comprehensive"}, 2, "want precise"},
		{[]string{"--timeout", "1h"}, 0, "24"},
		{[]string{"--timeout", "1ns"}, 3, "if --timeout is too short"},
		{[]string{"--timeout", "-1s"}, 2, "--timeout -1s"},
		{[]string{"--max-image-size", "10GB"}, 0, "24"},
		{[]string{"--max-image-size", "1 KiB"}, 3, "raise --max-image-size"},
		{[]string{"--max-image-size", "large"}, 2, "--max-image-size large: want a size"},
		{[]string{"--username", "me"}, 2, "--username and --password belong together"},
		{[]string{"--username", "me", "--password", "x", "--registry-token", "y"}, 2, "only one of them"},
		{[]string{"--registry-token", "y", "other"}, 2, "only one image"},
		{[]string{"--skip-java-db-update", "--skip-check-update", "--no-progress"}, 0, "24"},
		{[]string{"--debug"}, 0, "inspected"},
	} {
		args := append([]string{"image", "--db", advisories, "-f", "count", "-q", "--no-cache", debian}, test.flags...)
		code, stdout, stderr := start(t, args...)
		if code != test.code || !strings.Contains(stdout+stderr, test.want) {
			t.Errorf("run(%q) = %d, %q, %q; want %d and %q", test.flags, code, stdout, stderr, test.code, test.want)
		}
	}
}

func TestParseSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"4096": 4096, "1KB": 1000, "1k": 1000, "1KiB": 1024, "1.5 GiB": 3 << 29, "10GB": 1e10, "2tb": 2e12, "7B": 7,
		"": 0, "GB": 0, "-1": 0, "0": 0, "1XB": 0, "NaN": 0, "1e30": 0, "1 GB GB": 0, "inf": 0,
	} {
		got, err := parseSize(text)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("parseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
}

// What a registry refuses comes with what to do about it, and the login that flags
// name is what it is asked with.
func TestNextStep(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{
		401: "log in with docker login", 403: "log in with docker login", 404: "check the name and the tag", 400: "",
	} {
		var user string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if name, _, ok := r.BasicAuth(); ok {
				user = name
			}
			if r.URL.Path == "/v2/" {
				w.Header().Set("WWW-Authenticate", `Basic realm="harbour"`)
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			w.WriteHeader(status)
		}))
		ref := strings.TrimPrefix(server.URL, "http://") + "/app:1"
		code, _, stderr := start(t, "image", "--db", advisories, "--username", "captain", "--password", "x", ref)
		server.Close()
		if code != 3 || !strings.Contains(stderr, want) || want == "" && strings.Contains(stderr, "log in") {
			t.Errorf("with %d: %d, %q, want 3 and %q", status, code, stderr, want)
		}
		if user != "captain" {
			t.Errorf("with %d: the registry was asked by %q, want captain", status, user)
		}
	}
	for _, test := range []struct {
		err  error
		want string
	}{
		{&scan.LayerError{Err: artifact.ErrTotal}, "--max-image-size"},
		{&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, "make room"},
		{&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}, "who may read"},
		{&net.DNSError{Name: "registry.example"}, "check the name of the host"},
		{&tls.CertificateVerificationError{Err: errors.New("unknown authority")}, "--insecure"},
		{&transport.Error{StatusCode: http.StatusTooManyRequests}, "fewer requests"},
		{&transport.Error{StatusCode: http.StatusBadGateway}, "try again later"},
		{daemon.ErrNotFound, "pull the image first"},
		{errors.New("anything else"), ""},
	} {
		got := nextStep(fmt.Errorf("scan: %w", test.err))
		if !strings.Contains(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("nextStep(%v) = %q, want %q", test.err, got, test.want)
		}
	}
}
