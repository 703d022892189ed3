//go:build !unix

package source

// noFollow is nothing on systems that cannot tell.
const noFollow = 0
