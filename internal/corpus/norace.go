//go:build !race

package corpus

// Race tells tests whether they run under the race detector.
const Race = false
