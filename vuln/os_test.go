package vuln_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln"
)

func TestEcosystem(t *testing.T) {
	t.Parallel()
	tests := []struct {
		os   vuln.OS
		want vuln.Ecosystem // "" is ErrNoAdvisories
	}{
		{vuln.OS{Family: vuln.Debian, Version: "12"}, "Debian:12"},
		{vuln.OS{Family: vuln.Debian, Version: "12.15"}, "Debian:12"},
		{vuln.OS{Family: vuln.Debian, Codename: "trixie"}, "Debian:13"},
		{vuln.OS{Family: vuln.Debian, Version: "trixie/sid"}, "Debian:13"},
		{vuln.OS{Family: vuln.Debian, Version: "sid"}, ""},
		{vuln.OS{Family: vuln.Debian}, ""},
		{vuln.OS{Family: vuln.Ubuntu, Version: "18.04"}, "Ubuntu:18.04:LTS"},
		{vuln.OS{Family: vuln.Ubuntu, Version: "18.04.6"}, "Ubuntu:18.04:LTS"},
		{vuln.OS{Family: vuln.Ubuntu, Version: "24.10"}, "Ubuntu:24.10"},
		{vuln.OS{Family: vuln.Ubuntu, Version: "23.04"}, "Ubuntu:23.04"},
		{vuln.OS{Family: vuln.Ubuntu, Version: "rolling"}, ""},
		{vuln.OS{Family: vuln.Alpine, Version: "3.19.1"}, "Alpine:v3.19"},
		{vuln.OS{Family: vuln.Alpine, Version: "3.4"}, "Alpine:v3.4"},
		{vuln.OS{Family: vuln.Alpine, Version: "3.19.1", Repository: "3.20"}, "Alpine:v3.20"},
		{vuln.OS{Family: vuln.Alpine, Version: "3.19.1", Repository: "edge"}, "Alpine:edge"},
		{vuln.OS{Family: vuln.Alpine, Version: "3.20_alpha20231219"}, "Alpine:edge"},
		{vuln.OS{Family: vuln.Alpine, Version: "3"}, ""},
		{vuln.OS{Family: "plan9", Version: "4"}, ""},
		{vuln.OS{}, ""},
	}
	for _, tt := range tests {
		got, err := tt.os.Ecosystem()
		if got != tt.want || (tt.want == "") != errors.Is(err, vuln.ErrNoAdvisories) {
			t.Errorf("%+v.Ecosystem() = %q, %v, want %q", tt.os, got, err, tt.want)
		}
	}
}

func TestLookupOf(t *testing.T) {
	t.Parallel()
	p := &vuln.Package{Type: vuln.TypeDeb, Name: "libssl3", Version: "3.0.9-1+b1", SourceName: "openssl", SourceVersion: "3.0.9-1"}
	got, err := vuln.LookupOf(vuln.OS{Family: vuln.Debian, Version: "12"}, p)
	if err != nil || got.Ecosystem != "Debian:12" || got.Name != "openssl" || got.Version != "3.0.9-1" || fmt.Sprint(got.Scheme) != "deb" {
		t.Errorf("LookupOf = %+v, %v, want the source package in Debian:12", got, err)
	}
	if _, err := vuln.LookupOf(vuln.OS{Family: vuln.Alpine, Version: "3.19"}, p); !errors.Is(err, vuln.ErrNoAdvisories) {
		t.Errorf("LookupOf a deb on Alpine: error is %v, want ErrNoAdvisories", err)
	}
}

func ExampleOS_Ecosystem() {
	eco, err := vuln.OS{Family: vuln.Ubuntu, Version: "22.04"}.Ecosystem()
	fmt.Println(eco, err, eco.Base())
	// Output: Ubuntu:22.04:LTS <nil> Ubuntu
}

func ExampleLookupOf() {
	l, err := vuln.LookupOf(vuln.OS{Family: vuln.Alpine, Version: "3.19.1"},
		&vuln.Package{Type: vuln.TypeAPK, Name: "musl-utils", Version: "1.2.4-r2", SourceName: "musl", SourceVersion: "1.2.4-r2"})
	fmt.Println(l.Ecosystem, l.Name, l.Version, err)
	// Output: Alpine:v3.19 musl 1.2.4-r2 <nil>
}
