package rules

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// canonical is the amount q, written as text, as the API server writes it: with
// the greatest suffix of text's kind that leaves a whole number.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
func canonical(text string, q manifest.Quantity) string {
	const decimal = "num kMGTPE" // a letter for each step of a thousand
	if q.IsZero() {
		return "0"
	}
	nano := q.Nano()
	thousand := big.NewInt(1000)
	whole, rest := new(big.Int).QuoRem(nano, new(big.Int).Exp(thousand, big.NewInt(3), nil), new(big.Int))
	if strings.HasSuffix(text, "i") && rest.Sign() == 0 && whole.CmpAbs(big.NewInt(1023)) > 0 {
		step := divide(whole, big.NewInt(1024), 6)
		return whole.String() + []string{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}[step]
	}
	step := divide(nano, thousand, len(decimal)-1)
	exponent := 3 * (step - 3)
	switch {
	case exponent == 0:
		return nano.String()
	case strings.ContainsAny(strings.TrimSuffix(text, "E"), "eE"):
		return nano.String() + "e" + strconv.Itoa(exponent)
	}
	return nano.String() + decimal[step:step+1]
}

// divide divides n, which is not 0, by a number as often as no rest is left, most
// times at most, and returns how often.
func divide(n, by *big.Int, most int) int {
	quotient, rest := new(big.Int), new(big.Int)
	for times := range most {
		if quotient.QuoRem(n, by, rest); rest.Sign() != 0 {
			return times
		}
		n.Set(quotient)
	}
	return most
}
