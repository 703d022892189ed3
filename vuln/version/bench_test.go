package version_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/Masterminds/semver/v3"
	debversion "github.com/knqyf263/go-deb-version"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// debMix and the others are neighbouring versions of real kinds of packages:
// long shared prefixes, and a difference late.
func debMix() []string {
	return []string{
		"3.0.15-1~deb12u1", "3.0.16-1~deb12u1", "2.36-9+deb12u9", "2.36-9+deb12u10",
		"1:9.2p1-2+deb12u5", "1:9.2p1-2+deb12u6", "5.36.0-7+deb12u1", "5.36.0-7+deb12u2",
		"7.88.1-10+deb12u12", "7.88.1-10+deb12u14", "1:1.2.13.dfsg-1", "1:1.3.dfsg-3.1",
	}
}

func apkMix() []string {
	return []string{
		"3.1.7-r0", "3.1.7-r1", "1.36.1-r29", "1.36.1-r30", "9.6_p1-r0", "9.7_p1-r0",
		"1.1.1w-r0", "1.1.1w-r1", "8.5.0_rc1-r0", "8.5.0-r0", "0.7.5_p20210101-r1", "0.7.5_p20210102-r0",
	}
}

func semverMix() []string {
	return []string{
		"4.17.20", "4.17.21", "18.2.0-rc.1", "18.2.0", "v0.0.0-20191109021931-daa7c04131f5",
		"v0.0.0-20200101000000-a1b2c3d4e5f6", "1.0.0-alpha.9", "1.0.0-alpha.10", "2.31.0+incompatible", "2.31.1+incompatible",
	}
}

func forMixes(b *testing.B, run func(b *testing.B, s version.Scheme, mix []string)) {
	mixes := map[version.Scheme][]string{version.Deb: debMix(), version.APK: apkMix(), version.Semver: semverMix()}
	for _, s := range schemes() {
		b.Run(s.String(), func(b *testing.B) { run(b, s, mixes[s]) })
	}
}

// BenchmarkCompare compares the neighbours of a mix as strings; the peers parse
// the same two strings and compare them.
func BenchmarkCompare(b *testing.B) {
	forMixes(b, func(b *testing.B, s version.Scheme, mix []string) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			s.Compare(mix[i%len(mix)], mix[(i+1)%len(mix)])
		}
		switch s {
		case version.Deb:
			reportPeer(b, len(mix), func(i, j int) {
				x, _ := debversion.NewVersion(mix[i])
				y, _ := debversion.NewVersion(mix[j])
				x.Compare(y)
			})
		case version.Semver:
			reportPeer(b, len(mix), func(i, j int) {
				x, _ := semver.NewVersion(mix[i])
				y, _ := semver.NewVersion(mix[j])
				x.Compare(y)
			})
		}
	})
}

// BenchmarkAppendKey makes the keys of a mix in one buffer.
func BenchmarkAppendKey(b *testing.B) {
	forMixes(b, func(b *testing.B, s version.Scheme, mix []string) {
		b.ReportAllocs()
		buf := make([]byte, 0, 64)
		for i := 0; b.Loop(); i++ {
			if _, err := s.AppendKey(buf, mix[i%len(mix)]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkKeys compares the neighbours of a mix by key, as a lookup does; the
// peers have parsed theirs, too.
func BenchmarkKeys(b *testing.B) {
	forMixes(b, func(b *testing.B, s version.Scheme, mix []string) {
		var keys [][]byte
		for _, v := range mix {
			keys = append(keys, mustKey(b, s, v))
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			bytes.Compare(keys[i%len(keys)], keys[(i+1)%len(keys)])
		}
		switch s {
		case version.Deb:
			parsed := parseAll(b, mix, debversion.NewVersion)
			reportPeer(b, len(mix), func(i, j int) { parsed[i].Compare(parsed[j]) })
		case version.Semver:
			parsed := parseAll(b, mix, semver.NewVersion)
			reportPeer(b, len(mix), func(i, j int) { parsed[i].Compare(parsed[j]) })
		}
	})
}

func parseAll[V any](b *testing.B, mix []string, parse func(string) (V, error)) []V {
	var all []V
	for _, text := range mix {
		v, err := parse(text)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// reportPeer reports how many times as long as the benchmark's operation
// compare takes on the neighbours i and j of a mix of size versions.
func reportPeer(b *testing.B, size int, compare func(i, j int)) {
	own := float64(b.Elapsed()) / float64(b.N)
	const n = 50_000
	start := time.Now()
	for i := range n {
		compare(i%size, (i+1)%size)
	}
	b.ReportMetric(float64(time.Since(start))/n/own, "peer/own")
}
