package manifest

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// A Quantity is an amount of a resource, such as "100m" or "64Mi".
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
type Quantity struct{ rat *big.Rat } // nil: zero

// maxExponent bounds the power of ten of a quantity.
const maxExponent = 64

// ParseQuantity reads a quantity: digits with or without a fraction, and a suffix.
func ParseQuantity(s string) (Quantity, error) {
	number := 0
	if s != "" && (s[0] == '+' || s[0] == '-') {
		number++
	}
	from := number
	for number < len(s) && (s[number] == '.' || '0' <= s[number] && s[number] <= '9') {
		number++
	}
	digits, suffix := s[:number], s[number:]
	bad := fmt.Errorf("quantity %q: want a number with a suffix such as m, k, Ki or Mi", s)
	if number == from || digits[from:] == "." || strings.Count(digits, ".") > 1 || len(digits) > 128 {
		return Quantity{}, bad
	}
	value, ok := new(big.Rat).SetString(strings.TrimSuffix(strings.TrimPrefix(digits, "+"), "."))
	if !ok {
		return Quantity{}, bad
	}
	factor, ok := quantityFactor(suffix)
	if !ok {
		return Quantity{}, bad
	}
	return Quantity{value.Mul(value, factor)}, nil
}

// quantityFactor is what a suffix stands for.
func quantityFactor(suffix string) (*big.Rat, bool) {
	if i := strings.Index("KiMiGiTiPiEi", suffix); len(suffix) == 2 && i >= 0 && i%2 == 0 {
		return new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(i/2+1)*10)), true
	}
	exponent := 0
	switch suffix {
	case "":
	case "n":
		exponent = -9
	case "u":
		exponent = -6
	case "m":
		exponent = -3
	case "k":
		exponent = 3
	case "M":
		exponent = 6
	case "G":
		exponent = 9
	case "T":
		exponent = 12
	case "P":
		exponent = 15
	case "E":
		exponent = 18
	default:
		n, err := strconv.Atoi(suffix[1:])
		if suffix[0] != 'e' && suffix[0] != 'E' || err != nil || n < -maxExponent || n > maxExponent {
			return nil, false
		}
		exponent = n
	}
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(exponent, -exponent))), nil)
	if exponent < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), power), true
	}
	return new(big.Rat).SetInt(power), true
}

// IsZero reports whether q is nothing.
func (q Quantity) IsZero() bool { return q.rat == nil || q.rat.Sign() == 0 }

// Cmp is -1, 0 or +1, as q is less than, equal to or more than r.
func (q Quantity) Cmp(r Quantity) int { return q.orZero().Cmp(r.orZero()) }

func (q Quantity) orZero() *big.Rat {
	if q.rat == nil {
		return new(big.Rat)
	}
	return q.rat
}

// Value is q as a whole number, rounded up, at most that of 64 bits.
func (q Quantity) Value() int64 { return roundUp(q.orZero()) }

// Milli is a thousand times q as a whole number, rounded up, at most that of 64
// bits.
func (q Quantity) Milli() int64 {
	return roundUp(new(big.Rat).Mul(q.orZero(), big.NewRat(1000, 1)))
}

// Nano is a thousand million times q as a whole number, rounded away from zero.
func (q Quantity) Nano() *big.Int {
	r := new(big.Rat).Mul(q.orZero(), big.NewRat(1e9, 1))
	n, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	return n.Add(n, big.NewInt(int64(rest.Sign())))
}

// roundUp rounds away from zero.
func roundUp(r *big.Rat) int64 {
	n, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	n.Add(n, big.NewInt(int64(rest.Sign())))
	switch {
	case n.IsInt64():
		return n.Int64()
	case n.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

// Quantity is the amount that n holds, which may be written as a number; ok is
// false where it holds none.
func (n *Node) Quantity() (q Quantity, ok bool) {
	switch n.Kind() {
	case String, Int, Float:
		_, text := n.value().json() // 0x10 is 16, as the API server gets it
		q, err := ParseQuantity(text)
		return q, err == nil
	}
	return Quantity{}, false
}
