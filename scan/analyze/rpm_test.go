package analyze_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

const rpmPath = "var/lib/rpm/rpmdb.sqlite"

// rpmFixture reads a file of the shared fixtures, and inflates it.
func rpmFixture(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile("../../testdata/rpm/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	if !strings.HasSuffix(name, ".gz") {
		return b
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		tb.Fatal(err)
	}
	if b, err = io.ReadAll(r); err != nil {
		tb.Fatal(err)
	}
	return b
}

// renderRPM is facts and error as lines of text. Of the files it has ten.
func renderRPM(facts artifact.Facts, err error) string {
	var b strings.Builder
	for _, c := range facts.Components {
		fmt.Fprintf(&b, "%s %s %s %s from %s %s by %q under %q", c.Type, c.Name, c.Version, c.Arch, c.SourceName, c.SourceVersion, c.Maintainer, c.Licenses)
		if c.Modularity != "" {
			fmt.Fprintf(&b, " in %s", c.Modularity)
		}
		if c.ThirdParty {
			b.WriteString(" third-party")
		}
		b.WriteByte('\n')
	}
	for i, name := range facts.Owned {
		if i == 10 {
			fmt.Fprintf(&b, "owns %d more\n", len(facts.Owned)-i)
			break
		}
		fmt.Fprintf(&b, "owns %s\n", name)
	}
	for _, set := range facts.ContentSets {
		fmt.Fprintf(&b, "from %s\n", set)
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %s\n", strings.ReplaceAll(err.Error(), "; ", ";\n\t"))
	}
	return b.String()
}

func TestRPMGolden(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	// The name of one package becomes a number.
	damaged := rpmFixture(t, "rpmdb.sqlite.gz")
	copy(damaged[bytes.LastIndex(damaged, []byte("\x00\x00\x03\xe8\x00\x00\x00\x06")):], "\x00\x00\x03\xe8\x00\x00\x00\x04")
	for _, row := range []struct {
		golden   string
		analyzer artifact.Analyzer
		path     string
		content  []byte
	}{
		{"rpm/rpmdb", analyze.RPM, rpmPath, rpmFixture(t, "rpmdb.sqlite.gz")},
		{"rpm/damaged", analyze.RPM, "usr/share/rpm/rpmdb.sqlite", damaged},
		{"rpm/keel-libs", analyze.RPMFile, "tmp/keel-libs.rpm", rpmFixture(t, "keel-libs.rpm")},
		{"rpm/keel.src", analyze.RPMFile, "tmp/keel.src.rpm", rpmFixture(t, "keel.src.rpm")},
		{"rpmmanifest/container-manifest-2", analyze.RPMManifest, "var/lib/rpmmanifest/container-manifest-2", read("rpmmanifest/container-manifest-2")},
		{"redhatbuild/keel-container", analyze.RedHatBuild, "root/buildinfo/content_manifests/keel-container-1.4-2.json", read("redhatbuild/keel-container-1.4-2.json")},
		{"redhatbuild/Dockerfile", analyze.RedHatBuild, "root/buildinfo/Dockerfile-keel-hull-1.4-2.1690000000", read("redhatbuild/Dockerfile-keel-hull-1.4-2.1690000000")},
	} {
		if !analyzetest.Wants(row.analyzer, row.path, 0o644) {
			t.Errorf("%s does not want %s", row.analyzer.Name(), row.path)
		}
		got := renderRPM(row.analyzer.Analyze(t.Context(), analyzetest.File(row.path, row.content)))
		golden(t, filepath.Join("testdata", row.golden+".golden"), got)
		// A stream, as of an image, gives the same.
		if again := renderRPM(row.analyzer.Analyze(t.Context(), analyzetest.Stream(row.path, row.content))); again != got {
			t.Errorf("%s: Analyze(stream of %s) = %s, not %s", row.analyzer.Name(), row.path, again, got)
		}
	}
}

