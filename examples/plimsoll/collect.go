package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// fewBytes is up to how much of the heap in use is little.
const fewBytes = 8 << 20

// collectLess lets the heap grow to four times what is in use, not to twice, while
// that is little: most runs are so short that they then collect once or twice, and
// not ten times. GOGC in the environment has its way.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		afterCollection(debug.SetGCPercent(300))
	}
}

// afterCollection sets the percentage that was there before once more is in use,
// which each collection tells.
func afterCollection(percent int) {
	runtime.AddCleanup(new([]byte), func(percent int) {
		var m runtime.MemStats
		if runtime.ReadMemStats(&m); m.HeapAlloc <= fewBytes {
			afterCollection(percent)
			return
		}
		debug.SetGCPercent(percent)
	}, percent)
}
