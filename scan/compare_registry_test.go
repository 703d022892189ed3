package scan_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/suppress"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

// pushTag pushes an Alpine of packages with their origins, "libssl3 3.1.4-r5 openssl", to a registry.
func pushTag(t *testing.T, ref string, packages ...string) {
	t.Helper()
	var installed strings.Builder
	for _, p := range packages {
		words := strings.Fields(p)
		installed.WriteString("P:" + words[0] + "\nV:" + words[1] + "\nA:x86_64\no:" + words[len(words)-1] + "\n\n")
	}
	file := filepath.Join(t.TempDir(), "image.tar")
	imagetest.OCI(imagetest.Image{Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{imagetest.File("etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n")}},
		{Entries: []imagetest.Entry{imagetest.File("lib/apk/db/installed", installed.String())}},
	}}).WriteTar(t, file)
	to, err := name.ParseReference(ref, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(to, readArchive(t, file), remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// Three tags in a registry: which has a critical vulnerability, which is best, what
// changed between two, and what a statement about the image takes from one.
func TestCompareRegistry(t *testing.T) {
	t.Parallel()
	db, done, err := openExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	repository := newRegistry(t) + "/boats/hull"
	pushTag(t, repository+":1", "openssl 3.1.4-r5 openssl", "musl 1.2.4_git20230717-r4 musl")
	pushTag(t, repository+":2", "openssl 3.1.4-r5 openssl", "libexpat 2.6.2-r0 expat", "musl 1.2.4_git20230717-r4 musl")
	pushTag(t, repository+":3", "openssl 3.1.6-r0 openssl", "musl 1.2.4_git20230717-r4 musl")

	opts := scan.Options{Database: db, Source: scan.SourceOptions{Insecure: true}}
	var list []*scan.Snapshot
	for _, tag := range []string{":1", ":2", ":3"} {
		r, err := scan.Image(t.Context(), repository+tag, opts)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, scan.SnapshotOf(r))
	}
	c := scan.Compare(list...)
	tags := func(of []scan.Compared) string {
		var words []string
		for _, x := range of {
			words = append(words, strings.TrimPrefix(x.Name, repository))
		}
		return strings.Join(words, " ")
	}
	if got, want := tags(c.Targets), ":3 :1 :2"; got != want {
		t.Errorf("by risk: %s, want %s", got, want)
	}
	if got, want := tags(c.Critical()), ":2 :1"; got != want {
		t.Errorf("with a critical one: %s, want %s", got, want)
	}
	if got, want := tags(c.Fewest()), ":3"; got != want {
		t.Errorf("with the fewest: %s, want %s", got, want)
	}
	for _, x := range c.Targets {
		if x.Size == 0 || !x.Complete {
			t.Errorf("%s has size %d, complete %t", x.Name, x.Size, x.Complete)
		}
	}
	d := scan.Diff(list[0], list[2])
	if len(d.Appeared) != 0 || len(d.Gone) != len(list[0].Vulnerabilities)-len(list[2].Vulnerabilities) || !strings.Contains(ids(d.Gone), "CVE-2024-5535 openssl 3.1.4-r5") {
		t.Errorf("from 1 to 3: appeared %s, gone %s", ids(d.Appeared), ids(d.Gone))
	}

	statement := `{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"vulnerability": {"name": "CVE-2024-5535"}, "status": "fixed",
		"products": [{"@id": "pkg:oci/hull?repository_url=` + repository + `", "subcomponents": [{"@id": "pkg:apk/alpine/openssl"}]}]}]}`
	doc, err := vex.Read("hull.json", []byte(statement))
	if err != nil {
		t.Fatal(err)
	}
	opts.Suppress, opts.Filter.Severities = []scan.Suppressor{suppress.VEX(doc)}, []severity.Level{severity.Critical}
	for tag, want := range map[string]int{":1": 0, ":2": 1} {
		r, err := scan.Image(t.Context(), repository+tag, opts)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Vulnerabilities) != want || len(r.SuppressedVulnerabilities) != 1 {
			t.Errorf("%s: %d critical vulnerabilities, %d suppressed, want %d, 1", tag, len(r.Vulnerabilities), len(r.SuppressedVulnerabilities), want)
		}
	}
}