func TestRPMPatterns(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		analyzer artifact.Analyzer
		path     string
		want     bool
	}{
		{analyze.RPM, "var/lib/rpm/Packages", true},
		{analyze.RPM, "var/lib/rpm/Packages.db", true},
		{analyze.RPM, "usr/lib/sysimage/rpm/Packages", true},
		{analyze.RPM, "usr/lib/sysimage/rpm/Packages.db", true},
		{analyze.RPM, "usr/lib/sysimage/rpm/rpmdb.sqlite", true},
		{analyze.RPM, "usr/share/rpm/rpmdb.sqlite", true},
		{analyze.RPM, "usr/share/rpm/Packages", false},
		{analyze.RPM, "srv/chroot/var/lib/rpm/Packages", false},
		{analyze.RPM, "var/lib/rpm/rpmdb.sqlite-wal", false},
		{analyze.RPMLog, "var/lib/rpm/rpmdb.sqlite-wal", true},
		{analyze.RPMLog, "usr/lib/sysimage/rpm/rpmdb.sqlite-wal", true},
		{analyze.RPMLog, "usr/share/rpm/rpmdb.sqlite-wal", true},
		{analyze.RPMLog, "var/lib/rpm/rpmdb.sqlite-shm", false},
		{analyze.RedHatBuild, "usr/share/buildinfo/content-sets.json", true},
		{analyze.RedHatBuild, "root/buildinfo/labels.json", false},
		{analyze.RedHatBuild, "root/buildinfo/Dockerfile", false},
		{analyze.RPMFile, "a/B.RPM", true},
	} {
		if got := analyzetest.Wants(row.analyzer, row.path, 0o644); got != row.want {
			t.Errorf("%s wants %s = %t, want %t", row.analyzer.Name(), row.path, got, row.want)
		}
	}
}

// TestRPMThirdParty holds the rule to the vendors of distributions, as their
// packages spell them, and to some of others.
func TestRPMThirdParty(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		vendor, release string
		want            bool
	}{
		{"Red Hat, Inc.", "1.el9", false},
		{"CentOS", "1.el7", false},
		{"Fedora Project", "1.fc40", false},
		{"AlmaLinux", "1.el9", false},
		{"Rocky Enterprise Software Foundation", "1.el9", false},
		{"Oracle America", "1.el9", false},
		{"CloudLinux", "1.el8", false},
		{"Amazon Linux", "1.amzn2023", false},
		{"Amazon.com", "1.amzn2", false},
		{"", "1.amzn1", false},
		{"(none)", "1.amzn2", false},
		{"SUSE LLC <https://www.suse.com/>", "150300.1", false},
		{"openSUSE", "1.1", false},
		{"VMware, Inc.", "1.ph5", false},
		{"Microsoft Corporation", "1.azl3", false},
		{"http://openeuler.org", "1.oe2203", false},
		{"Mageia.Org", "1.mga9", false},
		{"", "1.el9", true},
		{"(none)", "1", true},
		{"obs://build.opensuse.org/home:keel", "1", true},
		{"NodeSource", "1nodesource", true},
		{"NVIDIA CORPORATION", "1", true},
		{"Fedora Copr - user keel", "1.fc40", true},
		{"Harbour Works", "1.amzn2023", true},
		{"by Red Hat", "1", true},
	} {
		line := fmt.Sprintf("a\t1-%s\t0\t0\t%s\t(none)\t0\tnoarch\t0\t(none)\n", row.release, row.vendor)
		facts, err := analyze.RPMManifest.Analyze(t.Context(), analyzetest.File("var/lib/rpmmanifest/container-manifest-2", []byte(line)))
		if err != nil || len(facts.Components) != 1 || facts.Components[0].ThirdParty != row.want {
			t.Errorf("Analyze(vendor %q, release %q) = %+v, %v, want third-party %t", row.vendor, row.release, facts.Components, err, row.want)
		}
	}
}

