package analyze_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
)

// corpusJars are the archives of the corpus's image of Java programs, by path.
func corpusJars(tb testing.TB) map[string][]byte {
	tb.Helper()
	jars := make(map[string][]byte)
	for name, content := range corpusFiles(tb, "java-app.oci.tar", func(path string) bool { return analyzetest.Wants(analyze.Jar, path, 0o644) }) {
		jars[name] = []byte(content)
	}
	return jars
}

// otherJars are what Syft says otherwise, "artifact version path", and what Jar
// says, with what anybody can see in the file.
func otherJars() map[string]string {
	return map[string]string{
		// The only pom.properties in it is that of com.example:web-app, which is
		// what Maven writes into the archive of that project. Syft lists both.
		"app UNKNOWN opt/tomcat/webapps/app.war": "web-app 1.0-SNAPSHOT opt/tomcat/webapps/app.war",
		// Its manifest has no attribute but Manifest-Version.
		"gradle UNKNOWN opt/tomcat/webapps/gradle.war": "gradle  opt/tomcat/webapps/gradle.war",
		// unzip -p FILE META-INF/MANIFEST.MF: Bundle-Version: 1.2.17. Debian builds
		// it from apache-log4j1.2 1.2.17-11; "1.2" is a part of what it calls the file.
		"log4j 1.2 opt/app/lib/log4j-1.2.jar":               "log4j 1.2.17 opt/app/lib/log4j-1.2.jar",
		"log4j 1.2-1.2.17 opt/app/lib/log4j-1.2-1.2.17.jar": "log4j 1.2.17 opt/app/lib/log4j-1.2-1.2.17.jar",
		// The same: Implementation-Version: 4.3.30.RELEASE.
		"spring3-core 3.x opt/app/lib/spring3-core-3.x.jar": "spring3-core 4.3.30.RELEASE opt/app/lib/spring3-core-3.x.jar",
	}
}

// TestJarCorpus holds Jar to the packages that Syft lists, and to the names of
// those that osv-scanner has advisories for.
func TestJarCorpus(t *testing.T) {
	t.Parallel()
	rows, names, seen := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for name, content := range corpusJars(t) {
		facts, err := analyze.Jar.Analyze(t.Context(), analyzetest.Stream(name, content))
		if err != nil {
			t.Errorf("Analyze(%s) = %v", name, err)
		}
		for _, c := range facts.Components {
			artifact := c.Name[strings.IndexByte(c.Name, ':')+1:]
			rows[artifact+" "+c.Version+" "+name] = true
			if !c.Unidentified {
				names[c.Name+" "+c.Version] = true
			}
		}
	}
	expected := filepath.Join(corpus.Dir(t), "images", "expected")
	other := otherJars()
	for _, row := range corpus.Fields(t, expected, "java-app.oci.syft-packages.tsv") {
		want := row[1] + " " + row[2] + " " + strings.TrimPrefix(row[3], "/")
		if instead := other[want]; instead != "" {
			if rows[want] {
				t.Errorf("Analyze() lists %s as Syft does: its row is out of date", want)
			}
			delete(other, want)
			want = instead
		}
		if !rows[want] {
			t.Errorf("Analyze() does not list %s", want)
		}
		seen[want] = true
	}
	for row := range other {
		t.Errorf("Syft does not list %s: its row is out of date", row)
	}
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		if !seen[row] {
			t.Errorf("Analyze() lists %s, which Syft does not", row)
		}
	}
	for _, row := range corpus.Fields(t, expected, "java-app.oci.osv-findings.tsv") {
		if !names[row[1]+" "+row[2]] {
			t.Errorf("Analyze() does not list %s %s, of %s", row[1], row[2], row[3])
		}
	}
}

// BenchmarkJar reads all archives of the corpus's image once.
func BenchmarkJar(b *testing.B) {
	jars := corpusJars(b)
	size := int64(0)
	for _, content := range jars {
		size += int64(len(content))
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for name, content := range jars {
			if _, err := analyze.Jar.Analyze(b.Context(), analyzetest.File(name, content)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
