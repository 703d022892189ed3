package version_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// comparableVersion answers each line "a b" of its input with the order of
// Maven's own class.
const comparableVersion = `
import java.io.BufferedReader;
import java.io.InputStreamReader;
import org.apache.maven.artifact.versioning.ComparableVersion;

public class Order {
	public static void main(String[] args) throws Exception {
		var in = new BufferedReader(new InputStreamReader(System.in));
		for (var line = in.readLine(); line != null; line = in.readLine()) {
			var pair = line.split(" ");
			int order = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
			System.out.println(Integer.signum(order));
		}
	}
}
`

// mavenJars is where Debian's libmaven3-core-java, and what it needs, has its
// classes.
const mavenJars = "/usr/share/java"

// askMaven asks the class of Maven 3.
func askMaven(t *testing.T, pairs [][2]string) []int {
	t.Helper()
	needTool(t, "javac", "--version")
	artifact := filepath.Join(mavenJars, "maven-artifact-3.x.jar")
	if _, err := os.Stat(artifact); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	source := filepath.Join(t.TempDir(), "Order.java")
	if err := os.WriteFile(source, []byte(comparableVersion), 0o600); err != nil {
		t.Fatal(err)
	}
	lang := filepath.Join(mavenJars, "commons-lang3.jar")
	return askNative(t, pairs, "java", "-cp", artifact+string(os.PathListSeparator)+lang, source)
}

// mavenDifferences are the classes of versions that Maven and our order judge
// differently, and why.
func mavenDifferences() []fault {
	const document = `1 < 1-1 < 1.0.rc-1 < 1: https://github.com/apache/maven/issues/6753; the POM reference: ".qualifier" = "-qualifier"`
	return []fault{
		{"a text first", "x > 0, x < 0-alpha, and 0-alpha < 0: https://github.com/apache/maven/issues/8678",
			regexp.MustCompile(`^[^0-9.-]`).MatchString},
		{"a text between a dot and a separator", document,
			regexp.MustCompile(`\.[^0-9.-]+[.-]`).MatchString},
		{"several hyphens before a text", "1-x < 1-0-alpha < 1 < 1-x: https://github.com/apache/maven/pull/13102",
			regexp.MustCompile(`(?i)(0|ga|final|release|[.-])[.-]?[^0-9.-]`).MatchString},
	}
}

// TestMavenNative holds MavenReferenceCompare to Maven's own class on all
// pairs, and our order outside the classes in which it differs. All versions
// of these must be known as ambiguous.
func TestMavenNative(t *testing.T) {
	t.Parallel()
	pairs := nativePairs(t, version.Maven)
	answers := askMaven(t, pairs)
	settled := 0
	for i, p := range pairs {
		a, b := p[0], p[1]
		if got := version.MavenReferenceCompare(a, b); got != answers[i] {
			t.Errorf("MavenReferenceCompare(%q, %q) = %d, Maven's answer is %d", a, b, got, answers[i])
		}
		if version.MavenAmbiguous(a) || version.MavenAmbiguous(b) {
			continue
		}
		settled++
		if got := version.Maven.Compare(a, b); got != answers[i] {
			t.Errorf("maven.Compare(%q, %q) = %d, Maven's answer is %d, and neither is ambiguous", a, b, got, answers[i])
		}
	}
	if settled < len(pairs)/4 {
		t.Errorf("%d of %d pairs are not ambiguous, too few to say anything", settled, len(pairs))
	}
	checkNative(t, version.Maven, pairs, answers, mavenDifferences())
}

// TestMavenOrdinary: there is no difference on versions as they are published,
// numbers and a known qualifier.
func TestMavenOrdinary(t *testing.T) {
	t.Parallel()
	n := 20_000
	if testing.Short() {
		n = 1_000
	}
	r := rand.New(rand.NewPCG(9, 10))
	var pairs [][2]string
	for range n {
		numbers := ordinaryNumbers(r)
		other := numbers
		if r.IntN(2) == 0 {
			other = ordinaryNumbers(r)
		}
		pairs = append(pairs, [2]string{numbers + ordinaryQualifier(r), other + ordinaryQualifier(r)})
	}
	for i, want := range askMaven(t, pairs) {
		a, b := pairs[i][0], pairs[i][1]
		checkOrder(t, "random", version.Maven, a, b, want)
		if version.MavenAmbiguous(a) {
			t.Errorf("MavenAmbiguous(%q) = true, want false", a)
		}
	}
}

// ordinaryNumbers is one to four numbers with dots between them.
func ordinaryNumbers(r *rand.Rand) string {
	var list []string
	for range 1 + r.IntN(4) {
		list = append(list, ordinaryNumber(r))
	}
	return strings.Join(list, ".")
}

func ordinaryNumber(r *rand.Rand) string {
	return []string{"0", "0", "1", "1", "2", "9", "10", "01", "2024", "20240131093000"}[r.IntN(10)]
}

// ordinaryQualifier is a known qualifier with or without a number, or a number
// after a hyphen, or nothing. There is no dot before a qualifier that has a
// separator after it: see mavenDifferences.
func ordinaryQualifier(r *rand.Rand) string {
	names := strings.Fields("alpha beta milestone rc cr snapshot ga final release sp Alpha RC SNAPSHOT GA Final RELEASE SP")
	name := names[r.IntN(len(names))]
	switch r.IntN(6) {
	case 0:
		return ""
	case 1:
		return "-" + ordinaryNumber(r)
	case 2:
		return []string{"", ".", "-"}[r.IntN(3)] + name
	case 3:
		return []string{"", ".", "-"}[r.IntN(3)] + "abmABM"[r.IntN(6):][:1] + ordinaryNumber(r)
	case 4:
		return []string{"", ".", "-"}[r.IntN(3)] + name + ordinaryNumber(r)
	default:
		return []string{"", "-"}[r.IntN(2)] + name + []string{".", "-"}[r.IntN(2)] + ordinaryNumber(r)
	}
}