func TestRPMManifest(t *testing.T) {
	t.Parallel()
	const name = "var/lib/rpmmanifest/container-manifest-2"
	const good = "\t0\t0\tSUSE\t(none)\t0\tnoarch\t0\t(none)\n"
	for _, row := range []struct {
		name, text string
		want       []string
		err        string // after "read PATH: "
	}{
		{"empty", "", nil, ""},
		{"blank lines", "\n \n\t\n", nil, ""},
		{"CRLF", "a\t1-2" + strings.ReplaceAll(good, "\n", "\r\n"), []string{"a 1-2 noarch a 1-2"}, ""},
		{"no final LF", strings.TrimSuffix("a\t1-2"+good, "\n"), []string{"a 1-2 noarch a 1-2"}, ""},
		{"nine fields", "a\t1-2\t0\t0\tv\t(none)\t0\tnoarch\t0\nb\t1-2" + good, []string{"b 1-2 noarch b 1-2"}, "line 1: 9 fields, not 10"},
		{"eleven fields", strings.TrimSuffix("a\t1-2"+good, "\n") + "\tx\n", nil, "line 1: 11 fields, not 10"},
		{"no name", "\t1-2" + good, nil, "line 1: no name"},
		{"no release", "a\t1" + good, nil, `line 1: package "a": a version that is not version-release`},
		{"an empty release", "a\t1-" + good, nil, `line 1: package "a": a version that is not version-release`},
		{"an odd epoch", "a\t1-2\t0\t0\tv\tx\t0\tnoarch\t0\t(none)\n", nil, `line 1: package "a": an epoch that is no number: "x"`},
		{"a large epoch", "a\t1-2\t0\t0\tv\t4294967296\t0\tnoarch\t0\t(none)\n", nil, `line 1: package "a": an epoch that is no number: "4294967296"`},
		{"an odd source", "a\t1-2\t0\t0\tv\t3\t0\tnoarch\t0\tkeel.rpm\n", []string{"a 3:1-2 noarch a 3:1-2"},
			`line 1: package "a": its source "keel.rpm" is not name-version-release.src.rpm`},
		{"a long field", strings.Repeat("a", 4097) + "\t1-2" + good, nil, "line 1: limit reached: 4097 bytes in a field, of 4096"},
		{"NUL bytes", strings.Repeat("\x00", 100), nil, "line 1: 1 fields, not 10"},
	} {
		facts, err := analyze.RPMManifest.Analyze(t.Context(), analyzetest.File(name, []byte(row.text)))
		if diff := cmp.Diff(row.want, summary(facts)); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
		if got := strings.TrimPrefix(errorText(err), "read "+name+": "); got != row.err {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
}

func TestRPMLog(t *testing.T) {
	t.Parallel()
	head := "\x37\x7f\x06\x82" + "\x00\x2d\xe2\x18" + "\x00\x00\x10\x00" + "\x00\x00\x00\x00" + "saltsalt" + "checksum"
	frame := "\x00\x00\x00\x01" + "\x00\x00\x00\x05" + "saltsalt" + "checksum" + strings.Repeat("\x00", 4096)
	const name = "var/lib/rpm/rpmdb.sqlite-wal"
	for _, row := range []struct{ name, log, err string }{
		{"empty", "", ""},
		{"a header", head, ""},
		{"a transaction", head + frame, "read " + name + ": the log holds changes that the database beside it may lack: the list of packages may be older than the system"},
		{"something else", strings.Repeat("x", 40), "read " + name + ": not a write-ahead log of SQLite"},
	} {
		facts, err := analyze.RPMLog.Analyze(t.Context(), analyzetest.Stream(name, []byte(row.log)))
		if !facts.Empty() || errorText(err) != row.err {
			t.Errorf("%s: Analyze() = %+v, %v, want nothing, %s", row.name, facts, err, row.err)
		}
	}
}

func TestRPMFile(t *testing.T) {
	t.Parallel()
	content := rpmFixture(t, "keel-libs.rpm")
	// The size says what the file has, the reader what was asked for.
	huge := artifact.Entry{Path: "a.rpm", Kind: artifact.KindRegular, Size: 1 << 40}
	facts, err := analyze.RPMFile.Analyze(t.Context(), artifact.NewFile(huge, bytes.NewReader(content)))
	if err != nil || len(facts.Components) != 1 {
		t.Errorf("Analyze(1 TB) = %+v, %v, want a component", facts, err)
	}
	for _, row := range []struct{ name, content, err string }{
		{"empty", "", "read a.rpm: not a package of rpm"},
		{"something else", strings.Repeat("x", 5000), "read a.rpm: not a package of rpm"},
		{"lead only", string(content[:96]), "read a.rpm: signatures: 16 bytes at offset 96, beyond the end of the file: unexpected EOF"},
		{"cut", string(content[:5000]), "read a.rpm: a header of"},
	} {
		for _, f := range []*artifact.File{analyzetest.File("a.rpm", []byte(row.content)), analyzetest.Stream("a.rpm", []byte(row.content))} {
			facts, err := analyze.RPMFile.Analyze(t.Context(), f)
			if !facts.Empty() || !strings.HasPrefix(errorText(err), row.err) {
				t.Errorf("%s: Analyze() = %+v, %v, want %s", row.name, facts, err, row.err)
			}
		}
	}
	head := strings.Repeat("\x00", 96) + "\x8e\xad\xe8\x01\x00\x00\x00\x00\x00\x00\x00\x01\xff\xff\xff\xff"
	head = "\xed\xab\xee\xdb" + head[4:]
	if _, err := analyze.RPMFile.Analyze(t.Context(), analyzetest.File("a.rpm", []byte(head))); !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Analyze(header of 4 GB) = %v, want a limit", err)
	}
}

// TestRPMCut holds every analyzer to handing on the error of a content that
// cannot be read.
func TestRPMCut(t *testing.T) {
	t.Parallel()
	for _, a := range []artifact.Analyzer{analyze.RPM, analyze.RPMLog, analyze.RPMManifest, analyze.RPMFile, analyze.RedHatBuild} {
		for _, p := range a.Patterns() {
			name := p.Path
			if name == "" {
				name = path.Join(p.Dir, p.Prefix+"name"+p.Suffix)
			}
			e := artifact.Entry{Path: name, Kind: artifact.KindRegular, Size: 100}
			for what, src := range map[string]io.Reader{"seekable": strings.NewReader("P:cut"), "stream": io.MultiReader(strings.NewReader("P:cut"))} {
				facts, err := a.Analyze(t.Context(), artifact.NewFile(e, src))
				if !errors.Is(err, io.ErrUnexpectedEOF) || !facts.Empty() || !strings.HasPrefix(err.Error(), "read "+name+": ") {
					t.Errorf("%s: Analyze(%s cut short, %s) = %+v, %v, want an unexpected EOF", a.Name(), name, what, facts, err)
				}
			}
		}
	}
}

func TestRPMCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	facts, err := analyze.RPM.Analyze(ctx, analyzetest.File(rpmPath, rpmFixture(t, "rpmdb.sqlite.gz")))
	if !errors.Is(err, context.Canceled) || !facts.Empty() {
		t.Errorf("Analyze(canceled) = %d components, %v", len(facts.Components), err)
	}
}

