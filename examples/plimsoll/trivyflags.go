package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/spf13/pflag"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// An alias is another name of a flag, which Trivy has, or had, for the same.
type alias struct{ name, flag string }

func aliases() []alias {
	return []alias{
		{"vuln-type", "pkg-types"},
		{"offline-scan", "offline"},
		{"parallel", "workers"},
		{"vuln-severity-source", "severity-source"},
		{"security-checks", "scanners"},
	}
}

// canonical is the name of the flag that name is an alias of, or name.
func canonical(name string) string {
	for _, a := range aliases() {
		if a.name == name {
			return a.flag
		}
	}
	return name
}

// aliasesOf are the other names of a flag.
func aliasesOf(flag string) []string {
	var names []string
	for _, a := range aliases() {
		if a.flag == flag {
			names = append(names, a.name)
		}
	}
	return names
}

// trivyFlags are flags of Trivy's that all commands have which scan, and say nothing
// else.
type trivyFlags struct {
	scanners      []string
	relationships []string
	distro        string
	priority      string
	timeout       time.Duration
	maxSize       string
	noProgress    bool
	debug         bool
	downloadOnly  bool

	username, password, token string
}

func (f *trivyFlags) add(flags *pflag.FlagSet, image bool) {
	flags.StringSliceVar(&f.scanners, "scanners", []string{"vuln"}, "look for `KINDS` of findings: vuln; manifests are for the command config, and no other kind is looked for")
	flags.StringSliceVar(&f.relationships, "pkg-relationships", nil, "report packages of these `RELATIONSHIPS` to the project only: unknown,root,workspace,direct,indirect (default all)")
	flags.StringVar(&f.distro, "distro", "", "take the operating system for `FAMILY/VERSION`, whatever it says: debian/12")
	flags.StringVar(&f.priority, "detection-priority", "precise", "`WORD` that has to be precise: packages of languages that the system installed are the system's")
	flags.DurationVar(&f.timeout, "timeout", 0, "give up after `DURATION`, such as 5m (default never)")
	flags.BoolVar(&f.downloadOnly, "download-db-only", false, "bring the database in the cache up to date, and scan nothing")
	flags.BoolVar(&f.noProgress, "no-progress", false, "do not show how far the work is")
	flags.BoolVarP(&f.debug, "debug", "d", false, "say on standard error what is done")
	if image {
		flags.StringVar(&f.maxSize, "max-image-size", "", "give up on an image whose layers hold more than `SIZE`, such as 10GB (default 64GiB)")
		flags.StringVar(&f.username, "username", "", "`NAME` to log in to the registry with; with --password")
		flags.StringVar(&f.password, "password", "", "`PASSWORD` of --username; better in $PLIMSOLL_PASSWORD, where others do not see it")
		flags.StringVar(&f.token, "registry-token", "", "`TOKEN` to log in to the registry with")
	}
	// What they skip, this program never does.
	for _, name := range []string{"skip-java-db-update", "skip-check-update", "skip-policy-update", "skip-vex-repo-update", "skip-version-check", "disable-telemetry"} {
		flags.Bool(name, false, "has no effect; Trivy has it")
		_ = flags.MarkHidden(name)
	}
}

// check looks at the flags, with as many things to scan as n.
func (f *trivyFlags) check(n int) error {
	for _, word := range f.scanners {
		switch word {
		case "vuln":
		case "misconfig", "config":
			return fmt.Errorf("--scanners %s: manifests and Dockerfiles are for \"plimsoll config\"", word)
		case "secret", "license", "rbac":
			return fmt.Errorf("--scanners %s: only vulnerabilities (vuln) are looked for", word)
		default:
			return fmt.Errorf("--scanners %q: want vuln", word)
		}
	}
	login := f.username != "" || f.password != "" || f.token != ""
	switch {
	case f.priority != "precise" && f.priority != "":
		return fmt.Errorf("--detection-priority %q: want precise", f.priority)
	case f.timeout < 0:
		return fmt.Errorf("--timeout %s: want 0 or more", f.timeout)
	case (f.username == "") != (f.password == ""):
		return errors.New("--username and --password belong together")
	case f.username != "" && f.token != "":
		return errors.New("--username and --registry-token: only one of them can be used")
	case login && n > 1: // the credentials for one registry must not be sent to another
		return errors.New("--username and --registry-token: only one image can be scanned")
	}
	return nil
}

// set sets what the flags say in opts.
func (f *trivyFlags) set(opts *scan.Options) error {
	for _, word := range f.relationships {
		r, ok := relationshipNamed(strings.TrimSpace(word))
		if !ok {
			return fmt.Errorf("--pkg-relationships %q: want unknown, root, workspace, direct or indirect", word)
		}
		opts.Relationships = append(opts.Relationships, r)
	}
	if f.distro != "" {
		family, version, ok := strings.Cut(f.distro, "/")
		os := &vuln.OS{Family: vuln.Family(family), Version: version}
		if _, err := os.Ecosystems(); !ok || version == "" || err != nil {
			return fmt.Errorf("--distro %s: want FAMILY/VERSION, such as debian/12", f.distro)
		}
		opts.OS = os
	}
	if f.maxSize != "" {
		size, err := parseSize(f.maxSize)
		if err != nil {
			return fmt.Errorf("--max-image-size %s: %w", f.maxSize, err)
		}
		opts.Limits.TotalBytes = size
	}
	switch {
	case f.username != "":
		opts.Source.Keychain = login{authn.AuthConfig{Username: f.username, Password: f.password}}
	case f.token != "":
		opts.Source.Keychain = login{authn.AuthConfig{RegistryToken: f.token}}
	}
	return nil
}

// bound is ctx, with the time that the flags give.
func (f *trivyFlags) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, f.timeout)
}

// A login is the credentials for the one registry that is asked.
type login struct{ authn.AuthConfig }

func (l login) Resolve(authn.Resource) (authn.Authenticator, error) {
	return authn.FromConfig(l.AuthConfig), nil
}

func relationshipNamed(word string) (artifact.Relationship, bool) {
	for r := artifact.RelationshipUnknown; r <= artifact.Indirect; r++ {
		if r.String() == word {
			return r, true
		}
	}
	return 0, false
}

// parseSize is a number of bytes: 10GB, 1.5 GiB, 4096.
func parseSize(s string) (int64, error) {
	number := strings.TrimRight(strings.TrimSpace(s), "BKMGTikmgtb ")
	unit := strings.ToUpper(strings.TrimSpace(s[strings.Index(s, number)+len(number):]))
	size, err := strconv.ParseFloat(number, 64)
	base, power := 1000.0, 0
	if binary, ok := strings.CutSuffix(unit, "IB"); ok {
		base, unit = 1024, binary+"B"
	}
	if unit = strings.TrimSuffix(unit, "B"); unit != "" {
		power = slices.Index([]string{"", "K", "M", "G", "T"}, unit)
	}
	size *= math.Pow(base, float64(power))
	if err != nil || power < 0 || !(size >= 1 && size < math.MaxInt64) {
		return 0, errors.New("want a size such as 10GB")
	}
	return int64(size), nil
}
