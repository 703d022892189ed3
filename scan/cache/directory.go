package cache

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// A DirectoryCache keeps values in files. It is safe for concurrent use, by
// several processes too.
type DirectoryCache struct {
	dir     string
	max     int64
	fillers fillers
}

// Directory returns the cache in dir, which is made when something is kept
// first, of at most max bytes; 0 means 1 GiB. When it is full, what was not used
// for the longest time is removed. Nothing else may be in dir.
//
// A value is written under another name first and then renamed, and carries a
// checksum: a process that is killed leaves no half of one, and a file that was
// damaged counts as absent. Of several processes that miss one key, one makes
// the value and the others wait for it; its lock ends with it.
func Directory(dir string, max int64) *DirectoryCache {
	if max <= 0 {
		max = 1 << 30
	}
	return &DirectoryCache{dir: dir, max: max}
}

// Get implements scan.Cache. An error beside a value says why it was not kept.
func (c *DirectoryCache) Get(ctx context.Context, key string, fill fill) ([]byte, error) {
	name := c.file(key)
	if data := read(name); data != nil {
		return data, nil
	}
	leave, err := c.fillers.enter(ctx, key)
	if err != nil {
		return nil, err
	}
	defer leave()
	unlock, lockErr := lock(ctx, name)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	defer unlock()
	if data := read(name); data != nil {
		return data, nil
	}
	data, err := fill(ctx)
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(lockErr, c.write(name, data)); err != nil {
		return data, fmt.Errorf("keep in cache %s: %w", c.dir, err)
	}
	return data, nil
}

// Dir is the directory the values are in.
func (c *DirectoryCache) Dir() string { return c.dir }

// Clear removes all that is kept.
func (c *DirectoryCache) Clear() error {
	files, err := c.list()
	if err != nil {
		return fmt.Errorf("clear cache: %w", err)
	}
	for _, f := range files {
		if err := os.Remove(f.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear cache: %w", err)
		}
	}
	return nil
}

// file is where the value of key is: a directory holds a 256th of all.
func (c *DirectoryCache) file(key string) string {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(c.dir, name[:2], name[2:])
}

const (
	lockSuffix = ".lock"
	tempPrefix = ".new-"
	lockWait   = 20 * time.Millisecond // between two tries to get a lock
	abandoned  = time.Hour             // after which nobody writes a file any more
)

// lock waits until no other process makes the value at name. The error is that
// there can be no lock, or ctx's; the function that is returned may be called
// all the same.
func lock(ctx context.Context, name string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return func() {}, err
	}
	l := flock.New(name + lockSuffix)
	if _, err := l.TryLockContext(ctx, lockWait); err != nil {
		return func() {}, err
	}
	return func() {
		// Removed first: who waits for the file that has no name any more gets
		// its lock, finds the value, and is done.
		os.Remove(l.Path())
		l.Close()
	}, nil
}

// A file is a header and the value.
//
//	magic     8 bytes, with the number of this layout
//	checksum  4 bytes, CRC-32C of the value, little endian
const (
	magic      = "plimlc\x00\x01"
	headerSize = len(magic) + 4
)

// read is the value in a file; nil: there is none that is whole.
func read(name string) []byte {
	b, err := os.ReadFile(name)
	if err != nil || len(b) < headerSize || !bytes.HasPrefix(b, []byte(magic)) {
		return nil
	}
	data := b[headerSize:]
	if crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)) != binary.LittleEndian.Uint32(b[len(magic):]) {
		return nil
	}
	now := time.Now()
	os.Chtimes(name, now, now) // it is in use; without the right to say so it merely looks older
	return data
}

// write makes data the value at name, unless it is larger than the cache.
func (c *DirectoryCache) write(name string, data []byte) (err error) {
	if int64(len(data)+headerSize) > c.max {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), tempPrefix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	header := binary.LittleEndian.AppendUint32([]byte(magic), crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
	_, err = f.Write(append(header, data...))
	if err = cmp.Or(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return c.shrink()
}

// shrink removes what was not used for the longest time until the rest fits, and
// what was left by processes that ended.
func (c *DirectoryCache) shrink() error {
	files, err := c.list()
	if err != nil {
		return err
	}
	var total int64
	files = slices.DeleteFunc(files, func(f file) bool {
		if base := filepath.Base(f.name); strings.HasPrefix(base, tempPrefix) || strings.HasSuffix(base, lockSuffix) {
			if time.Since(f.used) > abandoned {
				os.Remove(f.name)
			}
			return true
		}
		total += f.size
		return false
	})
	slices.SortFunc(files, func(a, b file) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.name, b.name)) })
	for _, f := range files {
		if total <= c.max {
			break
		}
		if err := os.Remove(f.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		total -= f.size
	}
	return nil
}

type file struct {
	name string
	size int64
	used time.Time
}

// list is all files of the cache. Those that go away meanwhile are left out.
func (c *DirectoryCache) list() ([]file, error) {
	var files []file
	err := filepath.WalkDir(c.dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var info fs.FileInfo
			if info, err = d.Info(); err == nil {
				files = append(files, file{name, info.Size(), info.ModTime()})
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return files, err
}
