package manifest

import (
	"math"
	"strconv"
	"strings"
)

// plainKind is what a scalar without quotes and tag is: YAML 1.1, as the API
// server's clients read it, and not YAML 1.2. https://yaml.org/type/
func plainKind(s string) Kind {
	if s == "" {
		return Null
	}
	switch s[0] {
	case '~', 'n', 'N', 'y', 'Y', 't', 'T', 'f', 'F', 'o', 'O':
		switch s {
		case "~", "null", "Null", "NULL":
			return Null
		case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
			"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
			return Bool
		}
	case '.', '+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return numberKind(s)
	}
	return String
}

func numberKind(s string) Kind {
	switch s {
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN":
		return Float
	}
	if s[0] != '.' {
		if _, err := parseInt(s); err == nil {
			return Int
		}
		if _, err := strconv.ParseUint(strings.ReplaceAll(s, "_", ""), 0, 64); err == nil {
			return Int
		}
	}
	if isFloat(strings.ReplaceAll(s, "_", "")) {
		if _, err := parseFloat(s); err == nil {
			return Float
		}
	}
	return String
}

// parseInt reads a whole number: decimal, 0x, 0b, 0o, or octal after a zero, with
// underscores anywhere.
func parseInt(s string) (int64, error) {
	if strings.Contains(s, "_") {
		s = strings.ReplaceAll(s, "_", "")
	}
	return strconv.ParseInt(s, 0, 64)
}

func parseFloat(s string) (float64, error) {
	switch strings.ToLower(s) {
	case ".inf", "+.inf":
		return math.Inf(1), nil
	case "-.inf":
		return math.Inf(-1), nil
	case ".nan":
		return math.NaN(), nil
	}
	return strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
}

// isFloat reports whether s is [-+]?(.d+|d+(.d*)?)([eE][-+]?d+)?
func isFloat(s string) bool {
	s = trimSign(s)
	whole := digits(s)
	s = s[whole:]
	fraction := 0
	if s != "" && s[0] == '.' {
		fraction = digits(s[1:])
		if whole == 0 && fraction == 0 {
			return false
		}
		s = s[1+fraction:]
	} else if whole == 0 {
		return false
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = trimSign(s[1:])
	return s != "" && digits(s) == len(s)
}

func trimSign(s string) string {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[1:]
	}
	return s
}

// digits is the length of the digits that s starts with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
