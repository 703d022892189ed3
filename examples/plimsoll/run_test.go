package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// start runs the program and returns its exit code and what it wrote.
func start(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// timeless is a report without what the clock decides: how old its database is,
// and whether the operating system is past its end of life.
func timeless(report string) string {
	report = regexp.MustCompile(`The support of .*\n`).ReplaceAllString(report, "")
	report = regexp.MustCompile(`,\s*"EOSL": true,\s*"EndOfLife": "[^"]*"`).ReplaceAllString(report, "")
	report = regexp.MustCompile(`built [^,]*, [^,]*,`).ReplaceAllString(report, "built TIME, AGE,")
	return regexp.MustCompile(`"Built": "[^"]*"`).ReplaceAllString(report, `"Built": "TIME"`)
}

// Each report the program writes, in testdata/NAME.
func TestReports(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"table":          {"image", "--db", advisories, debian, "--severity", "CRITICAL,high"},
		"table-fixed":    {"image", "--db", advisories, debian, "--ignore-unfixed"},
		"table-clean":    {"image", "--db", advisories, alpine, "-s", "UNKNOWN"},
		"json":           {"image", "--db", advisories, "--input", alpine, "--format", "json", "-s", "critical"},
		"count":          {"image", "--db", advisories, debian, "--format", "count"},
		"count-input":    {"image", "--db", advisories, "-i", alpine, "-f", "count", "--workers", "1"},
		"count-quiet":    {"image", "--db", advisories, "docker-archive:" + alpine, "-f", "count", "-q"},
		"count-platform": {"image", "--db", advisories, debian, "-f", "count", "--platform", "linux/amd64"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := start(t, args...)
			if code != 0 || stderr != "" {
				t.Errorf("run(%q) = %d, stderr:\n%s\nwant 0 and none", args, code, stderr)
			}
			golden(t, name, timeless(stdout))
		})
	}
}

// An image is the same image in each form.
func TestInputForms(t *testing.T) {
	t.Parallel()
	dir := layoutDir(t, debian)
	colon := filepath.Join(t.TempDir(), "oci:image.tar")
	if err := os.Symlink(absolute(t, debian), colon); err != nil {
		t.Skip(err)
	}
	for _, image := range [][]string{{debian}, {"--input", debian}, {dir}, {"--input", dir}, {"oci:" + dir}, {"--input", colon}} {
		args := append([]string{"image", "--db", advisories, "-f", "count", "-q"}, image...)
		if code, stdout, stderr := start(t, args...); code != 0 || stdout != "24\n" {
			t.Errorf("run(%q) = %d, stdout %q, want 0, 24; stderr:\n%s", args, code, stdout, stderr)
		}
	}
}

