package analyze_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
)

// TestJarTool reads archives that the JDK's own tools make: jar, which puts
// sizes after the content and pads nothing, javac and jarsigner.
func TestJarTool(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"jar", "javac", "jarsigner", "keytool"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	dir := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("run %v: %v: %s", cmd.Args, err, out)
		}
	}
	write("Keel.java", "public class Keel {}\n")
	write("manifest", "Bundle-SymbolicName: com.example.keel-core.but.with.a.name.that.goes.over.the.line.keel-core\nImplementation-Version: 1.4\n")
	pom := packed("com.example.hull", "hull", "2.0")
	write(pom.name, pom.content)
	run("javac", "Keel.java")
	run("jar", "--create", "--file", "keel-core-1.4.jar", "--manifest", "manifest", "Keel.class")
	if os.Getenv("CI") != "" { // the key takes some seconds
		run("keytool", "-genkeypair", "-keystore", "keys", "-storepass", "secret", "-alias", "a", "-dname", "CN=a", "-keyalg", "EC")
		run("jarsigner", "-keystore", "keys", "-storepass", "secret", "keel-core-1.4.jar", "a")
	}
	run("jar", "--create", "--file", "hull.war", "META-INF", "keel-core-1.4.jar")
	run("jar", "--create", "--no-compress", "--no-manifest", "--file", "fleet.ear", "hull.war", "keel-core-1.4.jar")
	content, err := os.ReadFile(filepath.Join(dir, "fleet.ear"))
	if err != nil {
		t.Fatal(err)
	}
	facts, err := analyze.Jar.Analyze(t.Context(), analyzetest.Stream("fleet.ear", content))
	const keel = "maven com.example.keel-core.but.with.a.name.that.goes.over.the.line:keel-core \"1.4\" in "
	want := "maven fleet \"\" unidentified\n" +
		"maven com.example.hull:hull \"2.0\" in hull.war\n" +
		keel + "hull.war!/keel-core-1.4.jar\n" +
		keel + "keel-core-1.4.jar\n"
	if diff := cmp.Diff(want, renderJava(facts.Components, err)); diff != "" {
		t.Errorf("Analyze(): -want +got\n%s", diff)
	}
}
