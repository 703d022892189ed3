package version_test

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// TestOSVBounds checks every bound of a range that the corpus's advisories
// have for an ecosystem: what does not Check must be known to be no version.
func TestOSVBounds(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	tests := []struct {
		export, ecosystem string
		scheme            version.Scheme
		atLeast           int               // bounds
		refused           map[string]string // bound, reason
	}{
		{"Go", "Go", version.Go, 2_000, nil},
		{"npm", "npm", version.NPM, 800, map[string]string{
			"~":            "no number",
			"0.9.7.1":      "four numbers",
			"1.0.0.beta.3": "a dot before the pre-release",
			"1.0.0-*":      "a wildcard",
			"1.1.0-*":      "a wildcard",
			"1.2.0-*":      "a wildcard",
			"1.3.0-*":      "a wildcard",
			"1.4.0-*":      "a wildcard",
			"3.0.RC3":      "a dot before the pre-release",
		}},
		{"NuGet", "NuGet", version.NuGet, 20, nil},
		{"Packagist", "Packagist", version.Composer, 1_000, nil},
		{"Packagist:https:__packages.drupal.org_8", "Packagist:https://packages.drupal.org/8", version.Composer, 200, nil},
		{"Bitnami", "Bitnami", version.Bitnami, 3_000, map[string]string{
			"nightly.2026-03-10.0": "a branch",
		}},
		{"Julia", "Julia", version.Pub, 350, nil},
		{"Docker Hardened Images", "DHI", version.Pub, 900, nil},
		{"crates.io", "crates.io", version.Semver, 600, nil},
		{"Hex", "Hex", version.Semver, 100, nil},
		{"SwiftURL", "SwiftURL", version.Semver, 2, nil},
	}
	for _, tt := range tests {
		t.Run(tt.export, func(t *testing.T) {
			t.Parallel()
			bounds := osvBounds(t, filepath.Join(dir, "osv", tt.export, "all.zip"), tt.ecosystem)
			if len(bounds) < tt.atLeast {
				t.Errorf("%d bounds, want %d or more", len(bounds), tt.atLeast)
			}
			for v := range bounds {
				err := tt.scheme.Check(v)
				if _, known := tt.refused[v]; known != (err != nil) {
					t.Errorf("%s.Check(%q) = %v, but it is listed as no version: %v", tt.scheme, v, err, known)
				}
			}
			for v := range tt.refused {
				if !bounds[v] {
					t.Errorf("%s has no bound %q, which is listed as no version", tt.export, v)
				}
			}
		})
	}
}

// osvBounds are the bounds of all ranges for one ecosystem in an export.
func osvBounds(t *testing.T, path, ecosystem string) map[string]bool {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := archive.Close(); err != nil {
			t.Error(err)
		}
	}()
	bounds := map[string]bool{}
	for _, file := range archive.File {
		if err := addOSVBounds(bounds, file, ecosystem); err != nil {
			t.Fatalf("read %s of %s: %v", file.Name, path, err)
		}
	}
	return bounds
}

func addOSVBounds(bounds map[string]bool, file *zip.File, ecosystem string) (err error) {
	r, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	var entry struct {
		Affected []struct {
			Package struct{ Ecosystem string }
			Ranges  []struct {
				Type   string
				Events []map[string]string
			}
		}
	}
	if err := json.NewDecoder(r).Decode(&entry); err != nil {
		return err
	}
	for _, affected := range entry.Affected {
		if affected.Package.Ecosystem != ecosystem {
			continue
		}
		for _, rng := range affected.Ranges {
			for _, event := range rng.Events {
				for _, v := range event {
					if rng.Type != "GIT" {
						bounds[v] = true
					}
				}
			}
		}
	}
	return nil
}
