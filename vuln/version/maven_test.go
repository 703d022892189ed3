package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzMaven(f *testing.F) { fuzzLaws(f, version.Maven) }

func mavenKit() kit {
	const (
		twoHyphens = "Maven 3.8.7: 1-ga-1 < 1-1, as 1-0-1 < 1-1; the row is the POM reference's"
		dotText    = "Maven 3.8.7 agrees with us: since https://github.com/apache/maven/issues/8808 .RC8 is -RC8"
		ambiguous  = `MavenAmbiguous: the POM reference has ".qualifier" = "-qualifier" and "-number" < ".number"`
	)
	return kit{
		scheme: version.Maven,
		pieces: "0 1 9 10 007 208 99999999999999999999 . . . . - - - - .0 -0 a b M x foo alpha- BETA rc cr1 -SNAPSHOT .Final ga RELEASE sp .sp2 _ + ,",
		mix: []string{
			"2.13.4.1", "2.13.4.2", "5.3.26", "5.3.27", "9.0.0.M1", "9.0.0.M2",
			"4.1.108.Final", "4.1.109.Final", "3.0.0-beta-2", "3.0.0-beta-3-SNAPSHOT",
			"9.4.51.v20230217", "9.4.52.v20230823", "2.17.1-redhat-00001", "2.17.1-redhat-00002",
		},
		corpus: []corpusFile{
			{"maven-versions.txt", map[string]string{
				"1-1 = 1-ga-1": twoHyphens,
			}},
			{"maven-versions-generated.txt", map[string]string{
				"1.0.0-RC16 < 1.0.0.RC8-beta":             dotText,
				"3.6.2.FL.20090615 < 3.6.2-FL-2009-05-11": ambiguous,
			}},
		},
	}
}

func TestMavenCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1", 0, ""},
		{"1.0-SNAPSHOT", 0, ""},
		{"Finchley.SR1", 0, ""},
		{".", 0, ""},
		{"-1..2--", 0, ""},
		{"!#$%&'+;=@^_`~", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{"1.0/2", 3, "invalid character"},
		{`1\0`, 1, "invalid character"},
		{"1:0", 1, "invalid character"},
		{`1"`, 1, "invalid character"},
		{"<1", 0, "invalid character"},
		{"1>", 1, "invalid character"},
		{"1|2", 1, "invalid character"},
		{"1.?", 2, "invalid character"},
		{"1.*", 2, "invalid character"},
		{"[1,2)", 0, "invalid character"},
		{"1,2", 1, "invalid character"},
		{"1]", 1, "invalid character"},
		{"(1", 0, "invalid character"},
		{"1)", 1, "invalid character"},
		{"${v}", 1, "invalid character"},
		{"v}", 1, "invalid character"},
		{"1.0 ", 3, "invalid character"},
		{"1\t", 1, "invalid character"},
		{"1\x00", 1, "invalid character"},
		{"1\x7f", 1, "invalid character"},
		{"1.α", 2, "invalid character"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.Maven, tt.v, tt.offset, tt.reason)
	}
}