func TestRedHatBuild(t *testing.T) {
	t.Parallel()
	const manifest, dockerfile = "usr/share/buildinfo/content-sets.json", "root/buildinfo/Dockerfile-a-1-2"
	for _, row := range []struct {
		name, path, text string
		want             []string
		err              string // after "read PATH: "
	}{
		{"no content sets", manifest, `{"labels": {}}`, nil, ""},
		{"null content sets", manifest, `{"content_sets": null}`, nil, ""},
		{"a byte order mark", manifest, "\ufeff" + `{"content_sets": ["a", "b__7"]}`, []string{"a", "b__7"}, ""},
		{"empty", manifest, "", nil, "unexpected end of JSON input"},
		{"an array", manifest, "[]", nil, "json: cannot unmarshal array"},
		{"null", manifest, "null", nil, "null where an object belongs"},
		{"cut", manifest, `{"content_sets": ["a"`, nil, "unexpected end of JSON input"},
		{"more after it", manifest, `{} {}`, nil, "invalid character"},
		{"numbers", manifest, `{"content_sets": [1]}`, nil, "json: cannot unmarshal number"},
		{"a set without a name", manifest, `{"content_sets": [""]}`, nil, "a content set without a name"},
		{"a long one", manifest, `{"content_sets": ["` + strings.Repeat("x", 4097) + `"]}`, nil, "limit reached: a content set of 4097 bytes"},
		{"too many", manifest, `{"content_sets": ["x"` + strings.Repeat(`,"x"`, 1<<14) + `]}`, nil, "limit reached: more than 16384 content sets"},
		{"deep", manifest, `{"x": ` + strings.Repeat("[", 100_000), nil, "invalid character"},

		{"plain", dockerfile, "LABEL com.redhat.component=keel\nLABEL architecture=x86_64\n", []string{"keel-1-2-x86_64"}, ""},
		{"the older label", dockerfile, "LABEL BZComponent=keel architecture=x86_64", []string{"keel-1-2-x86_64"}, ""},
		{"both", dockerfile, "LABEL BZComponent=old com.redhat.component=keel architecture=x86_64", []string{"keel-1-2-x86_64"}, ""},
		{"the last one counts", dockerfile, "LABEL BZComponent=a\nlabel BZComponent=b architecture=c", []string{"b-1-2-c"}, ""},
		{"the old form", dockerfile, "LABEL BZComponent keel\nLABEL\tarchitecture \"ppc64le\"", []string{"keel-1-2-ppc64le"}, ""},
		{"quotes", dockerfile, `LABEL 'BZComponent'='k$A' "architecture"="a\"b\\c"`, []string{`k$A-1-2-a"b\c`}, ""},
		{"variables", dockerfile, "ARG A=x B\nENV C $A-y\nLABEL BZComponent=${C}z$B$D architecture=\"$A_\"$A\n", []string{"x-yz-1-2-x"}, ""},
		{"a variable that does not end", dockerfile, "LABEL BZComponent=${C architecture=b", []string{"{C-1-2-b"}, ""},
		{"continued at the end", dockerfile, "LABEL BZComponent=a \\\n architecture=b \\\n", []string{"a-1-2-b"}, ""},
		{"within another instruction", dockerfile, "RUN x \\\n LABEL BZComponent=a \\\n architecture=b\n", nil, "no labels com.redhat.component (or BZComponent) and architecture"},
		{"no architecture", dockerfile, "LABEL BZComponent=a", nil, "no labels com.redhat.component (or BZComponent) and architecture"},
		{"no component", dockerfile, "LABEL architecture=a", nil, "no labels com.redhat.component (or BZComponent) and architecture"},
		{"empty", dockerfile, "", nil, "no labels com.redhat.component (or BZComponent) and architecture"},
		{"an open quote", dockerfile, "\n\nLABEL \\\n a=\"b", nil, "line 3: a quotation that does not end"},
		{"a long word", dockerfile, "LABEL a=" + strings.Repeat("x", 1<<17), nil, "line 1: limit reached: more than 65536 bytes in a word"},
		{"growing variables", dockerfile, strings.Repeat("ENV A=$A$A$A$A$A$A$A$A$A$A$Ax\n", 10_000), nil, "no labels"},
		{"many variables", dockerfile, manyVariables(5000), nil, "line 4097: limit reached: more than 4096 variables"},
		{"no release", "root/buildinfo/Dockerfile-1", "", nil, "a name that is not Dockerfile-NAME-VERSION-RELEASE"},
		{"no name", "root/buildinfo/Dockerfile-1-", "", nil, "a name that is not Dockerfile-NAME-VERSION-RELEASE"},
	} {
		facts, err := analyze.RedHatBuild.Analyze(t.Context(), analyzetest.File(row.path, []byte(row.text)))
		if diff := cmp.Diff(row.want, facts.ContentSets); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
		got := strings.TrimPrefix(errorText(err), "read "+row.path+": ")
		if !strings.HasPrefix(got, row.err) || (got == "") != (row.err == "") {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
}

func manyVariables(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "ENV A%d=x\n", i)
	}
	return b.String()
}

