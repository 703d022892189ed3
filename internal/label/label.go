// Package label knows the syntax of labels.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
//
// A key is a name, with a prefix and a slash before it or without; a value is a name
// or empty.
package label

import "strings"

// The most bytes that the parts of a label have, which the functions do not ask for.
const (
	MaxName   = 63
	MaxPrefix = 253
)

// IsName reports whether s has only letters, digits, '-', '_' and '.', and begins and
// ends with a letter or digit.
func IsName(s string) bool {
	for i, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
		case c != '-' && c != '_' && c != '.' || i == 0 || i == len(s)-1:
			return false
		}
	}
	return s != ""
}

// IsPrefix reports whether s is a name of DNS in lower case (RFC 1123).
func IsPrefix(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || part[0] == '-' || part[len(part)-1] == '-' {
			return false
		}
		for _, c := range []byte(part) {
			if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// Cut takes a key apart at its first slash; prefixed says whether there is one.
func Cut(key string) (prefix, name string, prefixed bool) {
	if prefix, name, prefixed = strings.Cut(key, "/"); !prefixed {
		return "", key, false
	}
	return prefix, name, true
}
