package vuln_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A table is a database that knows hits by source package.
type table map[string][]vuln.Hit

func (t table) Affected(_ context.Context, os vuln.OS, p *vuln.Package, yield func(vuln.Hit) bool) error {
	if p.SourceName == "broken" {
		return errors.New("database is broken")
	}
	if _, err := vuln.LookupOf(os, p.Type); err != nil {
		return err
	}
	for _, h := range t[p.SourceName] {
		if !yield(h) {
			return nil
		}
	}
	return nil
}

func (t table) Details(context.Context, string) (vuln.Advisory, error) {
	return vuln.Advisory{}, vuln.ErrNotFound
}

func (t table) Info() vuln.DatabaseInfo { return vuln.DatabaseInfo{} }

func deb(name, version string) *vuln.Package {
	return &vuln.Package{Type: vuln.TypeDeb, Name: name, Version: version, SourceName: name, SourceVersion: version}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	noOrder := errors.New("no order")
	db := table{
		"a": {
			{Advisory: "DSA-1", IDs: []string{"CVE-2", "CVE-1"}, Fixed: "1.9", Status: vuln.StatusFixed, Severity: severity.High, SeveritySource: "debian"},
			{Advisory: "D-CVE-1", IDs: []string{"CVE-1"}, Status: vuln.StatusAffected, Severity: severity.Low},
			{Advisory: "D-CVE-2", IDs: []string{"CVE-2"}, Fixed: "1.10", Status: vuln.StatusFixed, Severity: severity.Critical},
			{Advisory: "D-CVE-2", IDs: []string{"CVE-2"}, Fixed: "1.8", Status: vuln.StatusFixed},
		},
		"b": {
			{Advisory: "D-CVE-3", IDs: []string{"CVE-3"}, Status: vuln.StatusWillNotFix},
			{Advisory: "D-CVE-4", IDs: []string{"CVE-4"}, Err: noOrder},
			{Advisory: "DSA-3", IDs: []string{"CVE-3"}, Fixed: "2", Status: vuln.StatusFixed, Severity: severity.Medium},
		},
	}
	a, b, clean, odd := deb("a", "1.0"), deb("b", "1.0"), deb("clean", "1.0"), deb("odd", "1.0 bad")
	alien := &vuln.Package{Type: vuln.TypeDeb, Name: "a", Version: "1.0", SourceName: "a", SourceVersion: "1.0", ThirdParty: true}
	foreign := &vuln.Package{Type: vuln.TypeAPK, Name: "a", Version: "1.0", SourceName: "a", SourceVersion: "1.0"}
	got, err := vuln.Match(t.Context(), db, vuln.OS{Family: vuln.Debian, Version: "12"}, []*vuln.Package{b, odd, clean, a, foreign, alien})
	if err != nil {
		t.Fatal(err)
	}
	want := vuln.Result{
		Affected: []vuln.Affected{
			{Package: b, ID: "CVE-3", Advisories: []string{"DSA-3", "D-CVE-3"}, Status: vuln.StatusFixed, FixedVersion: "2", Severity: severity.Medium},
			{Package: a, ID: "CVE-1", Advisories: []string{"DSA-1", "D-CVE-1"}, Status: vuln.StatusFixed, FixedVersion: "1.9", Severity: severity.High, SeveritySource: "debian"},
			{Package: a, ID: "CVE-2", Advisories: []string{"D-CVE-2", "DSA-1"}, Status: vuln.StatusFixed, FixedVersion: "1.10", Severity: severity.Critical},
		},
		Unjudged: []vuln.Unjudged{
			{Package: b, Advisory: "D-CVE-4", Err: noOrder},
			{Package: odd, Err: version.ErrInvalid},
			{Package: foreign, Err: vuln.ErrNoAdvisories},
			{Package: alien, Err: vuln.ErrNoAdvisories},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateErrors()); diff != "" {
		t.Errorf("Match (-want +got):\n%s", diff)
	}
}

// What has no version is told once, and only where that matters.
func TestMatchUnversioned(t *testing.T) {
	t.Parallel()
	unknown := func(id string) vuln.Hit {
		return vuln.Hit{Advisory: id, IDs: []string{id}, Err: vuln.ErrUnknownVersion}
	}
	db := table{
		"one":  {unknown("GHSA-1")},
		"some": {unknown("GHSA-1"), unknown("GHSA-1"), unknown("GHSA-2"), {Advisory: "MAL-3", IDs: []string{"MAL-3"}}},
	}
	pkg := func(t vuln.PackageType, name, version string) *vuln.Package {
		return &vuln.Package{Type: t, Name: name, Version: version, SourceName: name, SourceVersion: version}
	}
	one, some, none := pkg(vuln.TypeGo, "one", "(devel)"), pkg(vuln.TypeMaven, "some", ""), pkg(vuln.TypeGo, "none", "")
	system, devel := pkg(vuln.TypeDeb, "one", ""), pkg(vuln.TypeNPM, "one", "(devel)")
	got, err := vuln.Match(t.Context(), db, vuln.OS{Family: vuln.Debian, Version: "12"}, []*vuln.Package{some, one, none, system, devel})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Affected) != 1 || got.Affected[0].ID != "MAL-3" {
		t.Errorf("Match: affected %+v, want MAL-3 alone", got.Affected)
	}
	var lines []string
	for _, u := range got.Unjudged {
		lines = append(lines, fmt.Sprintf("%s %s: %v", u.Package.Type, u.Package.Name, u.Err))
		if u.Advisory != "" || errors.Is(u.Err, vuln.ErrUnknownVersion) != u.Package.Unversioned() {
			t.Errorf("Match: unjudged %+v", u)
		}
	}
	want := []string{
		"maven some: the version is unknown, and 2 advisories name the package",
		"golang one: the version is unknown, and 1 advisory names the package",
		`deb one: invalid deb version ""`,
		`npm one: invalid npm version "(devel)"`,
	}
	for i := range want {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("Match: unjudged %q, want %q", lines, want)
			break
		}
	}
	if len(lines) != len(want) {
		t.Errorf("Match: unjudged %q, want %q", lines, want)
	}
}

