package scan_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
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
	// The files are in the image, and Syft lists the same packages of both. That
	// Trivy reads them in images is in its documentation.
	// https://trivy.dev/latest/docs/coverage/language/
	const covered = "the file is in the image; Syft lists them, and Trivy's documentation has the file for images"
	vendor := func(row string) peerRow {
		return peerRow{plus: "composer-vendor\t" + row + "\tsrc/composer-vendor/installed.json", why: covered}
	}
	nuget := func(row string) peerRow {
		return peerRow{plus: "nuget\t" + row + "\tsrc/nuget/packages.lock.json", why: covered}
	}
	return map[string][]peerRow{"lockfiles.docker": {
		vendor("guzzlehttp/psr7\t1.8.3"), vendor("psr/http-message\t1.1"), vendor("ralouphie/getallheaders\t3.0.3"),
		nuget("Newtonsoft.Json\t12.0.3"), nuget("NuGet.Frameworks\t5.7.0"),
	}}
}

// trivyImages have packages that Trivy listed, by the archive's name.
func trivyImages() []string {
	return []string{
		"alpine3.16.oci", "alpine3.4.oci", "cbl-mariner2.oci", "debian12-distroless.oci", "debian12-web.oci", "go-app.oci",
		"lockfiles.docker", "node-app-removed.oci", "python-app.oci", "sle15-bci-upgraded.oci",
	}
}

// inventories are what is in the images of the corpus, each inspected once for
// all tests.
var inventories sync.Map // of func() (*scan.Inventory, error), by name

func inspectImage(t *testing.T, dir, name string) *scan.Inventory {
	t.Helper()
	inspect, _ := inventories.LoadOrStore(name, sync.OnceValues(func() (*scan.Inventory, error) {
		return scan.Inspect(context.Background(), parse(t, filepath.Join(dir, "images", name+".tar")), scan.Options{})
	}))
	inv, err := inspect.(func() (*scan.Inventory, error))()
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
		inv := inspectImage(t, dir, name)
		var got []string
		for i := range inv.Components {
			c := &inv.Components[i]
			got = append(got, strings.Join([]string{trivyType(inv, c), c.Name, c.Version, trivyPath(c)}, "\t"))
		}
		comparePeer(t, name+" packages", rows(t, 4, expected, name+".packages.tsv"), got, differences[name])
		delete(differences, name)
	}
	for name := range differences {
		t.Errorf("there is a table for %s, which is no image", name)
	}
}

// comparePeer compares rows with those of a peer, but for known differences, each
// of which must be there.
func comparePeer(t *testing.T, what string, want, got []string, known []peerRow) {
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
	t.Logf("%s: %d rows, %d differ (%.2f %%)", what, len(want), total, 100*float64(total)/float64(max(len(want), 1)))
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
		inv := inspectImage(t, dir, name)
		var got []string
		for i := range inv.Components {
			c := &inv.Components[i]
			got = append(got, fmt.Sprintf("%s\t%s\t%s\t%s\t%d", trivyType(inv, c), c.Name, c.Version, trivyPath(c), c.Layer))
		}
		comparePeer(t, name+" layers", rows(t, 5, file), got, nil)
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
// artifact alone; what has no version it says UNKNOWN of, and the version of Go's
// standard library is Go's own word.
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
	case c.Type == vuln.TypeGo && name == "stdlib":
		version = "go" + strings.TrimPrefix(version, "v")
	case c.Type == vuln.TypePyPI:
		name = vuln.NormalizeName("PyPI", name)
	}
	return strings.Join([]string{syftType(c), name, version, path}, "\t")
}