// TestMavenKeyBytes pins keys, as [TestKeyBytes] does.
func TestMavenKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"0", "\x06"},
		{"1.0.2", "\x0C\x01" + "\x0C\x00" + "\x0C\x02" + "\x06"},
		{"1.0-rc1-SNAPSHOT", "\x0C\x01" + "\x04\x0B\x01" + "\x05" + "\x06"},
		{"1a0.b1.m-beta-milestone-1", "\x0C\x01" + "\x01" + "\x02\x0B\x01" + "\x09m" + "\x02" + "\x03\x0B\x01" + "\x06"},
		{"1.sp2.GA.3-Foo+", "\x0C\x01" + "\x08\x0B\x02" + "\x07\x0C\x03" + "\x09foo+" + "\x06"},
		{"1--0.208", "\x0C\x01" + "\x0A\x0B\x00\x0C\xD0\xD0" + "\x06"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.Maven, tt.v)); got != tt.want {
			t.Errorf("maven.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}

func TestMavenAmbiguous(t *testing.T) {
	t.Parallel()
	tests := []struct {
		v    string
		want bool
	}{
		{"1", false},
		{"1.0.0-SNAPSHOT", false},
		{"1.0.0.SNAPSHOT", false},
		{"1.0.0.RC1", false},
		{"1.0b2", false},
		{"0-alpha", false},
		{"0.0.x", false},
		{"1-x.1", false},
		{"1-x-1", false},
		{"1--1", false},
		{"1-ga.1", false},
		{"1.ga-1", false},
		{"4.2.0.Final-redhat-1", false},
		{"1..x", false}, // a zero before the text, and not between hyphens
		{"9.4.1.jre8-preview", false},
		{"alpha", true},
		{"Finchley.SR1", true},
		{"v1.0", true},
		{"1.x-1", true},
		{"1.x.1", true},
		{"1.x.", true},
		{"1.0.ga.1", true},
		{"3.19.0.rc.1", true},
		{"1-x.y.2", true},
		{"1.x.y", true},
		{"1--x", true},
		{"1-0-x", true},
		{"1-0.x", true},
		{"1-0x", true},
		{"1-.0-x", true},
		{"1-ga-x", true},
		{"1-rc0-x", true},
		{"1.x-1,", false}, // ill formed
		{"", false},
	}
	for _, tt := range tests {
		if got := version.MavenAmbiguous(tt.v); got != tt.want {
			t.Errorf("MavenAmbiguous(%q) = %v, want %v", tt.v, got, tt.want)
		}
	}
}

// TestMavenReferenceCompare: it is no order, and strings that do not check come
// last all the same.
func TestMavenReferenceCompare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		want int
	}{
		{"1.x.2", "1-alpha", -1},
		{"1-alpha", "1", -1},
		{"1", "1.x.2", -1},
		{"1.x-1", "1-x-1", -1},
		{"x", "0-x", -1},
		{"1-x", "1-0-x", -1},
		{"1.0.rc-1", "1-rc-1", +1}, // a zero before a dot and a text counts
		{"1.0.rc.1", "1", -1},      // but not against the end
		{"1.ga.0.1", "1", +1},
		{"1-GA", "1.0.0", 0},
		{"1-ga-x", "1", +1},
		{"1-0.ga-alpha", "1", -1},
		{"9", "1,", -1},
		{"1,", "9", +1},
		{"10,", "9,", -1},
		{"", "", 0},
	}
	for _, tt := range tests {
		if got := version.MavenReferenceCompare(tt.a, tt.b); got != tt.want {
			t.Errorf("MavenReferenceCompare(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := version.MavenReferenceCompare(tt.b, tt.a); got != -tt.want {
			t.Errorf("MavenReferenceCompare(%q, %q) = %d, want %d", tt.b, tt.a, got, -tt.want)
		}
	}
}

// TestMavenAmbiguousExactly tries all short versions: two that are not
// ambiguous have one order, and one that is differs with some other.
func TestMavenAmbiguousExactly(t *testing.T) {
	t.Parallel()
	pieces := strings.Fields("0 1 . - x rc ga")
	all := []string{""}
	for i := 0; len(all) < 400; i++ { // up to three pieces
		for _, p := range pieces {
			all = append(all, all[i]+p)
		}
	}
	for _, a := range all[1:] {
		differs := ""
		for _, b := range all[1:] {
			if version.Maven.Compare(a, b) == version.MavenReferenceCompare(a, b) {
				continue
			}
			differs = b
			if !version.MavenAmbiguous(a) && !version.MavenAmbiguous(b) {
				t.Errorf("%q and %q have two orders, and neither is ambiguous", a, b)
			}
		}
		if version.MavenAmbiguous(a) && differs == "" {
			t.Errorf("%q is ambiguous, but has one order with all others", a)
		}
	}
}