// A CVE that several announcements are about is one finding, with all of them.
func TestMatchTransitive(t *testing.T) {
	t.Parallel()
	db := table{"wayland": {
		{Advisory: "UBUNTU-CVE-2021-3782", IDs: []string{"CVE-2021-3782"}, Fixed: "1.16-1ubuntu1", Status: vuln.StatusFixed},
		{Advisory: "USN-5614-1", IDs: []string{"CVE-2021-3782", "CVE-2021-0001"}, Fixed: "1.16-1ubuntu2", Status: vuln.StatusFixed},
	}}
	p := deb("wayland", "1.16-1")
	got, err := vuln.Match(t.Context(), db, vuln.OS{Family: vuln.Ubuntu, Version: "18.04"}, []*vuln.Package{p})
	want := []vuln.Affected{
		{Package: p, ID: "CVE-2021-0001", Advisories: []string{"USN-5614-1"}, Status: vuln.StatusFixed, FixedVersion: "1.16-1ubuntu2"},
		{Package: p, ID: "CVE-2021-3782", Advisories: []string{"USN-5614-1", "UBUNTU-CVE-2021-3782"}, Status: vuln.StatusFixed, FixedVersion: "1.16-1ubuntu2"},
	}
	if diff := cmp.Diff(want, got.Affected); diff != "" || err != nil {
		t.Errorf("Match, %v (-want +got):\n%s", err, diff)
	}
}

func TestMatchFails(t *testing.T) {
	t.Parallel()
	os := vuln.OS{Family: vuln.Debian, Version: "12"}
	if res, err := vuln.Match(t.Context(), table{}, os, []*vuln.Package{deb("a", "1"), deb("broken", "1")}); err == nil {
		t.Errorf("Match with a broken database = %+v, want an error", res)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if res, err := vuln.Match(ctx, table{}, os, []*vuln.Package{deb("a", "1")}); !errors.Is(err, context.Canceled) {
		t.Errorf("Match when cancelled = %+v, %v, want context.Canceled", res, err)
	}
}

func ExampleMatch() {
	db := table{"openssl": {{Advisory: "DSA-5417-1", IDs: []string{"CVE-2023-0464"}, Fixed: "3.0.9-1", Severity: severity.High}}}
	libssl := &vuln.Package{Type: vuln.TypeDeb, Name: "libssl3", Version: "3.0.8-1", SourceName: "openssl", SourceVersion: "3.0.8-1"}
	res, err := vuln.Match(context.Background(), db, vuln.OS{Family: vuln.Debian, Version: "12"}, []*vuln.Package{libssl})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range res.Affected {
		fmt.Println(a.Package.Name, a.ID, a.Severity, "fixed in", a.FixedVersion)
	}
	// Output: libssl3 CVE-2023-0464 HIGH fixed in 3.0.9-1
}
