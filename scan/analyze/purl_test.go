package analyze

import (
	"fmt"
	"testing"
)

func TestComponentOf(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12.4&epoch=1":                 "deb curl 1:7.88.1-10 amd64 of curl 1:7.88.1-10 on debian 12.4",
		"pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1?upstream=openssl&distro=ubuntu-22.04":          "deb libssl3 3.0.2-0ubuntu1  of openssl 3.0.2-0ubuntu1 on ubuntu 22.04",
		"pkg:deb/debian/gcc@4?upstream=gcc-12%4012.2":                                         "deb gcc 4  of gcc-12 12.2",
		"pkg:apk/alpine/musl@1.2.4-r0?arch=x86_64&distro=3.18.0":                              "apk musl 1.2.4-r0 x86_64 of musl 1.2.4-r0 on alpine 3.18.0",
		"pkg:apk/alpine/musl@1.2.4-r0?distro=edge":                                            "apk musl 1.2.4-r0  of musl 1.2.4-r0 on alpine edge",
		"pkg:rpm/redhat/bash@5.1.8-9.el9?distro=redhat-9.4&upstream=bash-5.1.8-9.el9.src.rpm": "rpm bash 5.1.8-9.el9  of bash 5.1.8-9.el9 on rhel 9.4",
		"pkg:rpm/cbl-mariner/vim@8.2-1.cm2?distro=cbl-mariner-2.0":                            "rpm vim 8.2-1.cm2  of vim 8.2-1.cm2 on mariner 2.0",
		"pkg:rpm/opensuse/x@1-1?distro=opensuse-leap-15.6":                                    "rpm x 1-1  of x 1-1 on opensuse-leap 15.6",
		"pkg:rpm/opensuse/x@1-1?distro=opensuse-tumbleweed-20250630":                          "rpm x 1-1  of x 1-1 on opensuse-tumbleweed 20250630",
		"pkg:rpm/opensuse.leap/x@1-1?distro=opensuse.leap-15.6":                               "rpm x 1-1  of x 1-1 on opensuse-leap 15.6",
		"pkg:rpm/suse/x@1-1?distro=sles-15.7":                                                 "rpm x 1-1  of x 1-1 on sles 15.7",
		"pkg:rpm/fedora/x@1-1":                                                                "rpm x 1-1  of x 1-1",
		"pkg:ebuild/dev-libs/openssl@3.0":                                                     "ebuild dev-libs/openssl 3.0  of dev-libs/openssl 3.0",
		"pkg:npm/%40angular/core@1":                                                           "npm @angular/core 1  of @angular/core 1",
		"pkg:maven/org.example/hull@1.0":                                                      "maven org.example:hull 1.0  of org.example:hull 1.0",
		"pkg:golang/golang.org/x/text@v0.3.7":                                                 "golang golang.org/x/text v0.3.7  of golang.org/x/text v0.3.7",
		"pkg:cocoapods/Boat@1.0#Core":                                                         "cocoapods Boat/Core 1.0  of Boat/Core 1.0",
		"pkg:conan/user/zlib@1.3":                                                             "conan zlib 1.3  of zlib 1.3",
		"pkg:composer/keel/hull@1":                                                            "composer keel/hull 1  of keel/hull 1",
		"pkg:generic/thing@1":                                                                 "generic thing 1  of thing 1",
	} {
		c, os, err := componentOf(url)
		got := fmt.Sprintf("%s %s %s %s of %s %s", c.Type, c.Name, c.Version, c.Arch, c.SourceName, c.SourceVersion)
		if os != nil {
			got += " on " + os.String()
		}
		if err != nil || got != want {
			t.Errorf("componentOf(%s) = %s, %v, want %s", url, got, err, want)
		}
	}
	for _, url := range []string{"", "pkg:", "pkg:deb", "curl@1", "pkg:deb/debian/%zz@1"} {
		if c, _, err := componentOf(url); err == nil {
			t.Errorf("componentOf(%q) = %+v, want an error", url, c)
		}
	}
}
