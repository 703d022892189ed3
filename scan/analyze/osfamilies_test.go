package analyze_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// TestOSReleaseFamilies holds IDs to the families of package vuln.
func TestOSReleaseFamilies(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want vuln.Family
	}{
		{"ID=debian", vuln.Debian},
		{"ID=ubuntu", vuln.Ubuntu},
		{"ID=echo", vuln.Echo},
		{"ID=alpine", vuln.Alpine},
		{"ID=wolfi", vuln.Wolfi},
		{"ID=chainguard", vuln.Chainguard},
		{"ID=minimos", vuln.MinimOS},
		{"ID=alpaquita", vuln.Alpaquita},
		{"ID=bellsoft-hardened-containers", vuln.BellSoft},
		{`ID="rhel"`, vuln.RedHat},
		{"ID=redhat", vuln.RedHat},
		{"NAME=\"CentOS Linux\"\nID=\"centos\"", vuln.CentOS},
		{"NAME=\"CentOS Stream\"\nID=\"centos\"", vuln.CentOSStream},
		{"ID=\"centos\"\nNAME=\"CentOS Stream\"", vuln.CentOSStream},
		{`ID="almalinux"`, vuln.AlmaLinux},
		{`ID="rocky"`, vuln.Rocky},
		{`ID="ol"`, vuln.Oracle},
		{`ID="amzn"`, vuln.Amazon},
		{"ID=fedora\nVARIANT_ID=container", vuln.Fedora},
		{"ID=fedora\nVARIANT_ID=coreos", vuln.CoreOS},
		{"ID=coreos", vuln.CoreOS},
		{"ID=rhel\nVARIANT_ID=coreos", vuln.RedHat},
		{`ID="sles"`, vuln.SLES},
		{`ID="sles_sap"`, vuln.SLES},
		{`ID="sle-micro"`, vuln.SLEMicro},
		{`ID="sl-micro"`, vuln.SLEMicro},
		{`ID="sle-micro-rancher"`, vuln.SLEMicro},
		{"ID=opensuse", vuln.OpenSUSELeap},
		{`ID="opensuse-leap"`, vuln.OpenSUSELeap},
		{`ID="opensuse-tumbleweed"`, vuln.OpenSUSETumbleweed},
		{"ID=photon", vuln.Photon},
		{"ID=azurelinux", vuln.AzureLinux},
		{"ID=mariner", vuln.Mariner},
		{"ID=mageia", vuln.Mageia},
		{`ID="openEuler"`, vuln.OpenEuler},
		{"ID=openeuler", vuln.OpenEuler},
		{"ID=bottlerocket", vuln.Bottlerocket},
		{"ID=arch", vuln.Arch},
		{"ID=gentoo", vuln.Gentoo},
		{"ID=raspbian\nID_LIKE=debian", "raspbian"},
		{"ID=kali\nID_LIKE=debian", "kali"},
		{"ID=linuxmint\nID_LIKE=\"ubuntu debian\"", "linuxmint"},
		{"ID=\"activestate\"", "activestate"},
	} {
		facts, err := analyze.OSRelease.Analyze(t.Context(), newFile("etc/os-release", []byte(row.text+"\nVERSION_ID=1\n")))
		if err != nil || facts.OS.Family != row.want {
			t.Errorf("Analyze(%q) = %v, %v, want the family %s", row.text, facts.OS, err, row.want)
		}
	}
}

