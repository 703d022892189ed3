// Package version orders the version strings of packaging systems, each by the
// rules of its own tools, and gives every version a byte key of the same order.
package version

// A Scheme orders the version strings of one packaging system. Its String
// method is the scheme's name, "deb". Implementations hold no state and are
// safe for concurrent use.
type Scheme interface {
	// Check returns nil if v is well formed, else an [*Error] matching
	// [ErrInvalid].
	Check(v string) error
	// Compare returns -1, 0 or +1; 0 means equal rank, not equal spelling. It
	// is a consistent order for all strings: those that do not Check come
	// after all that do, ordered by bytes. It does not allocate.
	Compare(a, b string) int
	// AppendKey appends the key of v to dst. The bytes.Compare of two keys is
	// the Compare of their versions. The error is that of Check; dst is then
	// returned as it was. It allocates only to grow dst.
	AppendKey(dst []byte, v string) ([]byte, error)
	String() string
}
