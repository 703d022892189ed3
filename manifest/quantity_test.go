package manifest

import (
	"math"
	"testing"
)

func TestQuantity(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text         string
		value, milli int64
	}{
		{"0", 0, 0}, {"1", 1, 1000}, {"100m", 1, 100}, {"1.5", 2, 1500}, {".5", 1, 500}, {"5.", 5, 5000}, {"+1k", 1000, 1e6}, {"-1", -1, -1000},
		{"1Ki", 1024, 1024e3}, {"1.5Mi", 3 << 19, 3 << 19 * 1000}, {"1Gi", 1 << 30, 1 << 30 * 1000}, {"1M", 1e6, 1e9}, {"1G", 1e9, 1e12}, {"1T", 1e12, 1e15},
		{"1P", 1e15, 1e18}, {"1E", 1e18, math.MaxInt64}, {"1Ei", 1 << 60, math.MaxInt64}, {"9Ei", math.MaxInt64, math.MaxInt64}, {"-9Ei", math.MinInt64, math.MinInt64},
		{"1e3", 1000, 1e6}, {"1E3", 1000, 1e6}, {"1e-3", 1, 1}, {"1u", 1, 1}, {"1n", 1, 1}, {"-1n", -1, -1}, {"1e64", math.MaxInt64, math.MaxInt64},
	} {
		q, err := ParseQuantity(row.text)
		if err != nil || q.Value() != row.value || q.Milli() != row.milli || q.IsZero() != (row.value == 0) {
			t.Errorf("ParseQuantity(%q): %d, %d, %v; want %d, %d", row.text, q.Value(), q.Milli(), err, row.value, row.milli)
		}
	}
	for _, text := range []string{"", ".", "+", "m", "1 ", " 1", "1KB", "1ki", "1i", "1iM", "1e", "1e99", "1e-99", "1e+", "1.2.3", "0x1", "1_0", "Ki", "1Kii", "1e1m"} {
		if q, err := ParseQuantity(text); err == nil {
			t.Errorf("ParseQuantity(%q) = %d, want an error", text, q.Value())
		}
	}
	if (Quantity{}).Cmp(Quantity{}) != 0 || !(Quantity{}).IsZero() || (Quantity{}).Nano().Sign() != 0 {
		t.Error("the zero quantity is not zero")
	}
}

// FuzzQuantity compares quantities: the order is one, and rounding keeps it.
func FuzzQuantity(f *testing.F) {
	f.Add("100m", "0.1")
	f.Add("1Ki", "1e3")
	f.Add("-1n", "0")
	f.Add("1E", "1Ei")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, errX := ParseQuantity(a)
		y, errY := ParseQuantity(b)
		if errX != nil || errY != nil {
			return
		}
		c := x.Cmp(y)
		if c != -y.Cmp(x) || x.Cmp(x) != 0 {
			t.Fatalf("%q and %q have no order", a, b)
		}
		if c < 0 && (x.Value() > y.Value() || x.Milli() > y.Milli()) || c == 0 && x.Nano().Cmp(y.Nano()) != 0 {
			t.Fatalf("%q and %q are rounded to %d and %d", a, b, x.Value(), y.Value())
		}
	})
}

// A number is the one that the API server gets, however it is written.
func TestNodeQuantity(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"2": 2000, "0x10": 16000, "0b11": 3000, "1_000": 1_000_000, "0.5": 500, ".5": 500, "1e3": 1_000_000, "'0x10'": -1, "250m": 250, "true": -1} {
		q, ok := readNode(t, "cpu: "+text).Get("cpu").Quantity()
		if got := q.Milli(); ok != (want >= 0) || ok && got != want {
			t.Errorf("Quantity of %s = %dm, %t, want %dm", text, got, ok, want)
		}
	}
}

func readNode(t *testing.T, text string) *Node {
	t.Helper()
	docs, problems := ReadDocuments("a.yaml", []byte(text), Options{})
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatalf("%d documents in %q: %v", len(docs), text, problems)
	}
	return docs[0].Root
}
