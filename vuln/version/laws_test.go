package version_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// checkLaws checks what every Scheme promises, on all pairs and triples of vs.
func checkLaws(t *testing.T, s version.Scheme, vs ...string) {
	t.Helper()
	for _, a := range vs {
		checkKey(t, s, a)
		if got := s.Compare(a, a); got != 0 {
			t.Errorf("%s.Compare(%q, %q) = %d, want 0", s, a, a, got)
		}
		for _, b := range vs {
			checkPair(t, s, a, b)
			for _, c := range vs {
				ab, bc, ac := s.Compare(a, b), s.Compare(b, c), s.Compare(a, c)
				if ab <= 0 && bc <= 0 && ac != min(ab, bc) {
					t.Errorf("%s is not transitive: %q %d %q %d %q, but first and last are %d", s, a, ab, b, bc, c, ac)
				}
			}
		}
	}
}

// checkKey checks that Check and AppendKey agree on v, and what they return.
func checkKey(t *testing.T, s version.Scheme, v string) {
	t.Helper()
	err := s.Check(v)
	dst := append(make([]byte, 0, 8), "before"...)
	key, keyErr := s.AppendKey(dst, v)
	if !bytes.HasPrefix(key, dst) {
		t.Errorf("%s.AppendKey(%q, %q) = %q: dst was changed", s, dst, v, key)
	}
	if err == nil {
		// No key is empty: an Interval takes the empty bound for none.
		if n := len(key) - len(dst); keyErr != nil || n < 1 || n > 2*len(v)+16 {
			t.Errorf("%s.AppendKey(%q) = %q, %v, want a key of 1 to %d bytes and no error", s, v, key[len(dst):], keyErr, 2*len(v)+16)
		}
		return
	}
	if keyErr == nil || keyErr.Error() != err.Error() || len(key) != len(dst) {
		t.Errorf("%s.AppendKey(%q, %q) = %q, %v, want dst and %v", s, dst, v, key, keyErr, err)
	}
	var bad *version.Error
	switch {
	case !errors.Is(err, version.ErrInvalid) || !errors.As(err, &bad):
		t.Errorf("%s.Check(%q) = %v (%T), want an *Error that matches ErrInvalid", s, v, err, err)
	case bad.Scheme != s.String() || bad.Value != v || bad.Reason == "" || bad.Offset < 0 || bad.Offset > len(v):
		t.Errorf("%s.Check(%q) = %#v, want its scheme and value, a reason, an offset from 0 to %d", s, v, bad, len(v))
	}
}

func checkPair(t *testing.T, s version.Scheme, a, b string) {
	t.Helper()
	got := s.Compare(a, b)
	if back := s.Compare(b, a); got < -1 || got > 1 || back != -got {
		t.Errorf("%s.Compare(%q, %q) = %d, and %d the other way round", s, a, b, got, back)
	}
	keyA, errA := s.AppendKey(nil, a)
	keyB, errB := s.AppendKey(nil, b)
	var want int
	switch {
	case errA == nil && errB == nil:
		want = bytes.Compare(keyA, keyB)
	case errA == nil:
		want = -1
	case errB == nil:
		want = +1
	default:
		want = strings.Compare(a, b)
	}
	if got != want {
		t.Errorf("%s.Compare(%q, %q) = %d, want %d (keys %x, %x)", s, a, b, got, want, keyA, keyB)
	}
}

// neighbour returns v with one piece more, one byte less, or another byte:
// versions whose order is decided late.
func neighbour(r *rand.Rand, s version.Scheme, v string) string {
	if v == "" {
		return randomVersion(r, s)
	}
	i := r.IntN(len(v))
	switch r.IntN(4) {
	case 0:
		return v[:i] + v[i+1:]
	case 1:
		return v[:i] + "01~a-.+"[r.IntN(7):][:1] + v[i+1:]
	case 2:
		return v + "01~a-.+"[r.IntN(7):][:1]
	default:
		return v[:i] + "01a."[r.IntN(4):][:1] + v[i:]
	}
}

func TestLaws(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		r := rand.New(rand.NewPCG(1, 2))
		valid := 0
		for range 4_000 {
			a := randomVersion(r, s)
			b := neighbour(r, s, a)
			c := neighbour(r, s, b)
			checkLaws(t, s, a, b, c)
			if s.Check(a) == nil && s.Check(b) == nil && s.Check(c) == nil {
				valid++
			}
			if t.Failed() {
				return
			}
		}
		if valid < 200 {
			t.Errorf("%s: %d of 4000 triples are well formed, too few to say anything", s, valid)
		}
	}
}

// TestSort holds the order to all rows of a scheme at once: sorted by Compare
// and sorted by key, the versions come in the same order.
func TestSort(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		var byOrder []string
		for _, r := range ownRows(t, s) {
			byOrder = append(byOrder, r.a, r.b)
		}
		byKey := slices.Clone(byOrder)
		slices.SortStableFunc(byOrder, s.Compare)
		slices.SortStableFunc(byKey, func(a, b string) int {
			return bytes.Compare(mustKey(t, s, a), mustKey(t, s, b))
		})
		if !slices.Equal(byOrder, byKey) {
			t.Errorf("%s: sorted by Compare %q, by key %q", s, byOrder, byKey)
		}
	}
}

func mustKey(tb testing.TB, s version.Scheme, v string) []byte {
	tb.Helper()
	key, err := s.AppendKey(nil, v)
	if err != nil {
		tb.Fatalf("%s.AppendKey(nil, %q): %v", s, v, err)
	}
	return key
}