// A file given with --input is a path, whatever it is called.
func TestInputNamedLikeTransport(t *testing.T) {
	content, err := os.ReadFile(alpine)
	if err != nil {
		t.Fatal(err)
	}
	db := absolute(t, advisories)
	t.Chdir(t.TempDir())
	if err := os.WriteFile("oci:image.tar", content, 0o644); err != nil {
		t.Skip(err)
	}
	args := []string{"image", "--db", db, "-f", "count", "-q", "--input", "oci:image.tar"}
	if code, stdout, stderr := start(t, args...); code != 0 || stdout != "19\n" {
		t.Errorf("run(%q) = %d, stdout %q, want 0, 19; stderr:\n%s", args, code, stdout, stderr)
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	notImage := file(t, "notes.txt", []byte("nothing that could be an image\n"))
	empty := t.TempDir()
	broken := damaged(t, alpine)
	scan := func(args ...string) []string {
		return append([]string{"image", "--db", advisories, "-f", "count"}, args...)
	}
	for name, test := range map[string]struct {
		args   []string
		code   int
		stderr string // a part of it; "": there is none
	}{
		"help":                 {[]string{"--help"}, 0, ""},
		"image help":           {[]string{"image", "-h"}, 0, ""},
		"version":              {[]string{"version"}, 0, ""},
		"findings, no gate":    {scan(debian), 0, ""},
		"findings, gate 0":     {scan(debian, "--exit-code", "0"), 0, ""},
		"nothing, gate":        {scan(alpine, "--exit-code", "1", "-s", "UNKNOWN"), 0, ""},
		"only unfixed, gate":   {scan(alpine, "--exit-code", "1", "-s", "LOW", "--ignore-unfixed"), 0, ""},
		"findings, gate 1":     {scan(alpine, "--exit-code", "1"), 1, "gate: 4 vulnerabilities of severity CRITICAL, 5 "},
		"findings, gate 4":     {scan(alpine, "--exit-code", "4"), 4, "gate: "},
		"findings, gate 125":   {scan(alpine, "--exit-code", "125", "-s", "LOW"), 125, "gate: 1 vulnerability of severity LOW\n"},
		"findings, quiet":      {scan(alpine, "--exit-code", "1", "-q"), 1, ""},
		"no command":           {[]string{}, 2, "a command is missing"},
		"unknown command":      {[]string{"scan"}, 2, `unknown command "scan"`},
		"db alone":             {[]string{"db"}, 2, "a command is missing"},
		"unknown db command":   {[]string{"db", "bild"}, 2, `unknown command "bild"`},
		"unknown flag":         {scan(debian, "--fast"), 2, "unknown flag: --fast\nRun 'plimsoll image --help'"},
		"flag without value":   {[]string{"image", "--db"}, 2, "flag needs an argument"},
		"no image":             {scan(), 2, "an image is missing"},
		"two images, gate":     {scan(debian, alpine, "--exit-code", "5"), 5, "gate: 4 vulnerabilities of severity CRITICAL, 5 "},
		"one of two images":    {scan("./nosuch.tar", alpine, "--exit-code", "5"), 3, "error: find image: stat ./nosuch.tar:"},
		"none of two images":   {scan("./nosuch.tar", "./none.tar"), 3, "stat ./none.tar"},
		"bad package type":     {scan(debian, "--pkg-types", "os,lib"), 2, "--pkg-types \"lib\": want os or library"},
		"bad glob":             {scan(debian, "--skip-dirs", "a["), 3, "malformed pattern"},
		"bad list":             {scan(debian, "--list-all-pkgs=perhaps"), 2, "invalid argument"},
		"no directory":         {[]string{"fs", "--db", advisories}, 2, "what to scan is missing: plimsoll fs PATH..."},
		"absent directory":     {[]string{"fs", "--db", advisories, "nosuch"}, 3, "nosuch"},
		"input of a directory": {[]string{"fs", "--db", advisories, "--input", "x"}, 2, "unknown flag: --input"},
		"no bill":              {[]string{"sbom", "--db", advisories, notImage}, 3, "not a bill of materials"},
		"input and image":      {scan("--input", debian, alpine), 2, "only one image"},
		"gate 2":               {scan(debian, "--exit-code", "2"), 2, "--exit-code 2: want 1, or 4 to 125"},
		"gate 3":               {scan(debian, "--exit-code", "3"), 2, "--exit-code 3"},
		"gate 126":             {scan(debian, "--exit-code", "126"), 2, "--exit-code 126"},
		"gate -1":              {scan(debian, "--exit-code", "-1"), 2, "--exit-code -1"},
		"gate word":            {scan(debian, "--exit-code", "yes"), 2, "invalid argument"},
		"unknown severity":     {scan(debian, "-s", "HIGH,SEVERE"), 2, `"SEVERE": want UNKNOWN, LOW, MEDIUM, HIGH or CRITICAL`},
		"unknown format":       {scan(debian, "-f", "xml"), 2, `--format "xml": want table, json, count, `},
		"no template":          {scan(debian, "-f", "template"), 2, "--template @FILE is missing"},
		"template of a table":  {scan(debian, "-t", "x"), 2, "--template is given, but --format is count"},
		"bad template":         {scan(debian, "-f", "template", "-t", "{{"), 2, "--template: parse template: "},
		"absent template":      {scan(debian, "-f", "template", "-t", "@nosuch.tpl"), 2, "--template: open nosuch.tpl: "},
		"template that fails":  {scan(debian, "-f", "template", "-t", "{{ .None }}"), 3, "error: run template: "},
		"negative workers":     {scan(debian, "--workers", "-1"), 2, "--workers -1"},
		"version of what":      {[]string{"version", "x"}, 2, "unknown command"},
		"build of nothing":     {[]string{"db", "build"}, 2, "--from is missing"},
		"no such file":         {scan("--input", "nosuch.tar"), 3, "error: find image: stat nosuch.tar:"},
		"no such path":         {scan("./nosuch.tar"), 3, "error: find image: stat ./nosuch.tar:"},
		"not an image":         {scan(notImage, "--exit-code", "1"), 3, "error: open " + notImage},
		"no such registry":     {scan("127.0.0.1:1/boats/hull", "--insecure"), 3, "127.0.0.1:1/boats/hull"},
		"bad reference":        {scan("Boats//Hull"), 3, "error: "},
		"other platform":       {scan(debian, "--platform", "linux/s390x"), 3, "linux/s390x"},
		"no such database":     {[]string{"image", "--db", "nosuch.db", debian}, 3, "error: open database: stat nosuch.db:"},
		"no database":          {[]string{"image", "--db", notImage, debian}, 3, "plimsoll db build --from"},
		"no records":           {[]string{"image", "--db", empty, debian}, 3, "no OSV records"},
		"no default database":  {[]string{"image", "--skip-db-update", debian}, 3, "no database: make one with \"plimsoll db update\""},
		"offline":              {[]string{"image", "--offline", debian}, 3, "no database: make one"},
		"bad source":           {[]string{"image", "--db-source", "ftp://example.com", debian}, 3, "source \"ftp://example.com\""},
		"bad order":            {scan(debian, "--sort", "size"), 2, "--sort \"size\""},
		"bad kind":             {scan(debian, "--exit-on", "kev,old"), 2, "--exit-on kev,old: want kev or eol"},
		"end of life 3":        {scan(debian, "--exit-on-eol", "3"), 2, "--exit-on-eol 3: want 1, or 4 to 125"},
		"bad probability":      {scan(debian, "--min-epss", "7"), 2, "--min-epss 7"},
		"build, no records":    {[]string{"db", "build", "--from", empty, "-o", filepath.Join(empty, "x.db")}, 3, "no OSV records"},
		"build to nowhere":     {[]string{"db", "build", "--from", advisories, "-o", "nosuch/x.db"}, 3, "error: build database nosuch/x.db:"},
		"output to nowhere":    {scan(debian, "-o", "nosuch/report"), 3, "error: write report: open nosuch/report:"},
		"output to directory":  {scan(debian, "-o", empty), 3, "error: write report: open " + empty},
		"bad platform":         {scan(debian, "--platform", "arm64"), 2, "--platform arm64"},
		"not complete":         {scan("--no-cache", broken), 0, "warning: read: layer 1: "},
		"not complete, quiet":  {scan("--no-cache", broken, "-q"), 0, ""},
		"not complete, gate":   {scan("--no-cache", broken, "--exit-code", "1"), 3, "error: the report is not complete: problems that hide packages or vulnerabilities: 1"},
		"not complete, gate, nothing found": {
			scan("--no-cache", broken, "--exit-code", "1", "-s", "UNKNOWN", "-q"), 3, "error: the report is not complete",
		},
		"not complete, ignored":        {scan("--no-cache", broken, "--exit-code", "1", "-s", "UNKNOWN", "-q", "--ignore-problems"), 0, ""},
		"not complete, ignored, found": {scan("--no-cache", broken, "--exit-code", "7", "--ignore-problems", "-q"), 7, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, _, stderr := start(t, test.args...)
			if code != test.code || !strings.Contains(stderr, test.stderr) || (test.stderr == "") != (stderr == "") {
				t.Errorf("run(%q) = %d, stderr:\n%s\nwant %d, %q", test.args, code, stderr, test.code, test.stderr)
			}
		})
	}
}

