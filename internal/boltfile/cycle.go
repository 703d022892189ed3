package boltfile

import (
	"encoding/binary"
	"fmt"
	"os"
)

// The flag of a page that refers to others, and the size of a reference: where
// its key is, how long that is, and the page's number.
// https://github.com/etcd-io/bbolt/blob/main/internal/common/page.go
const (
	branchFlag = 0x01
	branchSize = 16
)

// CheckTree makes sure that the pages of f, which [CheckSize] found long enough,
// do not refer to each other in a circle: bbolt would follow it until its stack
// is full, which ends the program. The error of a file in which they do matches
// [ErrDamaged]. Of a page that refers to none a few bytes are read.
func CheckTree(f *os.File) error {
	m, ok := readMeta(f, 0)
	if !ok {
		return fmt.Errorf("%w: the first page is altered", ErrDamaged)
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	pages := uint64(info.Size()) / m.pageSize
	refers := make(map[uint64][]uint64)
	page := make([]byte, m.pageSize)
	for id := uint64(2); id < pages; id++ {
		at := int64(id * m.pageSize)
		if _, err := f.ReadAt(page[:headerSize], at); err != nil {
			return err
		}
		// A page has its number in it. What has not is the rest of a long value.
		if binary.NativeEndian.Uint64(page) != id || binary.NativeEndian.Uint16(page[8:]) != branchFlag {
			continue
		}
		if _, err := f.ReadAt(page, at); err != nil {
			return err
		}
		for n := int(binary.NativeEndian.Uint16(page[10:])); n > 0 && headerSize+n*branchSize <= len(page); n-- {
			refers[id] = append(refers[id], binary.NativeEndian.Uint64(page[headerSize+n*branchSize-8:]))
		}
	}
	return findCircle(refers)
}

// findCircle goes along references without recursion, which a long chain would
// need much of.
func findCircle(refers map[uint64][]uint64) error {
	const (
		under = 1 // on the way from where the walk began
		done  = 2
	)
	state := make(map[uint64]int)
	for begin := range refers {
		stack := []uint64{begin}
		for len(stack) > 0 {
			id := stack[len(stack)-1]
			if state[id] != 0 {
				state[id] = done
				stack = stack[:len(stack)-1]
				continue
			}
			state[id] = under
			for _, next := range refers[id] {
				if state[next] == under {
					return fmt.Errorf("%w: page %d refers to one that refers to it", ErrDamaged, id)
				}
				if state[next] == 0 && len(refers[next]) > 0 {
					stack = append(stack, next)
				}
			}
		}
	}
	return nil
}
