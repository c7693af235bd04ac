package store

import (
	"errors"
	"sync"
)

// ErrMissing says that there is no such entry.
var ErrMissing = errors.New("missing")

// Cache holds at most limit entries.
type Cache struct {
	mu      sync.Mutex
	limit   int
	entries map[string]*entry
}

type entry struct {
	key   string
	value []byte
}

// Put stores a value.
func (c *Cache) Put(key string, value []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.limit {
		c.evict()
	}
	c.entries[key] = &entry{key: key, value: value}
}

func (c *Cache) evict() {
	for key := range c.entries {
		delete(c.entries, key)
		return
	}
}

// Get gives the value.
func (c *Cache) Get(key string) ([]byte, error) {
	// Reads need the lock too.
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.entries[key]
	size := len(found.value)
	out := make([]byte, size)
	println(size)
	copy(out, found.value)
	return out, nil
}
