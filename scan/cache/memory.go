package cache

import (
	"container/list"
	"context"
	"sync"
)

// A MemoryCache keeps values in memory. It is safe for concurrent use.
type MemoryCache struct {
	max     int64
	fillers fillers

	mu     sync.Mutex
	size   int64
	byKey  map[string]*list.Element
	recent list.List // of *value; the one used last is in front
}

type value struct {
	key  string
	data []byte
}

// Memory returns an empty cache of at most max bytes; 0 means 256 MiB. When it is
// full, what was not used for the longest time is dropped. A value larger than
// max is not kept.
func Memory(max int64) *MemoryCache {
	if max <= 0 {
		max = 256 << 20
	}
	return &MemoryCache{max: max, byKey: make(map[string]*list.Element)}
}

// Get implements scan.Cache.
func (c *MemoryCache) Get(ctx context.Context, key string, fill fill) ([]byte, error) {
	if data, ok := c.find(key); ok {
		return data, nil
	}
	leave, err := c.fillers.enter(ctx, key)
	if err != nil {
		return nil, err
	}
	defer leave()
	if data, ok := c.find(key); ok {
		return data, nil
	}
	data, err := fill(ctx)
	if err != nil {
		return nil, err
	}
	c.keep(key, data)
	return data, nil
}

// Size is the number of bytes that are kept.
func (c *MemoryCache) Size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size
}

func (c *MemoryCache) find(key string) (data []byte, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return nil, false
	}
	c.recent.MoveToFront(e)
	return e.Value.(*value).data, true
}

func (c *MemoryCache) keep(key string, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if int64(len(data)) > c.max {
		return
	}
	c.byKey[key] = c.recent.PushFront(&value{key, data})
	c.size += int64(len(data))
	for c.size > c.max {
		last := c.recent.Back()
		v := c.recent.Remove(last).(*value)
		delete(c.byKey, v.key)
		c.size -= int64(len(v.data))
	}
}
