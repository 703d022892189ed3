package version_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/Masterminds/semver/v3"
	apkversion "github.com/knqyf263/go-apk-version"
	debversion "github.com/knqyf263/go-deb-version"
	rpmversion "github.com/knqyf263/go-rpm-version"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func forMixes(b *testing.B, run func(b *testing.B, s version.Scheme, mix []string)) {
	for _, k := range kits() {
		b.Run(k.scheme.String(), func(b *testing.B) { run(b, k.scheme, k.mix) })
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
		case version.APK:
			reportPeer(b, len(mix), func(i, j int) {
				x, _ := apkversion.NewVersion(mix[i])
				y, _ := apkversion.NewVersion(mix[j])
				x.Compare(y)
			})
		case version.RPM:
			reportPeer(b, len(mix), func(i, j int) {
				rpmversion.NewVersion(mix[i]).Compare(rpmversion.NewVersion(mix[j]))
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
		case version.APK:
			parsed := parseAll(b, mix, apkversion.NewVersion)
			reportPeer(b, len(mix), func(i, j int) { parsed[i].Compare(parsed[j]) })
		case version.RPM:
			parsed := parseAll(b, mix, func(v string) (rpmversion.Version, error) { return rpmversion.NewVersion(v), nil })
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
