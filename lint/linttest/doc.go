// Package linttest tests rules against fixtures: manifests whose comments say what
// must be found on which line.
package linttest