// Problems are told once: by the table, else by warnings, unless that is asked
// for by nobody.
func TestProblemsToldOnce(t *testing.T) {
	t.Parallel()
	broken := damaged(t, alpine)
	to := filepath.Join(t.TempDir(), "report")
	for _, test := range []struct {
		args           []string
		stdout, stderr int // times the problem is told
	}{
		{[]string{"-f", "table"}, 1, 0},
		{[]string{"-f", "table", "-o", to}, 0, 1},
		{[]string{"-f", "count"}, 0, 1},
		{[]string{"-f", "json"}, 0, 1},
		{[]string{"-f", "json", "-q"}, 0, 0},
	} {
		args := append([]string{"image", "--db", advisories, "--no-cache", broken}, test.args...)
		code, stdout, stderr := start(t, args...)
		if n, m := strings.Count(stdout, "\n- read: layer 1: "), strings.Count(stderr, "warning: read: layer 1: "); code != 0 || n != test.stdout || m != test.stderr {
			t.Errorf("run(%q) = %d and tells the problem %d times on stdout, %d on stderr, want 0, %d, %d",
				args, code, n, m, test.stdout, test.stderr)
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	args := []string{"image", "--db", advisories, debian}
	if code := run(ctx, args, nil, &stdout, &stderr); code != exitError || stdout.Len() > 0 || !strings.Contains(stderr.String(), "canceled") {
		t.Errorf("run(%q), cancelled = %d, stdout %q, stderr %q, want %d, none, the reason", args, code, &stdout, &stderr, exitError)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestStdoutFull(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"image", "--db", advisories, debian},
		{"version"},
		{"db", "build", "--from", advisories, "-o", filepath.Join(t.TempDir(), "x.db")},
	} {
		var stderr bytes.Buffer
		if code := run(t.Context(), args, nil, full{}, &stderr); code != exitError || !strings.Contains(stderr.String(), "disk full") {
			t.Errorf("run(%q) to a full disk = %d, stderr %q, want %d and the reason", args, code, &stderr, exitError)
		}
	}
}
