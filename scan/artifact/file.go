package artifact

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// A Kind says what a layer's entry is.
type Kind uint8

// The kinds of entry. A source decides what is a whiteout.
const (
	KindOther    Kind = iota // devices, pipes, sockets
	KindRegular              // has content
	KindDir                  //
	KindSymlink              // Link is the target as written
	KindHardlink             // Link is the target's path in the same layer, clean as Path is
	KindWhiteout             // hides Path, and all below it, of the layers beneath
	KindOpaque               // hides all below Path of the layers beneath
)

// String is the word for messages: "regular file".
func (k Kind) String() string {
	switch k {
	case KindRegular:
		return "regular file"
	case KindDir:
		return "directory"
	case KindSymlink:
		return "symbolic link"
	case KindHardlink:
		return "hard link"
	case KindWhiteout:
		return "whiteout"
	case KindOpaque:
		return "opaque whiteout"
	}
	return "special file"
}

// An Entry is what a layer says of a path, without content.
type Entry struct {
	// Path is slash-separated, relative to the root, clean, and never leaves
	// the root: "etc/passwd". For a whiteout it is the path that is hidden, for
	// an opaque whiteout the directory whose content is hidden; the root is ".".
	Path string
	Kind Kind
	Link string
	Mode fs.FileMode // permission bits, set-id and sticky bits
	Size int64       // bytes of content; only regular files have any
}

// A File is one entry of a layer as it is visited. It and its content are valid
// until visit returns; strings may be kept.
type File struct {
	Entry

	ctx    context.Context
	src    io.Reader   // the stream, standing at the content's start
	at     io.ReaderAt // the content itself, when the source can seek
	limit  int64
	memory *Memory

	head  []byte
	all   []byte
	read  bool // all is complete
	tail  []byte
	taken int64
	err   error
}

// NewFile makes a file for a source. Its content is read from src, at most
// once and from the start; src is nil where there is none. When src is also an
// io.ReaderAt, with offset 0 at the content's start, ReaderAt uses it.
func NewFile(e Entry, src io.Reader) *File {
	f := &File{Entry: e, src: src}
	f.at, _ = src.(io.ReaderAt)
	return f
}

// Bind sets the bounds that apply to f's content, which are none before: what
// [File.Bytes] returns is at most limit bytes long, and taken from memory until
// [File.Release]. The engine calls both around an analysis.
func (f *File) Bind(ctx context.Context, limit int64, memory *Memory) {
	f.ctx, f.limit, f.memory = ctx, limit, memory
}

// Release gives back what Bytes took.
func (f *File) Release() {
	if f.taken > 0 {
		f.memory.free(f.taken)
	}
	f.taken, f.all, f.read, f.tail, f.err = 0, nil, false, nil, errReleased
}

var errReleased = errors.New("file used after its visit")

// headSize is the most that Head returns.
const headSize = 4 << 10

// Head returns the first bytes of the content, at most 4 KiB, and fewer only if
// the content is shorter or cannot be read. The slice must not be changed.
func (f *File) Head() []byte {
	if f.read {
		return f.all[:min(len(f.all), headSize)]
	}
	if f.head == nil && f.err == nil && f.src != nil {
		buf := make([]byte, min(f.Size, headSize))
		n, err := io.ReadFull(f.src, buf)
		f.head = buf[:n]
		if err != nil && f.Size > 0 {
			f.err = f.wrap(err)
		}
	}
	return f.head
}

// Open returns a reader of the content from its start. It may be called several
// times. An error that Bytes would return is that of the first Read.
func (f *File) Open() io.Reader {
	b, err := f.Bytes()
	if err != nil {
		return failed{err}
	}
	return bytes.NewReader(b)
}

// Bytes returns the content. The slice must be neither changed nor kept. An
// error matches [ErrLimit] if the content is larger than Limits.FileBytes or
// Limits.Memory.
func (f *File) Bytes() ([]byte, error) {
	if f.read || f.err != nil {
		return f.all, f.err
	}
	if f.Kind != KindRegular || f.src == nil {
		f.read = true
		return nil, nil
	}
	if f.limit > 0 && f.Size > f.limit {
		return nil, fmt.Errorf("read %s: %w: %d bytes in a file, of %d", f.Path, ErrLimit, f.Size, f.limit)
	}
	if f.memory != nil {
		if err := f.memory.take(f.ctx, f.Size); err != nil {
			return nil, fmt.Errorf("read %s: %w", f.Path, err)
		}
		f.taken = f.Size
	}
	buf := make([]byte, f.Size)
	n := copy(buf, f.head)
	if _, err := io.ReadFull(f.src, buf[n:]); err != nil && f.Size > int64(n) {
		f.err = f.wrap(err)
		return nil, f.err
	}
	f.all, f.read = buf, true
	return f.all, nil
}

// ReaderAt returns the content for random access and its size: the stored file
// itself when the source can seek, else as Bytes.
func (f *File) ReaderAt() (io.ReaderAt, int64, error) {
	if f.at != nil && f.err == nil {
		return f.at, f.Size, nil
	}
	b, err := f.Bytes()
	if err != nil {
		return nil, 0, err
	}
	return bytes.NewReader(b), int64(len(b)), nil
}

// TailSize is the most that [File.Tail] returns.
const TailSize = 1 << 20

// Tail returns the last bytes of the content, at most TailSize: for files that
// say at their end what they hold, and that Bytes may refuse. It reads past the
// rest where the source cannot seek and Bytes refuses the content, which then
// stays refused; no more than the tail is held. The slice must not be changed.
func (f *File) Tail() ([]byte, error) {
	if f.tail != nil {
		return f.tail, nil
	}
	if f.at != nil && f.err == nil {
		tail := make([]byte, min(f.Size, TailSize))
		if _, err := f.at.ReadAt(tail, f.Size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
			return nil, f.wrap(err)
		}
		f.tail = tail
		return tail, nil
	}
	b, err := f.Bytes()
	if err == nil {
		return b[max(0, len(b)-TailSize):], nil
	}
	if f.err != nil || !errors.Is(err, ErrLimit) {
		return nil, err
	}
	head := f.Head()
	if f.err != nil {
		return nil, f.err
	}
	f.err = err
	tail, err := f.forward(head)
	if err != nil {
		f.err = err
		return nil, err
	}
	f.tail = tail
	return tail, nil
}

// forward reads what follows head and returns the last bytes of both.
func (f *File) forward(head []byte) ([]byte, error) {
	const size = TailSize
	buf := make([]byte, 0, 2*size)
	buf = append(buf, head...)
	for left := f.Size - int64(len(head)); left > 0; {
		if f.ctx != nil && f.ctx.Err() != nil {
			return nil, f.ctx.Err()
		}
		if len(buf) == cap(buf) {
			buf = buf[:copy(buf, buf[len(buf)-size:])]
		}
		n := min(left, int64(cap(buf)-len(buf)))
		part := buf[len(buf) : len(buf)+int(n)]
		if _, err := io.ReadFull(f.src, part); err != nil {
			return nil, f.wrap(err)
		}
		buf = buf[:len(buf)+int(n)]
		left -= n
	}
	return buf[max(0, len(buf)-size):], nil
}

func (f *File) wrap(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read %s: %w", f.Path, err)
}

// failed is a reader of nothing but an error.
type failed struct{ err error }

func (r failed) Read([]byte) (int, error) { return 0, r.err }
