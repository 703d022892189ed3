package analyze_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// TestJavaLocksGolden reads the lock files of Gradle and sbt, with the line ends
// of either system.
func TestJavaLocksGolden(t *testing.T) {
	t.Parallel()
	for dir, row := range map[string]struct {
		analyzer artifact.Analyzer
		path     string
	}{
		"gradle": {analyze.GradleLock, "app/gradle.lockfile"},
		"sbt":    {analyze.SbtLock, "app/build.sbt.lock"},
	} {
		inputs, err := filepath.Glob("testdata/" + dir + "/*.txt")
		if err != nil || len(inputs) == 0 {
			t.Fatalf("Glob(testdata/%s) = %v, %v, want inputs", dir, inputs, err)
		}
		for _, input := range inputs {
			content, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{string(content), strings.ReplaceAll(string(content), "\n", "\r\n")} {
				facts, err := row.analyzer.Analyze(t.Context(), analyzetest.File(row.path, []byte(text)))
				golden(t, strings.TrimSuffix(input, ".txt")+".golden", renderJava(facts.Components, err))
			}
		}
	}
}

// TestGradlePatterns holds the names of lock files to being wanted.
func TestGradlePatterns(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"gradle.lockfile": true, "app/gradle.lockfile": true, "buildscript-gradle.lockfile": true, "settings-gradle.lockfile": true,
		"app/gradle/dependency-locks/testCompileClasspath.lockfile": true, "a.lockfile": false, "gradle.lockfile.bak": false,
	} {
		if got := analyzetest.Wants(analyze.GradleLock, name, 0o644); got != want {
			t.Errorf("Wants(%s) = %v, want %v", name, got, want)
		}
	}
}

// TestGradleOldLocks holds files of one configuration to being read by it.
func TestGradleOldLocks(t *testing.T) {
	t.Parallel()
	const text = "# comment\ncom.example:keel:1.4\n"
	for name, want := range map[string]string{
		"compileClasspath":     "maven com.example:keel \"1.4\" line 2-2\n",
		"testCompileClasspath": "maven com.example:keel \"1.4\" dev line 2-2\n",
	} {
		facts, err := analyze.GradleLock.Analyze(t.Context(), analyzetest.File("gradle/dependency-locks/"+name+".lockfile", []byte(text)))
		if got := renderJava(facts.Components, err); got != want {
			t.Errorf("Analyze(%s) = %s, want %s", name, got, want)
		}
	}
}

// TestSbtLock holds documents that are none to errors.
func TestSbtLock(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                      "unexpected EOF",
		"[]":                                    "[ where { belongs",
		"{":                                     "EOF",
		"{\"dependencies\": [{\"org\"":          "unexpected EOF",
		"\x00":                                  "invalid character '\\x00' looking for beginning of value",
		"{} {}":                                 "{ after the end",
		strings.Repeat("[", 100000):             "[ where { belongs",
		"{\"a\":" + strings.Repeat("[", 100000): "invalid character '[' exceeded max depth",
		"{\"lockVersion\": 1}":                  "",
	} {
		facts, err := analyze.SbtLock.Analyze(t.Context(), analyzetest.File("build.sbt.lock", []byte(text)))
		if got := strings.TrimPrefix(errorText(err), "read build.sbt.lock: "); got != want || len(facts.Components) > 0 {
			t.Errorf("Analyze(%.20q) = %d components, %q, want %q", text, len(facts.Components), got, want)
		}
	}
}

func FuzzGradleLock(f *testing.F) {
	seed(f, "testdata/gradle/*.txt")
	f.Fuzz(func(t *testing.T, content []byte) {
		checkJava(t, analyze.GradleLock, "gradle.lockfile", content)
		checkJava(t, analyze.GradleLock, "gradle/dependency-locks/testA.lockfile", content)
	})
}

func FuzzSbtLock(f *testing.F) {
	seed(f, "testdata/sbt/*.txt")
	f.Fuzz(func(t *testing.T, content []byte) {
		checkJava(t, analyze.SbtLock, "build.sbt.lock", content)
	})
}
