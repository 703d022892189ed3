package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// Schema is the number of the on-disk layout: of the frame, the buckets, the
// packed rows and the version keys in them. It is raised when one changes.
const Schema = 4

// A database is a bbolt file in a frame of ours, so that a file can be judged
// before bbolt maps it. Numbers are big endian.
//
//	offset 512  mark "PLIMSOLL", uint32 schema: in the part of bbolt's first
//	            page that bbolt leaves unused
//	end - 56    footer: "PLIMSEND", uint64 size of all before the footer,
//	            SHA-256 of all before the footer, 4 bytes zero,
//	            uint32 CRC-32C of the 52 bytes of the footer before it
const (
	markOffset = 512
	markSize   = 12
	markText   = "PLIMSOLL"
	footerSize = 56
	footerText = "PLIMSEND"
)

// openRegular opens a regular file. Opening a pipe could wait for ever.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: not a file", ErrNotDatabase)
	}
	return os.Open(path)
}

// checkFrame judges f by its mark and footer and returns the checksum of the
// content, which it does not read.
func checkFrame(f *os.File) (sum [sha256.Size]byte, err error) {
	info, err := f.Stat()
	if err != nil {
		return sum, err
	}
	if !info.Mode().IsRegular() {
		return sum, fmt.Errorf("%w: not a file", ErrNotDatabase)
	}
	if info.Size() == 0 {
		return sum, fmt.Errorf("%w: the file is empty", ErrNotDatabase)
	}
	var mark [markSize]byte
	if _, err := f.ReadAt(mark[:], markOffset); err != nil && err != io.EOF {
		return sum, err
	}
	if string(mark[:8]) != markText {
		return sum, ErrNotDatabase
	}
	if schema := binary.BigEndian.Uint32(mark[8:]); schema != Schema {
		return sum, fmt.Errorf("%w: schema %d, want %d: rebuild it with plimsoll db build", ErrSchema, schema, Schema)
	}
	size := info.Size() - footerSize
	if size < markOffset+markSize {
		return sum, fmt.Errorf("%w: the file is cut short", ErrDamaged)
	}
	var footer [footerSize]byte
	if _, err := f.ReadAt(footer[:], size); err != nil {
		return sum, err
	}
	if !bytes.Equal(footer[:], appendFooter(nil, uint64(size), [sha256.Size]byte(footer[16:48]))) {
		return sum, fmt.Errorf("%w: the file is cut short", ErrDamaged)
	}
	return [sha256.Size]byte(footer[16:48]), nil
}

func appendFooter(dst []byte, size uint64, sum [sha256.Size]byte) []byte {
	begin := len(dst)
	dst = append(dst, footerText...)
	dst = binary.BigEndian.AppendUint64(dst, size)
	dst = append(dst, sum[:]...)
	dst = append(dst, 0, 0, 0, 0)
	return binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst[begin:], crc32.MakeTable(crc32.Castagnoli)))
}

// seal frames the bbolt file at path, whose content ends at size, and syncs it.
func seal(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		return err
	}
	mark := binary.BigEndian.AppendUint32([]byte(markText), Schema)
	if _, err := f.WriteAt(mark, markOffset); err != nil {
		return err
	}
	sum, err := sumOf(f, size)
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(appendFooter(nil, uint64(size), sum), size); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// Verify reads the whole file at path and compares it with its checksum. Its
// errors are those of [Open].
func Verify(path string) error {
	f, err := openRegular(path)
	if err != nil {
		return fmt.Errorf("verify database %s: %w", path, err)
	}
	defer f.Close()
	want, err := checkFrame(f)
	if err != nil {
		return fmt.Errorf("verify database %s: %w", path, err)
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("verify database: %w", err)
	}
	got, err := sumOf(f, info.Size()-footerSize)
	if err != nil {
		return fmt.Errorf("verify database %s: %w", path, err)
	}
	if got != want {
		return fmt.Errorf("verify database %s: %w: the checksum is wrong", path, ErrDamaged)
	}
	return nil
}

func sumOf(f *os.File, size int64) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, size)); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
