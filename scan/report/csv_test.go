package report_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/report"
)

// The standard library reads what is written, a record for each finding, and no
// value is a formula.
func TestCSVRecords(t *testing.T) {
	t.Parallel()
	reports := samples()
	reports["voyage"], reports["pirates"], reports["brig"] = voyage(t), pirates(t), brig(t)
	for name, r := range reports {
		out := render(t, report.CSV{}, r)
		records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := 1 + len(r.Vulnerabilities) + len(r.Diagnostics) + len(r.Problems)
		if len(records) != want || strings.Count(out, "\n") != want {
			t.Errorf("%s has %d records on %d lines, want %d", name, len(records), strings.Count(out, "\n"), want)
		}
		for _, record := range records {
			for i, value := range record {
				if strings.ContainsAny(firstOf(value), "=+-@\t\r＝＋－＠") {
					t.Errorf("%s: column %s is the formula %q", name, records[0][i], value)
				}
			}
		}
	}
}

// firstOf is the first character of s.
func firstOf(s string) string {
	for _, c := range s {
		return string(c)
	}
	return ""
}

func ExampleCSV() {
	if err := (report.CSV{}).Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// "VulnerabilityID","Severity","PackageName","InstalledVersion","FixedVersion","PackagePath","Target","Kind","Status","Line","Title","PrimaryURL","KEV","EPSS","PURL"
	// "TEST-2024-0001","HIGH","hull","1.0-1","1.0-2","","boat:1 (debian 12.15)","vulnerability","fixed","","hull: leaks","","","","pkg:deb/debian/hull@1.0-1?distro=debian-12.15"
}