// TestRedHatBuildResolve holds a manifest to counting before a Dockerfile of
// the same layer, and of no other.
func TestRedHatBuildResolve(t *testing.T) {
	t.Parallel()
	file := func(path string, layer int, sets ...string) *artifact.TreeFile {
		return &artifact.TreeFile{Path: path, Layer: layer, Facts: artifact.Facts{ContentSets: sets}}
	}
	tree := artifact.NewTree(
		file("root/buildinfo/Dockerfile-a-1-1", 0, "a-1-1-x86_64"),
		file("root/buildinfo/Dockerfile-b-1-1", 1, "b-1-1-x86_64"),
		file("root/buildinfo/Dockerfile-c-1-1", 2, "c-1-1-x86_64"),
		file("root/buildinfo/content_manifests/b-1-1.json", 1, "sets"),
		file("root/buildinfo/content_manifests/c-1-1.json", 2),
	)
	if err := analyze.RedHatBuild.(artifact.Resolver).Resolve(tree); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range tree.Files() {
		got = append(got, f.Facts.ContentSets...)
	}
	if diff := cmp.Diff([]string{"a-1-1-x86_64", "c-1-1-x86_64", "sets"}, got); diff != "" {
		t.Errorf("Resolve(): -want +got\n%s", diff)
	}
}

