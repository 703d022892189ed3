package version_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// needTool skips the test where the native tool cannot be run with args, which
// ask it for nothing; in CI it must be there.
func needTool(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	t.Skipf("%s: %v", name, err)
}

// nativePairs are the rows of s, then random neighbours, all well formed.
func nativePairs(t *testing.T, s version.Scheme) [][2]string {
	t.Helper()
	n := 20_000
	if testing.Short() {
		n = 1_000
	}
	var pairs [][2]string
	for _, r := range ownRows(t, s) {
		pairs = append(pairs, [2]string{r.a, r.b})
	}
	r := rand.New(rand.NewPCG(3, 4))
	for n += len(pairs); len(pairs) < n; {
		a := randomVersion(r, s)
		b := neighbour(r, s, a)
		if s.Check(a) == nil && s.Check(b) == nil {
			pairs = append(pairs, [2]string{a, b})
		}
	}
	return pairs
}

// askNative gives all pairs to one process, "a b" on a line, and reads its
// answers, "-1", "0" or "1" on a line.
func askNative(t *testing.T, pairs [][2]string, name string, args ...string) []int {
	t.Helper()
	var in strings.Builder
	for _, p := range pairs {
		fmt.Fprintln(&in, p[0], p[1])
	}
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(in.String())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, stderr.String())
	}
	words := strings.Fields(string(out))
	if len(words) != len(pairs) {
		t.Fatalf("%s has %d answers to %d pairs", name, len(words), len(pairs))
	}
	answers := make([]int, len(words))
	for i, word := range words {
		if _, err := fmt.Sscanf(word, "%d", &answers[i]); err != nil || answers[i] < -1 || answers[i] > 1 {
			t.Fatalf("%s answers %q for %q", name, word, pairs[i])
		}
	}
	return answers
}
