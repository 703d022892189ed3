package version_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzComposer(f *testing.F) { fuzzLaws(f, version.Composer) }

func composerKit() kit {
	// The rows are answers of version_compare to versions as they stand, but
	// Composer gives it normalised ones.
	const (
		smallOnly   = "version_compare knows alpha and beta in small letters only; Composer gives it those (VersionParser, expandStability)"
		stableWord  = "version_compare does not know stable; Composer drops it"
		unknownWord = "Composer refuses the word"
		revision    = "Composer refuses a number behind a hyphen"
		branch      = "a branch; Composer has no range match it (Semver/Constraint, versionCompare)"
		hash        = "Composer refuses the hash, which to version_compare is any number"
	)
	return kit{
		scheme: version.Composer,
		pieces: "0 1 9 10 007 99999999999999999999 . .1 .0 - _ a b p alpha -beta RC rc1 -rc.2 pl1 patch stable -dev dev .x-dev .x .* + +b -01 :02",
		starts: []string{"1.0.0", "1.2.3.4", "1.0", "1", "V1.0", "v2.", "1.0-beta", "1.0RC", "2013-01-02", "20130102", "201301", "1.x", "123456", ""},
		mix: []string{
			"v5.4.20", "v5.4.21", "8.5.14", "8.5.15", "10.0.0-beta2", "10.0.0-rc1",
			"4.4.2", "4.4.2-p1", "3.1.0-alpha.9", "3.1.0-alpha.10", "2.4.6-p2", "2.4.6-p3",
		},
		corpus: []corpusFile{
			{"packagist-versions.txt", map[string]string{
				"1.0.0 > 1.0":           "Composer gives a version four numbers",
				"4.3-2RC2 > 4.3-2beta5": revision,
				"4.3-2 > 4.3-2beta1":    revision,
				"dev-foo < 1.26.0":      branch,
				"1.26.0 > dev-foo":      branch,
				"1.2.3.# = 1.2.3":       hash,
				"1.2.3.# = 1.2.3.1":     hash,
				"1.2.3.#.beta < 1.2.3":  hash,
			}},
			{"packagist-versions-generated.txt", map[string]string{
				"v1.9.0-ALPHA.1 = v1.9.0-BETA.1": smallOnly,
				"v1.9.0-ALPHA.2 = v1.9.0-BETA.2": smallOnly,
				"5.1.0-stable < 5.1.0-beta2":     stableWord,
				"0.0.1-test1 < 3.0.0-alpha4":     unknownWord,
				"3.0.0b1.post2 < 3.0.0b2":        unknownWord,
			}},
		},
	}
}

func TestComposerCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1", 0, ""},
		{"v99999.2.3.4", 0, ""},
		{"1.0-beta", 0, ""},
		{"1.0_RC.2-3.4-dev", 0, ""},
		{"1.0ALPHA1DEV", 0, ""},
		{"1.0.-dev", 0, ""}, // ".", then "-dev"
		{"1.0.", 0, ""},
		{"1.0-stable3-dev", 0, ""},
		{"1.0+build,of+2", 0, ""},
		{"201301", 0, ""},
		{"2013-01:02.0304.5.6-dev", 0, ""},
		{"1.x-dev", 0, ""},
		{"v1.2.X.*dev", 0, ""},
		{"1." + long[:254], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{"dev-main", 0, "a branch has no order"},
		{"DEV-1.0", 0, "a branch has no order"},
		{"master", 0, "a branch has no order"},
		{"trunk", 0, "a branch has no order"},
		{"default", 0, "a branch has no order"},
		{"v", 1, "no number"},
		{"vv1", 1, "no number"},
		{"main-dev", 0, "no number"},
		{"x-dev", 0, "no number"},
		{" 1.0", 0, "no number"},
		{"v100000", 0, ""}, // a date
		{"v1234567.8888", 1, "first number of more than five digits"},
		{"1.0 ", 3, "unexpected character"},
		{"1.2.3.4.5", 8, "unexpected character"}, // a dot may stand before a stability
		{"1..2", 2, "unexpected character"},
		{"1.0--", 4, "unexpected character"},
		{"1.0-1", 4, "unexpected character"},
		{"1.0-foo", 4, "unexpected character"},
		{"1.0-betas", 8, "unexpected character"},
		{"1.0-rc.", 6, "unexpected character"},
		{"1.0-dev1", 7, "unexpected character"},
		{"1.0-dev-beta", 7, "unexpected character"},
		{"v1.x", 3, "unexpected character"},
		{"1.x--dev", 2, "unexpected character"},
		{"1.0@beta", 3, "unexpected character"},
		{"1.0 as 2.0", 3, "unexpected character"},
		{"2013-1", 5, "unexpected character"},
		{"1.0é", 3, "unexpected character"},
		{"1.0+", 4, "empty build"},
		{"1.0+a b", 5, "invalid character in the build"},
		{"1.0+\x00", 4, "invalid character in the build"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.Composer, tt.v, tt.offset, tt.reason)
	}
}

