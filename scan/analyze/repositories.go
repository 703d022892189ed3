package analyze

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// parseRepositories finds the release that apk installs from: the highest one
// that a repository is of, and edge before all numbers. Comments do not count,
// nor directories, nor repositories with a tag, from which only packages that
// ask for it come. It is the zero OS where no release is named.
// https://man.archlinux.org/man/extra/apk-tools/apk-repositories.5.en
func parseRepositories(text []byte) (vuln.OS, error) {
	var highest release
	for _, line := range lines(text) {
		if r := repositoryRelease(string(line)); r.compare(highest) > 0 {
			highest = r
		}
	}
	if highest == (release{}) {
		return vuln.OS{}, nil
	}
	return vuln.OS{Family: vuln.Alpine, Repository: highest.String()}, nil
}

// A release is one of Alpine's, by number or edge; the zero value is none.
type release struct {
	edge         bool
	major, minor int
}

func (r release) compare(s release) int {
	switch {
	case r.edge && !s.edge:
		return 1
	case s.edge && !r.edge:
		return -1
	}
	return cmp.Or(cmp.Compare(r.major, s.major), cmp.Compare(r.minor, s.minor))
}

func (r release) String() string {
	if r.edge {
		return "edge"
	}
	return strconv.Itoa(r.major) + "." + strconv.Itoa(r.minor)
}

// repositoryRelease is the release of the repository on a line. Its address
// ends with the release, or with the release and a name:
// "https://dl-cdn.alpinelinux.org/alpine/v3.19/main".
func repositoryRelease(line string) release {
	words := strings.Fields(line)
	if len(words) == 0 || words[0][0] == '@' || words[0][0] == '#' {
		return release{}
	}
	_, address, ok := strings.Cut(words[0], "://")
	if !ok {
		return release{}
	}
	parts := strings.Split(strings.TrimRight(address, "/"), "/")
	for i := len(parts) - 1; i >= max(1, len(parts)-2); i-- { // 0 is the host
		if r := parseRelease(parts[i]); r != (release{}) {
			return r
		}
	}
	return release{}
}

// parseRelease reads "edge", "v3.19" or "3.19".
func parseRelease(s string) release {
	if s == "edge" {
		return release{edge: true}
	}
	major, minor, _ := strings.Cut(strings.TrimPrefix(s, "v"), ".")
	a, errA := strconv.ParseUint(major, 10, 16)
	b, errB := strconv.ParseUint(minor, 10, 16)
	if errA != nil || errB != nil {
		return release{}
	}
	return release{major: int(a), minor: int(b)}
}