// TestRPMCorpus holds the analyzers to what Trivy lists of the corpus's images
// (Syft where there is no list of Trivy's), and to the vendors in its databases.
func TestRPMCorpus(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	for _, row := range []struct {
		image    string
		tool     string
		packages int
	}{
		{"cbl-mariner2.oci", "packages", 129},
		{"sle15-bci-upgraded.oci", "packages", 36},
		{"rhel8-libuuid-bdb.oci", "syft-packages", 1},
	} {
		var want []string
		for _, f := range corpus.Fields(t, dir, "images", "expected", row.image+"."+row.tool+".tsv") {
			want = append(want, f[1]+" "+f[2])
		}
		slices.Sort(want)
		got, layers := rpmImage(t, filepath.Join(dir, "images", row.image+".tar"))
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || len(got) != row.packages {
			t.Errorf("%s: Inspect() = %d packages: -want +got\n%s", row.image, len(got), diff)
		}
		if row.image != "sle15-bci-upgraded.oci" {
			continue
		}
		want = nil
		for _, f := range corpus.Fields(t, dir, "images", "expected", row.image+".layers.tsv") {
			want = append(want, f[1]+" "+f[2]+" "+f[4])
		}
		slices.Sort(want)
		slices.Sort(layers)
		if diff := cmp.Diff(want, layers); diff != "" {
			t.Errorf("%s: Inspect() has other layers: -want +got\n%s", row.image, diff)
		}
	}
	for _, row := range []struct {
		database   string
		thirdParty bool
	}{
		{"amazonlinux-2023/rpmdb.sqlite", false}, {"cbl-mariner-2.0/rpmdb.sqlite", false}, {"htop-el9-sqlite/rpmdb.sqlite", false},
		{"sle15-bci-a/Packages.db", false}, {"sle15-bci-b/Packages.db", false}, {"sle15-bci-c/Packages.db", false},
		{"rhel8-libuuid/Packages", false}, {"htop-el8-bdb/Packages", false},
		{"dive-bdb/Packages", true}, {"hello-epoch-bdb/Packages", true}, // no vendor
	} {
		content, err := os.ReadFile(filepath.Join(dir, "rpmdb", row.database))
		if err != nil {
			t.Fatal(err)
		}
		facts := check(t, analyze.RPM, "var/lib/rpm/"+path.Base(row.database), content)
		for _, c := range facts.Components {
			if c.ThirdParty != row.thirdParty {
				t.Errorf("%s: %s of %q: third-party %t, want %t", row.database, c.Name, c.Maintainer, c.ThirdParty, row.thirdParty)
			}
		}
		if row.thirdParty != (len(facts.Owned) == 0) {
			t.Errorf("%s: Analyze() owns %d files", row.database, len(facts.Owned))
		}
	}
	content, err := os.ReadFile(filepath.Join(dir, "rpmdb", "aws-tools-26.0.0-4.fc44.x86_64.rpm"))
	if err != nil {
		t.Fatal(err)
	}
	facts := check(t, analyze.RPMFile, "aws-tools.rpm", content)
	if diff := cmp.Diff([]string{"aws-tools 2:26.0.0-4.fc44 x86_64 aws 2:26.0.0-4.fc44"}, summary(facts)); diff != "" {
		t.Errorf("Analyze(aws-tools): -want +got\n%s", diff)
	}
}

