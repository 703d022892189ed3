package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// While little is in use the percentage stays; once more is, it is the one that was
// there before.
func TestAfterCollection(t *testing.T) {
	before := debug.SetGCPercent(300)
	defer debug.SetGCPercent(before)
	const old = 77
	afterCollection(old)
	keep := make([]byte, 4*fewBytes)
	for range 10_000 {
		runtime.GC()
		if debug.SetGCPercent(300) == old {
			runtime.KeepAlive(keep)
			return
		}
		runtime.Gosched()
	}
	t.Errorf("with %d bytes in use, the percentage is not set back", len(keep))
}
