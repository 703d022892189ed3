package version

// wordGoesOn marks, in the key of a word, a letter that another follows.
const wordGoesOn = 1

// appendWord appends the key of a run of ASCII letters: each letter twice its
// value, and one more where another letter follows. So the end of a word needs
// no byte, the shorter of two words is first, and none is the start of another.
func appendWord(dst []byte, word string) []byte {
	for i := range len(word) {
		c := word[i] << 1
		if i+1 < len(word) {
			c |= wordGoesOn
		}
		dst = append(dst, c)
	}
	return dst
}
