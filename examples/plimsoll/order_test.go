package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestVersionCompare(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args   []string
		stdin  string
		code   int
		stdout string
		stderr string // in it
	}{
		{[]string{"compare", "Debian", "1.0~rc1", "1.0"}, "", 0, "<\n", ""},
		{[]string{"compare", "Debian:12", "1.0", "0:1.0-0"}, "", 0, "=\n", ""},
		{[]string{"compare", "npm", "1.10.0", "1.2.0"}, "", 0, ">\n", ""},
		{[]string{"compare", "Debian", "1_0", "1.0"}, "", 1, "?\n", `invalid deb version "1_0"`},
		{[]string{"compare", "Debian", "--", "-1", "1.0"}, "", 1, "?\n", "empty upstream version"},
		{[]string{"compare", "Debian", "-"}, "1.0 2.0\n  2.0\t1.0\n\n1.0 1.0\n1.0\n1_0 1.0\n", 1, "<\n>\n?\n=\n?\n?\n", "pairs without an order: 3"},
		{[]string{"compare", "Debian", "-"}, "1.0 2.0", 0, "<\n", ""},
		{[]string{"compare", "Debian", "-"}, "", 0, "", ""},
		{[]string{"compare", "Debian", "1.0"}, "", 2, "", "second version is missing"},
		{[]string{"compare", "Debian"}, "", 2, "", "arg"},
		{[]string{"compare", "debian", "1", "2"}, "", 2, "", "debian"},
		{[]string{"compare", "GIT", "1", "2"}, "", 2, "", "GIT"},
		{[]string{"check", "Debian", "1.0", "1:2-3"}, "", 0, "", ""},
		{[]string{"check", "Debian", "1.0", "1_0", "1:"}, "", 1,
			"invalid deb version \"1_0\": invalid character in the upstream version at byte 1\n" +
				"invalid deb version \"1:\": nothing after the epoch at byte 2\n", ""},
		{[]string{"check", "Debian"}, "", 2, "", "arg"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append([]string{"version"}, tt.args...), strings.NewReader(tt.stdin), &stdout, &stderr)
		if code != tt.code || stdout.String() != tt.stdout || !strings.Contains(stderr.String(), tt.stderr) || tt.stderr == "" && stderr.Len() > 0 {
			t.Errorf("run(version %q) = %d, stdout %q, stderr %q, want %d, %q, %q", tt.args, code, stdout.String(), stderr.String(), tt.code, tt.stdout, tt.stderr)
		}
	}
}
