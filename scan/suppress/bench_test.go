package suppress_test

import (
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/suppress"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

// Twenty thousand findings, and as many statements and entries about others.
func BenchmarkSuppress(b *testing.B) {
	r := shop()
	document := &vex.Document{Name: "v", Format: vex.OpenVEX}
	file := &suppress.IgnoreFile{Name: "i"}
	for i := range 20_000 {
		v := r.Vulnerabilities[i%4]
		v.ID = fmt.Sprintf("CVE-2020-%05d", i)
		r.Vulnerabilities = append(r.Vulnerabilities, v)
		document.Statements = append(document.Statements, vex.Statement{
			Vulnerabilities: []string{v.ID}, Status: vuln.StatusFixed,
			Products: []vex.Product{{IDs: []string{"pkg:oci/stall"}, Subcomponents: []string{"pkg:deb/debian/libkeel1"}}},
		})
		file.Entries = append(file.Entries, suppress.IgnoreEntry{ID: v.ID, Vulnerabilities: true, Paths: []string{"opt/**"}, Line: i + 1})
	}
	for name, s := range map[string]scan.Suppressor{"vex": suppress.VEX(document), "ignore": suppress.Ignore(file)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				out, err := scan.Suppress(b.Context(), r, s)
				if err != nil || len(out.SuppressedVulnerabilities) > 0 {
					b.Fatal(out, err)
				}
			}
		})
	}
}