// TestComposerKeyBytes pins keys, as [TestKeyBytes] does.
func TestComposerKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"v1.2+b", "\x06\x01\x06\x02\x06\x00\x06\x00" + "\x05"},
		{"1.2.3.4-RC5.6-dev", "\x06\x01\x06\x02\x06\x03\x06\x04" + "\x04\x06\x05\x06\x06" + "\x01" + "\x05"},
		{"1alpha", "\x06\x01\x06\x00\x06\x00\x06\x00" + "\x02\x05"},
		{"1b", "\x06\x01\x06\x00\x06\x00\x06\x00" + "\x03\x05"},
		{"1pl2", "\x06\x01\x06\x00\x06\x00\x06\x00" + "\x07\x06\x02\x05"},
		{"2013-01-02", "\x06\xD1\x07\xDD\x06\x01\x06\x02" + "\x05"},
		{"1.x-dev", "\x06\x01" + "\x06\xD2\x98\x96\x7F\x06\xD2\x98\x96\x7F\x06\xD2\x98\x96\x7F" + "\x01\x05"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.Composer, tt.v)); got != tt.want {
			t.Errorf("composer.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}

// phpNormalise does in PHP what Composer does to a version before it asks
// version_compare; null where it refuses one, or knows no order for it.
const phpNormalise = `
const TAIL = '[._-]?(?:(?<stability>stable|beta|b|rc|alpha|a|patch|pl|p)(?<counts>(?:[.-]?[0-9]+)*+)?)?(?<dev>[.-]?dev)?$';
const NAMES = ['a' => 'alpha', 'b' => 'beta', 'rc' => 'RC', 'p' => 'patch', 'pl' => 'patch'];

function normalise(string $v): ?string {
    if (in_array($v, ['master', 'trunk', 'default']) || stripos($v, 'dev-') === 0) {
        return null;
    }
    $v = preg_replace('/^([^,\s+]+)\+\S+$/', '$1', $v);
    if (preg_match('/^v?(?<numbers>[0-9]{1,5}(?:\.[0-9]++){0,3})' . TAIL . '/iD', $v, $m)) {
        $out = implode('.', array_pad(explode('.', $m['numbers']), 4, '0'));
    } elseif (preg_match('/^v?(?<numbers>[0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3}){0,2})' . TAIL . '/iD', $v, $m)) {
        $out = strtr($m['numbers'], ':-', '..');
    } elseif (preg_match('/^v?(?<numbers>[0-9]+(?:\.(?:[0-9]++|[x*])){0,3})[.-]?dev$/iD', $v, $m)) {
        $parts = array_pad(explode('.', $m['numbers']), 4, 'x');
        return implode('.', array_map(fn($p) => ctype_digit($p) ? $p : '9999999', $parts)) . '-dev';
    } else {
        return null;
    }
    $stability = $m['stability'] ?? '';
    if ($stability === 'stable') {
        return $out;
    }
    if ($stability !== '') {
        $name = strtolower($stability);
        $out .= '-' . (NAMES[$name] ?? $name) . ltrim($m['counts'] ?? '', '.-');
    }
    return $out . (($m['dev'] ?? '') === '' ? '' : '-dev');
}
`

const (
	phpCompare = phpNormalise + `
while (($line = fgets(STDIN)) !== false) {
    [$a, $b] = array_map('normalise', explode(' ', rtrim($line, "\n")));
    echo version_compare($a, $b), "\n";
}
`
	phpTakes = phpNormalise + `
while (($line = fgets(STDIN)) !== false) {
    echo normalise(explode(' ', rtrim($line, "\n"))[0]) === null ? 0 : 1, "\n";
}
`
)

// TestComposerNative asks PHP's version_compare.
func TestComposerNative(t *testing.T) {
	t.Parallel()
	needTool(t, "php", "-v")
	pairs := nativePairs(t, version.Composer)
	stable := regexp.MustCompile(`(?i)stable`)
	checkNative(t, version.Composer, pairs, askNative(t, pairs, "php", "-r", phpCompare), []fault{
		{"takes all numbers past 63 bits for the same", "version_compare reads them with strtol", func(v string) bool {
			return longestDigits(v) > 18
		}},
		{"knows the stability stable in small letters only", "1.0-Stable is normalised to 1.0.0.0-stable, which is before 1.0-dev", func(v string) bool {
			return stable.MatchString(v) && !strings.Contains(v, "stable")
		}},
	})
}

// TestComposerNativeTakes holds Check to the regular expressions, which are
// Composer's but for what is split up or named otherwise.
func TestComposerNativeTakes(t *testing.T) {
	t.Parallel()
	needTool(t, "php", "-v")
	ask := func(pairs [][2]string) []int { return askNative(t, pairs, "php", "-r", phpTakes) }
	checkNativeTakes(t, version.Composer, ask, nil)
}
