package version_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

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

func TestDpkgRandom(t *testing.T) {
	t.Parallel()
	needDpkg(t)
	n := 1500
	if testing.Short() {
		n = 100 // each is a process
	}
	r := rand.New(rand.NewPCG(3, 4))
	for pairs := 0; pairs < n; {
		a := randomVersion(r, version.Deb)
		b := neighbour(r, version.Deb, a)
		if version.Deb.Check(a) == nil && version.Deb.Check(b) == nil {
			checkDpkgOrder(t, "random", a, b)
			pairs++
		}
	}
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
