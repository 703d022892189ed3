package analyze_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

const contentsPath = "var/db/pkg/sys-libs/libkeel-1.4.2_p1-r2/CONTENTS"

func TestGentooGolden(t *testing.T) {
	t.Parallel()
	name := filepath.Join("testdata", "gentoo", "contents")
	text, err := os.ReadFile(name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, name+".golden", renderOwned(analyze.Gentoo.Analyze(t.Context(), newFile(contentsPath, text))))
}

// TestGentooNames holds names and versions to the rules of the Package Manager
// Specification, section 3.
func TestGentooNames(t *testing.T) {
	t.Parallel()
	for dir, want := range map[string]string{
		"openssl-3.0.13":                  "c/openssl 3.0.13",
		"openssl-3.0.13-r2":               "c/openssl 3.0.13-r2",
		"openssl-1.0.2u":                  "c/openssl 1.0.2u",
		"openssl-1.0.2u-r1":               "c/openssl 1.0.2u-r1",
		"gtk+-2.24.33":                    "c/gtk+ 2.24.33",
		"a_b-1":                           "c/a_b 1",
		"keel-utils-1.4":                  "c/keel-utils 1.4",
		"font-adobe-100dpi-1.0.3":         "c/font-adobe-100dpi 1.0.3",
		"keel-1_alpha":                    "c/keel 1_alpha",
		"keel-1.2_alpha3_beta4_pre_rc_p5": "c/keel 1.2_alpha3_beta4_pre_rc_p5",
		"keel-1b_p20240101-r10":           "c/keel 1b_p20240101-r10",
		"keel-9999":                       "c/keel 9999",
		"keel-r1-2":                       "c/keel-r1 2",
		"keel-r1-2-r3":                    "c/keel-r1 2-r3",
		"keel-1-2":                        "c/keel-1 2", // no valid name, but so it is read
		"keel-0-r0":                       "c/keel 0-r0",
		"keel":                            "",
		"keel-":                           "",
		"keel-r1":                         "",
		"keel-1.":                         "",
		"keel-.1":                         "",
		"keel-1..2":                       "",
		"keel-1ab":                        "",
		"keel-1_foo":                      "",
		"keel-1_":                         "",
		"keel-1-r":                        "",
		"keel-1-rx":                       "",
		"keel-x-r1":                       "",
		"-1":                              "",
		"-1-r1":                           "",
		"1":                               "",
	} {
		path := "var/db/pkg/c/" + dir + "/CONTENTS"
		facts, err := analyze.Gentoo.Analyze(t.Context(), newFile(path, nil))
		got := ""
		for _, c := range facts.Components {
			got = c.Name + " " + c.Version
			if c.Type != vuln.TypeEbuild || version.Gentoo.Check(c.Version) != nil {
				t.Errorf("Analyze(%s) = %s %s, want an ebuild of a version that is one", dir, c.Type, c.Version)
			}
		}
		wantErr := ""
		if want == "" {
			wantErr = "read " + path + ": a directory that is not named as a package and its version"
		}
		if got != want || errorText(err) != wantErr {
			t.Errorf("Analyze(%s) = %q, %v, want %q", dir, got, err, want)
		}
	}
}

func TestGentooContents(t *testing.T) {
	t.Parallel()
	const hash = "d41d8cd98f00b204e9800998ecf8427e"
	for _, row := range []struct {
		name string
		text string
		want []string
		err  string // after "read PATH: "
	}{
		{"no files", "", nil, ""},
		{"kinds", "dir /usr\nobj /usr/a " + hash + " 1\nsym /usr/b -> a 1\nfif /c\ndev /dev/d\n", []string{"usr/a", "usr/b", "c", "dev/d"}, ""},
		{"blanks", "dir /a b\nobj /a b/c d " + hash + " 1\nsym /a b/e -> c d 1\nfif /a b/f\n", []string{"a b/c d", "a b/e", "a b/f"}, ""},
		{"CRLF, no final LF", "obj /a " + hash + " 1\r\nobj /b " + hash + " 1", []string{"a", "b"}, ""},
		{"no checksum", "obj /a\nobj /b " + hash + " 1\n", []string{"b"}, "line 1: not the path of a file"},
		{"no path", "obj " + hash + " 1\ndir\nsym -> a 1\nfif\n", nil,
			"line 1: not the path of a file; line 2: not the path of a file; line 3: not the path of a file; line 4: not the path of a file"},
		{"another kind", "sock /a\nobj /b " + hash + " 1\n", []string{"b"}, "line 1: not the path of a file"},
		{"out of the root", "obj /../../a " + hash + " 1\n", []string{"a"}, ""},
		{"too long", "fif /" + strings.Repeat("x", 4096) + "\n", nil, "line 1: limit reached: a path of more than 4096 bytes"},
		{"binary", "\x00\xff\n", nil, "line 1: not the path of a file"},
	} {
		facts := checkOwned(t, analyze.Gentoo, contentsPath, []byte(row.text))
		_, err := analyze.Gentoo.Analyze(t.Context(), newFile(contentsPath, []byte(row.text)))
		if diff := cmp.Diff(row.want, facts.Owned); diff != "" {
			t.Errorf("%s: Analyze().Owned: -want +got\n%s", row.name, diff)
		}
		if got := strings.TrimPrefix(errorText(err), "read "+contentsPath+": "); got != row.err {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
		if len(facts.Components) != 1 {
			t.Errorf("%s: Analyze() = %d components, want the one of the directory", row.name, len(facts.Components))
		}
	}
	large := artifact.NewFile(artifact.Entry{Path: contentsPath, Kind: artifact.KindRegular, Size: 1 << 40}, strings.NewReader(""))
	if facts, err := analyze.Gentoo.Analyze(t.Context(), large); !errors.Is(err, artifact.ErrLimit) || len(facts.Components) != 1 {
		t.Errorf("Analyze(1 TiB) = %+v, %v, want the package and ErrLimit", facts, err)
	}
}

// TestGentooElsewhere holds the analyzer to files of the database: others may
// have the name too.
func TestGentooElsewhere(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"CONTENTS", "srv/CONTENTS", "var/db/pkg/CONTENTS", "var/db/pkg/c/CONTENTS", "var/db/pkg/c/keel-1/x/CONTENTS",
		"srv/var/db/pkg/c/keel-1/CONTENTS", "var/db/pkg/c/-MERGING-keel-1/CONTENTS",
	} {
		facts, err := analyze.Gentoo.Analyze(t.Context(), newFile(path, []byte("fif /a\n")))
		if !facts.Empty() || err != nil {
			t.Errorf("Analyze(%s) = %+v, %v, want nothing", path, facts, err)
		}
	}
}

func FuzzGentoo(f *testing.F) {
	text, err := os.ReadFile(filepath.Join("testdata", "gentoo", "contents.txt"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("libkeel-1.4.2_p1-r2", text)
	f.Add("font-adobe-100dpi-1b", text[:len(text)/3])
	f.Fuzz(func(t *testing.T, dir string, content []byte) {
		if strings.Contains(dir, "/") {
			return // not one element of a path
		}
		facts := checkOwned(t, analyze.Gentoo, "var/db/pkg/c/"+dir+"/CONTENTS", content)
		for _, c := range facts.Components {
			if err := version.Gentoo.Check(c.Version); err != nil {
				t.Errorf("Analyze(%q) has the version %q: %v", dir, c.Version, err)
			}
			if c.Name+"-"+c.Version != "c/"+dir {
				t.Errorf("Analyze(%q) = %s %s", dir, c.Name, c.Version)
			}
		}
	})
}