// syftDifferences are, by image, the rows of Syft's packages that differ.
func syftDifferences() map[string][]peerRow {
	const manifest = "unzip -p FILE META-INF/MANIFEST.MF: "
	java := func(minus, plus, why string) peerRow {
		return peerRow{minus: "java-archive\t" + minus, plus: "java-archive\t" + plus, why: why}
	}
	return map[string][]peerRow{
		"java-app.oci": {
			{
				minus: "java-archive\tapp\tUNKNOWN\t/opt/tomcat/webapps/app.war",
				why:   "unzip -l app.war 'META-INF/maven/*': its only pom is that of com.example:web-app, which is the archive; Syft lists that too",
			},
			java("log4j\t1.2\t/opt/app/lib/log4j-1.2.jar", "log4j\t1.2.17\t/opt/app/lib/log4j-1.2.jar", manifest+"Bundle-Version is 1.2.17"),
			java("log4j\t1.2-1.2.17\t/opt/app/lib/log4j-1.2-1.2.17.jar", "log4j\t1.2.17\t/opt/app/lib/log4j-1.2-1.2.17.jar", manifest+"Bundle-Version is 1.2.17"),
			java("spring3-core\t3.x\t/opt/app/lib/spring3-core-3.x.jar", "spring3-core\t4.3.30.RELEASE\t/opt/app/lib/spring3-core-3.x.jar", manifest+"Implementation-Version is 4.3.30.RELEASE"),
		},
		"lockfiles.docker": {{
			plus: "dotnet\tNewtonsoft.Json\t9.0.1\t/src/packagesprops/Directory.Packages.props",
			why:  "the file has <PackageVersion Include=\"Newtonsoft.Json\" Version=\"9.0.1\" />; Trivy lists it",
		}},
	}
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
		inv := inspectImage(t, dir, name)
		want := rows(t, 4, file)
		types := make(map[string]bool) // that Syft lists in this image
		for i, row := range want {
			column := strings.Split(row, "\t")
			types[column[0]] = true
			if vuln.PackageType(column[0]).System() {
				column[3] = ""
			}
			want[i] = strings.Join(column, "\t")
		}
		var got []string
		for i := range inv.Components {
			if c := &inv.Components[i]; types[syftType(c)] {
				got = append(got, syftRow(c))
			}
		}
		comparePeer(t, name+" packages of Syft", want, got, differences[name])
	}
}

// TestCorpusDirectory has the files of the lock file image in a directory. Each
// target reads them by the same readers, so that a directory as an image lists
// what the image does, and everything is the union of all.
func TestCorpusDirectory(t *testing.T) {
	t.Parallel()
	name := filepath.Join(corpus.Dir(t), "images", "lockfiles.docker.tar")
	dir := t.TempDir()
	extract(t, name, dir)
	list := func(src scan.Source, opts scan.Options) []string {
		opts.DevDependencies = true
		inv, err := scan.Inspect(t.Context(), src, opts)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range inv.Components {
			c := &inv.Components[i]
			got = append(got, strings.Join([]string{c.Analyzer, c.ID(), c.Path}, " "))
		}
		return got
	}
	as := func(kind artifact.TargetKind) scan.Source {
		return source.Directory(dir, source.DirectoryOptions{Kind: kind})
	}
	image := list(parse(t, name), scan.Options{})
	if diff := gocmp.Diff(image, list(as(artifact.KindRootfs), scan.Options{})); diff != "" {
		t.Errorf("root directory (-image +directory):\n%s", diff)
	}
	everything := list(parse(t, name), scan.Options{Everything: true})
	repository := list(as(artifact.KindRepository), scan.Options{})
	if diff := gocmp.Diff(repository, list(as(artifact.KindFilesystem), scan.Options{})); diff != "" {
		t.Errorf("without a system, a file system differs from a repository:\n%s", diff)
	}
	union := slices.Concat(image, repository)
	slices.Sort(union)
	slices.Sort(everything)
	if diff := gocmp.Diff(everything, slices.Compact(union)); diff != "" {
		t.Errorf("image and repository together (-everything +union):\n%s", diff)
	}
	counts := make(map[string]int)
	for _, row := range repository {
		counts[strings.Fields(row)[0]]++
	}
	t.Logf("a repository lists %v", counts)
	for _, analyzer := range []string{
		"bundler", "npm", "yarn", "pnpm", "bun", "pip", "pipenv", "poetry", "uv", "pylock", "gomod", "pom", "conan", "gradle", "sbt",
		"cocoapods", "swift", "pub", "hex", "composer", "cargo", "nuget", "packages-props", "julia",
	} {
		if counts[analyzer] == 0 {
			t.Errorf("a repository lists nothing by %s", analyzer)
		}
	}
}

// extract writes the files of an archive's layers to dir, by the engine's own
// walk.
func extract(t *testing.T, name, dir string) {
	t.Helper()
	art, err := parse(t, name).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer art.Close()
	for _, l := range art.Layers() {
		err := l.Walk(t.Context(), func(f *artifact.File) error {
			to := filepath.Join(dir, f.Path)
			switch f.Kind {
			case artifact.KindDir:
				return os.MkdirAll(to, 0o755)
			case artifact.KindRegular:
				b, err := f.Bytes()
				return errors.Join(err, os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, b, f.Mode.Perm()))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
