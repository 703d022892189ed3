package artifact

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
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
	late   Late        // what is not known yet, or nil
	src    io.Reader   // the stream, standing at the content's start
	at     io.ReaderAt // the content itself, when the source can seek
	limit  int64
	memory *Memory

	known bool // Mode and Size of a late file
	head  []byte
	all   []byte
	read  bool // all is complete
	tail  []byte
	taken int64
	paid  bool // what Bytes needs is among taken
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

// Late is what a source can tell of a file when it is asked, for sources where
// asking takes time. Each method is called at most once.
type Late interface {
	// Stat returns the mode's permission, set-id and sticky bits, and the size.
	Stat() (fs.FileMode, int64, error)
	// Open returns the content, as for [NewFile]. The source closes it after the
	// visit.
	Open() (io.Reader, error)
}

// NewLateFile makes a regular file of which the source knows the path alone. It
// has Mode and Size once it is bound.
func NewLateFile(path string, late Late) *File {
	return &File{Entry: Entry{Path: path, Kind: KindRegular}, late: late}
}

// Unreadable makes an entry that there is, but that cannot be read: a directory
// whose names the source may not list. It becomes a Problem.
func Unreadable(e Entry, err error) *File {
	return &File{Entry: e, err: err}
}

// Err is why nothing can be read of an entry that was made by [Unreadable], or of
// a file that turned out to be.
func (f *File) Err() error { return f.err }

// Executable reports whether some execute bit is set.
func (f *File) Executable() bool {
	f.stat()
	return f.Mode&0o111 != 0
}

// stat fills in Mode and Size of a late file.
func (f *File) stat() {
	if f.late == nil || f.known || f.err != nil {
		return
	}
	f.known = true
	mode, size, err := f.late.Stat()
	if err != nil {
		f.err = fmt.Errorf("read %s: %w", f.Path, err)
		return
	}
	f.Mode, f.Size = mode, size
}

// open makes the content of a late file available.
func (f *File) open() {
	f.stat()
	if f.late == nil || f.src != nil || f.err != nil {
		return
	}
	src, err := f.late.Open()
	if err != nil {
		f.err = fmt.Errorf("read %s: %w", f.Path, err)
		return
	}
	f.src = src
	f.at, _ = src.(io.ReaderAt)
}

// Bind sets the bounds that apply to f's content, which are none before: what
// [File.Bytes] returns is at most limit bytes long, and taken from memory until
// [File.Release]. The engine calls both around an analysis.
func (f *File) Bind(ctx context.Context, limit int64, memory *Memory) {
	f.ctx, f.limit, f.memory = ctx, limit, memory
	f.stat()
}

// Release gives back what Bytes took.
func (f *File) Release() {
	if f.taken > 0 {
		f.memory.free(f.taken)
	}
	f.taken, f.paid, f.all, f.read, f.tail, f.err = 0, false, nil, false, nil, errReleased
}

// Recycle is Release for content that nothing refers to any more: its memory
// becomes that of another file.
func (f *File) Recycle() {
	if f.read {
		f.memory.reuse(f.all)
	}
	f.Release()
}

// Reserve takes n bytes of the bound memory for what is made of the content,
// until release is called: an archive's members. It must come before the
// content is read, whose own bytes it asks for in the same request where they
// have to be held, so that nobody waits while holding. An error matches
// [ErrLimit] if both together are more than Limits.Memory; nothing is taken
// then, and the content can still be read.
func (f *File) Reserve(n int64) (release func(), err error) {
	f.open()
	switch {
	case f.err != nil:
		return nil, f.err
	case f.memory == nil:
		return func() {}, nil
	case f.taken > 0 || f.read:
		return nil, fmt.Errorf("reserve memory for %s: its content was read before", f.Path)
	}
	held := int64(0)
	if f.at == nil && (f.limit <= 0 || f.Size <= f.limit) {
		held = f.Size
	}
	if err := f.memory.take(f.ctx, held+n); err != nil {
		return nil, fmt.Errorf("reserve memory for %s: %w", f.Path, err)
	}
	f.taken, f.paid = held, f.at == nil
	return sync.OnceFunc(func() { f.memory.free(n) }), nil
}

var errReleased = errors.New("file used after its visit")

// headSize is the most that Head returns.
const headSize = 4 << 10

// Head returns the first bytes of the content, at most 4 KiB, and fewer only if
// the content is shorter or cannot be read. The slice must not be changed.
func (f *File) Head() []byte {
	f.open()
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
	f.open()
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
	if f.memory != nil && !f.paid {
		if err := f.memory.take(f.ctx, f.Size); err != nil {
			return nil, fmt.Errorf("read %s: %w", f.Path, err)
		}
		f.taken = f.Size
	}
	buf := f.memory.buffer(f.Size)
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
	f.open()
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
	f.open()
	if f.tail != nil {
		return f.tail, nil
	}
	if f.at != nil && f.err == nil {
		tail := make([]byte, min(f.Size, TailSize))
		if n, err := f.at.ReadAt(tail, f.Size-int64(len(tail))); n < len(tail) {
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