// rpmImage is the packages of an image, and, for each, the layer that brought it.
func rpmImage(t *testing.T, archive string) (packages, layers []string) {
	t.Helper()
	src, err := source.Parse(archive, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	inv, err := scan.Inspect(t.Context(), src, scan.Options{Analyzers: []artifact.Analyzer{analyze.OSRelease, analyze.RPM, analyze.RPMLog}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range inv.Problems {
		t.Errorf("%s: %s", archive, p)
	}
	for _, c := range inv.Components {
		packages = append(packages, c.Name+" "+c.Version)
		layers = append(layers, fmt.Sprint(c.Name, " ", c.Version, " ", c.Layer))
	}
	return packages, layers
}

func FuzzRPM(f *testing.F) {
	content := rpmFixture(f, "page512.sqlite.gz")
	f.Add(content[:40<<10])
	f.Add([]byte("RpmP"))
	f.Fuzz(func(t *testing.T, content []byte) { check(t, analyze.RPM, rpmPath, content) })
}

func FuzzRPMFile(f *testing.F) {
	f.Add(rpmFixture(f, "keel-libs.rpm"))
	f.Fuzz(func(t *testing.T, content []byte) { check(t, analyze.RPMFile, "a.rpm", content) })
}

func FuzzRPMManifest(f *testing.F) {
	seed(f, "testdata/rpmmanifest/container-manifest-2")
	f.Fuzz(func(t *testing.T, content []byte) {
		check(t, analyze.RPMManifest, "var/lib/rpmmanifest/container-manifest-2", content)
	})
}

func FuzzRedHatBuild(f *testing.F) {
	seed(f, "testdata/redhatbuild/*[0-9].json")
	seed(f, "testdata/redhatbuild/Dockerfile-*")
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, name := range []string{"root/buildinfo/Dockerfile-a-1-2", "usr/share/buildinfo/a.json"} {
			facts := check(t, analyze.RedHatBuild, name, content)
			if slices.Contains(facts.ContentSets, "") {
				t.Errorf("Analyze(%q) has an empty content set", content)
			}
		}
	})
}

func BenchmarkRPM(b *testing.B) {
	for _, name := range []string{"amazonlinux-2023", "cbl-mariner-2.0"} {
		content, err := os.ReadFile(filepath.Join(corpus.Dir(b), "rpmdb", name, "rpmdb.sqlite"))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			f := analyzetest.File(rpmPath, content)
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := analyze.RPM.Analyze(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
