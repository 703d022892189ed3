package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"path"
)

// fileEntries are the entries of a header that list files.
type fileEntries struct {
	baseNames, dirNames, dirIndexes entry
	oldNames                        entry // whole paths, before rpm 4.0
	flags, modes                    entry
}

func (f *fileEntries) note(e entry) {
	switch e.tag {
	case tagBaseNames:
		f.baseNames = e
	case tagDirNames:
		f.dirNames = e
	case tagDirIndexes:
		f.dirIndexes = e
	case tagOldFilenames:
		f.oldNames = e
	case tagFileFlags:
		f.flags = e
	case tagFileModes:
		f.modes = e
	}
}

const (
	flagGhost   = 1 << 6 // RPMFILE_GHOST
	modeType    = 0o170000
	modeDir     = 0o040000
	maxFilePath = 4096
)

// Files yields the paths of the package's files, clean and relative to the
// root, in the order of the header. Directories are left out, and ghosts: files
// that the package only knows of and did not bring. An error is the last that
// is yielded.
func (p *Package) Files() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		l, err := p.fileList()
		if err != nil {
			yield("", err)
			return
		}
		for i := 0; l.names.count > 0; i++ {
			name, err := l.names.next()
			if err != nil {
				yield("", err)
				return
			}
			if l.leftOut(i) {
				continue
			}
			file, err := l.path(i, name)
			if err != nil {
				yield("", err)
				return
			}
			if file != "" && !yield(file, nil) {
				return
			}
		}
	}
}

// A fileList is the values of a package's fileEntries.
type fileList struct {
	names   texts
	dirs    [][]byte // nil: names are whole paths
	indexes []byte   // of 4 bytes
	flags   []byte   // of 4 bytes; may be missing
	modes   []byte   // of 2 bytes; may be missing
}

var errFileList = errors.New("a list of files whose parts differ in length")

func (p *Package) fileList() (l fileList, err error) {
	h, f := p.header, p.files
	// Those of the two that are not there are empty, and without error.
	if l.flags, err = h.numbers(f.flags, typeInt32, 4); err != nil {
		return l, err
	}
	if l.modes, err = h.numbers(f.modes, typeInt16, 2); err != nil {
		return l, err
	}
	if f.baseNames.tag == 0 {
		l.names, err = h.texts(f.oldNames)
		return l, err
	}
	if l.names, err = h.texts(f.baseNames); err != nil {
		return l, err
	}
	if l.indexes, err = h.numbers(f.dirIndexes, typeInt32, 4); err != nil {
		return l, err
	}
	if len(l.indexes) != 4*l.names.count {
		return l, errFileList
	}
	dirs, err := h.texts(f.dirNames)
	if err != nil {
		return l, err
	}
	if dirs.count > l.names.count {
		return l, errFileList
	}
	l.dirs = make([][]byte, 0, dirs.count)
	for dirs.count > 0 {
		dir, err := dirs.next()
		if err != nil {
			return l, err
		}
		l.dirs = append(l.dirs, dir)
	}
	return l, nil
}

// leftOut reports whether file i is a ghost or a directory.
func (l *fileList) leftOut(i int) bool {
	if 4*i+4 <= len(l.flags) && binary.BigEndian.Uint32(l.flags[4*i:])&flagGhost != 0 {
		return true
	}
	return 2*i+2 <= len(l.modes) && binary.BigEndian.Uint16(l.modes[2*i:])&modeType == modeDir
}

// path is that of file i; "" for the root.
func (l *fileList) path(i int, name []byte) (string, error) {
	var dir []byte
	if l.indexes != nil {
		n := binary.BigEndian.Uint32(l.indexes[4*i:])
		if int64(n) >= int64(len(l.dirs)) {
			return "", fmt.Errorf("file %.64q: directory %d, of %d", name, n, len(l.dirs))
		}
		dir = l.dirs[n]
	}
	if n := len(dir) + len(name); n > maxFilePath {
		return "", fmt.Errorf("%w: file %.64q: a path of %d bytes, of %d", ErrLimit, name, n, maxFilePath)
	}
	buf := make([]byte, 0, 256)
	if len(dir) == 0 || dir[0] != '/' {
		buf = append(buf, '/')
	}
	buf = append(append(buf, dir...), name...)
	return path.Clean(string(buf))[1:], nil
}
