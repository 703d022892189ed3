package version_test

import (
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A corpusFile is a file of rows that other projects collected from the
// native tools, and where we differ from it.
type corpusFile struct {
	name   string
	scheme version.Scheme
	// differs holds each row that we answer otherwise, with the reason. The
	// rows of alpine-versions.txt compare strings that apk calls invalid: it
	// still answers, from the part before the fault, while we put all such
	// strings last, by bytes, and give them no key.
	differs map[string]string
}

func corpusFiles() []corpusFile {
	const (
		noBuild   = `"-r" without a number: "apk version --check" of apk-tools 3 refuses it`
		afterR    = `text after "-r": apk-tools 3 refuses it`
		emptyPart = "no number after a dot: apk-tools 3 refuses it"
		upper     = "a capital letter: the letter is one of a to z (apk-package(5))"
		suffix    = "no such suffix (apk-package(5) lists them)"
		noNumber  = "no number first (apk-package(5))"
	)
	return []corpusFile{
		{"debian-versions.txt", version.Deb, nil},
		{"debian-versions-generated.txt", version.Deb, nil},
		{"alpine-versions-generated.txt", version.APK, nil},
		{"semver-versions.txt", version.Semver, nil},
		{"alpine-versions.txt", version.APK, map[string]string{
			"1-r = 1-r0":              noBuild,
			"1-r-0 < 1-r0":            noBuild,
			"1-r-1 < 1-r0":            noBuild,
			"1-r2 > 1-r-1":            noBuild,
			"1 > 1-ruff":              noBuild,
			"1-ruff2 = 1-ruff1":       noBuild,
			"1-ruff2 = 1--ruff1":      noBuild,
			"1-r0-1 = 1-r-2":          noBuild,
			"1-r0-1 = 1-r0-2":         afterR,
			"1-r0-ruff2 = 1-r0-ruff1": afterR,
			"0.r1 < 0r2":              emptyPart,
			"0.8.21.r2 < 0.8.21r2":    emptyPart,
			"1.2.0A < 1.2.0d":         upper,
			"1.2.0D < 1.2.0d":         upper,
			"1.2 > 1.2_blah":          suffix,
			"1.2_svn1 > 1.2_csv2":     suffix,
			"1.2_cvs1 > 1.2_blah":     suffix,
			".1 < 1":                  noNumber,
			"1 > .1":                  noNumber,
		}},
	}
}

// TestCorpus asks for every row of the corpus. A difference that is not listed
// fails, and so does a listed one that is none. Of the rows with two well
// formed versions at most 0.5 % may differ.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	for _, f := range corpusFiles() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			var differ, differWell, well int
			seen := map[string]bool{}
			rows := readRows(t, filepath.Join(dir, "versions", f.name))
			for _, r := range rows {
				wellFormed := f.scheme.Check(r.a) == nil && f.scheme.Check(r.b) == nil
				if wellFormed {
					well++
				}
				reason, known := f.differs[r.String()]
				seen[r.String()] = true
				got := f.scheme.Compare(r.a, r.b)
				switch {
				case got == r.want && known:
					t.Errorf("%s: %s is listed as a difference, but is none", r.pos, r)
				case got == r.want:
					checkOrder(t, r.pos, f.scheme, r.a, r.b, r.want)
				case !known:
					t.Errorf("%s: %s.Compare(%q, %q) = %d, want %d", r.pos, f.scheme, r.a, r.b, got, r.want)
				default:
					differ++
					if wellFormed {
						differWell++
					}
					t.Logf("%s: %s differs: %s", r.pos, r, reason)
				}
			}
			for text := range f.differs {
				if !seen[text] {
					t.Errorf("%s has no row %s, which is listed as a difference", f.name, text)
				}
			}
			t.Logf("%s: %d rows, %d differ; %d rows are well formed, %d of them (%.2f %%) differ",
				f.name, len(rows), differ, well, differWell, 100*float64(differWell)/float64(well))
			if differWell*200 > well {
				t.Errorf("%s: %d of %d well-formed rows differ, more than 0.5 %%", f.name, differWell, well)
			}
		})
	}
}
