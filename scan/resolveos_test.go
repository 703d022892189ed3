package scan_test

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// TestResolveOS holds the operating system to the files that distributions
// have, which were written for this test.
func TestResolveOS(t *testing.T) {
	t.Parallel()
	const (
		etc     = "etc/os-release"
		usr     = "usr/lib/os-release"
		redhat  = "etc/redhat-release"
		system  = "etc/system-release"
		lsb     = "etc/lsb-release"
		debian  = "etc/debian_version"
		alpine  = "etc/alpine-release"
		repos   = "etc/apk/repositories"
		pro     = "var/lib/ubuntu-advantage/status.json"
		proOn   = `{"services":[{"name":"esm-infra","status":"enabled"}]}`
		release = "https://dl-cdn.alpinelinux.org/alpine/v3.19/main\nhttps://dl-cdn.alpinelinux.org/alpine/v3.19/community\n"
	)
	type files map[string]string
	for _, row := range []struct {
		name  string
		files files
		want  *vuln.OS
	}{
		{"Debian", files{etc: "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n", debian: "12.5\n"},
			&vuln.OS{Family: vuln.Debian, Version: "12.5", Codename: "bookworm"}},
		{"Debian testing", files{etc: "ID=debian\nVERSION_CODENAME=trixie\n", debian: "trixie/sid\n"},
			&vuln.OS{Family: vuln.Debian, Version: "trixie/sid", Codename: "trixie"}},
		{"a Debian of before os-release", files{debian: "6.0.10\n"}, &vuln.OS{Family: vuln.Debian, Version: "6.0.10"}},
		{"Debian with lsb-release", files{etc: "ID=debian\nVERSION_ID=\"12\"\n", lsb: "DISTRIB_ID=Debian\nDISTRIB_RELEASE=12\nDISTRIB_CODENAME=bookworm\n", debian: "12.5\n"},
			&vuln.OS{Family: vuln.Debian, Version: "12.5", Codename: "bookworm"}},
		{"distroless", files{usr: "PRETTY_NAME=\"Distroless\"\nID=\"debian\"\nVERSION_ID=\"12\"\n"},
			&vuln.OS{Family: vuln.Debian, Version: "12", PrettyName: "Distroless"}},

		{"Ubuntu", files{usr: "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy\n", lsb: "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_DESCRIPTION=\"Ubuntu 22.04.4 LTS\"\n", debian: "bookworm/sid\n"},
			&vuln.OS{Family: vuln.Ubuntu, Version: "22.04", Codename: "jammy", PrettyName: "Ubuntu 22.04.4 LTS"}},
		{"Ubuntu without os-release", files{lsb: "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\n", debian: "squeeze/sid\n"},
			&vuln.OS{Family: vuln.Ubuntu, Version: "10.04"}},
		{"Ubuntu under Debian's os-release", files{etc: "ID=debian\nVERSION_ID=12\n", lsb: "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\n"},
			&vuln.OS{Family: vuln.Ubuntu, Version: "22.04"}},
		{"Ubuntu Pro", files{etc: "ID=ubuntu\nVERSION_ID=\"18.04\"\n", debian: "buster/sid\n", pro: proOn},
			&vuln.OS{Family: vuln.Ubuntu, Version: "18.04", Extended: true}},
		{"a subscription of nothing", files{pro: proOn}, nil},
		{"Ubuntu Pro's client on Debian", files{etc: "ID=debian\nVERSION_ID=12\n", pro: proOn}, &vuln.OS{Family: vuln.Debian, Version: "12"}},

		{"Raspbian", files{usr: "ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n", debian: "12.5\n"},
			&vuln.OS{Family: "raspbian", Version: "12", Codename: "bookworm"}},
		{"Kali", files{usr: "ID=kali\nID_LIKE=debian\nVERSION_ID=\"2024.1\"\n", debian: "kali-rolling\n"}, &vuln.OS{Family: "kali", Version: "2024.1"}},
		{"Linux Mint", files{usr: "ID=linuxmint\nVERSION_ID=\"21\"\nUBUNTU_CODENAME=jammy\n", lsb: "DISTRIB_ID=LinuxMint\nDISTRIB_RELEASE=21\n", debian: "bookworm/sid\n"},
			&vuln.OS{Family: "linuxmint", Version: "21", Codename: "jammy"}},
		{"Echo", files{etc: "ID=echo\nVERSION_ID=1\n", debian: "12.5\n"}, &vuln.OS{Family: vuln.Echo, Version: "1"}},
		{"os-release without an ID", files{etc: "NAME=x\n", debian: "12.5\n"}, &vuln.OS{Family: vuln.Debian, Version: "12.5"}},

		{"Alpine", files{etc: "ID=alpine\nVERSION_ID=3.19.1\n", alpine: "3.19.1\n", repos: release},
			&vuln.OS{Family: vuln.Alpine, Version: "3.19.1", Repository: "3.19"}},
		{"Alpine from edge", files{etc: "ID=alpine\nVERSION_ID=3.19.1\n", repos: "https://dl-cdn.alpinelinux.org/alpine/edge/main\n"},
			&vuln.OS{Family: vuln.Alpine, Version: "3.19.1", Repository: "edge"}},
		{"Alpine cut down", files{alpine: "3.19.1\n", repos: release}, &vuln.OS{Family: vuln.Alpine, Version: "3.19.1", Repository: "3.19"}},
		{"only repositories", files{repos: release}, &vuln.OS{Family: vuln.Alpine, Version: "3.19", Repository: "3.19"}},
		{"Wolfi", files{etc: "ID=wolfi\nVERSION_ID=\"20230201\"\n", repos: "https://packages.wolfi.dev/os\n"}, &vuln.OS{Family: vuln.Wolfi, Version: "20230201"}},
		{"Alpine's repositories elsewhere", files{etc: "ID=postmarketos\nVERSION_ID=23.12\n", repos: release}, &vuln.OS{Family: "postmarketos", Version: "23.12"}},

		{"Red Hat", files{etc: "ID=\"rhel\"\nVERSION_ID=\"9.4\"\n", redhat: "Red Hat Enterprise Linux release 9.4 (Plow)\n", system: "Red Hat Enterprise Linux release 9.4 (Plow)\n"},
			&vuln.OS{Family: vuln.RedHat, Version: "9.4", PrettyName: "Red Hat Enterprise Linux release 9.4 (Plow)"}},
		{"CentOS 6", files{"etc/centos-release": "CentOS release 6.10 (Final)\n", redhat: "CentOS release 6.10 (Final)\n", system: "CentOS release 6.10 (Final)\n", lsb: "LSB_VERSION=base-4.0-amd64\n"},
			&vuln.OS{Family: vuln.CentOS, Version: "6.10", PrettyName: "CentOS release 6.10 (Final)"}},
		{"CentOS 7", files{etc: "NAME=\"CentOS Linux\"\nID=\"centos\"\nVERSION_ID=\"7\"\nPRETTY_NAME=\"CentOS Linux 7 (Core)\"\n", "etc/centos-release": "CentOS Linux release 7.9.2009 (Core)\n"},
			&vuln.OS{Family: vuln.CentOS, Version: "7.9.2009", PrettyName: "CentOS Linux 7 (Core)"}},
		{"CentOS Stream", files{etc: "NAME=\"CentOS Stream\"\nID=\"centos\"\nVERSION_ID=\"9\"\nPRETTY_NAME=\"CentOS Stream 9\"\n", "etc/centos-release": "CentOS Stream release 9\n", redhat: "CentOS Stream release 9\n"},
			&vuln.OS{Family: vuln.CentOSStream, Version: "9", PrettyName: "CentOS Stream 9"}},
		{"Oracle", files{etc: "ID=\"ol\"\nVERSION_ID=\"8.9\"\nPRETTY_NAME=\"Oracle Linux Server 8.9\"\n", "etc/oracle-release": "Oracle Linux Server release 8.9\n", redhat: "Red Hat Enterprise Linux release 8.9 (Ootpa)\n"},
			&vuln.OS{Family: vuln.Oracle, Version: "8.9", PrettyName: "Oracle Linux Server 8.9"}},
		{"Oracle without os-release", files{"etc/oracle-release": "Oracle Linux Server release 6.10\n", redhat: "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n"},
			&vuln.OS{Family: vuln.Oracle, Version: "6.10", PrettyName: "Oracle Linux Server release 6.10"}},
		{"Oracle under Red Hat's os-release", files{etc: "ID=rhel\nVERSION_ID=8.9\n", "etc/oracle-release": "Oracle Linux Server release 8.9\n"},
			&vuln.OS{Family: vuln.Oracle, Version: "8.9", PrettyName: "Oracle Linux Server release 8.9"}},
		{"Rocky", files{etc: "ID=\"rocky\"\nVERSION_ID=\"9.3\"\n", "etc/rocky-release": "Rocky Linux release 9.3 (Blue Onyx)\n", redhat: "Rocky Linux release 9.3 (Blue Onyx)\n"},
			&vuln.OS{Family: vuln.Rocky, Version: "9.3", PrettyName: "Rocky Linux release 9.3 (Blue Onyx)"}},
		{"AlmaLinux", files{etc: "ID=\"almalinux\"\nVERSION_ID=\"9.3\"\n", "etc/almalinux-release": "AlmaLinux release 9.3 (Shamrock Pampas Cat)\n"},
			&vuln.OS{Family: vuln.AlmaLinux, Version: "9.3", PrettyName: "AlmaLinux release 9.3 (Shamrock Pampas Cat)"}},
		{"Scientific", files{redhat: "Scientific Linux release 6.10 (Carbon)\n"},
			&vuln.OS{Family: "scientific", Version: "6.10", PrettyName: "Scientific Linux release 6.10 (Carbon)"}},
		{"Amazon 1", files{etc: "ID=\"amzn\"\nVERSION_ID=\"2018.03\"\n", system: "Amazon Linux AMI release 2018.03\n"},
			&vuln.OS{Family: vuln.Amazon, Version: "2018.03", PrettyName: "Amazon Linux AMI release 2018.03"}},
		{"Amazon 2", files{system: "Amazon Linux release 2 (Karoo)\n"}, &vuln.OS{Family: vuln.Amazon, Version: "2", PrettyName: "Amazon Linux release 2 (Karoo)"}},
		{"Amazon 2023", files{etc: "ID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\nPRETTY_NAME=\"Amazon Linux 2023\"\n", "usr/lib/system-release": "Amazon Linux release 2023.3.20240108 (Amazon Linux)\n"},
			&vuln.OS{Family: vuln.Amazon, Version: "2023.3.20240108", PrettyName: "Amazon Linux 2023"}},
		{"Fedora", files{usr: "ID=fedora\nVERSION_ID=42\nVERSION_CODENAME=\"\"\n", "usr/lib/fedora-release": "Fedora release 42 (Adams)\n"},
			&vuln.OS{Family: vuln.Fedora, Version: "42", PrettyName: "Fedora release 42 (Adams)"}},
		{"Fedora CoreOS", files{usr: "ID=fedora\nVERSION_ID=42\nVARIANT_ID=coreos\nPRETTY_NAME=\"Fedora CoreOS 42\"\n", "usr/lib/fedora-release": "Fedora release 42 (Adams)\n"},
			&vuln.OS{Family: vuln.CoreOS, Version: "42", PrettyName: "Fedora CoreOS 42"}},
		{"openSUSE Leap", files{usr: "ID=\"opensuse-leap\"\nVERSION_ID=\"15.6\"\n"}, &vuln.OS{Family: vuln.OpenSUSELeap, Version: "15.6"}},
		{"openSUSE 13.2", files{usr: "ID=opensuse\nVERSION_ID=\"13.2\"\n"}, &vuln.OS{Family: vuln.OpenSUSELeap, Version: "13.2"}},
		{"Tumbleweed", files{usr: "ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20240101\"\n"}, &vuln.OS{Family: vuln.OpenSUSETumbleweed, Version: "20240101"}},
		{"SL Micro", files{usr: "ID=\"sl-micro\"\nVERSION_ID=\"6.0\"\n"}, &vuln.OS{Family: vuln.SLEMicro, Version: "6.0"}},
		{"Photon", files{etc: "ID=photon\nVERSION_ID=5.0\n", lsb: "DISTRIB_ID=\"VMware Photon OS\"\nDISTRIB_RELEASE=\"5.0\"\n"}, &vuln.OS{Family: vuln.Photon, Version: "5.0"}},
		{"openEuler", files{etc: "ID=\"openEuler\"\nVERSION_ID=\"24.03\"\nPRETTY_NAME=\"openEuler 24.03 (LTS-SP1)\"\n", system: "openEuler release 24.03 (LTS-SP1)\n"},
			&vuln.OS{Family: vuln.OpenEuler, Version: "24.03", PrettyName: "openEuler 24.03 (LTS-SP1)"}},
		{"Bottlerocket", files{"aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release": "ID=bottlerocket\nVERSION_ID=1.19.0\n"},
			&vuln.OS{Family: vuln.Bottlerocket, Version: "1.19.0"}},
		{"a toolchain for Bottlerocket", files{etc: "ID=fedora\nVERSION_ID=42\n", "aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release": "ID=bottlerocket\nVERSION_ID=1.19.0\n"},
			&vuln.OS{Family: vuln.Fedora, Version: "42"}},
		{"nothing", files{"etc/issue": "Debian 12\n"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var layer imagetest.Layer
			for _, name := range slices.Sorted(maps.Keys(row.files)) {
				layer.Entries = append(layer.Entries, imagetest.File(name, row.files[name]))
			}
			archive := filepath.Join(t.TempDir(), "image.tar")
			imagetest.OCI(imagetest.Image{Layers: []imagetest.Layer{layer}}).WriteTar(t, archive)
			inv, err := scan.Inspect(t.Context(), parse(t, archive), scan.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, inv.OS); diff != "" {
				t.Errorf("OS: -want +got\n%s", diff)
			}
		})
	}
}
