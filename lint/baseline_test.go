package lint_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
)

// written is the text of the baseline of a result.
func written(t testing.TB, r *lint.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Baseline().Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBaseline(t *testing.T) {
	t.Parallel()
	before := ship("holds:", "- name: fore", "  load: rum", "- name: aft", "  load: rum", "extra: [rum, rum]")
	all := []string{"7 no-rum", "9 no-rum", "10 no-rum", "10 no-rum"}
	known := func(rows ...string) []string {
		for i := range rows {
			rows[i] += " no-rum baseline"
		}
		return rows
	}
	for _, test := range []struct {
		name, after string
		want        outcome
		fixed       []string // fields
	}{
		{"the same", before, outcome{Suppressed: known("7", "9", "10", "10")}, nil},
		{"moved down", "# one\n\n" + before, outcome{Suppressed: known("9", "11", "12", "12")}, nil},
		{"items moved", ship("extra: [rum, rum]", "holds:", "- {name: aft, load: rum}", "- {name: mid}", "- {name: fore, load: rum}"),
			outcome{Suppressed: known("5", "5", "7", "9")}, nil},
		{"other version", strings.Replace(before, "v1", "v2", 1), outcome{Suppressed: known("7", "9", "10", "10")}, nil},
		{"one more of equal ones", strings.Replace(before, "[rum, rum]", "[rum, x, rum, rum]", 1),
			outcome{Reported: []string{"10 no-rum"}, Suppressed: known("7", "9", "10", "10")}, nil},
		{"another rule", strings.Replace(before, "fore\n  load: rum", "fore\n  load: rats", 1),
			outcome{Reported: []string{"7 no-rats"}, Suppressed: known("9", "10", "10")}, []string{"holds[fore].load"}},
		{"another name of an item", strings.Replace(before, "fore", "mid", 1),
			outcome{Reported: []string{"7 no-rum"}, Suppressed: known("9", "10", "10")}, []string{"holds[fore].load"}},
		{"another object", strings.Replace(before, "ann", "bea", 1), outcome{Reported: all},
			[]string{"extra[]", "holds[aft].load", "holds[fore].load"}},
		{"one less of equal ones", strings.Replace(before, "[rum, rum]", "[rum]", 1),
			outcome{Suppressed: known("7", "9", "10")}, []string{"extra[]"}},
		{"suppressed by a comment", "# plimsoll:ignore *\n" + before,
			outcome{Suppressed: []string{"8 no-rum comment", "10 no-rum comment", "11 no-rum comment", "11 no-rum comment"}},
			[]string{"extra[]", "holds[aft].load", "holds[fore].load"}},
	} {
		text := written(t, lintText(t, before, lint.Options{}))
		baseline, err := lint.ReadBaseline("known.json", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		r := lintText(t, test.after, lint.Options{Baseline: baseline})
		if diff := cmp.Diff(test.want, outcomeOf(r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		var fixed []string
		for _, k := range r.Fixed {
			fixed = append(fixed, k.Field)
		}
		if diff := cmp.Diff(test.fixed, fixed); diff != "" {
			t.Errorf("%s: fixed (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestBaselineAgain holds that a baseline made with one in force knows what that
// one knew.
func TestBaselineAgain(t *testing.T) {
	t.Parallel()
	first := lintText(t, ship("a: rum"), lint.Options{})
	second := lintText(t, ship("a: rum", "b: rats"), lint.Options{Baseline: first.Baseline()})
	const want = `{
  "version": 1,
  "findings": [
    {
      "path": "docks/ship.yaml",
      "object": "Ship ann",
      "field": "a",
      "rule": "no-rum",
      "message": "rum"
    },
    {
      "path": "docks/ship.yaml",
      "object": "Ship ann",
      "field": "b",
      "rule": "no-rats",
      "message": "rats"
    }
  ]
}
`
	if diff := cmp.Diff(want, written(t, second)); diff != "" {
		t.Errorf("Write (-want +got):\n%s", diff)
	}
	if got := written(t, new(lint.Result)); !strings.Contains(got, `"findings": []`) {
		t.Errorf("an empty baseline is written as %s", got)
	}
}

func TestReadBaselineErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":               "read baseline k.json:1: unexpected end of JSON input",
		"{\n\"version\"": "read baseline k.json:2: unexpected end of JSON input",
		"[]":             "read baseline k.json: json: cannot unmarshal array",
		"{}":             "read baseline k.json: version 0, want 1",
		`{"version": 2}`: "read baseline k.json: version 2, want 1",
		`{"version": 1, "findings": [{"rule": "a"}, {"path": "b"}]}`: "read baseline k.json: finding 2 has no rule",
		`{"version": 1, "findings": [{"rule": "a", "count": -1}]}`:   "read baseline k.json: finding 1 has the count -1",
	} {
		if _, err := lint.ReadBaseline("k.json", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("ReadBaseline(%q) = %v, want %s", text, err, want)
		}
	}
}

// FuzzReadBaseline holds that what is read and written reads as the same again.
func FuzzReadBaseline(f *testing.F) {
	f.Add([]byte(`{"version": 1, "findings": [{"rule": "a", "path": "p", "count": 2}, {"rule": "a", "path": "p"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := lint.ReadBaseline("k.json", text)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := b.Write(&out); err != nil {
			t.Fatal(err)
		}
		again, err := lint.ReadBaseline("k.json", out.Bytes())
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, out.Bytes(), err)
		}
		if diff := cmp.Diff(b.Known(), again.Known()); diff != "" {
			t.Errorf("%q is written as %q:\n%s", text, out.Bytes(), diff)
		}
	})
}
