package artifact

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Limits bound what a hostile artifact can cost. A zero field means the default
// named beside it.
type Limits struct {
	Layers     int   // layers of an image: 512
	Entries    int   // entries of one layer: 2,000,000
	PathLength int   // bytes of a path or a link's target: 4,096
	FileBytes  int64 // bytes of one file that an analyzer reads: 256 MiB
	// Links bounds the links followed to resolve one path, the links to one
	// file that count for packages, and the second reads of a scan: 40.
	Links int
	// Memory bounds the bytes of such files held at once, by all workers: 128 MiB.
	Memory int64
	// Kept bounds the bytes kept of all layers (names, packages, problems, each
	// with what it takes in memory, roughly): 1 GiB. Reaching it ends the scan
	// with an error that matches ErrTotal.
	Kept int64
	// TotalBytes bounds the uncompressed bytes of all layers together, read
	// once or twice: 64 GiB. Reaching it ends the scan with an error that
	// matches ErrTotal.
	TotalBytes int64
	// Ratio bounds the uncompressed bytes of a blob for each byte of its
	// stored size, once it has passed RatioFloor: 1,100, just above the 1,032
	// that deflate can reach.
	Ratio int64
	// MetadataBytes bounds each document that describes an image (manifest,
	// index, config): 8 MiB.
	MetadataBytes int64
}

// RatioFloor is the number of uncompressed bytes of a blob below which
// Limits.Ratio is not asked: small blobs of zeros are common and harmless.
const RatioFloor = 16 << 20

// WithDefaults returns l with each zero field replaced by its default.
func (l Limits) WithDefaults() Limits {
	set(&l.Layers, 512)
	set(&l.Entries, 2_000_000)
	set(&l.PathLength, 4096)
	set(&l.FileBytes, 256<<20)
	set(&l.Memory, 128<<20)
	set(&l.Kept, 1<<30)
	set(&l.Links, 40)
	set(&l.TotalBytes, 64<<30)
	set(&l.Ratio, 1100)
	set(&l.MetadataBytes, 8<<20)
	return l
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// A Memory shares Limits.Memory out among the files that are read at one time.
// A file takes what it needs in one request and holds it until it is released,
// so nobody waits while holding, and the outcome does not depend on timing.
type Memory struct {
	limit int64
	sem   *semaphore.Weighted
	spare sync.Pool // of *[]byte, which nobody refers to any more
}

// NewMemory returns a Memory of limit bytes.
func NewMemory(limit int64) *Memory {
	return &Memory{limit: limit, sem: semaphore.NewWeighted(limit)}
}

// take waits until n bytes are free. More than the limit is an [ErrLimit].
func (m *Memory) take(ctx context.Context, n int64) error {
	if n > m.limit {
		return fmt.Errorf("%w: %d bytes at once, of %d", ErrLimit, n, m.limit)
	}
	return m.sem.Acquire(ctx, n)
}

func (m *Memory) free(n int64) { m.sem.Release(n) }

// maxSpare bounds a buffer that is kept for the next file: most programs of a
// system fit in, and a few do not matter.
const maxSpare = 8 << 20

// buffer returns n bytes of any content.
func (m *Memory) buffer(n int64) []byte {
	if m != nil && n <= maxSpare {
		if b, ok := m.spare.Get().(*[]byte); ok && int64(cap(*b)) >= n {
			return (*b)[:n]
		}
	}
	return make([]byte, n)
}

// reuse takes a buffer back.
func (m *Memory) reuse(b []byte) {
	if m != nil && cap(b) > 0 && cap(b) <= maxSpare {
		m.spare.Put(&b)
	}
}
