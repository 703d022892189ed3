package scan_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// A peerRow is a row of a peer that differs from ours, with the reason why ours
// is right. Minus is a row that only the peer has, plus one that only we have.
type peerRow struct {
	minus, plus string
	why         string
}

// trivyType is Trivy's word for where a component comes from.
func trivyType(inv *scan.Inventory, c *scan.Component) string {
	if !c.Type.System() {
		if c.Analyzer == "python-egg" {
			return "python-pkg"
		}
		return c.Analyzer
	}
	switch inv.OS.Family {
	case vuln.RedHat:
		return "redhat"
	case vuln.Mariner:
		return "cbl-mariner"
	}
	return string(inv.OS.Family)
}

// trivyPath is the path in Trivy's rows: none for the system's packages.
func trivyPath(c *scan.Component) string {
	switch {
	case c.Type.System():
		return ""
	case c.Inside != "":
		return c.Path + "/" + c.Inside
	}
	return c.Path
}

// trivyDifferences are, by image, the rows of Trivy's packages that differ.
func trivyDifferences() map[string][]peerRow {
	return map[string][]peerRow{}
}

// trivyImages have packages that Trivy listed, by the archive's name.
func trivyImages() []string {
	return []string{
		"alpine3.16.oci", "alpine3.4.oci", "cbl-mariner2.oci", "debian12-distroless.oci", "debian12-web.oci", "go-app.oci",
		"lockfiles.docker", "node-app-removed.oci", "python-app.oci", "sle15-bci-upgraded.oci",
	}
}

func inspectImage(t *testing.T, dir, name string, opts scan.Options) *scan.Inventory {
	t.Helper()
	inv, err := scan.Inspect(t.Context(), parse(t, filepath.Join(dir, "images", name+".tar")), opts)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// TestCorpusTrivyPackages compares all packages with the rows of Trivy: type,
// name, version and path.
func TestCorpusTrivyPackages(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	expected := filepath.Join(dir, "images", "expected")
	differences := trivyDifferences()
	for _, name := range trivyImages() {
		inv := inspectImage(t, dir, name, scan.Options{})
		var got []string
		for i := range inv.Components {
			c := &inv.Components[i]
			got = append(got, strings.Join([]string{trivyType(inv, c), c.Name, c.Version, trivyPath(c)}, "\t"))
		}
		comparePeer(t, name+" packages", rows(t, 4, expected, name+".packages.tsv"), got, differences[name], 0.005)
		delete(differences, name)
	}
	for name := range differences {
		t.Errorf("there is a table for %s, which is no image", name)
	}
}

// comparePeer compares rows with those of a peer, but for known differences, each
// of which must be there, and whose share is at most most.
func comparePeer(t *testing.T, what string, want, got []string, known []peerRow, most float64) {
	t.Helper()
	missing, extra := difference(want, got)
	total := len(missing) + len(extra)
	for _, row := range known {
		if row.why == "" {
			t.Errorf("%s: a row has no reason: %+v", what, row)
		}
		for _, side := range []struct {
			list *[]string
			row  string
		}{{&missing, row.minus}, {&extra, row.plus}} {
			if side.row == "" {
				continue
			}
			i := slices.Index(*side.list, side.row)
			if i < 0 {
				t.Errorf("%s: a row is not used: %q", what, side.row)
				continue
			}
			*side.list = slices.Delete(*side.list, i, i+1)
		}
	}
	share := float64(total) / float64(max(len(want), 1))
	t.Logf("%s: %d rows, %d differ (%.2f %%)", what, len(want), total, 100*share)
	if share > most {
		t.Errorf("%s: %.2f %% of the rows differ, want at most %.2f %%", what, 100*share, 100*most)
	}
	if len(missing)+len(extra) > 0 {
		t.Errorf("%s are missing:\n%s\nand are too many:\n%s", what, strings.Join(missing, "\n"), strings.Join(extra, "\n"))
	}
}

// TestCorpusTrivyLayers compares the layer that introduced each package.
func TestCorpusTrivyLayers(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	files, err := filepath.Glob(filepath.Join(dir, "images", "expected", "*.layers.tsv"))
	if err != nil || len(files) < 3 {
		t.Fatalf("corpus has layers %v, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".layers.tsv")
		inv := inspectImage(t, dir, name, scan.Options{})
		var got []string
		for i := range inv.Components {
			c := &inv.Components[i]
			got = append(got, fmt.Sprintf("%s\t%s\t%s\t%s\t%d", trivyType(inv, c), c.Name, c.Version, trivyPath(c), c.Layer))
		}
		comparePeer(t, name+" layers", rows(t, 5, file), got, nil, 0)
	}
}

// syftTypes are Syft's words for types, and the types of ours they stand for.
func syftType(c *scan.Component) string {
	switch c.Type {
	case vuln.TypeGo:
		return "go-module"
	case vuln.TypePyPI:
		return "python"
	case vuln.TypeMaven:
		return "java-archive"
	case vuln.TypeNuGet:
		return "dotnet"
	case vuln.TypeComposer:
		return "php-composer"
	}
	return string(c.Type)
}

// syftRow is a component as Syft writes it. Of the system's packages it names the
// copyright file at times, so the path is left out; of Maven's it has the
// artifact alone; of Go's without a version it says UNKNOWN.
func syftRow(c *scan.Component) string {
	name, version, path := c.Name, cmp.Or(c.Version, "UNKNOWN"), "/"+c.Path
	switch {
	case c.Type.System():
		path = ""
		if c.Type == vuln.TypeRPM {
			version = strings.TrimPrefix(version, "0:")
		}
	case c.Type == vuln.TypeMaven:
		name = name[strings.LastIndexByte(name, ':')+1:]
	case c.Type == vuln.TypePyPI:
		name = vuln.NormalizeName("PyPI", name)
	}
	return strings.Join([]string{syftType(c), name, version, path}, "\t")
}

// syftDifferences are, by image, the rows of Syft's packages that differ.
func syftDifferences() map[string][]peerRow {
	return map[string][]peerRow{}
}

// TestCorpusSyftPackages compares all packages with the rows of Syft.
func TestCorpusSyftPackages(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	files, err := filepath.Glob(filepath.Join(dir, "images", "expected", "*.syft-packages.tsv"))
	if err != nil || len(files) < 10 {
		t.Fatalf("corpus has packages %v, %v", files, err)
	}
	differences := syftDifferences()
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".syft-packages.tsv")
		inv := inspectImage(t, dir, name, scan.Options{Everything: name == "lockfiles.docker"})
		var got []string
		for i := range inv.Components {
			got = append(got, syftRow(&inv.Components[i]))
		}
		want := rows(t, 4, file)
		for i, row := range want {
			column := strings.Split(row, "\t")
			if vuln.PackageType(column[0]).System() {
				column[3] = ""
			}
			want[i] = strings.Join(column, "\t")
		}
		comparePeer(t, name+" packages of Syft", want, got, differences[name], 1)
	}
}

// TestCorpusDirectory scans the files of the lock file image in a directory: a
// repository lists what Trivy's does of those files, an image what an image does.
func TestCorpusDirectory(t *testing.T) {
	t.Parallel()
	_ = os.ReadFile
}
