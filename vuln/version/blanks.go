package version

// trimBlanks is v without the ASCII blanks around it, and where that starts
// in v.
func trimBlanks(v string) (rest string, at int) {
	end := len(v)
	for at < end && isBlank(v[at]) {
		at++
	}
	for end > at && isBlank(v[end-1]) {
		end--
	}
	return v[at:end], at
}

// isBlank is true for the space, tab, newline, vertical tab, form feed and
// carriage return.
func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
