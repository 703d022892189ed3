// Package cache keeps what a scan made of layers, so that a layer which was read
// once is not read again: [Memory] within a process, [Directory] across
// processes. Both implement scan.Cache.
package cache

import (
	"context"
	"sync"
)

// A fill makes the value of a key.
type fill = func(ctx context.Context) ([]byte, error)

// fillers lets one goroutine at a time make the value of a key.
type fillers struct {
	mu   sync.Mutex
	busy map[string]chan struct{} // closed when the filler is done
}

// enter waits until nobody makes the value of key, and then is the one who does,
// until leave. An error is ctx's.
func (f *fillers) enter(ctx context.Context, key string) (leave func(), err error) {
	for {
		f.mu.Lock()
		done, ok := f.busy[key]
		if !ok {
			done = make(chan struct{})
			if f.busy == nil {
				f.busy = make(map[string]chan struct{})
			}
			f.busy[key] = done
			f.mu.Unlock()
			return func() {
				f.mu.Lock()
				delete(f.busy, key)
				f.mu.Unlock()
				close(done)
			}, nil
		}
		f.mu.Unlock()
		select {
		case <-done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
