package version_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func ExampleScheme() {
	installed := "3.0.15-1~deb12u1"
	if err := version.Deb.Check(installed); err != nil {
		fmt.Println(err)
		return
	}
	key, err := version.Deb.AppendKey(nil, installed)
	if err != nil {
		fmt.Println(err)
		return
	}
	fixed, err := version.Deb.AppendKey(nil, "3.0.16-1~deb12u1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bytes.Compare(key, fixed) < 0)
	// Output: true
}

func Example_deb() {
	versions := []string{"1:0.9", "1.0", "1.0-1", "1.0~rc1", "1.0+b1"}
	slices.SortFunc(versions, version.Deb.Compare)
	fmt.Println(versions)
	// Output: [1.0~rc1 1.0 1.0-1 1.0+b1 1:0.9]
}

func Example_apk() {
	versions := []string{"1.2.1-r0", "1.2-r10", "1.2-r9", "1.2_p1-r0", "1.2_rc1-r0"}
	slices.SortFunc(versions, version.APK.Compare)
	fmt.Println(versions)
	// Output: [1.2_rc1-r0 1.2-r9 1.2-r10 1.2_p1-r0 1.2.1-r0]
}

func Example_rpm() {
	versions := []string{"1:0.9-1", "1.0-2.el9", "1.0-10.el9", "1.0~rc1-1", "1.0^20240101-1", "1.0.1-1"}
	slices.SortFunc(versions, version.RPM.Compare)
	fmt.Println(versions)
	// Output: [1.0~rc1-1 1.0-2.el9 1.0-10.el9 1.0^20240101-1 1.0.1-1 1:0.9-1]
}

func Example_alpm() {
	versions := []string{"1:0.9-1", "1.0-2", "1.0-10", "1.0rc1-1", "1.0.r5-1", "1.0.1-1"}
	slices.SortFunc(versions, version.ALPM.Compare)
	fmt.Println(versions)
	// Output: [1.0rc1-1 1.0-2 1.0-10 1.0.r5-1 1.0.1-1 1:0.9-1]
}

func Example_semver() {
	versions := []string{"1.10.0", "v1.9.0", "1.10.0-rc.2", "1.10.0-rc.10"}
	slices.SortFunc(versions, version.Semver.Compare)
	fmt.Println(versions)
	// Output: [v1.9.0 1.10.0-rc.2 1.10.0-rc.10 1.10.0]
}

func ExampleError() {
	err := version.Deb.Check("1:2.0-")
	fmt.Println(err)

	var bad *version.Error
	fmt.Println(errors.Is(err, version.ErrInvalid), errors.As(err, &bad), bad.Offset)
	// Output:
	// invalid deb version "1:2.0-": empty revision at byte 6
	// true true 6
}

func ExampleForEcosystem() {
	for _, ecosystem := range []string{"Debian:12", "Alpine:v3.19", "npm", "GIT"} {
		fmt.Println(version.ForEcosystem(ecosystem))
	}
	// Output:
	// deb <nil>
	// apk <nil>
	// npm <nil>
	// <nil> no version order: GIT versions are commits, which form a graph
}

func ExampleInterval_Contains() {
	key := func(v string) []byte {
		k, err := version.APK.AppendKey(nil, v)
		if err != nil {
			panic(err)
		}
		return k
	}
	affected := version.Interval{Lower: key("1.0"), Upper: key("1.2.3-r1")}
	fmt.Println(affected.Contains(key("1.2.3-r0")), affected.Contains(key("1.2.3-r1")))
	// Output: true false
}

func ExampleAppendBound() {
	last, anyRelease, err := version.AppendBound(nil, version.RPM, "1.2") // no release
	if err != nil {
		panic(err)
	}
	installed, err := version.RPM.AppendKey(nil, "1.2-3.el9")
	if err != nil {
		panic(err)
	}
	affected := version.Interval{Upper: last, UpperInclusive: true, AnyRelease: anyRelease}
	fmt.Println(anyRelease, affected.Contains(installed))
	// Output: true true
}
