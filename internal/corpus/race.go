//go:build race

package corpus

// Race tells tests that they run under the race detector, which makes them some
// ten times slower: they may do with less of the corpus then.
const Race = true
