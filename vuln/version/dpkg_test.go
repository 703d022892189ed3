package version_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// needDpkg skips the test where dpkg is not installed; in CI it must be.
func needDpkg(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("dpkg"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// dpkg runs dpkg and returns its exit status and what it says.
func dpkg(t *testing.T, args ...string) (status int, says string) {
	t.Helper()
	cmd := exec.Command("dpkg", args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", cmd, err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func checkDpkgOrder(t *testing.T, pos, a, b string) {
	t.Helper()
	op := [...]string{"lt", "eq", "gt"}[version.Deb.Compare(a, b)+1]
	if status, says := dpkg(t, "--compare-versions", "--", a, op, b); status != 0 {
		t.Errorf("%s: deb.Compare(%q, %q) is %s, but dpkg's status for that is %d: %s", pos, a, b, op, status, says)
	}
}

func TestDpkgRows(t *testing.T) {
	t.Parallel()
	needDpkg(t)
	for _, r := range ownRows(t, version.Deb) {
		checkDpkgOrder(t, r.pos, r.a, r.b)
	}
}

// TestDpkgRandom asks the program itself, a process for each pair: all of them
// once in CI, fewer under the race detector and elsewhere.
func TestDpkgRandom(t *testing.T) {
	t.Parallel()
	needDpkg(t)
	pairs := nativePairs(t, version.Deb)
	if os.Getenv("CI") != "true" || corpus.Race {
		pairs = pairs[:min(len(pairs), 1500)]
	}
	var in strings.Builder
	for _, p := range pairs {
		op := [...]string{"lt", "eq", "gt"}[version.Deb.Compare(p[0], p[1])+1]
		in.WriteString(p[0] + " " + op + " " + p[1] + "\n")
	}
	cmd := exec.Command("sh", "-c", `while read -r a op b; do dpkg --compare-versions -- "$a" "$op" "$b" || echo "$a $op $b"; done; echo done`)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if denied := strings.TrimSpace(string(out)); denied != "done" {
		t.Errorf("dpkg denies what deb.Compare says of:\n%s", denied)
	}
	t.Logf("dpkg agrees on %d pairs", len(pairs))
}

// TestDpkgCheck asks dpkg which strings are versions.
func TestDpkgCheck(t *testing.T) {
	t.Parallel()
	needDpkg(t)
	r := rand.New(rand.NewPCG(5, 6))
	refused := 0
	for n := 0; n < 600; {
		v := randomVersion(r, version.Deb)
		if r.IntN(3) == 0 {
			i := r.IntN(len(v) + 1)
			v = v[:i] + []string{":", "-", "_", " ", "\t", "é", "2147483648:"}[r.IntN(7)] + v[i:]
		}
		if v == "" || signedEpoch(v) {
			continue
		}
		n++
		want := dpkgTakes(t, v)
		if !want {
			refused++
		}
		if err := version.Deb.Check(v); (err == nil) != want {
			_, says := dpkg(t, "--validate-version", "--", v)
			t.Errorf("deb.Check(%q) = %v, but dpkg takes it: %v %s", v, err, want, says)
		}
	}
	if refused < 100 || refused > 500 {
		t.Errorf("dpkg refused %d of 600, too lopsided to say anything", refused)
	}
}

// dpkgTakes reports whether dpkg reads v without complaint, but for the
// warning about the first character, which hides any later one: behind a
// digit dpkg looks at the rest.
func dpkgTakes(t *testing.T, v string) bool {
	t.Helper()
	status, says := dpkg(t, "--validate-version", "--", v)
	if !strings.Contains(says, "does not start with digit") {
		return status == 0
	}
	upstream := strings.Index(v, ":") + 1
	upstream += len(v[upstream:]) - len(strings.TrimLeft(v[upstream:], " \t"))
	status, _ = dpkg(t, "--validate-version", "--", v[:upstream]+"0"+v[upstream:])
	return status == 0
}

// signedEpoch: dpkg reads the epoch with strtol, which takes a sign ("+1:1",
// "-0:1"). Policy says unsigned integer, and so do we.
func signedEpoch(v string) bool {
	epoch, _, found := strings.Cut(strings.TrimLeft(v, " \t"), ":")
	return found && epoch != "" && strings.Contains("+-", epoch[:1])
}