func TestReleaseLine(t *testing.T) {
	t.Parallel()
	const notRelease = `a first line that is not a name, "release" and a number`
	for _, row := range []struct {
		line    string
		family  vuln.Family // empty: an error
		version string
		err     string
	}{
		{"Red Hat Enterprise Linux release 9.4 (Plow)", vuln.RedHat, "9.4", ""},
		{"Red Hat Enterprise Linux Server release 7.9 (Maipo)", vuln.RedHat, "7.9", ""},
		{"Red Hat Enterprise Linux release 9.0 Beta (Plow)", vuln.RedHat, "9.0", ""},
		{"Red Hat Enterprise Linux CoreOS release 4.12", "rhcos", "4.12", ""},
		{"CentOS release 6.10 (Final)", vuln.CentOS, "6.10", ""},
		{"CentOS Linux release 7.9.2009 (Core)", vuln.CentOS, "7.9.2009", ""},
		{"CentOS Stream release 9", vuln.CentOSStream, "9", ""},
		{"Rocky Linux release 9.3 (Blue Onyx)", vuln.Rocky, "9.3", ""},
		{"AlmaLinux release 8.9 (Midnight Oncilla)", vuln.AlmaLinux, "8.9", ""},
		{"Oracle Linux Server release 8.9", vuln.Oracle, "8.9", ""},
		{"Fedora release 42 (Adams)", vuln.Fedora, "42", ""},
		{"Amazon Linux release 2 (Karoo)", vuln.Amazon, "2", ""},
		{"Amazon Linux release 2023.6.20241212 (Amazon Linux)", vuln.Amazon, "2023.6.20241212", ""},
		{"Amazon Linux AMI release 2018.03", vuln.Amazon, "2018.03", ""},
		{"Amazon Linux 2", vuln.Amazon, "2", ""},
		{"openEuler release 22.03 (LTS-SP3)", vuln.OpenEuler, "22.03", ""},
		{"Mageia release 9 (Official) for x86_64", vuln.Mageia, "9", ""},
		{"Scientific Linux release 6.10 (Carbon)", "scientific", "6.10", ""},
		{"Fedora release Rawhide", vuln.Fedora, "", ""},
		{"Fedora release 42.", vuln.Fedora, "42", ""},
		{"  Fedora release 42\t\r\nmore", vuln.Fedora, "42", ""},
		{"Fedora", "", "", notRelease},
		{"\x00\x01\xff", "", "", notRelease},
		{"", "", "", "empty file"},
		{" \nFedora release 42", "", "", "empty file"},
	} {
		for _, path := range []string{"etc/redhat-release", "etc/system-release", "usr/lib/system-release", "usr/lib/fedora-release"} {
			facts, err := analyze.OSRelease.Analyze(t.Context(), newFile(path, []byte(row.line)))
			if row.err != "" {
				if got := errorText(err); got != "read "+path+": "+row.err || facts.OS != nil {
					t.Errorf("Analyze(%s, %q) = %v, %s, want %s", path, row.line, facts.OS, got, row.err)
				}
				continue
			}
			want := &vuln.OS{Family: row.family, Version: row.version, PrettyName: strings.TrimSpace(strings.SplitN(row.line, "\n", 2)[0])}
			if diff := cmp.Diff(want, facts.OS); diff != "" || err != nil {
				t.Errorf("Analyze(%s, %q) error %v: -want +got\n%s", path, row.line, err, diff)
			}
		}
	}
}

func TestUbuntuPro(t *testing.T) {
	t.Parallel()
	const path = "var/lib/ubuntu-advantage/status.json"
	for _, row := range []struct {
		name, text string
		extended   bool
		fails      bool
	}{
		{"enabled", `{"attached": true, "services": [{"name": "livepatch", "status": "disabled"}, {"name": "esm-infra", "status": "enabled"}]}`, true, false},
		{"another one is", `{"services": [{"name": "esm-apps", "status": "enabled"}, {"name": "esm-infra", "status": "disabled"}]}`, false, false},
		{"not attached", `{"attached": false, "services": []}`, false, false},
		{"no services", `{}`, false, false},
		{"a member nobody knows", `{"services": [{"name": "esm-infra", "status": "enabled", "variants": {"a": [1]}}], "x": null}`, true, false},
		{"one long line", `{"x": "` + strings.Repeat("x", 100<<10) + `", "services": [{"name": "esm-infra", "status": "enabled"}]}`, true, false},
		{"cut", `{"services": [{"name": "esm-infra", "status": "enab`, false, true},
		{"another type", `{"services": {"name": "esm-infra"}}`, false, true},
		{"empty", ``, false, true},
		{"NUL", "\x00", false, true},
		{"deep", `{"services": ` + strings.Repeat("[", 100_000), false, true},
	} {
		facts, err := analyze.OSRelease.Analyze(t.Context(), newFile(path, []byte(row.text)))
		if (err != nil) != row.fails || err != nil && !strings.HasPrefix(err.Error(), "read "+path+": ") {
			t.Errorf("%s: Analyze() = %v, want an error: %v", row.name, err, row.fails)
		}
		var want *vuln.OS
		if row.extended {
			want = &vuln.OS{Family: vuln.Ubuntu, Extended: true}
		}
		if diff := cmp.Diff(want, facts.OS); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", row.name, diff)
		}
	}
	large := artifact.NewFile(artifact.Entry{Path: path, Kind: artifact.KindRegular, Size: 16<<20 + 1}, strings.NewReader(""))
	if _, err := analyze.OSRelease.Analyze(t.Context(), large); !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Analyze(more than 16 MiB) = %v, want ErrLimit", err)
	}
}

// TestOSReleasePaths holds the analyzer to the files it is for.
func TestOSReleasePaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"etc/os-release":     true,
		"usr/lib/os-release": true,
		"x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release":  true,
		"aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release": true,
		"etc/oracle-release":                       true,
		"etc/fedora-release":                       true,
		"etc/apk/repositories":                     true,
		"var/lib/ubuntu-advantage/status.json":     true,
		"home/etc/os-release":                      false,
		"etc/centos-release-upstream":              false,
		"opt/rootfs/var/lib/apt/redhat-release":    false,
		"srv/var/lib/ubuntu-advantage/status.json": false,
	} {
		if got := analyzetest.Wants(analyze.OSRelease, path, 0o644); got != want {
			t.Errorf("wants %s: %v, want %v", path, got, want)
		}
	}
}
