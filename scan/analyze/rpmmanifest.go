package analyze

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/internal/rpmdb"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// RPMManifest lists the packages in var/lib/rpmmanifest/container-manifest-2,
// which CBL-Mariner's and Azure Linux's images without a package manager have
// in place of a database. A line is a package, its fields split by tabs, as
//
//	rpm -qa --queryformat '%{NAME}\t%{VERSION}-%{RELEASE}\t%{INSTALLTIME}\t%{BUILDTIME}\t%{VENDOR}\t%{EPOCH}\t%{SIZE}\t%{ARCH}\t%{EPOCHNUM}\t%{SOURCERPM}\n'
//
// prints it, where "(none)" stands for what a package does not have.
// https://github.com/microsoft/azurelinux
//
// Packages come in the order of the file, and say of themselves what [RPM] has
// but for licences, modularity and files. A line with another number of fields,
// without name, version or release, or whose epoch is no number, is left out,
// and named in the error.
var RPMManifest artifact.Analyzer = rpmManifest{}

type rpmManifest struct{}

func (rpmManifest) Name() string { return "rpmqa" }
func (rpmManifest) Version() int { return 1 }

func (rpmManifest) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Path: "var/lib/rpmmanifest/container-manifest-2"}}
}

func (rpmManifest) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	var (
		facts artifact.Facts
		wrong faults
	)
	for n, line := range lines(text) {
		if isBlank(line) {
			continue
		}
		if len(facts.Components) == maxPackages {
			wrong.add(n, nil, fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxPackages))
			break
		}
		p, err := manifestPackage(string(line))
		if err != nil {
			wrong.add(n, []byte(p.Name), err)
			continue
		}
		c, err := rpmComponent(&p)
		if err != nil {
			wrong.add(n, nil, err) // which names the package
		}
		if p.Name != "gpg-pubkey" {
			facts.Components = append(facts.Components, c)
		}
	}
	return facts, wrong.in(f.Path)
}

// manifestPackage reads a line. The name is returned beside an error, where
// there is one.
func manifestPackage(line string) (rpmdb.Package, error) {
	const fields = 10
	if n := strings.Count(line, "\t") + 1; n != fields {
		return rpmdb.Package{}, fmt.Errorf("%d fields, not %d", n, fields)
	}
	list := strings.Split(line, "\t")
	for i, s := range list {
		if len(s) > maxValue {
			return rpmdb.Package{}, fmt.Errorf("%w: %d bytes in a field, of %d", artifact.ErrLimit, len(s), maxValue)
		}
		if s == "(none)" {
			list[i] = ""
		}
	}
	p := rpmdb.Package{Name: list[0], Vendor: list[4], Arch: list[7], SourceRPM: list[9]}
	if p.Name == "" {
		return p, errNoName
	}
	var ok bool
	if p.Version, p.Release, ok = strings.Cut(list[1], "-"); !ok || p.Version == "" || p.Release == "" {
		return p, errors.New("a version that is not version-release")
	}
	if list[5] != "" {
		epoch, err := strconv.ParseUint(list[5], 10, 32)
		if err != nil {
			return p, fmt.Errorf("an epoch that is no number: %.*q", maxQuote, list[5])
		}
		p.Epoch = uint32(epoch)
	}
	return p, nil
}
