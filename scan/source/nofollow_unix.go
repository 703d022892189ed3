//go:build unix

package source

import "syscall"

// noFollow makes opening a link fail.
const noFollow = syscall.O_NOFOLLOW
